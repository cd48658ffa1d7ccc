"""Every form is recognised, mapped, and becomes the canonical rows that trl knows."""

import pytest

from training.data.canonical import BUILDERS, Canonical
from training.data.check import check_file, preview
from training.data.forms import FORMS, ColumnMapping, Form, propose
from training.data.report import Reason, RowFault

from .files import exchanges, told, write_jsonl

USER, ASSISTANT = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
SYSTEM = {"role": "system", "content": "Be brief"}


def canonical(raw, **changes):
    mapping = propose([raw])
    assert mapping is not None
    return mapping.form, Canonical(mapping.model_copy(update=changes)).row(raw)


@pytest.mark.parametrize("info", FORMS.values(), ids=list(FORMS))
def test_each_form_knows_its_own_example(info):
    mapping = propose([info.example] * 3)
    assert mapping is not None
    assert mapping.form is info.form
    assert info.form in BUILDERS
    assert mapping.faults(list(info.example)) == []
    assert Canonical(mapping).row(info.example)
    assert ColumnMapping.model_validate_json(mapping.model_dump_json()) == mapping


@pytest.mark.parametrize(
    ("raw", "form", "row"),
    [
        (
            {"instruction": "Translate", "input": "Good day", "output": "Bonjour"},
            Form.ALPACA,
            {"prompt": "Translate\n\nGood day", "completion": "Bonjour"},
        ),
        ({"instruction": "Sing", "input": "", "output": "La"}, Form.ALPACA, {"prompt": "Sing", "completion": "La"}),
        ({"instruction": "Q", "context": "C", "response": "A"}, Form.ALPACA, {"prompt": "Q\n\nC", "completion": "A"}),
        (
            {
                "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}],
                "system": "Be brief",
            },
            Form.SHAREGPT,
            {"messages": [SYSTEM, USER, ASSISTANT]},
        ),
        ({"messages": [SYSTEM, USER, ASSISTANT]}, Form.MESSAGES, {"messages": [SYSTEM, USER, ASSISTANT]}),
        (
            {"messages": '[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]'},
            Form.MESSAGES,
            {"messages": [USER, ASSISTANT]},
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}, ASSISTANT]},
            Form.MESSAGES,
            {"messages": [USER, ASSISTANT]},
        ),
        (
            {"prompt": [SYSTEM, USER], "completion": [ASSISTANT]},
            Form.PROMPT_COMPLETION,
            {"prompt": [SYSTEM, USER], "completion": [ASSISTANT]},
        ),
        ({"Question": "2+2?", "Final Answer": 4}, Form.QUESTION_ANSWER, {"prompt": "2+2?", "completion": "4"}),
        (
            {"question": "Who?", "answer": "Ann", "context": "Ann came."},
            Form.QUESTION_ANSWER,
            {"prompt": "Ann came.\n\nWho?", "completion": "Ann"},
        ),
        ({"chosen": "a", "rejected": "b"}, Form.PREFERENCE, {"chosen": "a", "rejected": "b"}),
        (
            {"chosen": "Human: Hi\nAssistant: Yes", "rejected": "Human: Hi\nAssistant: No"},
            Form.PREFERENCE,
            {"prompt": "Human: Hi\nAssistant:", "chosen": " Yes", "rejected": " No"},
        ),
        (
            {"prompt": "Hi", "chosen": [USER, ASSISTANT], "rejected": [USER, {"role": "assistant", "content": "No"}]},
            Form.PREFERENCE,
            {"prompt": [USER], "chosen": [ASSISTANT], "rejected": [{"role": "assistant", "content": "No"}]},
        ),
        (
            {"prompt": "Hi", "completion": "Hello", "label": "True"},
            Form.KTO,
            {"prompt": "Hi", "completion": "Hello", "label": True},
        ),
        ({"prompt": "Hi", "id": 3}, Form.PROMPT_ONLY, {"prompt": "Hi"}),
        ({"content": "Once upon"}, Form.TEXT, {"text": "Once upon"}),
        ({"column a": "one text"}, Form.TEXT, {"text": "one text"}),
    ],
)
def test_common_spellings_become_canonical_rows(raw, form, row):
    mapping = propose([raw])
    assert mapping is not None
    assert mapping.form is form
    numeric = frozenset(name for name, value in raw.items() if isinstance(value, int))
    assert Canonical(mapping, numeric=numeric).row(raw) == row


