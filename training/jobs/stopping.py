"""Stop within a second or two: a training step is left between two layers, its half-made gradient thrown away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn


class StopRequested(Exception):
    """Raised inside a forward or backward pass. The weights are those of the last whole step."""


@contextmanager
def stops_between_layers(model: nn.Module, stop: threading.Event) -> Iterator[None]:
    """In this block, forward and backward passes of `model` raise `StopRequested` soon after `stop` is set."""

    def check(*_: Any) -> None:
        if stop.is_set():
            raise StopRequested

    layers = decoder_layers(model)
    handles = [layer.register_forward_pre_hook(check) for layer in layers]
    # the first layer's input may need no gradient, of which torch would warn; nothing is gained by a hook there
    handles += [layer.register_full_backward_pre_hook(check) for layer in layers[1:]]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def decoder_layers(model: nn.Module) -> list[nn.Module]:
    """The blocks of the longest list of modules; the model itself if it has none."""
    lists = [list(module) for module in model.modules() if isinstance(module, nn.ModuleList) and len(module)]
    return max(lists, key=len) if lists else [model]
