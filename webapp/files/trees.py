"""Listings of a folder's files in the bucket.

A tree is written after all its files and never changes. It counts once the database names it: a writer that was
overtaken, or one that broke off, leaves files that no tree in the database speaks of.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from training.disk import file_digest

from .bucket import Bucket, FilesFault, Moved

CHECKPOINTS = "checkpoints/"
GROWING = (".jsonl", ".txt")
"""Files that are appended to while a job runs: a picture of them is a copy."""


@dataclass(frozen=True)
class StoredFile:
    """One file: its key in the bucket, size and content digest."""

    key: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Tree:
    """Files by their path relative to the folder, with `/` between the parts."""

    files: dict[str, StoredFile] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Tree":
        """Reads `to_json`. Raises `FilesFault` for anything else, and for a path that leaves the folder."""
        try:
            files = {path: StoredFile(**stored) for path, stored in json.loads(text)["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FilesFault("A listing of stored files cannot be read", why=str(error)) from error
        for path in files:
            if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
                raise FilesFault("A listing of stored files names a place outside its folder", why=path)
        return cls(files)

    def to_json(self) -> str:
        """The listing as text."""
        return json.dumps({"files": {path: asdict(stored) for path, stored in sorted(self.files.items())}}, indent=1)

    def under(self, path: str) -> "Tree":
        """The file of this path, or all files of the folder of this path."""
        inside = path.rstrip("/") + "/"
        found = {name: stored for name, stored in self.files.items() if name == path or name.startswith(inside)}
        return Tree(found)

    @property
    def keys(self) -> set[str]:
        """The keys of all files."""
        return {stored.key for stored in self.files.values()}


def picture(folder: Path, into: Path, is_kept: Callable[[str], bool]) -> None:
    """Make `into` the folder's files as they are now: linked, or copied where they are appended to.

    A file that its writer replaces or deletes meanwhile stays as it was. Checkpoints are taken before the rest: events
    that are newer than a checkpoint do no harm, missing ones would.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    named = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    gone: set[str] = set()
    for name in sorted(filter(is_kept, named), key=lambda name: (not name.startswith(CHECKPOINTS), name)):
        place = into / name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            if place.suffix in GROWING:
                shutil.copyfile(named[name], place)
            else:
                os.link(named[name], place)
        except FileNotFoundError:  # its writer deleted it since it was listed: the rest of its folder goes as well
            gone.add(name)
    for name in gone:
        if name.startswith(CHECKPOINTS):
            shutil.rmtree((into / name).parent, ignore_errors=True)


def store(
    bucket: Bucket, prefix: str, folder: Path, *, before: Iterable[Tree] = (), moved: Moved | None = None
) -> Tree:
    """Store all files of the folder under the prefix; those whose content an earlier tree has are not sent again."""
    known = {stored.sha256: stored for tree in before for stored in tree.files.values()}
    files: dict[str, StoredFile] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, digest = path.relative_to(folder).as_posix(), file_digest(path)
        stored = known.get(digest)
        if stored is None:
            stored = StoredFile(f"{prefix}/{digest}/{path.name}", path.stat().st_size, digest)
            bucket.put(path, stored.key, moved)
            known[digest] = stored
        files[name] = stored
    return Tree(files)


def fetch(bucket: Bucket, tree: Tree, folder: Path, *, moved: Moved | None = None) -> None:
    """Bring all files of the tree into the folder, each checked by its digest; those that are there stay."""
    for name, stored in tree.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != stored.bytes:
            bucket.get(stored.key, path, sha256=stored.sha256, moved=moved)
