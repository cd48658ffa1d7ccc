"""The one file of a zip archive, read in place: nothing is ever written under a name that an archive gives."""

import struct
import zipfile
from typing import IO, BinaryIO, cast

from .report import FileFault, Reason, shorten

_END, _END64_LOCATOR, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_MAX_DIRECTORY_BYTES = 1024 * 1024
_IGNORED_NAMES = {".ds_store", "thumbs.db", "desktop.ini"}


def single_member(file: BinaryIO) -> tuple[BinaryIO, str]:
    """The only file in the archive, opened, and its bare name; raises `FileFault` for anything else."""
    if _directory_bytes(file) > _MAX_DIRECTORY_BYTES:
        raise FileFault(Reason.ARCHIVE_MEMBERS, "The zip archive lists far too many files; pack exactly one")
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
        members = [info for info in archive.infolist() if not _is_ignored(info)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise FileFault(Reason.BAD_ARCHIVE, f"The zip archive is damaged: {error}") from error
    if any(info.filename == "[Content_Types].xml" for info in members):
        raise FileFault(Reason.BINARY_FILE, "This is an Office document; save the sheet as CSV")
    if len(members) != 1:
        names = ", ".join(shorten(info.filename, 40) for info in members[:5]) or "none"
        raise FileFault(
            Reason.ARCHIVE_MEMBERS, f"The zip archive must hold exactly one file; it holds {len(members)}: {names}"
        )
    member = members[0]
    _refuse_unsafe_name(member.orig_filename)
    if member.flag_bits & 0x1:
        raise FileFault(Reason.BAD_ARCHIVE, "The zip archive is encrypted; pack the file without a password")
    try:
        opened: IO[bytes] = archive.open(member)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileFault(Reason.BAD_ARCHIVE, f"The zip archive cannot be read: {error}") from error
    return cast(BinaryIO, opened), member.filename.rsplit("/", 1)[-1]


def _is_ignored(info: zipfile.ZipInfo) -> bool:
    bare = info.filename.rsplit("/", 1)[-1].lower()
    return info.filename.endswith("/") or info.filename.startswith("__MACOSX/") or bare in _IGNORED_NAMES


def _refuse_unsafe_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    drive = len(name) > 1 and name[1] == ":"
    if ".." in parts or parts[0] == "" or drive or "\\" in name or any(ord(char) < 32 for char in name):
        raise FileFault(
            Reason.UNSAFE_NAME, f"The archive's file has a name that points outside it: {shorten(ascii(name), 60)}"
        )


def _directory_bytes(file: BinaryIO) -> int:
    """The size of the list of files as the archive's end states it: the list is read whole, so it is bounded first."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        raise FileFault(Reason.BAD_ARCHIVE, "The zip archive is incomplete: its end is missing")
    directory = int(struct.unpack_from("<I", tail, at + 12)[0])
    if at >= 20 and tail[at - 20 : at - 16] == _END64_LOCATOR:
        file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
        end = file.read(56)
        if len(end) == 56 and end.startswith(_END64):
            return int(struct.unpack_from("<Q", end, 40)[0])
    return directory
