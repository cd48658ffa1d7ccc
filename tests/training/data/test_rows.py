"""What jobs read: canonical rows of any form, and the end of the job at the first faulty one."""

import pytest

from training.data.rows import read_rows, resolve
from training.faults import BadData, ExitStatus

from .files import exchanges, write_jsonl


def test_rows_of_a_spec_s_files(tmp_path):
    plain = write_jsonl(tmp_path / "a.jsonl", exchanges(5))
    assert list(read_rows(plain)) == exchanges(5)
    assert list(read_rows(plain, 2)) == exchanges(2)
    assert list(read_rows(plain, 0)) == []
    chat = [
        {"prompt": [{"role": "user", "content": f"q{i}"}], "completion": [{"role": "assistant", "content": "a"}]}
        for i in range(3)
    ]
    assert list(read_rows(write_jsonl(tmp_path / "b.jsonl", chat))) == chat


@pytest.mark.parametrize(
    "rows",
    [
        [{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}],
        [{"prompt": "q", "chosen": "a", "rejected": "b"}],
        [{"prompt": "q", "completion": "a", "label": False}],
        [{"text": "some text"}],
        [{"prompt": "q"}],
        [{"prompt": " q ", "completion": " a"}],
    ],
)
def test_canonical_rows_come_back_to_the_letter(tmp_path, rows):
    assert list(read_rows(write_jsonl(tmp_path / "a.jsonl", rows))) == rows


def test_equal_rows_are_all_read(tmp_path):
    assert len(list(read_rows(write_jsonl(tmp_path / "a.jsonl", exchanges(1) * 4)))) == 4


@pytest.mark.parametrize(
    ("lines", "what", "why"),
    [
        ([*exchanges(3), "{"], "a.jsonl, line 4", "bad_json"),
        ([{"prompt": "a", "completion": ""}], "line 1: The field 'completion' is empty", "empty_field"),
        ([{"foo": 1, "bar": None}], "foo, bar", "unknown_form"),
        ([], "empty", "empty_file"),
        ([*exchanges(300), {"prompt": "x"}], "line 301", "missing_field"),
    ],
)
def test_the_first_fault_ends_the_job(tmp_path, lines, what, why):
    with pytest.raises(BadData) as caught:
        list(read_rows(write_jsonl(tmp_path / "a.jsonl", lines)))
    assert what in caught.value.what
    assert caught.value.why == why
    assert caught.value.exit_status is ExitStatus.BAD_DATA


def test_paths_are_looked_for_here_and_beside_the_spec(tmp_path, monkeypatch):
    here, beside = tmp_path / "here", tmp_path / "beside"
    here.mkdir()
    beside.mkdir()
    monkeypatch.chdir(here)
    write_jsonl(beside / "a.jsonl", exchanges(1))
    assert resolve("a.jsonl", beside) == beside / "a.jsonl"
    write_jsonl(here / "a.jsonl", exchanges(1))
    assert resolve("a.jsonl", beside) == here / "a.jsonl"
    assert resolve(str(beside / "a.jsonl")) == beside / "a.jsonl"
    with pytest.raises(BadData) as caught:
        resolve("b.jsonl", beside)
    assert str(here) in caught.value.why
    assert str(beside) in caught.value.why
