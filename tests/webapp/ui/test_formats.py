"""Numbers as a person reads them, at the edges."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ui import formats as f

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12345.6, "12,300"),
        (999.6, "1,000"),
        (89, "89"),
        (89.0, "89.0"),
        (0.5, "0.500"),
        (0.0123, "0.0123"),
        (0.00001, "1e-5"),
        (0.0000032, "3.2e-6"),
        (0, "0"),
        (0.0, "0"),
        (-2.5, "−2.50"),
        (12345, "12,300"),
        (1e15, "1e15"),
        (-INF, "−∞"),
        (NAN, "–"),
        (None, "–"),
        ("", "–"),
        ("words", "–"),
        (True, "–"),
        (Decimal("7.125"), "7.12"),
    ],
)
def test_sig(value: object, shown: str) -> None:
    assert f.sig(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.89, "89.0%"),
        (0, "0.0%"),
        (1, "100.0%"),
        (0.99996, "99.996%"),
        (0.0004, "0.04%"),
        (0.0095, "0.9%"),
        (-0.021, "−2.1%"),
        (12.5, "1,250.0%"),
        (None, "–"),
        (NAN, "–"),
        (INF, "∞"),
    ],
)
def test_percent(value: object, shown: str) -> None:
    assert f.percent(value) == shown


@given(st.floats(min_value=0.0, max_value=1.0, exclude_min=True, exclude_max=True))
def test_a_share_is_never_shown_as_all_or_nothing_unless_it_is_that_to_six_decimals(share: float) -> None:
    if 1e-6 < share < 1 - 1e-6:
        assert f.percent(share) not in ("0.0%", "0%", "100.0%", "100%")


def test_points_carry_their_sign() -> None:
    assert [f.points(value) for value in (0.4, -0.021, 0, None)] == ["+40.0 pts", "−2.1 pts", "0.0 pts", "–"]


@dataclass
class Measured:
    value: float
    low: float | None
    high: float | None
    n: int | None


def test_interval_stands_beside_its_value() -> None:
    measured = Measured(0.89, 0.85, 0.921, 300)
    assert f.interval(measured) == "89.0% [85.0, 92.1] n=300"
    assert f.interval({"value": 0.89, "low": 0.85, "high": 0.921, "n": 300}) == f.interval(measured)
    assert f.interval(Measured(0.4, 0.341, 0.459, None), "points") == "+40.0 pts [+34.1, +45.9]"
    assert f.interval(Measured(1.234, 1.1, 1.4, 12), "sig") == "1.23 [1.10, 1.40] n=12"
    assert f.interval(Measured(0.92, None, None, None)) == "92.0%"
    assert f.interval(0.5) == "50.0%"
    assert f.interval(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "about", "exact"),
    [
        (0, "under a second", "0 s"),
        (0.34, "under a second", "340 ms"),
        (5, "a few seconds", "5.0 s"),
        (42, "about 40 s", "42.0 s"),
        (59.97, "about 1 min", "1 min 00 s"),
        (250, "about 4 min", "4 min 10 s"),
        (3599.6, "about 60 min", "1 h 00 min"),
        (3725, "about 62 min", "1 h 02 min"),
        (3 * 3600, "about 3 h", "3 h 00 min"),
        (5400, "about 1.5 h", "1 h 30 min"),
        (100 * 3600, "about 4 days", "4 d 04 h"),
        (-90, "−about 2 min", "−1 min 30 s"),
        (timedelta(minutes=4), "about 4 min", "4 min 00 s"),
        (None, "–", "–"),
        (NAN, "–", "–"),
        (INF, "∞", "∞"),
    ],
)
def test_duration(seconds: object, about: str, exact: str) -> None:
    assert (f.duration(seconds), f.duration(seconds, exact=True)) == (about, exact)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (999, "999 B"),
        (1500, "1.50 kB"),
        (1.5e9, "1.50 GB"),
        (1e19, "10,000 PB"),
        (None, "–"),
    ],
)
def test_filesize(value: object, shown: str) -> None:
    assert f.filesize(value) == shown


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (0.0213, "USD", "$0.02"),
        (0.0004, "USD", "<$0.01"),
        (-0.0004, "USD", "−<$0.01"),
        (0, "USD", "$0.00"),
        (1234.56, "EUR", "€1,234.56"),
        (Decimal("1234.565"), "USD", "$1,234.56"),
        (-5, "GBP", "−£5.00"),
        (1200, "JPY", "¥1,200"),
        (12, "CHF", "CHF 12.00"),
        (2**60, "USD", "$1.15e18"),
        (None, "USD", "–"),
        (NAN, "USD", "–"),
    ],
)
def test_money(value: object, currency: str, shown: str) -> None:
    assert f.money(value, currency) == shown


def test_money_short_has_three_digits() -> None:
    shown = [f.money(value, short=True) for value in (12, 999.4, 1240000, -3.2e9)]
    assert shown == ["$12.00", "$999.40", "$1.24 M", "−$3.20 bn"]


def test_flops() -> None:
    assert [f.flops(value) for value in (0, 12, 3.2e15, 3.2e14, 9.97e14, None)] == [
        "0 FLOP",
        "12 FLOP",
        "3.2 PFLOP",
        "320 TFLOP",
        "997 TFLOP",
        "–",
    ]


def test_count_keeps_every_digit_and_takes_a_noun() -> None:
    assert f.count(2**60) == "1,152,921,504,606,846,976"
    assert [f.count(n, "job") for n in (0, 1, 3, -1)] == ["0 jobs", "1 job", "3 jobs", "−1 job"]
    assert f.count(2, "entry,entries") == "2 entries"
    assert f.count(None, "job") == "–"


def test_ago() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    ages = (3, 40, 250, 3 * 3600, 3 * 86400, -250)
    shown = [f.ago(now - timedelta(seconds=age), now) for age in ages]
    assert shown == ["just now", "40 s ago", "4 min ago", "3 h ago", "3 days ago", "in 4 min"]
    assert f.ago(now - timedelta(days=60), now) == "23 Sep 2026"
    assert f.ago(datetime(2026, 11, 22, 11), now) == "1 h ago"
    assert f.ago(None, now) == "–"


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=5), st.none(), st.decimals(allow_nan=True)))
def test_no_value_breaks_a_page(value: object) -> None:
    for show in (f.sig, f.percent, f.points, f.interval, f.duration, f.filesize, f.money, f.flops, f.count):
        assert isinstance(show(value), str)
        assert show(value)
