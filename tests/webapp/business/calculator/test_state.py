"""An address restores a calculation, holds only what differs, and survives anything that is written into it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

import roi
from webapp.business.calculator.session import DEFAULT_PRESET, base_of, opened, query_text
from webapp.business.calculator.spreads import same
from webapp.business.calculator.state import State, apply, compact, name_of, places, read_state
from webapp.ui.locales import LOCALES

PRESETS = list(roi.PRESETS)


def opened_at(query: str) -> State:
    return opened(QueryDict(query)).state


def shares() -> st.SearchStrategy[str]:
    numbers = st.integers(0, 1000).map(lambda value: f"{value / 1000:g}")
    ranges = st.lists(st.integers(0, 1000), min_size=2, max_size=3).map(
        lambda ends: "..".join(f"{end / 1000:g}" for end in sorted(ends))
    )
    counts = st.tuples(st.integers(0, 400), st.integers(1, 400)).map(lambda pair: f"{min(pair)}/{max(pair)}")
    return st.one_of(numbers, numbers.map(lambda text: text + "!"), ranges, counts)


@settings(max_examples=40, deadline=None)
@given(
    preset=st.sampled_from(PRESETS),
    locale=st.sampled_from(list(LOCALES)),
    figures=st.dictionaries(st.sampled_from(["work.coverage", "work.checked_share", "time.discount_rate"]), shares()),
    horizon=st.sampled_from(["", "12", "60", "120"]),
)
def test_an_address_restores_the_calculation(
    preset: str, locale: str, figures: Mapping[str, str], horizon: str
) -> None:
    state = State(preset, LOCALES[locale], figures={**figures, **({"time.horizon_months": horizon} if horizon else {})})
    state = compact(state, base_of(state))
    again = opened_at(query_text(state))
    assert again == state
    assert apply(again, base_of(again)).scenario == apply(state, base_of(state)).scenario


@pytest.mark.parametrize("preset", PRESETS)
def test_an_untouched_preset_has_a_short_address(preset: str) -> None:
    assert query_text(State(preset)) == ("" if preset == DEFAULT_PRESET else f"preset={preset}")


def test_what_repeats_the_preset_is_left_out_of_the_address() -> None:
    base = base_of(State(DEFAULT_PRESET))
    months = base.time.horizon_months
    place = places(base)["work.items_per_month"]
    low, high = place.quantity.support
    state = opened_at(f"work.items_per_month={low:g}..{high:g}&time.horizon_months={months}&time.ramp={base.time.ramp}")
    assert state.figures == {}


def test_options_that_are_left_out_are_gone_and_one_always_stays() -> None:
    base = base_of(State(DEFAULT_PRESET))
    keys = [option.key for option in base.options if option.kind != "do_nothing"]
    some = opened_at(f"without={keys[0]}")
    assert keys[0] not in [option.key for option in apply(some, base).scenario.options]
    assert opened_at("without=" + ".".join(keys)).without == frozenset()


def test_names_that_fit_nothing_are_told_not_raised() -> None:
    session = opened(QueryDict("work.coverage=0.4&work.no_such_figure=3&work.success_rate=abc&preset=none"))
    assert set(session.refused) == {"work.no_such_figure", "work.success_rate"}
    assert session.state.figures == {"work.coverage": "0.4"}


@pytest.mark.parametrize("text", ["9e99", "-5", "1e308", "0..1e300", "2..1", "1/0"])
def test_an_address_beyond_the_limits_keeps_the_rest(text: str) -> None:
    session = opened(QueryDict(f"work.coverage={text}&work.growth=0.03"))
    assert session.state.figures == {"work.growth": "0.03"}
    assert session.refused == ("work.coverage",)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=6))
def test_any_address_opens(query: Mapping[str, str]) -> None:
    made = QueryDict(mutable=True)
    made.update(dict(query))
    assert roi.evaluate(opened(made).scenario).currency


def test_another_currency_keeps_the_numbers_and_says_so() -> None:
    usd = base_of(State(DEFAULT_PRESET))
    euro = base_of(State(DEFAULT_PRESET, LOCALES["de-DE"]))
    assert euro.currency == "EUR"
    money = [name for name, place in places(usd).items() if "USD" in place.unit]
    for name in money:
        before, after = places(usd)[name].quantity, places(euro)[name].quantity
        assert same(before, after), name
        if before.provenance.kind == "published":
            assert after.provenance.kind == "assumed"
            assert "nothing was converted" in after.provenance.why


def test_a_rate_converts_money_alone_and_keeps_the_source() -> None:
    usd = base_of(State(DEFAULT_PRESET))
    state = State(DEFAULT_PRESET, LOCALES["en-GB"], rate="0.8")
    pounds = base_of(state)
    for name, place in places(usd).items():
        after = places(pounds)[name].quantity
        factor = 0.8 if "USD" in place.unit else 1.0
        assert after.mean == pytest.approx(place.quantity.mean * factor), name
        assert after.provenance.kind == place.quantity.provenance.kind
    assert query_text(state) == "locale=en-GB&rate=0.8"


def test_states_are_read_from_plain_words_only() -> None:
    state = read_state({"preset": "x", "locale": "xx", "without": "a..b", "rate": "9" * 99}, PRESETS)
    assert state.preset == PRESETS[0]
    assert state.locale.key == "en-US"
    assert len(state.rate) == 20
    assert state.without == {"a", "b"}


def test_names_are_the_same_for_forms_and_addresses() -> None:
    base = base_of(State(DEFAULT_PRESET))
    for place in roi.quantities(base):
        state = replace(State(DEFAULT_PRESET), figures={name_of(place): str(place.quantity.mean)})
        assert apply(state, base).refused == ()
