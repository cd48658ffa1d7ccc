"""Checkpoints of a training job: safetensors and JSON, whole or not there at all."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..disk import as_os_error, written_whole
from ..result import write_json

KEPT = 2
"""The newest so many are kept: one more than needed, in case the disk lost the newest."""


@dataclass(frozen=True)
class Checkpoint:
    """Everything a training run goes on from. `state` is plain JSON; `random` the generators' states."""

    step: int
    weights: dict[str, Tensor]
    moments: dict[str, Tensor]
    random: dict[str, Tensor]
    state: dict[str, Any]


def random_states() -> dict[str, Tensor]:
    """The state of torch's generators (dropout draws from them)."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def restore_random(states: dict[str, Tensor]) -> None:
    """Go on drawing where `random_states` was taken."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


def save_checkpoint(folder: Path, checkpoint: Checkpoint, *, kept: int = KEPT) -> Path:
    """Write it as `folder/step-N`; the `kept` newest stay. On a full disk raises `OSError`, earlier ones stay whole."""
    target = folder / f"step-{checkpoint.step:09d}"
    with written_whole(target) as part, as_os_error():
        save_file(_plain(checkpoint.weights), part / "weights.safetensors")
        save_file(_plain(checkpoint.moments), part / "moments.safetensors")
        save_file(_plain(checkpoint.random), part / "random.safetensors")
        write_json(part / "state.json", {"step": checkpoint.step, **checkpoint.state})
    for old in _folders(folder)[kept:]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest one that can be read, or None."""
    for leftover in folder.glob("*.part"):
        shutil.rmtree(leftover, ignore_errors=True)
    for path in _folders(folder):
        try:
            state = json.loads((path / "state.json").read_text(encoding="utf-8"))
            return Checkpoint(
                step=int(state.pop("step")),
                weights=load_file(path / "weights.safetensors"),
                moments=load_file(path / "moments.safetensors"),
                random=load_file(path / "random.safetensors"),
                state=state,
            )
        except (OSError, ValueError, KeyError, SafetensorError):
            continue
    return None


def _folders(folder: Path) -> list[Path]:
    """Checkpoint folders, the newest first."""
    return sorted((path for path in folder.glob("step-*") if path.suffix != ".part"), reverse=True)


def _plain(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """On the CPU, contiguous, none sharing memory with another, as safetensors asks."""
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