def test_text_with_label_becomes_a_question_that_lists_the_labels(tmp_path):
    rows = [{"sentence": f"text {i}", "category": "xyz"[i % 3]} for i in range(30)]
    report = check_file(write_jsonl(tmp_path / "f.jsonl", rows))
    assert report.mapping is not None
    assert report.mapping.form is Form.TEXT_LABEL
    assert report.sample[0]["completion"] == [{"role": "assistant", "content": "x"}]
    assert report.sample[0]["prompt"][0]["content"].endswith("x, y, z.")
    assert report.statistics["labels"] == {"x": 10, "y": 10, "z": 10}


def test_labels_past_the_first_rows_are_found_and_then_held_to(tmp_path):
    rows = [{"text": f"text {i}", "label": "late" if i >= 250 else "early"} for i in range(300)]
    path = write_jsonl(tmp_path / "f.jsonl", rows)
    report = check_file(path)
    assert report.rows_kept == 300
    assert report.mapping is not None
    assert report.mapping.labels == ["early", "late"]
    fewer = report.mapping.model_copy(update={"labels": ["early"]})
    assert check_file(path, mapping=fewer).faults.by_reason == {Reason.UNKNOWN_LABEL: 50}


def test_label_names_replace_the_numbers_of_a_file():
    mapping = ColumnMapping(
        form=Form.TEXT_LABEL, columns={"text": "t", "label": "l"}, label_names={"0": "bad", "1": "good"}
    )
    assert Canonical(mapping).row({"t": "nice", "l": 1}) == {"prompt": "nice", "completion": "good"}


def test_two_unknown_columns_are_taken_in_order_or_as_label():
    free = propose([{"x": f"one {i}", "y": f"two {i}"} for i in range(20)])
    few = propose([{"x": f"one {i}", "y": "ab"[i % 2]} for i in range(20)])
    assert free is not None
    assert (free.form, free.columns) == (Form.PROMPT_COMPLETION, {"prompt": "x", "completion": "y"})
    assert few is not None
    assert few.form is Form.TEXT_LABEL


def test_no_form_is_told_with_the_columns(tmp_path):
    rows = [{"x": 1, "y": {"z": 2}, "w": None}] * 3
    report = check_file(write_jsonl(tmp_path / "f.jsonl", rows))
    assert told(report) == [(None, "unknown_form")]
    assert "x, y, w" in report.faults.items[0].message
    assert not report.usable


def test_a_changed_mapping_is_used_and_a_wrong_one_told(tmp_path):
    path = write_jsonl(tmp_path / "f.jsonl", [{"a": "x", "b": "y", "c": "z"}])
    mapping = ColumnMapping(form=Form.PROMPT_COMPLETION, columns={"prompt": "c", "completion": "a"}, system="S")
    assert check_file(path, mapping=mapping).sample == [{"prompt": "S\n\nz", "completion": "x"}]
    spoken = mapping.model_copy(update={"conversational": True})
    assert check_file(path, mapping=spoken).sample[0]["prompt"][0] == {"role": "system", "content": "S"}
    wrong = ColumnMapping(form=Form.PROMPT_COMPLETION, columns={"prompt": "nowhere", "text": "a"})
    faults = wrong.faults(["a", "b", "c"])
    assert len(faults) == 3
    assert told(check_file(path, mapping=wrong)) == [(None, "bad_mapping")]


def test_a_preview_reads_the_first_rows_only(tmp_path):
    report = preview(write_jsonl(tmp_path / "f.jsonl", exchanges(1000)))
    assert (report.rows_total, report.rows_kept, len(report.sample)) == (200, 200, 5)


