"""Rows that evaluation reads, and how bad ones are told."""

import json
from pathlib import Path

import pytest

from training.faults import BadData
from training.inference.items import read_items


def write(folder: Path, *rows: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def test_every_form(tmp_path: Path) -> None:
    user, answer = {"role": "user", "content": "q"}, {"role": "assistant", "content": " a "}
    path = write(
        tmp_path,
        {"prompt": "q", "completion": " a"},
        {"prompt": [user], "completion": [answer]},
        {"messages": [user, answer]},
        "",
        {"prompt": "q", "chosen": "a", "rejected": "b", "group": 3},
    )
    items = read_items(path)
    assert [item.index for item in items] == [0, 1, 2, 3]
    assert {item.expected for item in items} == {"a"}
    assert items[2].prompt == [user]
    assert items[0].completion_text == " a"
    assert [item.index for item in read_items(path, max_rows=2)] == [0, 1]


def test_text_rows_are_for_perplexity_alone(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "some text"})
    assert read_items(path, with_text=True)[0].prompt is None
    with pytest.raises(BadData):
        read_items(path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{not json", "Expecting property name"),
        ("[1, 2]", "is not a JSON object"),
        ({"prompt": "q"}, "has no completion"),
        ({"completion": "a"}, "has no prompt"),
        ({"prompt": "q", "completion": " "}, "completion is empty"),
        ({"prompt": "q", "completion": 3}, "completion is not text"),
        ({"prompt": [], "completion": "a"}, "prompt is not a list of messages"),
        ({"prompt": [{"content": "q"}], "completion": "a"}, "message without a role"),
        ({"messages": [{"role": "user", "content": "q"}]}, "does not end with an assistant's answer"),
        ('{"prompt": "\\ud800", "completion": "a"}', "not valid Unicode"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_bad_rows_are_named_by_line(tmp_path: Path, row: object, reason: str) -> None:
    path = write(tmp_path, {"prompt": "q", "completion": "a"}, row)
    with pytest.raises(BadData) as caught:
        read_items(path)
    assert caught.value.what == "1 of 2 rows of rows.jsonl cannot be used"
    assert "line 2: " in caught.value.why
    assert reason in caught.value.why


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"prompt": "q", "completion": "\xff"}\n')
    with pytest.raises(BadData, match="1 of 1"):
        read_items(path)


def test_byte_order_mark_and_no_rows_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"prompt": "q", "completion": "a"}')
    assert len(read_items(path)) == 1
    path.write_text("\n\n")
    with pytest.raises(BadData, match="has no rows"):
        read_items(path)
    with pytest.raises(BadData, match="cannot be read"):
        read_items(tmp_path / "none.jsonl")
