"""Make a base model trainable by one of the methods of a spec, with peft's adapters."""

import importlib.util
import warnings
from dataclasses import dataclass
from typing import Any, cast

import torch
from peft import IA3Config, LoraConfig, PeftConfig, PromptTuningConfig, TaskType, get_peft_model
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from ..faults import BadSpec
from ..spec.sft import Adaptation
from .load import load_base, model_folder
from .lowrank import fuse_adapters


@dataclass(frozen=True)
class Adapted:
    """A model ready to train. `model` is a `PeftModel`, or the base itself where every weight learns."""

    model: nn.Module
    method: str
    fused_layers: int = 0

    @property
    def causal_lm(self) -> PreTrainedModel:
        """The transformers model inside."""
        if self.method == "full":
            return cast(PreTrainedModel, self.model)
        return cast(PreTrainedModel, cast(Any, self.model).get_base_model())

    def soft_prompt(self) -> Tensor | None:
        """The learned prompt as embeddings, [1, tokens, d] with gradient; None for the methods that have none."""
        if self.method != "prompt":
            return None
        return cast(Tensor, cast(Any, self.model).get_prompt(batch_size=1)).to(self.causal_lm.dtype)

    @property
    def trainable(self) -> dict[str, nn.Parameter]:
        """The parameters that learn, by name."""
        return {name: value for name, value in self.model.named_parameters() if value.requires_grad}

    @property
    def trainable_parameters(self) -> int:
        """How many numbers learn."""
        return sum(value.numel() for value in self.trainable.values())

    @property
    def total_parameters(self) -> int:
        """How many numbers the model has, adapter included."""
        return sum(value.numel() for value in self.model.parameters())


def load_for_training(
    name: str, adaptation: Adaptation, *, dtype: torch.dtype, device: torch.device
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """`load_base`, in 4 bits for qlora. Raises `BadSpec` where qlora cannot run."""
    if adaptation.method != "qlora":
        return load_base(name, dtype=dtype, device=device)
    require_qlora(device)
    folder = model_folder(name)
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    config = cast(Any, BitsAndBytesConfig)(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, quantization_config=config, device_map={"": device}, use_safetensors=True
    )
    return cast(PreTrainedModel, model), tokenizer


def require_qlora(device: torch.device) -> None:
    """Raise `BadSpec` unless 4-bit training can run on `device`."""
    remedy = "Choose lora, or run the job on a worker with a CUDA device and bitsandbytes."
    if device.type != "cuda":
        raise BadSpec("qlora needs a CUDA device", why=f"This job runs on {device.type}.", remedy=remedy)
    if importlib.util.find_spec("bitsandbytes") is None:
        raise BadSpec("qlora needs the package bitsandbytes", why="It is not installed on this worker.", remedy=remedy)


def adapt(model: PreTrainedModel, adaptation: Adaptation) -> Adapted:
    """Freeze what stays and add what learns. The adapters' own weights are fp32 whatever the base's format.

    Their start is random: seed torch first. Raises `BadSpec` where the method does not fit the model.
    """
    if adaptation.method == "full":
        model.requires_grad_(True)
        return Adapted(model, "full")
    try:
        with warnings.catch_warnings():
            # peft 0.21 asks transformers 5.23 by an attribute's old name
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated")
            wrapped = cast(nn.Module, get_peft_model(cast(Any, model), _peft_config(model, adaptation)))
    except ValueError as error:
        raise BadSpec(
            f"{adaptation.method} does not fit this model",
            why=str(error)[:500],
            remedy="Choose another method, or other target modules.",
        ) from error
    return Adapted(wrapped, adaptation.method, fuse_adapters(wrapped))


def _peft_config(model: PreTrainedModel, adaptation: Adaptation) -> PeftConfig:
    if adaptation.method == "prompt":
        return PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=adaptation.prompt_tokens)
    if adaptation.method == "ia3":
        return _ia3_config(model)
    return LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=adaptation.rank,
        lora_alpha=cast(int, adaptation.scale * adaptation.rank),
        lora_dropout=adaptation.dropout,
        target_modules="all-linear" if adaptation.targets == "all-linear" else attention_layers(model),
        use_dora=adaptation.method == "dora",
    )


def _ia3_config(model: PreTrainedModel) -> IA3Config:
    """Keys, values and the feed-forward's last layer, as the IA3 paper has it; peft knows most architectures' names."""
    names = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
    if {"k_proj", "v_proj", "down_proj"} <= names:
        return IA3Config(
            task_type=TaskType.CAUSAL_LM,
            target_modules=["k_proj", "v_proj", "down_proj"],
            feedforward_modules=["down_proj"],
        )
    return IA3Config(task_type=TaskType.CAUSAL_LM)


def attention_layers(model: nn.Module) -> list[str]:
    """Names of the linear layers inside attention blocks. Raises `BadSpec` if none is found."""
    names = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and any("attn" in part or "attention" in part for part in name.split(".")[:-1])
    ]
    if not names:
        raise BadSpec(
            "This model has no linear layer in an attention block",
            why="No module name holds attn or attention.",
            remedy="Set adaptation.targets to all-linear.",
        )
    return sorted({name.rsplit(".", 1)[-1] for name in names})
