"""Static files that come inside Python packages and are not Django apps."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

_FOLDER = "plotly"
_FILE = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Serves the plotly package's own script as `plotly/plotly.min.js`, and nothing else of that package."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.folder = Path(str(files("plotly"))) / "package_data"
        self.storage = FileSystemStorage(location=self.folder)
        # collectstatic puts the file below this folder
        self.storage.prefix = _FOLDER  # type: ignore[attr-defined]  # the hook staticfiles documents for finders

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's place on disk, or an empty list for any other path."""
        if path != f"{_FOLDER}/{_FILE}" or not (self.folder / _FILE).is_file():
            return []
        found = str(self.folder / _FILE)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        """The one file."""
        yield _FILE, self.storage
