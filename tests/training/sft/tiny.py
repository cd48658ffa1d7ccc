"""A Llama small enough to train in milliseconds, with random weights, and rows of random tokens."""

import random
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from training.batches.encode import Example

VOCABULARY = 131
CHAT_TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}<end>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tiny_llama(*, dtype: torch.dtype = torch.float32, tied: bool = True, seed: int = 0) -> LlamaForCausalLM:
    """Two layers, grouped-query attention, as SmolLM2 is built."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=tied,
        initializer_range=0.2,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=1,
    )
    return LlamaForCausalLM(config).to(dtype).eval()


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """One token a character of ASCII, and the chat's marks."""
    marks = ["<system>", "<end>", "<user>", "<assistant>"]
    vocabulary = {token: index for index, token in enumerate([*marks, *map(chr, range(127))])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="~"))
    tokenizer.pre_tokenizer = cast(Any, pre_tokenizers.Split("", "isolated"))
    tokenizer.decoder = cast(Any, decoders.Fuse())
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>", additional_special_tokens=marks
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def save_tiny_model(folder: Path) -> Path:
    """A model folder that a spec can name."""
    cast(Any, tiny_llama()).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def random_examples(
    count: int, *, shared: int = 0, seed: int = 0, shortest: int = 3, longest: int = 12
) -> list[Example]:
    """Rows of random tokens, each with a prompt of `shared` common tokens and some of its own."""
    draw = random.Random(seed)
    common = [draw.randrange(VOCABULARY) for _ in range(shared)]
    examples = []
    for _ in range(count):
        prompt = common + [draw.randrange(VOCABULARY) for _ in range(draw.randint(1, longest))]
        completion = [draw.randrange(VOCABULARY) for _ in range(draw.randint(shortest, longest))]
        learned = (False,) * len(prompt) + (True,) * len(completion)
        examples.append(Example((*prompt, *completion), learned, "", ""))
    return examples
