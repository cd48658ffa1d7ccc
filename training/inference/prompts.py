"""Token ids of prompts and of the answers that are scored after them.

Messages go through the tokenizer's chat template. Plain text is given to the model as it stands: the row's
author wrote the whole prompt, and training on such rows adds no template either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..batches.encode import Tokenizer, encode_row
from .items import Item, Part


@dataclass(frozen=True)
class Prompt:
    """A prompt as text and as tokens. `is_template` text holds its own special tokens."""

    text: str
    ids: list[int]
    is_template: bool


class Encoder:
    """Encodes for one tokenizer, within `context_tokens` a sequence. `cut` counts prompts that lost their start."""

    def __init__(self, tokenizer: Tokenizer, context_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._context_tokens = context_tokens
        self.cut = 0

    def prompt(self, part: Part) -> Prompt:
        """The prompt up to where the answer begins."""
        if isinstance(part, str):
            text, is_template = part, False
        elif self._tokenizer.chat_template:
            text = str(self._tokenizer.apply_chat_template(part, tokenize=False, add_generation_prompt=True))
            is_template = True
        else:  # the plain form that training gives such rows
            text = "".join(f"{message['role']}: {message['content']}\n" for message in part) + "assistant:"
            is_template = False
        return Prompt(text, self._ids(text, is_template), is_template)

    def answers(self, prompt: Prompt, texts: Sequence[str]) -> tuple[list[int], list[list[int]]]:
        """The prompt's tokens and those of each answer after it.

        Prompt and answer are encoded together and split behind the prompt's tokens; white space at the end of
        the prompt counts as the answer's, because tokenizers join it with the word that follows.
        """
        kept = prompt.text.rstrip(" ") or prompt.text
        space = prompt.text[len(kept) :]
        ids = prompt.ids if not space else self._ids(kept, prompt.is_template)
        encoded = [self._ids(kept + space + text, prompt.is_template)[len(ids) :] for text in texts]
        whole = [answer or self._ids(space + text, True) for answer, text in zip(encoded, texts, strict=True)]
        return self.fit(ids, max(map(len, whole))), whole

    def likelihood(self, item: Item) -> tuple[list[int], list[int]]:
        """Tokens given and tokens whose likelihood counts: exactly those that training's loss counts."""
        row = (
            {"text": item.completion} if item.prompt is None else {"prompt": item.prompt, "completion": item.completion}
        )
        example = encode_row(row, self._tokenizer, loss_on="completion", max_tokens=self._context_tokens)
        first = example.learned.index(True) if any(example.learned) else len(example.ids)
        return list(example.ids[:first]), list(example.ids[first:])

    def fit(self, ids: list[int], answer_tokens: int) -> list[int]:
        """The prompt's end where it and its answer are longer than the model's context."""
        room = max(1, self._context_tokens - answer_tokens)
        if len(ids) <= room:
            return ids
        self.cut += 1
        return ids[-room:]

    def _ids(self, text: str, is_template: bool) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=not is_template)["input_ids"]
        return ids
