"""Compute, counted rather than timed."""

from typing import Any, cast

from ..models.adapt import Adapted

FULL, FROZEN = 6.0, 4.0


def step_flops(adapted: Adapted, *, computed_tokens: int, targets: int) -> float:
    """Floating-point operations of a training step, forward and backward.

    A weight costs 2 operations a token forward, 2 for the gradient of its input, and 2 more for its own
    gradient if it learns: 6 N a token where all N weights learn, 4 N + 6 A with N frozen and A adapter
    weights. N leaves out the input embedding (a lookup); the output layer counts for target tokens only,
    as logits are computed only there. Attention scores, norms and the optimizer are left out (a few per
    cent at the lengths used here). Tokens are those computed, after packing and prefix sharing.

    Source: Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1 (6 N), read 2026-11-22.
    """
    body, head, learned = _sizes(adapted)
    factor = FULL if adapted.method == "full" else FROZEN
    return factor * (body * computed_tokens + head * targets) + (
        0.0 if adapted.method == "full" else FULL * learned * computed_tokens
    )


def _sizes(adapted: Adapted) -> tuple[int, int, int]:
    """Weights of the body without embeddings, of the output layer, and of the adapter."""
    causal = cast(Any, adapted.causal_lm)
    embeddings = {id(causal.get_input_embeddings().weight)}
    output = causal.get_output_embeddings()
    head = output.weight.numel() if output is not None else 0
    if output is not None:
        embeddings.add(id(output.weight))
    learned = 0 if adapted.method == "full" else adapted.trainable_parameters
    whole = sum(value.numel() for value in adapted.model.parameters() if id(value) not in embeddings)
    return whole - learned, head, learned
