"""How fast devices are and how much they hold: published figures, the share of them that training reaches, and what
this machine has. Torch-free: a GPU is asked about through `nvidia-smi`."""

import os
import subprocess
from dataclasses import dataclass, replace
from functools import cache

from .speed import Speed, recorded

READ = "2026-11-22"
GIB = 1024**3


@dataclass(frozen=True)
class DeviceSpeed:
    """A class of device. `name` is a part of the name the driver reports, or `cpu`.

    `flops_per_second` is what training is expected to reach, for each device: measured, or the dense bfloat16 peak of
    the source times `UTILISATION`; reading without learning reaches `reading_gain` times as much. Where an answer is
    written token by token, `weights_per_second` pass by. A layer takes `layer_seconds` however little it computes, and
    AdamW moves `updates_per_second` weights. `start_seconds` is a process that is not kept ready. `precision` is what
    `auto` takes. `spread` is the factor within which 9 of 10 first predictions are expected to lie.
    """

    name: str
    flops_per_second: float
    memory_bytes: int
    source: str
    read: str = READ
    reading_gain: float = 1.0
    weights_per_second: float = 4e9
    layer_seconds: float = 5e-4
    updates_per_second: float = 4e8
    written_bytes_per_second: float = 2.5e8
    start_seconds: float = 8.0
    precision: str = "bfloat16"
    spread: float = 3.0


UTILISATION = 0.25
"""Share of the dense peak that small batches of a model up to a few billion weights reach; calibration corrects it."""

MEASURED_SPREAD = 1.4
"""Within this factor lie 9 of 10 first predictions on a machine that was measured: `benchmarks/prediction.py`."""

_ADAMW_BYTES = 36
"""That AdamW and clipping move a weight: its value, gradient and two moments read, and all but the gradient written."""


def _gpu(
    name: str, dense_bf16_tflops: float, memory_gib: float, gigabytes_per_second: float, source: str
) -> DeviceSpeed:
    moved = gigabytes_per_second * 1e9 * 0.5  # of the published bandwidth, half is reached
    return DeviceSpeed(
        name,
        dense_bf16_tflops * 1e12 * UTILISATION,
        int(memory_gib * GIB),
        source,
        weights_per_second=moved / 2,
        updates_per_second=moved / _ADAMW_BYTES,
        spread=4.0,
    )


KNOWN_DEVICES: tuple[DeviceSpeed, ...] = (
    _gpu("H200", 989, 141, 4800, "NVIDIA H200 data sheet: 989 TFLOPS bfloat16 dense, 141 GB, 4.8 TB/s"),
    _gpu("H100", 989, 80, 3350, "NVIDIA H100 SXM data sheet: 989 TFLOPS bfloat16 dense, 80 GB, 3.35 TB/s"),
    _gpu("A100", 312, 80, 1555, "NVIDIA A100 data sheet: 312 TFLOPS bfloat16 dense, 40 or 80 GB, from 1.6 TB/s"),
    _gpu("L40S", 362, 48, 864, "NVIDIA L40S data sheet: 362 TFLOPS bfloat16 dense, 48 GB, 864 GB/s"),
    _gpu("L4", 121, 24, 300, "NVIDIA L4 data sheet: 121 TFLOPS bfloat16 dense, 24 GB, 300 GB/s"),
    _gpu("A10", 125, 24, 600, "NVIDIA A10 data sheet: 125 TFLOPS bfloat16 dense, 24 GB, 600 GB/s"),
    _gpu("T4", 65, 16, 320, "NVIDIA T4 data sheet: 65 TFLOPS float16, 16 GB (no bfloat16), 320 GB/s"),
    _gpu("4090", 165, 24, 1008, "NVIDIA Ada GPU architecture paper: 165 TFLOPS bfloat16 dense, 24 GB, 1 TB/s"),
)

CPU_FLOPS_PER_CORE_SECOND = 9.0e10
"""Until a machine is measured: between a 2-core server with bfloat16 matrix units (0.18 TFLOP/s a core) and one that
computes in float32 (0.05). Measured 2026-11-22; expect a factor of 3."""


def cpu(cores: int | None = None, memory_bytes: int | None = None, measured: Speed | None = None) -> DeviceSpeed:
    """A CPU with so many cores and so much memory, those of this machine if left out; as it was `measured`, if so."""
    memory = memory_bytes or machine_memory_bytes()
    if measured is not None and measured.device == "cpu":
        return _as_measured("cpu", memory, measured)
    return DeviceSpeed(
        name="cpu",
        flops_per_second=CPU_FLOPS_PER_CORE_SECOND * (cores or usable_cores()),
        memory_bytes=memory,
        source="between two measured 2-core servers, scaled by the number of cores",
    )


def device_named(name: str, memory_bytes: int | None = None, measured: Speed | None = None) -> DeviceSpeed:
    """The entry for a device as its driver names it (`NVIDIA A100-SXM4-80GB`); an unknown GPU counts as an L4.

    `memory_bytes`, where known, wins over the table; so does what was `measured`.
    """
    if name.lower() in ("cpu", "auto", "mps", ""):
        return cpu(memory_bytes=memory_bytes, measured=measured)
    if measured is not None and measured.device == "cpu":
        measured = None
    known = _in_table(measured.device if measured is not None and name == "cuda" else name)
    if memory_bytes is not None:
        known = replace(known, memory_bytes=memory_bytes)
    return known if measured is None else _as_measured(known.name, known.memory_bytes, measured)


def _in_table(name: str) -> DeviceSpeed:
    for known in KNOWN_DEVICES:
        if known.name in name.replace("-", " ").split() or known.name in name:
            return known
    guessed = next(known for known in KNOWN_DEVICES if known.name == "L4")
    return replace(guessed, name=name, source=f"unknown device, taken for: {guessed.source}", spread=10.0)


def _as_measured(name: str, memory_bytes: int, measured: Speed) -> DeviceSpeed:
    return DeviceSpeed(
        name,
        measured.learning_flops_per_second,
        memory_bytes,
        f"measured on this {measured.device} in {measured.precision}",
        measured.read,
        reading_gain=measured.reading_flops_per_second / measured.learning_flops_per_second,
        weights_per_second=measured.weights_per_second,
        layer_seconds=measured.layer_seconds,
        updates_per_second=measured.updates_per_second,
        written_bytes_per_second=measured.written_bytes_per_second,
        start_seconds=measured.start_seconds,
        precision=measured.precision,
        spread=MEASURED_SPREAD,
    )


@cache
def _gpu_here() -> tuple[str, int] | None:
    """Name and bytes of memory of the first GPU as `nvidia-smi` tells them."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
        name, mebibytes = told.splitlines()[0].rsplit(",", 1)
        return name.strip(), int(mebibytes) * 1024**2
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def device_here() -> DeviceSpeed:
    """The device that `auto` takes on this machine, its first GPU or else its CPU; as it was measured, if so."""
    gpu, measured = _gpu_here(), recorded()
    if gpu is None:
        return cpu(measured=measured)
    return device_named(*gpu, measured=measured)


def usable_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_memory_bytes() -> int:
    """Physical memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
