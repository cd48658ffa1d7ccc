"""A form that was sent: what can be read is taken over, what cannot is told beside its field."""

import pytest
from django.http import QueryDict

import roi
from webapp.business.calculator.session import DEFAULT_PRESET, Session, base_of, sent
from webapp.business.calculator.state import State
from webapp.business.calculator.typed import centre_text, read_form
from webapp.business.calculator.units import scale_of
from webapp.ui.locales import LOCALES


def form(**typed: str) -> QueryDict:
    """The form of the default preset with every option on; `__` in a name stands for a point."""
    query = QueryDict(mutable=True)
    query.setlist("option", [option.key for option in base_of(State(DEFAULT_PRESET)).options])
    query["last"] = typed.pop("last", "")
    query["locale"] = typed.pop("locale", "en-US")
    for name, text in typed.items():
        query[name.replace("__", ".")] = text
    return query


def after(**typed: str) -> Session:
    return sent(form(**typed))


def test_a_form_with_what_is_shown_changes_nothing() -> None:
    base = base_of(State(DEFAULT_PRESET))
    for locale in LOCALES.values():
        state = State(DEFAULT_PRESET, locale)
        shown = {
            place.name: centre_text(place.quantity, scale_of(place.unit), locale)
            for place in roi.quantities(base)
            if place.option is None
        }
        typed = read_form(shown, state, base)
        assert (typed.state.figures, typed.faults) == ({}, {}), locale.key


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("work__items_per_month", "-5", "Must be at least 0."),
        ("work__coverage", "140", "Must be at most 100%."),
        ("work__coverage", "nan", "not a number one can calculate with"),
        ("work__items_per_month", "1e308", "Must be at most 1,000,000,000."),
        ("work__minutes_per_item", "eight", "is not a number"),
        ("work__items_per_month", "12,00", "groups thousands"),
        ("work__items_per_month", "", "Type a number."),
        ("time__horizon_months", "0", "Must be at least 1."),
        ("time__horizon_months", "10,000", "Must be at most 120."),
        ("time__horizon_months", "12.5", "Must be a whole number."),
        ("time__ramp", "steep", "Choose one of the list."),
    ],
)
def test_bad_input_is_told_and_the_last_outcome_stays(name: str, text: str, says: str) -> None:
    session = after(**{name: text}, work__checked_share="7", last="work.growth=0.03")
    dotted = name.replace("__", ".")
    assert says in session.faults[dotted]
    assert session.state.figures == {"work.growth": "0.03"}
    # what else was typed is kept in the fields
    assert session.shown.state.figures["work.checked_share"] == "0.07"
    assert session.shown.form[dotted] == text


def test_all_faults_are_told_at_once() -> None:
    session = after(work__coverage="140", work__items_per_month="x", time__horizon_months="0")
    assert set(session.faults) == {"work.coverage", "work.items_per_month", "time.horizon_months"}


def test_numbers_are_read_as_the_page_wrote_them_even_while_the_currency_changes() -> None:
    session = after(work__items_per_month="1.234", locale="en-US", last="locale=de-DE")
    assert session.state.figures == {"work.items_per_month": "1234"}
    assert session.state.locale.key == "en-US"


def test_no_option_is_a_fault() -> None:
    query = form()
    query.setlist("option", [])
    assert "option" in sent(query).faults


def test_a_range_is_opened_edited_and_put_back() -> None:
    opened = after(work__checked_share="5", open="work.checked_share")
    assert opened.state.figures["work.checked_share"] == "0.04..0.06"
    assert opened.redrawn == {"work.checked_share"}
    kept = after(
        **{
            "work__checked_share__kind": "triangular",
            "work__checked_share__low": "2",
            "work__checked_share__mode": "5",
            "work__checked_share__high": "9",
        }
    )
    assert kept.state.figures["work.checked_share"] == "0.02..0.05..0.09"
    assert kept.redrawn == set()
    back = after(work__checked_share__kind="range", reset="work.checked_share", last="work.checked_share=0.04..0.06")
    assert back.state.figures == {}
    assert back.redrawn == {"work.checked_share"}


@pytest.mark.parametrize(
    ("kind", "numbers", "says"),
    [
        ("range", {"low": "9", "high": "5"}, "Low must not be above high"),
        ("range", {"low": "", "high": "5"}, "Low: Type a number"),
        ("triangular", {"low": "1", "mode": "9", "high": "5"}, "in that order"),
        ("range", {"low": "5", "high": "120"}, "at most 100%"),
        ("beta", {"successes": "5.5", "trials": "10"}, "whole numbers"),
        ("beta", {"successes": "11", "trials": "10"}, "must not be above trials"),
        ("beta", {"successes": "1", "trials": "1e12"}, "At most"),
        ("poisson", {}, "Choose one of the list"),
    ],
)
def test_a_bad_distribution_is_told(kind: str, numbers: dict[str, str], says: str) -> None:
    typed = {f"work__coverage__{part}": text for part, text in numbers.items()}
    assert says in after(work__coverage__kind=kind, **typed).faults["work.coverage"]


def test_counted_answers_become_a_beta_distribution() -> None:
    session = after(work__coverage__kind="beta", work__coverage__successes="267", work__coverage__trials="300")
    assert session.state.figures == {"work.coverage": "267/300"}
    assert session.scenario.work.coverage.kind == "beta"


def test_figures_that_the_form_does_not_bring_stay() -> None:
    session = after(work__coverage="40", last="work.growth=0.03")
    assert session.state.figures == {"work.coverage": "0.4", "work.growth": "0.03"}
