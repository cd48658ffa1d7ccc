"""The LoRA explorer's counts and bytes, by hand and against peft's own count."""

import pytest

from training.footprint import linear_maps, lora_parameters
from webapp.topics.explorers import lora
from webapp.topics.explorers.architectures import ARCHITECTURES

SMOL = ARCHITECTURES["smollm2-135m-instruct"]
ASKED = {"model": SMOL.key, "rank": 8, "targets": ["q", "v"], "precision": "bf16", "batch": 8, "context": 512}


def test_smollm2_at_rank_8_on_query_and_value() -> None:
    """30 layers x 8 x (576 + 576 + 576 + 192) = 460,800."""
    assert lora_parameters(SMOL.shape, 8, ["q", "v"]) == 460_800
    assert lora.explore(ASKED).trainable == 460_800


def test_gpt_3_as_its_papers_table_has_it() -> None:
    """On query and value: rank 1 is 4.7 M weights, as Hu et al. 2021 count them; rank 4 is 96 x 4 x 4 x 12,288."""
    shape = ARCHITECTURES["gpt-3-175b"].shape
    assert lora_parameters(shape, 1, ["q", "v"]) == 4_718_592
    assert lora_parameters(shape, 4, ["q", "v"]) == 18_874_368


def test_memory_by_hand() -> None:
    """Frozen 2 bytes; learned 16; activations 17 x 2 x 4096 x 576 x 30; logits 8 x 4096 x 49,152."""
    found = lora.explore(ASKED)
    activations, logits = 17 * 2 * 4096 * 576 * 30, 8 * 4096 * 49_152
    assert found.lora_bytes == pytest.approx(2 * 134_515_008 + 16 * 460_800 + activations + logits)
    assert found.full_bytes == pytest.approx(16 * 134_515_008 + activations + logits)
    assert sum(part.lora_bytes for part in found.parts) == pytest.approx(found.lora_bytes)
    assert sum(part.full_bytes for part in found.parts) == pytest.approx(found.full_bytes)
    assert max(max(part.lora_width, part.full_width) for part in found.parts) == 100
    assert "460,800" in found.finding


def test_four_bits_hold_less_and_full_fine_tuning_stays_in_sixteen() -> None:
    sixteen, four = lora.explore(ASKED), lora.explore(ASKED | {"precision": "4bit"})
    assert four.lora_bytes == pytest.approx(sixteen.lora_bytes - 1.4 * 134_515_008)
    assert four.full_bytes == sixteen.full_bytes


@pytest.mark.parametrize("key", ARCHITECTURES)
def test_the_stated_sizes_add_up_to_the_stated_count(key: str) -> None:
    """Embeddings, the maps of each layer, and what is left: norms and biases, under one in a thousand."""
    each = ARCHITECTURES[key]
    shape = each.shape
    maps = linear_maps(shape)
    layer = sum(ins * outs for name, (ins, outs) in maps.items() if name in each.targets())
    embeddings = shape.vocabulary * shape.hidden_size * (1 if shape.tied_embeddings else 2)
    counted = shape.layers * layer + embeddings
    # GPT-3's count is rounded in its paper
    assert counted == pytest.approx(shape.parameters, rel=3e-3 if each.gated is False else 1e-3)


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"rank": "0"}, "rank", "Give a whole number from 1 to 1,024."),
        ({"rank": "8.5"}, "rank", "Give a whole number"),
        ({"context": "9000"}, "context", "SmolLM2 135M Instruct reads at most 8,192 tokens."),
        ({"targets": []}, "targets", "Choose at least one module."),
        ({"model": "gpt-3-175b", "context": "512", "targets": ["gate"]}, "targets", "GPT-3 175B has no gate."),
        ({"model": "nonsense"}, "model", "Choose one of the list."),
    ],
)
def test_bad_input_is_told_beside_its_field(changes: dict[str, object], field: str, told: str) -> None:
    form = lora.LoraForm(ASKED | changes)
    assert not form.is_valid()
    assert told in form.errors[field].as_text()


@pytest.mark.training
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_peft_counts_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The architecture without weights: peft's `print_trainable_parameters` on SmolLM2-135M, rank 8, q and v."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = SMOL.shape
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.attention_heads,
        num_key_value_heads=shape.key_value_heads,
        tie_word_embeddings=shape.tied_embeddings,
    )
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
        adapted = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
    adapted.print_trainable_parameters()
    found = lora.explore(ASKED)
    share = f"{found.share * 100:.4f}"
    expected = f"trainable params: {found.trainable:,} || all params: {found.full + found.trainable:,}"
    assert capsys.readouterr().out.strip() == f"{expected} || trainable%: {share}"
