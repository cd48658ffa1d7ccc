"""One process or several: what a training loop needs to know of the others under `accelerate launch`."""

import os
from collections.abc import Iterable

import torch
from torch import Tensor


class Ranks:
    """This process among `world` of them. With one process every call is free and changes nothing.

    Gradients are summed once an optimizer step, after each rank's own micro-batches: ranks may have different
    numbers of packs, which a wrapper that meets in every backward pass would wait for in vain.
    """

    def __init__(self) -> None:
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if self.world > 1:
            from accelerate import PartialState

            PartialState()

    @property
    def is_main(self) -> bool:
        """Whether this process writes events, checkpoints and artifacts."""
        return self.rank == 0

    def sum_into(self, tensors: Iterable[Tensor]) -> None:
        """Replace each tensor by its sum over the ranks."""
        if self.world > 1:
            for tensor in tensors:
                torch.distributed.all_reduce(tensor)

    def total(self, value: float, device: torch.device) -> float:
        """The sum of a number over the ranks."""
        if self.world == 1:
            return value
        tensor = torch.tensor(value, dtype=torch.float64 if device.type != "mps" else torch.float32, device=device)
        torch.distributed.all_reduce(tensor)
        return float(tensor)

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether the flag is set on any rank: all then act alike."""
        return self.total(float(flag), device) > 0

    def wait(self) -> None:
        """Go on when all are here."""
        if self.world > 1:
            torch.distributed.barrier()
