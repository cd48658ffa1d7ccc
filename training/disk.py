"""Folders that appear whole or not at all, and their digests. No torch."""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Write into the yielded folder; it takes the place of `folder` only after all of it is on disk."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        for file in part.rglob("*"):
            if file.is_file():
                force_to_disk(file)
        force_to_disk(part)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if folder.exists():
        shutil.rmtree(folder)
    os.rename(part, folder)
    force_to_disk(folder.parent)


def force_to_disk(path: Path) -> None:
    """fsync a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def as_os_error() -> Iterator[None]:
    """Libraries in Rust (safetensors, tokenizers) raise their own error for a full disk: make it an `OSError` again."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        code = re.search(r"os error (\d+)", str(error))
        if code is None:
            raise
        number = int(code.group(1))
        raise OSError(number, os.strerror(number)) from error


def is_disk_full(error: OSError) -> bool:
    """Whether the error says that no space is left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """sha256 over the relative names and digests of all files of a folder (or of the file), hexadecimal."""
    if folder.is_file():
        return file_digest(folder)
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{file.relative_to(folder).as_posix()}\0{file_digest(file)}\n".encode())
    return whole.hexdigest()


def size_bytes(path: Path) -> int:
    """Size of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
