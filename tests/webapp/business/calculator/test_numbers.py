"""What people type as a number is read by the rules of the place, or refused with a reason; never guessed."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.business.calculator.numbers import NotANumber, plain_number, read_number, rounded, show_number
from webapp.ui.locales import LOCALES

US, DE, FR, CH = (LOCALES[key] for key in ("en-US", "de-DE", "fr-FR", "de-CH"))


@pytest.mark.parametrize(
    ("typed", "locale", "number"),
    [
        ("12000", US, "12000"),
        ("12,000", US, "12000"),
        ("12 000", US, "12000"),
        ("12\u202f000,5", FR, "12000.5"),
        ("12’000.5", CH, "12000.5"),
        ("12'000.5", US, "12000.5"),
        ("1.234,5", DE, "1234.5"),
        ("1.234", DE, "1234"),
        ("0,5", DE, "0.5"),
        (" $45.50 ", US, "45.50"),
        ("45,50 €", DE, "45.50"),
        ("USD 7", US, "7"),
        ("90 %", US, "90"),
        ("1e3", US, "1000"),
        (".5", US, "0.5"),
        ("−3", US, "-3"),
        ("1,234,567.25", US, "1234567.25"),
    ],
)
def test_reads_what_people_type(typed: str, locale: object, number: str) -> None:
    assert read_number(typed, locale) == Decimal(number)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "locale", "says"),
    [
        ("", US, "Type a number"),
        ("%", US, "Type a number"),
        ("abc", US, "is not a number"),
        ("NaN", US, "calculate with"),
        ("-inf", US, "calculate with"),
        ("1,5", US, "a comma groups thousands here and a point begins the decimals"),
        ("12,00", US, "groups thousands"),
        ("1.5", DE, "a point groups thousands here and a comma begins the decimals"),
        ("1,234 567", US, "mixes separators"),
        ("1.2.3", US, "is not a number"),
        ("1.5,000", US, "groups thousands"),
        ("1--2", US, "is not a number"),
        ("٣", US, "is not a number"),
        ("9" * 50, US, "is not a number"),
        ("<script>alert(1)</script>", US, "is not a number"),
    ],
)
def test_refuses_with_a_reason(typed: str, locale: object, says: str) -> None:
    with pytest.raises(NotANumber, match=says):
        read_number(typed, locale)  # type: ignore[arg-type]


@given(
    st.one_of(st.floats(-1e15, 1e15), st.integers(-(10**15), 10**15).map(float)),
    st.sampled_from(list(LOCALES.values())),
)
def test_what_is_shown_reads_back_exactly(value: float, locale: object) -> None:
    shown = show_number(value, locale)  # type: ignore[arg-type]
    if len(shown) <= 40:
        assert float(read_number(shown, locale)) == value  # type: ignore[arg-type]
    assert float(plain_number(value)) == value


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for locale in LOCALES.values():
        with contextlib.suppress(NotANumber):
            assert read_number(text, locale).is_finite()


def test_middles_are_shown_short() -> None:
    assert rounded(6.4837261) == 6.484
    assert rounded(0.88271) == 0.8827
    assert rounded(12345.678) == 12346
    assert rounded(0) == 0
