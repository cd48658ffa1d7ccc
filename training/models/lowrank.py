"""LoRA and DoRA layers of peft, computed faster: the same parameters and results, a leaner forward and backward.

peft runs its adapters in fp32 through several autograd nodes. Here one node per layer computes in the base
model's number format over fp32 masters, keeps only what the backward needs, and adds the low-rank parts in
place. peft still owns the parameters, so saving, loading and merging are peft's.
"""

from collections.abc import Callable
from typing import Any, cast

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional

ADAPTER = "default"


def fuse_adapters(model: nn.Module) -> int:
    """Give each LoRA or DoRA layer without dropout the fused computation; returns how many got it."""
    layers = [layer for layer in model.modules() if isinstance(layer, LoraLinear) and _can_fuse(layer)]
    for layer in layers:
        cast(Any, layer).forward = FusedLora(layer)  # on the instance: `Module.__call__` takes it from there
    return len(layers)


def _can_fuse(layer: LoraLinear) -> bool:
    base = layer.get_base_layer()
    return (
        type(base) is nn.Linear
        and not layer.fan_in_fan_out
        and set(layer.lora_A) == {ADAPTER}
        and isinstance(layer.lora_dropout[ADAPTER], nn.Identity)
        and not layer.lora_bias[ADAPTER]
    )


class FusedLora:
    """The forward of one peft layer: `y = x W' + s (x A') B'` (LoRA), scaled by `m / |W + s B A|` (DoRA)."""

    def __init__(self, layer: LoraLinear) -> None:
        self.base = cast(nn.Linear, layer.get_base_layer())
        self.down = cast(nn.Parameter, layer.lora_A[ADAPTER].weight)
        self.up = cast(nn.Parameter, layer.lora_B[ADAPTER].weight)
        self.scale = float(layer.scaling[ADAPTER])
        self.magnitude: nn.Parameter | None = None
        if layer.use_dora[ADAPTER]:
            self.magnitude = cast(nn.Parameter, layer.lora_magnitude_vector[ADAPTER].weight)

    def __call__(self, x: Tensor) -> Tensor:
        """x: [..., in]; returns [..., out]."""
        bias = self.base.bias
        if self.magnitude is None:
            return _low_rank_linear(x, self.base.weight, bias, self.down, self.up, self.scale)
        y = _low_rank_linear(x, self.base.weight, None, self.down, self.up, self.scale)
        y = y * (self.magnitude / self._norms()).to(y.dtype)
        return y if bias is None else y + bias

    @torch.no_grad()
    def _norms(self) -> Tensor:
        """[out]: length of each row of W + s B A, a constant to the gradient as the DoRA paper has it.

        |w + s b A|^2 = |w|^2 + 2 s w A' b' + s^2 b (A A') b', so the summed matrix is never built.
        """
        weight = self.base.weight
        if not hasattr(self, "_base_squares"):
            self._base_squares = weight.float().square().sum(1)
        cross = (weight @ self.down.to(weight.dtype).t()).float()
        gram = self.down @ self.down.t()
        squares = (
            self._base_squares
            + 2 * self.scale * (cross * self.up).sum(1)
            + self.scale**2 * ((self.up @ gram) * self.up).sum(1)
        )
        return squares.clamp_min(torch.finfo(torch.float32).tiny).sqrt()


class _LowRankLinear(Function):
    """x: [n, in], weight: [out, in], down: [r, in], up: [out, r]; returns [n, out]. The weight is frozen."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scale: float
    ) -> Tensor:
        low_down, low_up = down.to(x.dtype), up.to(x.dtype)
        inner = x @ low_down.t()
        y = functional.linear(x, weight, bias)
        y.addmm_(inner, low_up.t(), alpha=scale)
        ctx.save_for_backward(x, weight, inner, low_down, low_up)
        ctx.scale = scale
        return y

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        x, weight, inner, down, up = ctx.saved_tensors
        scale: float = ctx.scale
        grad_inner = grad @ up
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = grad @ weight
            grad_x.addmm_(grad_inner, down, alpha=scale)
        grad_down = (grad_inner.t() @ x).float().mul_(scale)
        grad_up = (grad.t() @ inner).float().mul_(scale)
        return grad_x, None, None, grad_down, grad_up, None


_apply = cast(Callable[..., Tensor], _LowRankLinear.apply)


def _low_rank_linear(x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scale: float) -> Tensor:
    """As `_LowRankLinear`, for x of any leading shape."""
    flat = x.reshape(-1, x.shape[-1])
    return _apply(flat, weight, bias, down, up, scale).view(*x.shape[:-1], weight.shape[0])
