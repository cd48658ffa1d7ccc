"""Which tokens of a row are read, and which are learned."""

from typing import Any

import pytest

from tests.training.sft.tiny import tiny_tokenizer
from training.batches.encode import Example, decoded, encode_row, prompt_ids
from training.faults import BadData

TOKENIZER = tiny_tokenizer()


def encode(row: dict[str, Any], *, loss_on: Any = "completion", max_tokens: int = 100) -> Example:
    return encode_row(row, TOKENIZER, loss_on=loss_on, max_tokens=max_tokens)


def learned(example: Example) -> str:
    return "".join(str(token["token"]) for token in decoded(example, TOKENIZER) if token["learned"])


def whole(example: Example) -> str:
    return "".join(str(token["token"]) for token in decoded(example, TOKENIZER))


def test_text_prompt_and_completion() -> None:
    example = encode({"prompt": "2+2=", "completion": "4"})
    assert whole(example) == "2+2=4<end>"
    assert learned(example) == "4<end>"
    assert TOKENIZER.decode(prompt_ids(example)) == "2+2="


def test_messages_follow_the_chat_template() -> None:
    row = {"prompt": [{"role": "user", "content": "hi"}], "completion": [{"role": "assistant", "content": "yo"}]}
    example = encode(row)
    assert whole(example) == "<user>hi<end><assistant>yo<end>"
    assert learned(example) == "yo<end>"
    assert (example.prompt, example.completion) == ("hi", "yo")


def test_conversation_learns_every_answer_and_nothing_else() -> None:
    turns = [("system", "s"), ("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    example = encode({"messages": [{"role": role, "content": content} for role, content in turns]})
    assert learned(example) == "b<end>d<end>"


def test_loss_on_all_learns_all_but_the_first_token() -> None:
    example = encode({"prompt": "ab", "completion": "c"}, loss_on="all")
    assert learned(example) == "bc<end>"


def test_plain_text_is_learned_whole() -> None:
    assert learned(encode({"text": "abc"})) == "bc<end>"


def test_long_rows_are_cut_at_the_end() -> None:
    example = encode({"prompt": "abcdef", "completion": "gh"}, max_tokens=4)
    assert whole(example) == "abcd"
    assert example.targets == 0


def test_a_row_of_another_type_is_bad_data() -> None:
    with pytest.raises(BadData, match="chosen, rejected"):
        encode({"chosen": "a", "rejected": "b"})
