"""Typefaces that other packages bring: their files are found without running a package, and checked.

`docs/decisions/014-typefaces-come-from-packages.md` names their licences.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Typeface(NamedTuple):
    """One file of a package. module: what the package is imported as; file: below its folder."""

    name: str
    requirement: str
    module: str
    file: str
    sha256: str

    def path(self) -> Path | None:
        """Where the file lies; None where it is missing or not the one that was checked. Reads all of it: 10 ms."""
        found = find_spec(self.module)
        if found is None or found.origin is None:
            return None
        path = Path(found.origin).parent / self.file
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
        return path if digest == self.sha256 else None


CHINESE_AND_KOREAN = Typeface(
    "WenQuanYi Micro Hei",
    "paperang-p2-fonts-cjk==0.1.0",
    "paperang_p2_fonts_cjk",
    "fonts/wqy-microhei.ttc",
    "2420e8078af796b19a3f6ef13de527a1a91c1e7171eea115926c614ced1009b3",
)
JAPANESE = Typeface(
    "IPAexGothic",
    "matplotlib-fontja==1.1.0",
    "matplotlib_fontja",
    "fonts/ipaexg.ttf",
    "3b9955a5e437ffb24c41548e79296fa724822da21ee75dc1b94f6ccdb8f400dd",
)
