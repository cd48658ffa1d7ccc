"""How a spec's model is found, and what a person is told where there is none."""

import json
from pathlib import Path

import pytest
from accelerate import init_empty_weights
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config

from tests.training.sft.tiny import save_tiny_model
from training.catalogue import (
    KNOWN_MODELS,
    KnownModel,
    count_parameters,
    describe,
    digest_of_files,
    is_hub_id,
    locate,
    model_digest,
    models_at_hand,
    prepared_folder,
)
from training.faults import BadSpec


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.mark.parametrize("known", KNOWN_MODELS.values(), ids=list(KNOWN_MODELS))
def test_known_shapes_give_the_known_number_of_parameters(known: KnownModel) -> None:
    shape = known.shape
    kind = Qwen2Config if known.name.startswith("qwen") else LlamaConfig
    config = kind(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.attention_heads,
        num_key_value_heads=shape.key_value_heads,
        tie_word_embeddings=shape.tied_embeddings,
    )
    with init_empty_weights():
        model = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    model.tie_weights()
    assert sum(weight.numel() for weight in model.parameters()) == shape.parameters


def test_prepared_models_are_listed_and_found(home: Path) -> None:
    folder = save_tiny_model(home / "models" / "tiny")
    save_tiny_model(home / "models" / ".part-other-x")
    (home / "models" / "broken").mkdir()
    (found,) = models_at_hand()
    assert (found.name, found.folder, found.source) == ("tiny", folder, "local folder")
    assert found.shape.parameters == count_parameters(folder) == 19_712
    assert (found.shape.layers, found.shape.hidden_size, found.shape.vocabulary) == (2, 32, 131)
    assert locate("tiny") == folder


def test_a_folder_is_found_by_its_path(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "some" / "model")
    assert locate(str(folder)) == folder
    assert locate("some/model") == folder  # not taken for a hub id
    assert not is_hub_id("some/model")
    assert describe(folder).architecture == "LlamaForCausalLM"


def test_names_of_known_models_and_hub_ids_are_one_folder(home: Path) -> None:
    folder = home / "models" / "smollm2-135m-instruct"
    assert prepared_folder("smollm2-135m-instruct") == folder
    assert prepared_folder("HuggingFaceTB/SmolLM2-135M-Instruct") == folder
    assert prepared_folder("some/model") == home / "models" / "some--model"
    assert prepared_folder("../escape") is None
    assert prepared_folder("a/b/c") is None


@pytest.mark.parametrize(
    ("name", "said", "remedy"),
    [
        ("smollm2-135m-instruct", "is not prepared", "python -m training prepare smollm2-135m-instruct"),
        ("models/bf16", "There is no folder models/bf16 here", "correct the path"),
        ("./models/bf16", "There is no model ./models/bf16", "Known models"),
        ("nonsense", "There is no model nonsense", "Known models"),
        ("empty", "is not a model", "config.json"),
        ("pickled", "lacks model.safetensors", "safetensors"),
        ("adapter", "is not a model", "this folder as adapter"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, name: str, said: str, remedy: str) -> None:
    for folder, file in (("empty", None), ("pickled", "pytorch_model.bin"), ("adapter", "adapter_config.json")):
        (tmp_path / folder).mkdir()
        if file:
            (tmp_path / folder / file).write_text("{}")
    (tmp_path / "pickled" / "config.json").write_text("{}")
    with pytest.raises(BadSpec) as caught:
        locate(name)
    assert said in caught.value.what
    assert remedy in caught.value.remedy
    assert "connect" not in f"{caught.value.what} {caught.value.why} {caught.value.remedy}"


def test_a_part_of_the_weights_is_missing(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "../../model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(BadSpec, match=r"lacks model-1\.safetensors"):
        locate(str(folder))


def test_the_digest_changes_with_the_content_and_not_with_the_place(tmp_path: Path) -> None:
    one, two = save_tiny_model(tmp_path / "one"), save_tiny_model(tmp_path / "two")
    (two / "README.md").write_text("notes")
    assert model_digest(one) == model_digest(two) == digest_of_files(one)
    (two / "chat_template.jinja").write_text("other")
    assert model_digest(one) != model_digest(two)
