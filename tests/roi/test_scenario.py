"""Reading a scenario: every fault at once with its path, defaults and units filled in, nothing lost on the way."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import roi
from roi.figures import FigureSpec

NAMES = sorted(roi.REGISTRY)


def plain() -> dict[str, Any]:
    """A small scenario as a person would write it."""
    return {
        "name": "Small",
        "currency": "EUR",
        "work": {
            "items_per_month": 1000,
            "minutes_per_item": {"kind": "triangular", "low": 5, "mode": 6, "high": 9},
            "labour_cost_per_hour": 40,
            "coverage": 0.8,
            "success_rate": {"kind": "beta", "successes": 84, "trials": 100},
        },
        "options": [
            {"key": "nothing", "name": "Do nothing", "kind": "do_nothing"},
            {"key": "hosted", "name": "Hosted", "kind": "hosted", "run": {"price_per_million_tokens_in": 2}},
            {"key": "peft", "name": "Tuned", "kind": "peft", "run": {"price_per_device_hour": 3}},
        ],
    }


def faults(data: Any) -> dict[str, str]:
    with pytest.raises(roi.ScenarioFaults) as caught:
        roi.parse(data)
    return {fault.path: fault.message for fault in caught.value.faults}


def put(data: dict[str, Any], path: list[Any], value: Any) -> dict[str, Any]:
    place = data
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[path[-1]] = value
    return data


def test_what_is_left_out_is_filled_in() -> None:
    scenario = roi.parse(plain())
    assert scenario.work.labour_cost_per_hour.unit == "EUR/hour"
    assert scenario.work.hours_per_fte_month.mean == pytest.approx(143.333, abs=1e-3)
    assert scenario.work.hours_per_fte_month.provenance.kind == "published"
    assert scenario.time.horizon_months == 36
    assert all(place.quantity.unit == place.unit for place in roi.quantities(scenario))


@pytest.mark.parametrize("key", sorted(roi.PRESETS))
def test_json_and_back_is_the_same_scenario(key: str) -> None:
    scenario = roi.preset(key)
    text = json.dumps(scenario.data(), allow_nan=False)
    assert roi.parse(json.loads(text)) == scenario


def test_the_plain_data_is_left_alone() -> None:
    data = plain()
    roi.parse(data)
    assert data == plain()


@pytest.mark.parametrize("key", sorted(roi.PRESETS))
def test_examples_say_where_every_stated_figure_comes_from(key: str) -> None:
    for place in roi.quantities(roi.preset(key)):
        source = place.quantity.provenance
        assert source.kind in ("assumed", "published")
        assert source.why if source.kind == "assumed" else source.url.startswith("https://")


def test_every_fault_is_told_at_once() -> None:
    data = plain()
    del data["work"]["labour_cost_per_hour"]
    put(data, ["work", "coverage"], 1.4)
    put(data, ["work", "items_per_month"], 1e308)
    put(data, ["work", "success_rate"], {"kind": "fixed", "value": math.nan})
    put(data, ["work", "minutes_per_item"], "ten")
    put(data, ["time"], {"horizon_months": 10_000, "discount_rate": True})
    put(data, ["run"], {"samples_per_item": {"kind": "fixed", "value": 3, "unit": "cups"}})
    put(data, ["options", 2, "run", "price_per_device_hour"], -1)
    put(data, ["options", 2, "work"], {"items_per_month": 5})
    put(data, ["options", 1, "key"], "peft")
    put(data, ["options", 1, "run", "nonsense"], 1)
    put(data, ["correlations"], [{"first": "work.coverage", "second": "work.nothing", "rank": 3}])
    assert faults(data) == {
        "work.labour_cost_per_hour": "is required",
        "work.coverage": "must be at most 1",
        "work.items_per_month": "must be at most 1,000,000,000",
        "work.success_rate.value": "must be a finite number",
        "work.minutes_per_item": "must be a number, or an object with a kind, not 'ten'",
        "time.horizon_months": "must be at most 120",
        "time.discount_rate": "must be a number, or an object with a kind, not True",
        "run.samples_per_item.unit": "must be samples/item: nothing is converted, not 'cups'",
        "options[2].run.price_per_device_hour": "must be at least 0",
        "options[2].work.items_per_month": "is the same for every option: state it once, as work.items_per_month",
        "options[2].key": "is the key of another option: 'peft'",
        "options[1].run.nonsense": "is not a figure that can stand here",
        "correlations[0].rank": "must be at most 1",
        "correlations[0].second": "is not the path of a figure stated here: 'work.nothing'",
    }


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["version"], 2, "version: must be 1"),
        (["currency"], "dollars", "currency: must"),
        (["options"], [], "options: "),
        (["options", 0, "kind"], "hosted", "options: needs one option of kind do_nothing"),
        (["options", 2, "kind"], "do_nothing", "options[2].kind: is do_nothing a second time"),
        (["options", 0, "one_off"], {"integration": 5}, "options[0].one_off: must be left out"),
        (["options", 1, "time"], {"horizon_months": 12}, "options[1].time.horizon_months: is not a figure"),
        (["work", "coverage"], {"kind": "range", "low": 0.9, "high": 0.5}, "work.coverage: low must not be above high"),
        (["work", "coverage"], {"kind": "range", "low": 0.9, "high": 1.2}, "work.coverage: must be at most 1"),
        (["work", "coverage"], {"kind": "range", "low": 1e-9, "high": 1, "shape": "lognormal"}, "its mean must be"),
        (["work", "growth"], {"kind": "range", "low": 0, "high": 1, "shape": "lognormal"}, "low must be more than 0"),
        (["work", "coverage"], {"kind": "triangular", "low": 0.1, "mode": 0.9, "high": 0.5}, "must be in that order"),
        (["work", "coverage"], {"kind": "beta", "successes": 5, "trials": 4}, "successes must not be above trials"),
        (["work", "minutes_per_item"], {"kind": "beta", "successes": 1, "trials": 4}, "it is not a share"),
        (["work", "coverage"], {"kind": "empirical", "values": []}, "work.coverage.values: "),
        (["work", "coverage"], {"kind": "empirical", "values": [0.5, 7]}, "work.coverage: must be at most 1"),
        (["work", "coverage"], {"kind": "magic"}, "work.coverage.kind: must be one of fixed, range"),
        (["work", "coverage"], {"value": 1}, "work.coverage: needs a kind: fixed, range"),
        (["work", "coverage"], {"kind": "fixed", "value": "0.5"}, "work.coverage.value: must be a number, not '0.5'"),
        (["work", "coverage"], {"kind": "fixed", "value": 10**400}, "work.coverage.value: "),
        (
            ["work", "coverage"],
            {"kind": "fixed", "value": 0.5, "provenance": {"kind": "published", "source": "x", "url": "javascript:1"}},
            "work.coverage.provenance.url: must",
        ),
        (["correlations"], [{"first": "work.coverage", "second": "work.coverage", "rank": 0.5}], "another figure"),
        (
            ["correlations"],
            [
                {"first": "work.coverage", "second": "work.growth", "rank": 0.9},
                {"first": "work.coverage", "second": "work.success_rate", "rank": 0.9},
                {"first": "work.growth", "second": "work.success_rate", "rank": -0.9},
            ],
            "correlations: contradict each other",
        ),
    ],
)
def test_a_fault_names_its_place(path: list[Any], value: Any, fault: str) -> None:
    with pytest.raises(roi.ScenarioFaults) as caught:
        roi.parse(put(plain(), path, value))
    assert fault in str(caught.value)


@pytest.mark.parametrize("data", [None, [], "text", 5, {}])
def test_what_is_no_scenario_is_refused(data: Any) -> None:
    assert faults(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["", "work", "options", "correlations", "time", "currency", "run"]), json_values)
@settings(max_examples=60, deadline=None)
def test_anything_is_answered_by_faults_or_a_scenario(key: str, value: Any) -> None:
    found: list[roi.Fault] = []
    try:
        roi.parse({**plain(), key: value})
    except roi.ScenarioFaults as caught:
        found = caught.faults or [roi.Fault("", "")]
    assert all(fault.path and fault.message for fault in found)


@given(st.sampled_from(NAMES), st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=60, deadline=None)
def test_the_limits_of_every_figure_hold(name: str, value: float) -> None:
    spec: FigureSpec = roi.REGISTRY[name]
    low, high = spec.limits
    data = put(plain(), [spec.group, spec.key], value)
    if low <= value <= high:
        assert getattr(getattr(roi.parse(data), spec.group), spec.key).mean == value
    else:
        assert set(faults(data)) == {name}


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_explains_itself(name: str) -> None:
    spec = roi.REGISTRY[name]
    assert spec.label
    assert spec.help.endswith(".")
    assert spec.limits[0] <= spec.typical[0] < spec.typical[1] <= spec.limits[1]
    assert spec.default is None or spec.limits[0] <= spec.default <= spec.limits[1]


def test_keys_of_figures_are_unique() -> None:
    keys = [spec.key for spec in roi.REGISTRY.values()]
    assert len(keys) == len(set(keys))


# options


def test_an_option_replaces_only_its_own_figures() -> None:
    scenario = roi.parse(plain())
    hosted, peft = scenario.option("hosted"), scenario.option("peft")
    differ = {name for name in NAMES if hosted.quantities[name] != peft.quantities[name]}
    assert differ == {"run.price_per_million_tokens_in", "run.price_per_device_hour"}
    assert peft.paths["run.price_per_device_hour"] == "options[2].run.price_per_device_hour"
    assert peft.paths["work.coverage"] == hosted.paths["work.coverage"] == "work.coverage"
    with pytest.raises(KeyError):
        scenario.option("none")


def test_places_are_the_figures_of_the_base_and_those_that_options_state() -> None:
    places = roi.quantities(roi.parse(plain()))
    assert [place.path for place in places if place.option is None] == list(roi.REGISTRY)
    stated = [(place.path, place.option, place.unit) for place in places if place.option]
    assert stated == [
        ("options[1].run.price_per_million_tokens_in", "hosted", "EUR/million tokens"),
        ("options[2].run.price_per_device_hour", "peft", "EUR/device-hour"),
    ]


# replace


def test_replacing_by_path() -> None:
    scenario = roi.parse(plain())
    changed = roi.replace(
        scenario,
        {
            "work.coverage": 0.5,
            "options[1].work.success_rate": roi.Beta(successes=9, trials=10),
            "time.horizon_months": 12,
            "time.ramp": "logistic",
        },
    )
    assert changed.work.coverage.mean == 0.5
    assert changed.option("hosted").quantities["work.success_rate"].mean == pytest.approx(9.5 / 11)
    assert (changed.time.horizon_months, changed.time.ramp) == (12, "logistic")
    assert roi.replace(scenario, {}) == scenario


def test_replacing_is_reading_the_changed_data_again() -> None:
    """Also where it is refused, and where a setting or a figure in another unit is handed over."""
    scenario = roi.preset("support-desk")
    settings = {"time.horizon_months": (12, 0, 7.5, "x"), "time.ramp": ("logistic", "steep", 1)}
    figures = {place.path: (place.typical_low, 2 * place.hard_high, roi.Fixed(value=place.typical_high), True)
               for place in roi.quantities(scenario)[::3]}  # fmt: skip
    figures["work.coverage"] = (roi.Range(low=0.2, high=0.4, unit="items"), float("nan"), "half")
    for path, values in {**figures, **settings}.items():
        for value in values:
            data = scenario.data()
            holder = data["options"][int(path[8 : path.index("]")])] if path.startswith("options[") else data
            group, _, key = path.rpartition("].")[2].partition(".")
            holder[group][key] = value.model_dump(mode="json") if isinstance(value, roi.Fixed | roi.Range) else value
            assert outcome(lambda data=data: roi.parse(data)) == outcome(
                lambda path=path, value=value: roi.replace(scenario, {path: value})
            )


def outcome(work: Callable[[], roi.Scenario]) -> dict[str, Any] | list[roi.Fault]:
    """The data of what was made, or the faults."""
    try:
        return work().data()
    except roi.ScenarioFaults as error:
        return error.faults


@pytest.mark.parametrize(
    "path", ["", "work", "work.none", "options[9].work.coverage", "options[1].time.ramp", "name", "options[-1].run.x"]
)
def test_replacing_what_is_not_there(path: str) -> None:
    with pytest.raises(roi.ScenarioFaults, match="is not a figure"):
        roi.replace(roi.parse(plain()), {path: 1})


def test_replacing_by_what_is_not_allowed() -> None:
    with pytest.raises(roi.ScenarioFaults, match=r"options\[1\]\.work\.coverage: must be at most 1"):
        roi.replace(roi.parse(plain()), {"options[1].work.coverage": 2})


# means


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_mean_of_seen_values(values: list[float]) -> None:
    mean = roi.Empirical(values=tuple(values)).mean
    assert mean == pytest.approx(math.fsum(values) / len(values), abs=1e-6)
    assert min(values) <= mean <= max(values)


def test_the_mean_of_a_lognormal_range_by_its_definition() -> None:
    """P5 = 2, P95 = 8: median 4, sigma = ln(4) / (2 x 1.64485), mean = 4 exp(sigma^2 / 2)."""
    sigma = math.log(4) / (2 * 1.6448536269514722)
    assert roi.Range(low=2, high=8, shape="lognormal").mean == pytest.approx(4 * math.exp(sigma**2 / 2))
