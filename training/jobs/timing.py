"""How fast this machine computes, measured in a few seconds on layers of the usual shape; `training.speed` keeps it.

What it measures is what jobs do: a pack's forward under a mask, the same with its backward, one token alone, AdamW's
step, and a file written through to the disk. The layers are those of the embedded model, so that shapes and number
format are the real ones.
"""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import torch
from transformers import LlamaConfig, LlamaModel

from ..catalogue import DEFAULT_MODEL, KNOWN_MODELS
from ..home import state_folder
from ..models.load import choose_dtype, device_class
from ..speed import Speed
from .optimizer import MasterAdamW

LAYERS = 4
TOKENS = 384
SUSTAINED = 0.9
"""What a job reaches of the best short run, over minutes and with all that is done beside the layers: a study of five
jobs on a quiet 2-core server took 1.09 times what the best runs alone would give."""
_LARGEST_SECONDS = 0.8
_LEAST_RUNS, _MOST_RUNS = 5, 40
_MATRIX = 8192
_WRITTEN_BYTES = 64 * 1024**2


def measured(*, start_seconds: float) -> Speed:
    """The device that `auto` takes here, and the disk of the state folder, in about three seconds; `start_seconds` is
    what importing a job's libraries took."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = choose_dtype("auto", device)
    stack = _Stack(device, dtype)
    layer_seconds = stack.seconds_of_one_token() / LAYERS
    weights_per_second = _weights_per_second(device, dtype)
    # what one token takes beyond bringing its weights is a layer's own: calls, norms, small products
    layer_seconds = max(1e-6, layer_seconds - stack.weights / LAYERS / weights_per_second)
    reading, learning = stack.seconds_of_a_pack(learn=False), stack.seconds_of_a_pack(learn=True)
    operations = 2.0 * stack.weights * TOKENS
    return Speed(
        device=device_class(device),
        precision=str(dtype).removeprefix("torch."),
        learning_flops_per_second=SUSTAINED * 3 * operations / max(1e-9, learning - 3 * LAYERS * layer_seconds),
        reading_flops_per_second=SUSTAINED * operations / max(1e-9, reading - LAYERS * layer_seconds),
        weights_per_second=weights_per_second,
        layer_seconds=layer_seconds,
        updates_per_second=stack.updates_per_second(),
        written_bytes_per_second=_written_bytes_per_second(state_folder()),
        start_seconds=start_seconds,
        read=datetime.now(UTC).date().isoformat(),
    )


class _Stack:
    """A few layers of the embedded model's shape with random weights."""

    def __init__(self, device: torch.device, dtype: torch.dtype) -> None:
        shape = KNOWN_MODELS[DEFAULT_MODEL].shape
        config = LlamaConfig(
            vocab_size=64,
            hidden_size=shape.hidden_size,
            intermediate_size=shape.intermediate_size,
            num_hidden_layers=LAYERS,
            num_attention_heads=shape.attention_heads,
            num_key_value_heads=shape.key_value_heads,
        )
        self._model: Any = cast(Any, LlamaModel(config)).to(device=device, dtype=dtype)
        self._device = device
        self.weights: int = sum(weight.numel() for weight in self._model.layers.parameters())

    def _forward(self, tokens: int) -> torch.Tensor:
        ids = torch.zeros(1, tokens, dtype=torch.long, device=self._device)
        mask = torch.full((tokens, tokens), torch.finfo(self._model.dtype).min, dtype=self._model.dtype)
        mask = mask.triu(1).to(self._device)[None, None]
        hidden: torch.Tensor = self._model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        return hidden

    @torch.no_grad()
    def seconds_of_one_token(self) -> float:
        """All layers for a single token."""
        return _seconds(lambda: self._forward(1), self._device)

    def seconds_of_a_pack(self, *, learn: bool) -> float:
        """All layers for a pack of tokens; with `learn` forward, backward and the gradient of every weight."""
        with torch.set_grad_enabled(learn):
            return _seconds(self._learn if learn else lambda: self._forward(TOKENS), self._device)

    def _learn(self) -> None:
        self._model.zero_grad(set_to_none=True)
        self._forward(TOKENS).sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped

    def updates_per_second(self) -> float:
        """Weights that a step of AdamW moves in a second, its gradients made anew each time as in training."""
        optimizer = MasterAdamW(dict(self._model.layers.named_parameters()), learning_rate=1e-6, weight_decay=0.0)

        def step() -> None:
            for gradient in optimizer.gradients():
                gradient.add_(1e-6)
            optimizer.step(1e-6, 1.0)

        return self.weights / _seconds(step, self._device)


def _weights_per_second(device: torch.device, dtype: torch.dtype) -> float:
    """Weights of a matrix too large for any cache that pass by when one vector is multiplied."""
    matrix, vector = torch.ones(_MATRIX, _MATRIX, dtype=dtype, device=device), torch.ones(1, _MATRIX).to(device, dtype)
    return matrix.numel() / _seconds(lambda: torch.nn.functional.linear(vector, matrix), device)


def _written_bytes_per_second(folder: Path) -> float:
    """Of a file written whole and forced to the disk."""
    block = os.urandom(1024**2)
    began = time.monotonic()
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_WRITTEN_BYTES // len(block)):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return _WRITTEN_BYTES / max(1e-6, time.monotonic() - began)


def _seconds(run: Callable[[], object], device: torch.device) -> float:
    """The shortest time of `run` over some runs, the first one left out: what else the machine does only adds to it."""
    times: list[float] = []
    while len(times) <= _LEAST_RUNS or (len(times) <= _MOST_RUNS and sum(times) < _LARGEST_SECONDS):
        began = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - began)
    return min(times[1:])
