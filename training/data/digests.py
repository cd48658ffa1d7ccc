"""A set of digests that does not grow in memory: it lies in a temporary SQLite file behind a fixed cache."""

import sqlite3
from types import TracebackType
from typing import Self

_CACHE_KIB = 32 * 1024


class DigestIndex:
    """Remembers where a digest was first seen. A place is a non-negative integer of the caller's making."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._db.execute("CREATE TABLE seen (digest INTEGER PRIMARY KEY, place INTEGER NOT NULL)")
        self._db.execute("BEGIN")

    def add(self, digest: int, place: int) -> int | None:
        """Remember the digest; returns where it was seen before, None if it is new."""
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, place)).rowcount:
            return None
        return self.place(digest)

    def place(self, digest: int) -> int | None:
        """Where the digest was first seen, None if it was not."""
        found = self._db.execute("SELECT place FROM seen WHERE digest = ?", (digest,)).fetchone()
        return None if found is None else int(found[0])

    def close(self) -> None:
        """Drop the temporary file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
