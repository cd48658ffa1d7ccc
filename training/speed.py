"""What was measured of this machine: how fast it computes, moves weights and writes. Torch-free; `training.jobs.timing`
measures, and one file of the state folder keeps a record for each machine that uses it."""

import fcntl
import json
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .home import state_folder
from .result import write_json

FILE = "speed.json"


@dataclass(frozen=True)
class Speed:
    """One machine's device as it was measured in `precision`, the number format that `auto` takes there.

    `learning_flops_per_second` is reached forward and backward, `reading_flops_per_second` forward only, both at a
    pack's usual length; `weights_per_second` pass by where a single token is computed; `layer_seconds` is what a layer
    takes however little there is to compute; AdamW moves `updates_per_second` weights. `start_seconds` is the import of
    the libraries.
    """

    device: str
    precision: str
    learning_flops_per_second: float
    reading_flops_per_second: float
    weights_per_second: float
    layer_seconds: float
    updates_per_second: float
    written_bytes_per_second: float
    start_seconds: float
    read: str

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Speed | None":
        """What `to_json` gave; None for anything else, such as the record of another version."""
        wanted = {field.name: field.type for field in fields(cls)}
        if set(raw) != set(wanted):
            return None
        is_number = {name: isinstance(raw[name], int | float) and raw[name] > 0 for name in wanted}
        if not all(isinstance(raw[name], str) if kind is str else is_number[name] for name, kind in wanted.items()):
            return None
        return cls(**raw)


def recorded() -> Speed | None:
    """The record of this machine; None before it was measured, or after its processor or torch changed."""
    return Speed.from_json(_records().get(machine_key(), {}))


def keep(speed: Speed) -> None:
    """Write this machine's record; those of other machines that share the state folder stay."""
    with (state_folder() / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_json(_file(), {**_records(), machine_key(): speed.to_json()})


@cache
def machine_key() -> str:
    """What a record holds for: the processor, how many of its cores there are, and torch."""
    return f"{processor()}, {os.cpu_count()} cores, torch {_torch_version()}"


def processor() -> str:
    """The processor's name as the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _torch_version() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"


def _file() -> Path:
    return state_folder() / FILE


def _records() -> dict[str, Any]:
    try:
        content = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
