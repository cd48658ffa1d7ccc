"""Pictures and words of a version, from statistics as they are stored."""

from typing import Any

from training.data.stats import Statistics
from webapp.datasets import charts
from webapp.datasets.rows import shown_row
from webapp.datasets.statistics import merged
from webapp.datasets.templatetags.data import marked, split_plan


def _statistics(*lengths: int, label: str = "a") -> dict[str, Any]:
    statistics = Statistics(lambda text: len(text.split()))
    for length in lengths:
        statistics.add({"prompt": "w " * (length - 1), "completion": label})
    return statistics.to_json()


def test_lengths_of_two_splits_share_their_buckets() -> None:
    splits = {"train": _statistics(10, 20, 20, 70), "test": _statistics(20, 30)}
    figure = charts.length_histogram(splits)
    assert [(bar["name"], bar["x"], bar["y"]) for bar in figure["data"]] == [
        ("train", ["8 to 15", "16 to 23", "24 to 31", "32 to 47", "48 to 63", "64 to 95"], [1, 2, 0, 0, 0, 1]),
        ("test", ["8 to 15", "16 to 23", "24 to 31", "32 to 47", "48 to 63", "64 to 95"], [0, 1, 1, 0, 0, 0]),
    ]
    assert charts.length_finding(splits) == "Half of the rows have up to 20 tokens, 95% up to 70; the longest has 70."


def test_sums_over_splits() -> None:
    whole = merged([_statistics(10, 20, label="a"), _statistics(5, label="b")])
    assert (whole["rows"], whole["tokens"]["total"], whole["tokens"]["longest"]) == (3, 35, 20)
    assert sum(bucket["rows"] for bucket in whole["tokens"]["histogram"]) == 3


def test_labels_say_what_guessing_would_reach() -> None:
    assert charts.label_finding({"a": 90, "b": 10}) == (
        "“a” is the most frequent of 2 labels: always answering it would be right in 90.0% of the rows."
    )
    assert charts.label_finding({"a": 50, "b": 50}) == "The 2 labels are about equally frequent."


def test_rows_are_shown_with_their_speakers_and_cut() -> None:
    row = shown_row(
        {"prompt": [{"role": "user", "content": "x" * 30}], "completion": "yes", "label": True}, 3, chars=10
    )
    assert [(part.title, part.turns[0].speaker, part.turns[0].text, part.turns[0].left_out) for part in row.parts] == [
        ("Prompt", "user", "x" * 10, 20),
        ("Completion", "", "yes", 0),
        ("Good answer", "", "yes", 0),
    ]


def test_marks_do_not_let_markup_through() -> None:
    assert marked("a <b> B", "b") == "a &lt;<mark>b</mark>&gt; <mark>B</mark>"
    assert marked("(x", "(") == "<mark>(</mark>x"
    assert marked("<i>", "") == "&lt;i&gt;"


def test_plans_in_words() -> None:
    assert split_plan({"how": "group", "column": "patient", "seed": 3, "fractions": {"test": 0.2, "train": 0.8}}) == (
        "by groups of the same patient, seed 3: train 80.0%, test 20.0%"
    )
    assert split_plan({"how": "given"}) == "as given, one file a split"
