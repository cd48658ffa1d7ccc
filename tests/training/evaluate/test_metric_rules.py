"""Each rule by cases that a person can check."""

import time

import pytest

from training.faults import BadSpec
from training.metrics import METRICS
from training.metrics.rules import PatternRule, contains, exact, f1, last_number, normalise, normalised, numeric
from training.spec.evaluate import METRICS as METRIC_NAMES
from training.spec.evaluate import EvaluateSpec


def test_the_registry_has_every_metric_that_a_spec_may_name() -> None:
    assert tuple(METRICS) == METRIC_NAMES
    for info in METRICS.values():
        assert info.summary
        assert info.title
        assert (info.rule is not None) == (info.way == "generate")


@pytest.mark.parametrize(
    ("predicted", "expected", "score"),
    [
        ("heart", "heart", 1),
        (" heart\n", "heart", 1),
        ("Heart", "heart", 0),
        ("heart.", "heart", 0),
        ("", "heart", 0),
        ("nai\u0308ve", "na\u00efve", 0),  # exact is exact: composed and decomposed differ
    ],
)
def test_exact(predicted: str, expected: str, score: float) -> None:
    assert exact(predicted, expected) == score


@pytest.mark.parametrize(
    ("predicted", "expected", "score"),
    [
        ("The Heart.", "heart", 1),
        ("  HEART  ", "heart", 1),
        ("nai\u0308ve", "NA\u00cfVE", 1),
        ("Straße", "STRASSE", 1),
        ("ｈｅａｒｔ", "heart", 1),
        ("it's", "its", 1),
        ("follow-up", "follow up", 1),
        ("hearts", "heart", 0),
        ("-5", "5", 0),
        ("−5", "-5", 1),
        ("3.5", "35", 0),
        ("42.", "42", 1),
        ("心臓。", "心臓", 1),
        ("", "heart", 0),
        ("...", "heart", 0),
        ("?", "!", 0),
        ("?", "?", 1),
        ("C++", "C", 0),
    ],
)
def test_normalised(predicted: str, expected: str, score: float) -> None:
    assert normalised(predicted, expected) == score


def test_normalise_by_hand() -> None:
    assert normalise("The  (Left) Heart's 3.5-fold, a -2!") == "left hearts 3.5 fold -2"


@pytest.mark.parametrize(
    ("predicted", "expected", "score"),
    [
        ("The answer is heart failure.", "Heart", 1),
        ("art", "heart", 0),
        ("heart", "art", 0),
        ("failure of the heart", "failure of heart", 1),
        ("", "heart", 0),
        ("it is ?", "?", 1),
    ],
)
def test_contains(predicted: str, expected: str, score: float) -> None:
    assert contains(predicted, expected) == score


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", "42"),
        ("The answer is 42.", "42"),
        ("1,234.50 USD", "1234.50"),
        ("$1,000,000", "1000000"),
        ("-7", "-7"),
        ("−7", "-7"),
        ("10-5", "5"),
        (".5", ".5"),
        ("6.02e23", "6.02e23"),
        ("first 3 then 4 apples", "4"),
        (r"\boxed{12}", "12"),
        ("#### 18", "18"),
        ("٣٤", "34"),
    ],
)
def test_last_number(text: str, number: str) -> None:
    found = last_number(text)
    assert found is not None
    assert float(found) == float(number)


@pytest.mark.parametrize("text", ["", "none", "x2", ".", "-", "e5", "²"])
def test_no_number(text: str) -> None:
    assert last_number(text) is None


@pytest.mark.parametrize(
    ("predicted", "expected", "tolerance", "score"),
    [
        ("so 42", "42", 1e-6, 1),
        ("42.0", "42", 1e-6, 1),
        ("42.1", "42", 1e-6, 0),
        ("42.1", "42", 0.01, 1),
        ("0", "0.0", 0.0, 1),
        ("0.0001", "0", 0.5, 0),
        ("0.1", "0.10", 0.0, 1),
        ("nothing", "42", 1, 0),
        ("1e999", "1e999", 1e-6, 1),
        ("-42", "42", 1e-6, 0),
    ],
)
def test_numeric(predicted: str, expected: str, tolerance: float, score: float) -> None:
    assert numeric(predicted, expected, tolerance) == score


@pytest.mark.parametrize(
    ("predicted", "expected", "score"),
    [
        ("heart failure", "heart failure", 1.0),
        ("heart", "heart failure", 2 / 3),  # precision 1, recall 1/2
        ("the heart heart", "heart failure", 1 / 2),  # one word in common of two and two
        ("lung", "heart", 0.0),
        ("", "heart", 0.0),
    ],
)
def test_f1(predicted: str, expected: str, score: float) -> None:
    assert f1(predicted, expected) == pytest.approx(score)


def test_pattern_takes_the_first_group_else_the_whole_match() -> None:
    assert PatternRule(r"label: (\w+)")("I say label: heart now", "heart") == 1
    assert PatternRule(r"\d+")("on 12 of 30", "12") == 1
    assert PatternRule(r"label: (\w+)")("heart", "heart") == 0
    assert PatternRule(r"(a)|b")("b", "b") == 0  # the group took no part in the match


def test_pattern_that_cannot_be_read() -> None:
    with pytest.raises(BadSpec, match="pattern"):
        PatternRule("(")


def test_pattern_that_explodes_is_refused_after_seconds_of_work() -> None:
    started = time.process_time()
    with pytest.raises(BadSpec, match="more than"):
        PatternRule(r"^(a|aa)+$")("a" * 40 + "!", "x")
    assert time.process_time() - started < 10


def test_rules_made_from_a_spec() -> None:
    spec = EvaluateSpec.parse(
        {"model": "m", "data": {"test": "t"}, "metric": "regex", "pattern": "is (.+)$", "numeric_tolerance": 1e-6}
    )
    made = METRICS["regex"].rule
    assert made is not None
    assert made(spec)("the answer is 7", "7") == 1
