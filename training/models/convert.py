"""GGUF to safetensors, once, so that every later load takes a fraction of a second."""

import copy
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging


def gguf_to_safetensors(gguf: Path, folder: Path) -> None:
    """Write model, tokenizer, chat template and generation settings of a GGUF file into `folder`, in bfloat16.

    A model that was loaded from GGUF refuses `save_pretrained`, because its configuration says that it
    is quantised; so the weights move into a model built from a clean configuration.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    loaded = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    config = copy.deepcopy(loaded.config)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = torch.bfloat16
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)  # type: ignore[no-untyped-call]
    model.load_state_dict({name: weight.to(torch.bfloat16) for name, weight in loaded.state_dict().items()})
    model.tie_weights()
    model.generation_config = copy.deepcopy(loaded.generation_config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)  # weights come out readable by the owner alone, but workers may run as another user
