"""Where the files that a spec names lie: against the current folder first, else the spec's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .base import JobSpec, SpecPart

Part = TypeVar("Part", bound=SpecPart)


@dataclass(frozen=True)
class MissingFile:
    """A file or folder that a spec names and that is in none of the places looked in."""

    field: str
    named: str
    looked_in: tuple[Path, ...]


def locate(spec: JobSpec, folders: Sequence[Path]) -> tuple[JobSpec, list[MissingFile]]:
    """The spec with absolute paths, and what was not found (left as named).

    A field says by `path` in its schema what it names: `file`, `folder`, or `model`, which may also be the name of
    a prepared model or of one on a hub and is then left alone.
    """
    missing: list[MissingFile] = []
    return _locate_part(spec, "", folders, missing), missing


def _locate_part(part: Part, prefix: str, folders: Sequence[Path], missing: list[MissingFile]) -> Part:
    changes: dict[str, object] = {}
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        extra = info.json_schema_extra
        what = extra.get("path") if isinstance(extra, dict) else None
        if isinstance(value, SpecPart):
            changes[name] = _locate_part(value, f"{prefix}{name}.", folders, missing)
        elif what and isinstance(value, str):
            found = _find(value, str(what), folders)
            if found is not None:
                changes[name] = str(found)
            elif what != "model" or _looks_like_a_path(value):
                missing.append(MissingFile(prefix + name, value, tuple(folders)))
    return part.model_copy(update=changes)


def _find(named: str, what: str, folders: Sequence[Path]) -> Path | None:
    for folder in folders:
        path = (folder / Path(named).expanduser()).resolve()
        if what == "file" and path.is_file():
            return path
        if what == "folder" and path.is_dir():
            return path
        if what == "model" and (path / "config.json").is_file():
            return path
    return None


def _looks_like_a_path(named: str) -> bool:
    return named.startswith(("/", "./", "../", "~"))