def one_fault(raw, mapping=None):
    with pytest.raises(RowFault) as caught:
        Canonical(mapping or propose([raw]) or pytest.fail("no form")).row(raw)
    return caught.value.reason


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([ASSISTANT, USER], Reason.ROLE_ORDER),
        ([USER, USER, ASSISTANT], Reason.ROLE_ORDER),
        ([USER, ASSISTANT, USER], Reason.ROLE_ORDER),
        ([USER, SYSTEM, ASSISTANT], Reason.ROLE_ORDER),
        ([SYSTEM], Reason.ROLE_ORDER),
        ([USER, {"role": "wizard", "content": "x"}], Reason.UNKNOWN_ROLE),
        ([USER, {"role": "assistant", "content": " "}], Reason.EMPTY_FIELD),
        ([USER, {"role": "assistant"}], Reason.MISSING_FIELD),
        ([USER, {"role": "assistant", "content": 3}], Reason.MIXED_TYPES),
        ([USER, "Hello"], Reason.MIXED_TYPES),
        ([{"role": "user", "content": [{"type": "image"}]}, ASSISTANT], Reason.MIXED_TYPES),
    ],
)
def test_a_conversation_out_of_order_is_told(messages, reason):
    assert one_fault({"messages": messages}) is reason


def test_tool_calls_may_stand_between(tmp_path):
    turns = [USER, ASSISTANT, {"role": "tool", "content": "42"}, ASSISTANT]
    assert canonical({"messages": turns})[1] == {"messages": turns}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"prompt": "a", "chosen": "b ", "rejected": " b"}, Reason.CHOSEN_EQUALS_REJECTED),
        ({"prompt": [USER], "completion": [USER]}, Reason.ROLE_ORDER),
        ({"prompt": [USER, ASSISTANT], "completion": "x"}, Reason.ROLE_ORDER),
        ({"prompt": "a\0", "completion": "b"}, Reason.NUL_CHARACTER),
        ({"prompt": "a\ud800", "completion": "b"}, Reason.WRONG_ENCODING),
        ({"prompt": "a" * 200_001, "completion": "b"}, Reason.TOO_LONG),
        ({"prompt": "a", "completion": "  "}, Reason.EMPTY_FIELD),
    ],
)
def test_a_row_that_cannot_be_used_is_told(raw, reason):
    form = Form.PREFERENCE if "chosen" in raw else Form.PROMPT_COMPLETION
    assert one_fault(raw, ColumnMapping(form=form, columns={name: name for name in raw})) is reason


def test_rows_that_differ_from_the_rest_are_told(tmp_path):
    rows = [
        *exchanges(3),
        {"prompt": [USER], "completion": [ASSISTANT]},
        {"prompt": 5, "completion": "x"},
        {"prompt": ["x"], "completion": "y"},
        {"completion": "z"},
        {"prompt": None, "completion": "z"},
    ]
    report = check_file(write_jsonl(tmp_path / "f.jsonl", rows))
    assert told(report) == [
        (4, "mixed_types"),
        (5, "mixed_types"),
        (6, "mixed_types"),
        (7, "missing_field"),
        (8, "empty_field"),
    ]
    assert (report.rows_total, report.rows_kept) == (8, 3)


def test_the_odd_row_is_told_even_if_it_comes_first(tmp_path):
    rows = [{"prompt": [USER], "completion": [ASSISTANT]}, *exchanges(3)]
    assert told(check_file(write_jsonl(tmp_path / "f.jsonl", rows))) == [(1, "mixed_types")]


def test_preferences_are_seen_among_other_columns():
    raw = {"prompt": "Hi", "messages": [USER, ASSISTANT], "chosen": [USER, ASSISTANT], "rejected": [USER, ASSISTANT]}
    mapping = propose([raw])
    assert mapping is not None
    assert mapping.form is Form.PREFERENCE


def test_duplicates_are_found_by_normalised_content_and_sums_are_not_confused(tmp_path):
    rows = [
        {"prompt": "What is 3 + 4?", "completion": "7"},
        {"prompt": "what  is 3 + 4", "completion": "7."},
        {"prompt": "What is 3 - 4?", "completion": "-1"},
        {"prompt": "What is 3 * 4?", "completion": "12"},
        {"prompt": "What is 3 + 4?", "completion": "seven"},
    ]
    report = check_file(write_jsonl(tmp_path / "f.jsonl", rows))
    assert told(report) == [(2, "duplicate")]
    assert report.faults.items[0].message == "The same as line 1"
