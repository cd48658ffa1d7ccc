"""How fast devices are and how much they hold: published figures, the share of them that training reaches, and what
this machine has. Torch-free: a GPU is asked about through `nvidia-smi`."""

import os
import subprocess
from dataclasses import dataclass
from functools import cache

READ = "2026-11-22"
GIB = 1024**3


@dataclass(frozen=True)
class DeviceSpeed:
    """A class of device. `name` is a part of the name the driver reports, or `cpu`.

    `flops_per_second` is what training is expected to reach, for each device: the dense bfloat16 peak of the source
    times `utilisation`. `decode_share` is how much of that rate writing an answer token by token reaches, which moves
    all weights for each token. `spread` is the factor within which a first prediction is expected to lie.
    """

    name: str
    flops_per_second: float
    memory_bytes: int
    source: str
    read: str = READ
    decode_share: float = 0.2
    spread: float = 3.0
    start_seconds: float = 12.0


UTILISATION = 0.25
"""Share of the dense peak that small batches of a model up to a few billion weights reach; calibration corrects it."""


def _gpu(name: str, dense_bf16_tflops: float, memory_gib: float, source: str) -> DeviceSpeed:
    return DeviceSpeed(name, dense_bf16_tflops * 1e12 * UTILISATION, int(memory_gib * GIB), source, spread=4.0)


KNOWN_DEVICES: tuple[DeviceSpeed, ...] = (
    _gpu("H200", 989, 141, "NVIDIA H200 data sheet: 989 TFLOPS bfloat16 dense, 141 GB"),
    _gpu("H100", 989, 80, "NVIDIA H100 SXM data sheet: 989 TFLOPS bfloat16 dense, 80 GB"),
    _gpu("A100", 312, 80, "NVIDIA A100 data sheet: 312 TFLOPS bfloat16 dense, 40 or 80 GB"),
    _gpu("L40S", 362, 48, "NVIDIA L40S data sheet: 362 TFLOPS bfloat16 dense, 48 GB"),
    _gpu("L4", 121, 24, "NVIDIA L4 data sheet: 121 TFLOPS bfloat16 dense, 24 GB"),
    _gpu("A10", 125, 24, "NVIDIA A10 data sheet: 125 TFLOPS bfloat16 dense, 24 GB"),
    _gpu("T4", 65, 16, "NVIDIA T4 data sheet: 65 TFLOPS float16, 16 GB (no bfloat16)"),
    _gpu("4090", 165, 24, "NVIDIA Ada GPU architecture paper: 165 TFLOPS bfloat16 dense, 24 GB"),
)

CPU_FLOPS_PER_CORE_SECOND = 2.0e11
"""Measured on a 2-core server with AVX-512 bfloat16: LoRA of a 135M model, 50 steps of 16 rows of 52 tokens in 49 s, is
0.36 TFLOP/s; full fine-tuning with float32 weights in stock code was at 0.08. Read 2026-11-22; expect a factor of 3."""


def cpu(cores: int | None = None, memory_bytes: int | None = None) -> DeviceSpeed:
    """A CPU with so many cores and so much memory, those of this machine if left out."""
    return DeviceSpeed(
        name="cpu",
        flops_per_second=CPU_FLOPS_PER_CORE_SECOND * (cores or usable_cores()),
        memory_bytes=memory_bytes or machine_memory_bytes(),
        source="measured on a 2-core server with AVX-512 bfloat16, scaled by the number of cores",
        decode_share=0.15,
    )


def device_named(name: str, memory_bytes: int | None = None) -> DeviceSpeed:
    """The entry for a device as its driver names it (`NVIDIA A100-SXM4-80GB`); an unknown GPU counts as an L4.

    `memory_bytes`, where known, wins over the table.
    """
    if name.lower() in ("cpu", "auto", "mps", ""):
        return cpu(memory_bytes=memory_bytes)
    for known in KNOWN_DEVICES:
        if known.name in name.replace("-", " ").split() or known.name in name:
            return known if memory_bytes is None else _with_memory(known, memory_bytes)
    guessed = next(known for known in KNOWN_DEVICES if known.name == "L4")
    return DeviceSpeed(
        name,
        guessed.flops_per_second,
        memory_bytes or guessed.memory_bytes,
        f"unknown device, taken for: {guessed.source}",
        spread=10.0,
    )


@cache
def device_here() -> DeviceSpeed:
    """The device that `auto` takes on this machine: its first GPU, else its CPU."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
        name, mebibytes = told.splitlines()[0].rsplit(",", 1)
        return device_named(name.strip(), int(mebibytes) * 1024**2)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return cpu()


def usable_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_memory_bytes() -> int:
    """Physical memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _with_memory(known: DeviceSpeed, memory_bytes: int) -> DeviceSpeed:
    return DeviceSpeed(
        known.name, known.flops_per_second, memory_bytes, known.source, known.read, known.decode_share, known.spread
    )
