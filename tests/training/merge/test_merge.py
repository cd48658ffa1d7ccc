"""A merged model answers as the base model with its adapter does, and stock transformers loads it."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from tests.training.sft.tiny import save_tiny_model
from training.faults import BadSpec
from training.jobs import merge
from training.run import Run
from training.spec.merge import MergeSpec

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return save_tiny_model(tmp_path / "base")


@pytest.fixture
def adapter(base: Path, tmp_path: Path) -> Path:
    """A LoRA adapter that changes something: peft's own start has no effect."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    torch.manual_seed(0)
    for name, value in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.2)
    adapted.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def test_merged_model_answers_as_the_adapted_one(base: Path, adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    spec = MergeSpec(model=str(base), adapter=str(adapter), precision="fp32")
    result = merge.run(spec, Run(tmp_path / "out", spec))
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "out" / "artifacts" / "model", dtype=torch.float32)
    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter)
    ids = torch.arange(3, 19)[None]
    with torch.no_grad():
        expected, found, before = adapted(ids).logits, merged(ids).logits, plain(ids).logits
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert (expected - before).abs().max() > 1e-2
    assert result.artifacts[0].name == "model"
    assert result.metrics["total_parameters"] == sum(value.numel() for value in merged.parameters())


def test_a_folder_that_is_no_adapter_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    spec = MergeSpec(model=str(base), adapter=str(tmp_path / "nothing"))
    with pytest.raises(BadSpec):
        merge.run(spec, Run(tmp_path / "out", spec))
