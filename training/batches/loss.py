"""Cross-entropy at targets only, without keeping logits, the largest tensor of small-model training."""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

CHUNK_TARGETS = 1024
"""Targets whose logits exist at one time."""


def target_losses(hidden: Tensor, weight: Tensor, bias: Tensor | None, labels: Tensor) -> Tensor:
    """hidden: [T, d], weight: [V, d], bias: [V], labels: [T]; returns the losses in nats, fp32 [T]; no gradient."""
    with torch.no_grad():
        parts = [
            functional.cross_entropy(functional.linear(some, weight, bias).float(), label, reduction="none")
            for some, label in zip(torch.split(hidden, CHUNK_TARGETS), torch.split(labels, CHUNK_TARGETS), strict=True)
        ]
        return torch.cat(parts) if parts else hidden.new_zeros(0, dtype=torch.float32)


def summed_loss(
    hidden: Tensor, weight: Tensor, bias: Tensor | None, labels: Tensor, counts: Tensor
) -> tuple[Tensor, Tensor]:
    """`sum(counts * losses)` with gradients to hidden, weight and bias, and the detached losses [T] in nats."""
    if not torch.is_grad_enabled():
        losses = target_losses(hidden, weight, bias, labels)
        return (losses * counts).sum(), losses
    total, losses = _apply(hidden, weight, bias, labels, counts)
    return total, losses.detach()


class _SummedLoss(Function):
    """The gradients are made in the forward pass, chunk by chunk, while the logits are there."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor | None, labels: Tensor, counts: Tensor
    ) -> tuple[Tensor, Tensor]:
        needs_hidden, needs_weight, needs_bias = ctx.needs_input_grad[:3]
        grad_hidden = torch.empty_like(hidden) if needs_hidden else None
        grad_weight = torch.zeros_like(weight, dtype=torch.float32) if needs_weight else None
        grad_bias = torch.zeros_like(bias, dtype=torch.float32) if bias is not None and needs_bias else None
        losses = torch.empty(hidden.shape[0], dtype=torch.float32, device=hidden.device)
        for start in range(0, hidden.shape[0], CHUNK_TARGETS):
            part = slice(start, start + CHUNK_TARGETS)
            logits = functional.linear(hidden[part], weight, bias).float()
            log_sum = logits.logsumexp(1)
            places = labels[part, None]
            losses[part] = log_sum - logits.gather(1, places).squeeze(1)
            grad = logits.sub_(log_sum[:, None]).exp_()
            grad.scatter_add_(1, places, grad.new_full(places.shape, -1.0))
            grad.mul_(counts[part, None])
            if grad_bias is not None:
                grad_bias += grad.sum(0)
            low = grad.to(hidden.dtype)
            if grad_hidden is not None:
                torch.mm(low, weight, out=grad_hidden[part])
            if grad_weight is not None:
                grad_weight += low.t() @ hidden[part]
        ctx.save_for_backward(grad_hidden, grad_weight, grad_bias)
        ctx.weight_dtype = weight.dtype
        ctx.mark_non_differentiable(losses)
        return (losses * counts).sum(), losses

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        factor = grads[0]
        hidden, weight, bias = ctx.saved_tensors
        return (
            None if hidden is None else hidden * factor.to(hidden.dtype),
            None if weight is None else (weight * factor).to(ctx.weight_dtype),
            None if bias is None else (bias * factor).to(ctx.weight_dtype),
            None,
            None,
        )


_apply = cast(Callable[..., tuple[Tensor, Tensor]], _SummedLoss.apply)
