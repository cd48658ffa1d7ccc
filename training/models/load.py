"""Load a model and its tokenizer: device, precision, base, adapter. Safetensors only, never remote code."""

import os
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from ..catalogue import KNOWN_MODELS, is_hub_id, is_whole_model, locate, model_digest
from ..faults import BadSpec, JobFault, OutOfResources
from ..spec.base import JobSpec, Precision
from .provision import prepare

__all__ = [
    "Loaded",
    "choose_device",
    "choose_dtype",
    "device_class",
    "load_adapted",
    "load_base",
    "model_digest",
    "model_folder",
]

Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]

_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError, StrictDataclassError)
"""What transformers and peft raise for files that are damaged or do not fit together."""

_LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


def choose_device(spec: JobSpec) -> torch.device:
    """The device that `spec.device` means here. Under `accelerate launch` each process takes its own GPU."""
    wanted = spec.device
    has_cuda, has_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        wanted = "cuda" if has_cuda else "mps" if has_mps else "cpu"
    if (wanted == "cuda" and not has_cuda) or (wanted == "mps" and not has_mps):
        raise BadSpec(
            f"This machine has no {wanted} device that torch can use",
            why="The worker that runs the job decides which devices there are.",
            remedy="Set device to auto or cpu, or run the job on a worker with that device.",
        )
    if wanted == "cuda":
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device(wanted)


def device_class(device: torch.device) -> str:
    """How a device is named in cost records: the GPU's own name, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def choose_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """The number format of weights and arithmetic. `auto` takes bfloat16 where the processor is faster in it."""
    if precision == "fp16" and device.type == "cpu":
        raise BadSpec(
            "fp16 needs a GPU",
            why="A CPU computes float16 far more slowly than float32.",
            remedy="Set precision to auto, bf16 or fp32.",
        )
    if precision != "auto":
        return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    return torch.bfloat16 if _is_faster_in_bfloat16(device) else torch.float32


def model_folder(name: str) -> Path:
    """The folder of safetensors of a spec's `model`; a known model or hub id that is not here yet is fetched first.

    Raises `BadSpec` where there is no such model.
    """
    try:
        return locate(name)
    except BadSpec as absent:
        if name not in KNOWN_MODELS and not is_hub_id(name):
            raise
        try:
            return prepare(name, report=lambda line: print(line, flush=True))
        except OutOfResources:
            raise
        except JobFault as fault:
            raise BadSpec(absent.what, why=f"{fault.what}. {fault.why}", remedy=absent.remedy) from fault


def load_base(name: str, *, dtype: torch.dtype, device: torch.device) -> Loaded:
    """The model `name` in evaluation mode on `device`, and its tokenizer, which always has a padding token.

    Raises `BadSpec` where there is no such model or its files do not fit together.
    """
    folder = model_folder(name)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, **_LOCAL)
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, use_safetensors=True, **_LOCAL)
    except (*_UNREADABLE, OSError) as error:
        if "out of memory" in str(error).lower():
            raise
        raise BadSpec(
            f"The model {name} cannot be loaded",
            why=f"{type(error).__name__}: {error}"[:1000],
            remedy="Name a causal language model of an architecture that transformers has, with its tokenizer's files.",
        ) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return cast(PreTrainedModel, model.to(device).eval()), tokenizer


def load_adapted(name: str, adapter: str | None, *, dtype: torch.dtype, device: torch.device) -> Loaded:
    """`load_base` with a trained adapter in place, for inference.

    Adapters of weights (LoRA, DoRA, IA3) are merged, so that they cost nothing at inference; a soft
    prompt cannot be and stays a `PeftModel`. Raises `BadSpec` where the adapter does not fit the base.
    """
    if adapter is None:
        return load_base(name, dtype=dtype, device=device)
    folder = Path(adapter).expanduser()
    _check_adapter(folder)
    model, tokenizer = load_base(name, dtype=dtype, device=device)
    from peft import PeftModel

    try:
        adapted: Any = PeftModel.from_pretrained(model, folder, is_trainable=False, use_safetensors=True)
    except _UNREADABLE as error:
        if "out of memory" in str(error).lower():
            raise
        raise BadSpec(
            f"The adapter {adapter} does not fit the model {name}",
            why=f"{type(error).__name__}: {error}"[:1000],
            remedy="Name the base model that the adapter was trained on.",
        ) from error
    if adapted.active_peft_config.is_prompt_learning:
        return cast(PreTrainedModel, adapted.eval()), tokenizer
    return cast(PreTrainedModel, adapted.merge_and_unload().eval()), tokenizer


def _check_adapter(folder: Path) -> None:
    if not (folder / "adapter_config.json").is_file():
        if is_whole_model(folder):
            why, remedy = "It is a whole model.", "Name it as model, without an adapter."
        else:
            why = "It has no adapter_config.json." if folder.is_dir() else "There is no such folder."
            remedy = "Name the folder that training left as its adapter."
        raise BadSpec(f"{folder} is not an adapter", why=why, remedy=remedy)
    if not (folder / "adapter_model.safetensors").is_file():
        raise BadSpec(
            f"{folder} has no adapter_model.safetensors",
            why="Only safetensors are read; pickled weights can run code.",
            remedy="Save the adapter as safetensors.",
        )


def _is_faster_in_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        has = torch.cpu.get_capabilities()
        return bool(has.get("amx_bf16")) or (any(bool(has.get(name)) for name in _BF16_FLAGS) and _wins_in_bfloat16())
    return False


_BF16_FLAGS = ("avx512_bf16", "bf16", "sve_bf16")


@lru_cache(maxsize=1)
def _wins_in_bfloat16() -> bool:
    """Whether a matrix product of a small model's size takes less processor time in bfloat16: 50 ms of trying.

    The flag alone does not tell: an Intel Xeon with AVX512_BF16 but without AMX took 1.8 times as long as in
    float32 (torch 2.13, measured 2026-11-22). Processor time of one thread, so that other load does not decide.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        seconds = {}
        for dtype in (torch.float32, torch.bfloat16):
            rows, weight = torch.ones(256, 576, dtype=dtype), torch.ones(1536, 576, dtype=dtype)
            seconds[dtype] = min(_product_seconds(rows, weight) for _ in range(6))
    finally:
        torch.set_num_threads(threads)
    return seconds[torch.bfloat16] < seconds[torch.float32]


def _product_seconds(rows: torch.Tensor, weight: torch.Tensor) -> float:
    started = time.thread_time()
    torch.nn.functional.linear(rows, weight)
    return time.thread_time() - started
