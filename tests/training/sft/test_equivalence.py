"""The fast path gives what the plain one gives: losses and gradients against padded rows through stock peft."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor, nn

from tests.training.sft.tiny import random_examples, tiny_llama, tiny_tokenizer
from training.batches.encode import Example
from training.batches.forward import Losses, PackedForward, PaddedForward, choose_forward
from training.jobs.optimizer import MasterAdamW
from training.models.adapt import Adapted, adapt
from training.models.lowrank import fuse_adapters
from training.spec.sft import Adaptation

CPU = torch.device("cpu")
pytestmark = [
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]


def adapted(method: str, *, fused: bool, dtype: torch.dtype = torch.float32) -> Adapted:
    """A tiny model with an adapter that already does something, the same for the same arguments."""
    model = tiny_llama(dtype=dtype)
    torch.manual_seed(1)
    if method == "full":
        return adapt(model, Adaptation(method="full"))
    if fused or method in ("ia3", "prompt"):
        raw = {"method": method, "rank": 4, "prompt_tokens": 5}
        made = adapt(model, Adaptation.model_validate(raw))
    else:
        config = LoraConfig(
            task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules="all-linear", use_dora=method == "dora"
        )
        made = Adapted(get_peft_model(model, config), method)
    torch.manual_seed(2)
    with torch.no_grad():
        for name, value in made.trainable.items():
            value.add_(torch.randn_like(value) * (0.05 if "magnitude" in name else 0.1))
    return made


def gradients(
    model: Adapted, forward: PackedForward | PaddedForward, examples: Sequence[Example]
) -> tuple[float, dict[str, Tensor]]:
    """Mean loss a target and its gradients, over micro-batches as `plan` gives them."""
    rows = range(len(examples))
    targets = sum(example.targets for example in examples)
    total = 0.0
    for some in forward.plan(examples, list(rows)):
        part = forward.losses(examples, some)
        (part.total / targets).backward()
        total += float(part.total.detach())
    return total / targets, {
        name: value.grad.clone() for name, value in model.trainable.items() if value.grad is not None
    }


def packed(model: Adapted, *, max_tokens: int = 64, max_rows: int | None = None) -> PackedForward:
    return PackedForward(model, device=CPU, max_tokens=max_tokens, max_rows=max_rows)


def padded(model: Adapted, *, max_rows: int = 16) -> PaddedForward:
    return PaddedForward(model.model, device=CPU, max_rows=max_rows, pad_id=1)


def assert_same(found: tuple[float, dict[str, Tensor]], wanted: tuple[float, dict[str, Tensor]]) -> None:
    assert found[0] == pytest.approx(wanted[0], abs=1e-5)
    assert found[1].keys() == wanted[1].keys()
    for name, value in wanted[1].items():
        torch.testing.assert_close(
            found[1][name], value, atol=1e-5, rtol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
        )


@pytest.mark.parametrize("method", ["lora", "dora", "ia3", "prompt", "full"])
@pytest.mark.parametrize("shared", [0, 20])
@pytest.mark.parametrize("loss_on_all", [False, True])
def test_packed_shared_and_fused_equals_padded_peft(method: str, shared: int, loss_on_all: bool) -> None:
    examples = random_examples(9, shared=shared)
    if loss_on_all:
        examples = [Example(e.ids, (False,) + (True,) * (len(e.ids) - 1), "", "") for e in examples]
    fast, plain = adapted(method, fused=True), adapted(method, fused=False)
    assert fast.fused_layers == (14 if method in ("lora", "dora") else 0)
    assert_same(gradients(fast, packed(fast), examples), gradients(plain, padded(plain), examples))


@pytest.mark.parametrize("method", ["lora", "full"])
def test_one_batch_of_8_equals_8_batches_of_1(method: str) -> None:
    examples = random_examples(8, shared=5)
    whole, parts = adapted(method, fused=True), adapted(method, fused=True)
    assert_same(
        gradients(whole, packed(whole, max_tokens=1000), examples),
        gradients(parts, packed(parts, max_rows=1), examples),
    )


def test_losses_by_row_are_the_padded_ones() -> None:
    examples = random_examples(7, shared=6)
    model = adapted("lora", fused=True)
    fast, plain = packed(model), padded(model)
    nats = torch.zeros(7)
    for some in fast.plan(examples, range(7)):
        nats[some] = fast.losses(examples, some).row_nats
    wanted = torch.zeros(7)
    for some in plain.plan(examples, range(7)):
        wanted[some] = plain.losses(examples, some).row_nats
    torch.testing.assert_close(nats, wanted, atol=1e-4, rtol=1e-5)


def test_half_precision_stays_close_to_full() -> None:
    """bf16 arithmetic over fp32 masters: same loss to 2%, gradients pointing the same way."""
    examples = random_examples(8, shared=6)
    exact, half = adapted("lora", fused=True), adapted("lora", fused=True, dtype=torch.bfloat16)
    wanted, found = gradients(exact, packed(exact), examples), gradients(half, packed(half), examples)
    assert found[0] == pytest.approx(wanted[0], rel=0.02)
    assert all(value.dtype is torch.float32 for value in found[1].values())
    flat = [torch.cat([grads[name].flatten() for name in sorted(grads)]) for grads in (found[1], wanted[1])]
    assert torch.cosine_similarity(flat[0], flat[1], dim=0) > 0.99


def test_full_fine_tuning_in_half_precision_sums_gradients_in_fp32() -> None:
    examples = random_examples(8)
    model = adapted("full", fused=False, dtype=torch.bfloat16)
    optimizer = MasterAdamW(model.trainable, learning_rate=1e-3, weight_decay=0.0)
    before = {name: value.clone() for name, value in optimizer.weights().items()}
    gradients(model, packed(model, max_rows=2), examples)
    assert all(value.dtype is torch.float32 for value in optimizer.gradients())
    assert all(value.grad is None for value in model.trainable.values())
    optimizer.step(1e-3, 1.0)
    for name, value in model.trainable.items():
        assert not torch.equal(optimizer.weights()[name], before[name])
        torch.testing.assert_close(value, optimizer.weights()[name].to(torch.bfloat16), atol=0, rtol=0)


def test_dropout_keeps_peft_forward() -> None:
    model = adapt(tiny_llama(), Adaptation(method="lora", rank=4, dropout=0.1))
    assert model.fused_layers == 0
    assert fuse_adapters(nn.Linear(2, 2)) == 0


class TestChoice:
    """The packed forward is taken only where it gives the plain one's losses."""

    def choose(self, model: Adapted, *, packing: bool = True) -> tuple[str, str]:
        forward, why = choose_forward(
            model,
            random_examples(8),
            tiny_tokenizer(),
            device=CPU,
            packing=packing,
            batch_size=4,
        )
        return forward.name, why

    def test_llama_is_packed(self) -> None:
        assert self.choose(adapted("lora", fused=True))[0] == "packed"

    def test_packing_off(self) -> None:
        assert self.choose(adapted("lora", fused=True), packing=False)[0] == "padded"

    def test_soft_prompt_is_packed(self) -> None:
        assert self.choose(adapt(tiny_llama(), Adaptation(method="prompt", prompt_tokens=4)))[0] == "packed"

    def test_model_that_looks_elsewhere_is_padded(self) -> None:
        """A model whose logits are scaled after the output layer must not be computed from that layer alone."""
        model = adapted("full", fused=False)
        model.causal_lm.lm_head.register_forward_hook(lambda module, inputs, output: output * 0.5)
        name, why = self.choose(model)
        assert name == "padded"
        assert "does not agree" in why

    def test_model_that_ignores_the_mask_is_padded(self) -> None:
        model = adapted("full", fused=False)

        def causal_only(
            module: nn.Module, inputs: object, named: dict[str, object]
        ) -> tuple[object, dict[str, object]]:
            mask = named["attention_mask"]
            if isinstance(mask, torch.Tensor) and mask.ndim == 4:
                mask = torch.full_like(mask, torch.finfo(mask.dtype).min).triu(1)
            return inputs, {**named, "attention_mask": mask}

        model.causal_lm.model.register_forward_pre_hook(causal_only, with_kwargs=True)
        name, why = self.choose(model)
        assert name == "padded"
        assert "see each other" in why

    @pytest.mark.parametrize("method", ["lora", "dora"])
    def test_dropout_is_off_while_rows_are_compared(self, method: str) -> None:
        """peft makes adapters in training mode: with their dropout on, the same forward differs from one time to the
        next, and every model with dropout would be told that its rows see each other."""
        made = adapt(tiny_llama(), Adaptation.model_validate({"method": method, "rank": 4, "dropout": 0.5}))
        with torch.no_grad():
            for value in made.trainable.values():
                value.add_(torch.randn_like(value) * 0.1)
        made.model.train()
        assert self.choose(made)[0] == "packed"

    def test_one_glitch_of_the_machine_is_no_leak(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A reading that does not come again says nothing about the mask."""
        exact, readings = PackedForward.losses, itertools.count()

        def with_a_glitch(self: PackedForward, *arguments: Any) -> Losses:
            found = exact(self, *arguments)
            return replace(found, row_nats=found.row_nats + 0.01) if next(readings) == 1 else found

        monkeypatch.setattr(PackedForward, "losses", with_a_glitch)
        assert self.choose(adapted("full", fused=False))[0] == "packed"
        assert next(readings) == 4

    def test_short_attention_window_is_padded(self) -> None:
        model = adapted("full", fused=False)
        model.causal_lm.config.sliding_window = 4
        assert self.choose(model)[0] == "padded"
