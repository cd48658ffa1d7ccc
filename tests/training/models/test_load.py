"""Device, precision, and what loading refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.sft.tiny import save_tiny_model
from training.faults import BadSpec
from training.models.load import choose_device, choose_dtype, device_class, load_base
from training.spec import EvaluateSpec

CPU = torch.device("cpu")


def spec(**fields: Any) -> EvaluateSpec:
    return EvaluateSpec.parse({"model": "m", "data": {"test": "t"}, **fields})


def test_device_and_precision() -> None:
    assert choose_device(spec(device="cpu")) == CPU
    assert device_class(CPU) == "cpu"
    assert choose_dtype("fp32", CPU) is torch.float32
    assert choose_dtype("bf16", CPU) is torch.bfloat16
    assert choose_dtype("auto", CPU) is choose_dtype("auto", CPU) in (torch.float32, torch.bfloat16)
    with pytest.raises(BadSpec, match="fp16 needs a GPU"):
        choose_dtype("fp16", CPU)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there() -> None:
    with pytest.raises(BadSpec, match="no cuda device"):
        choose_device(spec(device="cuda"))


def test_a_model_without_a_padding_token_gets_one(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings.pop("pad_token")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    model, tokenizer = load_base(str(folder), dtype=torch.bfloat16, device=CPU)
    assert tokenizer.pad_token == tokenizer.eos_token
    assert model.dtype is torch.bfloat16
    assert not model.training


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", '{"model_type": "nonsense"}'),
        (
            "config.json",
            '{"model_type": "llama", "auto_map": {"AutoModelForCausalLM": "evil.Model"}, "hidden_size": 8}',
        ),
        ("model.safetensors", "not safetensors"),
        ("tokenizer.json", "{}"),
    ],
)
def test_files_that_do_not_fit_together(tmp_path: Path, file: str, content: str) -> None:
    folder = save_tiny_model(tmp_path / "model")
    (folder / file).write_text(content)
    with pytest.raises(BadSpec):
        load_base(str(folder), dtype=torch.float32, device=CPU)


def test_code_beside_a_model_is_not_run(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    load_base(str(folder), dtype=torch.float32, device=CPU)
    assert not (tmp_path / "ran").exists()
