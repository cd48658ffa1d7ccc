"""Write what training made, in safetensors and JSON only: a peft adapter, a whole model, a merged model."""

from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..disk import as_os_error, written_whole
from .load import load_adapted


def save_adapter(model: nn.Module, folder: Path, *, base_name: str) -> None:
    """A standard peft adapter: adapter_config.json and adapter_model.safetensors (fp32).

    `base_name` is the model's name as the spec has it, so that no path of this machine is written.
    """
    config = cast(Any, model).peft_config["default"]
    config.base_model_name_or_path = base_name
    with written_whole(folder) as part, as_os_error():
        cast(Any, model).save_pretrained(part, safe_serialization=True, save_embedding_layers=False)
        (part / "README.md").unlink(missing_ok=True)  # peft's template; the model card stands in the job's artifacts


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """A whole model folder: safetensors, configuration and tokenizer, in the model's number format."""
    with written_whole(folder) as part, as_os_error():
        cast(Any, model).save_pretrained(part, safe_serialization=True)
        cast(Any, tokenizer).save_pretrained(part)


def merge_adapter(model: str, adapter: str, folder: Path, *, dtype: torch.dtype = torch.float32) -> None:
    """The base `model` with `adapter` merged into its weights, saved as a whole model.

    Computed on the CPU in `dtype`. Raises `BadSpec` where the adapter does not fit, or is a soft prompt.
    """
    merged, tokenizer = load_adapted(model, adapter, dtype=dtype, device=torch.device("cpu"))
    if hasattr(merged, "peft_config"):
        from ..faults import BadSpec

        raise BadSpec(
            "A soft prompt cannot be merged into weights",
            why="It is learned input, not a change of the model.",
            remedy="Use the adapter together with its base model.",
        )
    save_model(merged, tokenizer, folder)
