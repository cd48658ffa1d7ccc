"""Which GPUs this machine has, asked of the driver and not of torch, whose import takes seconds."""

import os
import subprocess


def visible_gpus() -> list[int]:
    """Numbers of the GPUs that jobs may use: those of the driver, or those that CUDA_VISIBLE_DEVICES leaves."""
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    found = [int(line) for line in answer.stdout.split() if line.isdecimal()]
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is None:
        return found
    named = [part.strip() for part in allowed.split(",")]
    return [number for number in found if str(number) in named]


def device_groups(gpus: list[int], asked: str) -> list[list[int]]:
    """The devices of each training worker: one GPU each, or as `asked` says, such as `0;1;2,3`.

    Raises `ValueError` for a GPU that is not there or stands in two groups.
    """
    if not asked:
        return [[gpu] for gpu in gpus]
    try:
        groups = [[int(number) for number in part.split(",")] for part in asked.split(";") if part.strip()]
    except ValueError:
        raise ValueError(f"UPLIFT_DEVICE_GROUPS={asked!r}: write groups of numbers such as 0;1;2,3") from None
    used = [number for group in groups for number in group]
    missing = sorted(set(used) - set(gpus))
    if missing:
        raise ValueError(f"UPLIFT_DEVICE_GROUPS={asked!r}: no GPU {missing} here, only {gpus}")
    if len(used) != len(set(used)):
        raise ValueError(f"UPLIFT_DEVICE_GROUPS={asked!r}: a GPU stands in two groups")
    return groups
