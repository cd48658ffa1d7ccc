"""AdamW over fp32 masters, and the learning rate's schedule."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

Schedule = Literal["linear", "cosine", "constant"]


class MasterAdamW:
    """AdamW whose weights and moments are fp32, also where the model computes in a half format.

    Such a parameter gets a master. Its gradient is added to the master's as soon as it is made, so that
    micro-batches sum in fp32, and after each step the parameter is the master, rounded.
    """

    def __init__(self, trainable: Mapping[str, nn.Parameter], *, learning_rate: float, weight_decay: float) -> None:
        self.masters: dict[str, nn.Parameter] = {}
        self._rounded: list[tuple[nn.Parameter, nn.Parameter]] = []
        for name, parameter in trainable.items():
            master = parameter
            if parameter.dtype is not torch.float32:
                master = nn.Parameter(parameter.detach().float())
                cast(Any, parameter).register_post_accumulate_grad_hook(_gradient_mover(master))
                self._rounded.append((parameter, master))
            self.masters[name] = master
        device = next(iter(self.masters.values())).device.type
        self._adamw = torch.optim.AdamW(
            self.masters.values(),
            lr=learning_rate,
            weight_decay=weight_decay,
            fused=device in ("cpu", "cuda") or None,
        )

    def gradients(self) -> list[Tensor]:
        """Every master's gradient, fp32; zeros where this process had no row, so that all ranks sum the same list."""
        for master in self.masters.values():
            if master.grad is None:
                master.grad = torch.zeros_like(master)
        return [cast(Tensor, master.grad) for master in self.masters.values()]

    def step(self, learning_rate: float, max_grad_norm: float) -> float:
        """Clip, update, clear; returns the gradient's norm before clipping."""
        norm = nn.utils.clip_grad_norm_(self.masters.values(), max_grad_norm)
        value = float(norm)
        if math.isfinite(value):
            for group in self._adamw.param_groups:
                group["lr"] = learning_rate
            self._adamw.step()
            self._round()
        self.clear()
        return value

    def clear(self) -> None:
        """Forget the gradients, as after an aborted step."""
        self._adamw.zero_grad(set_to_none=True)
        for parameter, _ in self._rounded:
            parameter.grad = None

    def weights(self) -> dict[str, Tensor]:
        """The masters, fp32."""
        return {name: master.detach() for name, master in self.masters.items()}

    def moments(self) -> dict[str, Tensor]:
        """AdamW's state as flat tensors, for safetensors."""
        return {
            f"{part}/{name}": tensor
            for name, master in self.masters.items()
            for part, tensor in self._adamw.state.get(master, {}).items()
        }

    @torch.no_grad()
    def restore(self, weights: Mapping[str, Tensor], moments: Mapping[str, Tensor] | None) -> None:
        """Take over what `weights` and `moments` gave. Raises `KeyError` if a parameter is missing."""
        for name, master in self.masters.items():
            master.copy_(weights[name])
            if moments is not None:
                parts = ("exp_avg", "exp_avg_sq", "step")
                self._adamw.state[master] = {
                    part: moments[f"{part}/{name}"].to(
                        torch.device("cpu") if part == "step" and not master.is_cuda else master.device
                    )
                    for part in parts
                }
        self._round()

    @torch.no_grad()
    def _round(self) -> None:
        for parameter, master in self._rounded:
            parameter.copy_(master)


def _gradient_mover(master: nn.Parameter) -> Callable[[Tensor], None]:
    def move(parameter: Tensor) -> None:
        grad = parameter.grad
        if grad is None:
            return
        if master.grad is None:
            master.grad = grad.float()
        else:
            master.grad.add_(grad)
        parameter.grad = None

    return move


def rate_factor(step: int, *, total_steps: int, warmup_steps: int, schedule: Schedule) -> float:
    """The factor on the learning rate in `step` (from 0): rises over the warm-up, then falls to 0 at the end."""
    if step < warmup_steps:
        return (step + 1) / (warmup_steps + 1)
    if schedule == "constant":
        return 1.0
    done = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    return 1.0 - done if schedule == "linear" else 0.5 * (1.0 + math.cos(math.pi * done))
