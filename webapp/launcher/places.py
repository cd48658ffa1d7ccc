"""Where the launcher's sockets, locks and logs lie."""

import hashlib
import os
import socket
import tempfile
from functools import cache
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""The system allows 107 bytes on Linux and 103 on macOS."""


def broker_socket(state: Path) -> Path:
    """The embedded broker's socket: in the state folder, or in a short runtime folder where that path is too long."""
    plain = state / "broker" / "s"
    if len(os.fsencode(plain)) <= LONGEST_SOCKET_PATH:
        return plain
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and len(runtime) <= LONGEST_SOCKET_PATH - 30:
        return Path(runtime) / f"uplift-{digest}" / "s"
    return Path(tempfile.gettempdir()) / f"uplift-{os.getuid()}-{digest}" / "s"


def private_folder(folder: Path) -> Path:
    """Make a folder that only this user enters. Raises `PermissionError` if somebody else's stands there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    folder.chmod(0o700)
    return folder


@cache
def process_space() -> str:
    """Names the set of processes in which a process id means one process: this boot, this container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return hashlib.sha256(f"{boot} {os.readlink('/proc/self/ns/pid')}".encode()).hexdigest()[:12]
    except OSError:
        return socket.gethostname()[:60]
