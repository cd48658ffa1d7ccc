"""Money charts: titles that say the finding, axes with units, the same figures in a table, few bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import roi
from tests.webapp.business.charts import shapes
from webapp.business.charts.band import Payback
from webapp.business.charts.evidence import evidence_chart
from webapp.business.charts.heat_map import turning_accuracy
from webapp.business.charts.parts import MAX_POINTS, money_axis, rounded, thinned
from webapp.business.charts.samples import samples_chart
from webapp.business.charts.waterfall import Line, waterfall_chart
from webapp.jobs.charts.figure import Chart
from webapp.ui.locales import LOCALES, in_locale


def said(chart: Chart) -> str:
    """The finding with plain spaces: money in it never breaks over lines."""
    return chart.finding.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", shapes.ALL)
def test_every_chart_has_a_finding_a_table_and_units_on_its_money_axis(name: str) -> None:
    chart = shapes.ALL[name]()
    assert said(chart)[0].isupper() or said(chart)[0].isdigit() or said(chart)[0] == "$"
    assert not said(chart).endswith(".")
    assert chart.rows
    assert all(len(row) == len(chart.columns) for row in chart.rows)
    titles = [chart.figure["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis")]
    assert any("(USD)" in title or "(EUR)" in title for title in titles) or "USD" in chart.note


@pytest.mark.parametrize("name", shapes.ALL)
def test_every_chart_is_short_json(name: str) -> None:
    chart = shapes.ALL[name]()
    json.loads(str(chart.json))
    assert len(chart.json) < 5_000


def test_six_charts_leave_room_on_a_page_of_60_kilobytes() -> None:
    assert sum(len(make().json) for make in shapes.ALL.values()) < 30_000


@pytest.mark.parametrize(
    ("payback", "says"),
    [
        (Payback(6.2, 9.0, 10.4), "Pays back in 7 to 11 months; success rate matters most"),
        (Payback(6.2, 6.5, 7.0), "Pays back in 7 months; success rate matters most"),
        (Payback(0.0, 0.0, 0.0), "Pays from the start; success rate matters most"),
        (Payback(0.0, 0.5, 2.5), "Pays back within 3 months; success rate matters most"),
        (Payback(6.2, None, None), "May pay back from month 7 on, or not within 36 months; success rate matters most"),
        (Payback(None, None, None), "Does not pay back within 36 months; success rate matters most"),
    ],
)
def test_the_band_says_when_it_pays_back(payback: Payback, says: str) -> None:
    assert said(shapes.band(payback, driver="Success rate")) == says


def test_a_band_that_never_pays_back_has_no_payback_point() -> None:
    chart = shapes.band(Payback(None, None, None))
    assert [trace["name"] for trace in chart.figure["data"]] == ["P10 to P90, low", "P10 to P90, high", "median"]
    assert chart.figure["layout"]["annotations"] == []


@pytest.mark.parametrize("months", [1, 7, 36, 120])
def test_a_band_has_at_most_60_points_and_keeps_both_ends(months: int) -> None:
    median = next(trace for trace in shapes.band(months=months).figure["data"] if trace["name"] == "median")
    assert len(median["x"]) <= MAX_POINTS
    assert (median["x"][0], median["x"][-1]) == (0, months)
    assert shapes.band(months=months).rows[-1][0] == str(months)


def test_the_waterfall_ends_at_the_sum_of_its_lines() -> None:
    """300 + 50 - 100 = 250 thousand; each bar begins where the one before ended."""
    chart = shapes.waterfall()
    bars = chart.figure["data"][0]
    assert bars["base"] == [0, 300_000, 350_000, 0]
    assert bars["x"] == [300_000, 50_000, -100_000, 250_000]
    assert said(chart) == "$350 k of benefit against $100 k of cost: $250 k is left; most of it is labour saved"
    assert chart.rows[-1] == ("Net present value", "+$250\N{NO-BREAK SPACE}k")


def test_many_small_lines_are_drawn_as_one_and_listed_each() -> None:
    chart = shapes.waterfall(extra=40)
    texts = chart.figure["layout"]["yaxis"]["ticktext"]
    assert len(texts) == 13
    assert "32 smaller costs<br>−$32.0\N{NO-BREAK SPACE}k" in texts
    assert len(chart.rows) == 44
    assert chart.figure["data"][0]["x"][-1] == 210_000


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "This plan changes no cash flow"),
        ([Line("Platform", -5_000)], "This plan costs $5.00 k and brings no benefit"),
        ([Line("Labour", 5_000)], "This plan brings $5.00 k at no cost"),
        (
            [Line("Labour", 5_000), Line("Platform", -8_000)],
            "$5.00 k of benefit against $8.00 k of cost: $3.00 k is lost from labour",
        ),
    ],
)
def test_a_waterfall_of_few_lines(lines: list[Line], says: str) -> None:
    assert said(waterfall_chart(lines, currency="USD")) == says


def test_the_tornado_puts_the_longest_bar_on_top_and_leaves_out_what_moves_nothing() -> None:
    chart = shapes.tornado()
    assert said(chart) == "Success rate matters most: it moves the value between −$120 k and $420 k"
    assert [text.split("<br>")[0] for text in chart.figure["layout"]["yaxis"]["ticktext"]] == [
        "Success rate",
        "Items a month",
    ]
    assert len(chart.rows) == 3
    low = chart.figure["data"][0]
    assert (low["base"][0], low["x"][0]) == (180_000, -300_000)


def test_options_are_told_apart_only_where_they_can_be() -> None:
    assert "leads, best in 71.0%" in said(shapes.options())
    assert "LoRA and Full <fine-tuning> on many devices cannot be told apart" in said(shapes.options(0.52))
    assert said(shapes.options(0.95)) == "LoRA is the best option in 95.0% of simulated futures"


def test_a_name_is_never_taken_for_mark_up() -> None:
    texts = shapes.options().figure["layout"]["yaxis"]["ticktext"]
    assert texts[1].startswith("Full &lt;fine-tuning&gt;")
    assert "<" not in str(shapes.options().json)


def test_the_distribution_joins_bins_and_its_shares_still_add_up() -> None:
    bars = shapes.distribution().figure["data"][0]
    assert len(bars["x"]) <= 40
    assert sum(bars["y"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("chance", "says"),
    [(0.8, "80.0% of futures"), (1.0, "Every simulated future"), (0.0, "No simulated future"), (0.99996, "99.996% of")],
)
def test_the_distribution_says_how_likely_it_pays(chance: float, says: str) -> None:
    assert said(shapes.distribution(chance)).startswith(says)


def test_the_heat_map_finds_the_accuracy_that_pays() -> None:
    chart = shapes.heat_map()
    assert said(chart) == "At 2,000 items a month it pays above 60.0% accuracy"
    frame = chart.figure["layout"]["shapes"][0]
    assert (frame["x0"], frame["y0"]) == (0.5, 2.5)
    assert said(shapes.heat_map(1.0)).startswith("It pays in every cell")
    assert said(shapes.heat_map(-1.0)).startswith("It pays in no cell")


def test_the_turning_accuracy_lies_on_the_line_between_two_cells() -> None:
    assert turning_accuracy([0.5, 0.7], [-100, 300]) == pytest.approx(0.55)
    assert turning_accuracy([0.5, 0.7], [1, 2]) is None


@pytest.mark.parametrize(
    ("chart", "says"),
    [
        (shapes.evidence(), "120 more items make the choice 95.0% sure; 100 are worth most: $1.50 k"),
        (
            shapes.evidence(price=1_000.0),
            "120 more items make the choice 95.0% sure; more items cost more than they are",
        ),
        (shapes.evidence(worth=0.0), "No result of a further evaluation would change the choice"),
        (shapes.evidence(needed=0), "The choice is 70.0% sure as it is; 100 are worth most"),
        (shapes.evidence(needed=None), "No number of items makes the choice 95.0% sure; 100 are"),
    ],
)
def test_the_worth_of_evidence_is_told(chart: Chart, says: str) -> None:
    assert said(chart).startswith(says)


def test_samples_name_the_best_number_and_what_cannot_be_told_from_it() -> None:
    assert said(shapes.samples()) == (
        "8 samples an item are worth most: $0.070 an item more than 1; 4 to 16 cannot be told apart"
    )
    assert said(shapes.samples(best=1)).startswith("1 sample an item is best")
    assert said(shapes.samples(64, best=64)).endswith("still more were not measured")


def test_a_long_curve_of_samples_keeps_what_was_measured() -> None:
    line = next(trace for trace in shapes.samples(4096).figure["data"] if trace["name"] == "value")
    assert len(line["x"]) <= MAX_POINTS
    assert {2**power for power in range(13)} <= set(line["x"])


def test_money_on_an_axis_follows_the_locale() -> None:
    with in_locale(LOCALES["de-DE"]):
        assert money_axis("Value", [0, 2_500_000], "EUR")["ticktext"][2] == "1,0 M\N{NO-BREAK SPACE}€"


_MONEY = st.floats(-1e12, 1e12).map(lambda value: round(value, 2))


@given(st.lists(_MONEY, min_size=1, max_size=5), st.integers(2, 6))
def test_a_money_axis_holds_its_values_and_writes_each_tick_differently(values: list[float], ticks: int) -> None:
    made = money_axis("Value", values, "USD", ticks=ticks)
    low, high = made["range"]
    slack = 1e-3 * (high - low)
    assert low - slack <= min(0.0, *values)
    assert max(0.0, *values) <= high + slack
    assert len(set(made["ticktext"])) == len(made["tickvals"]) <= ticks + 2


@given(st.integers(1, 5_000), st.integers(2, 200))
def test_thinning_keeps_both_ends_and_the_order(count: int, most: int) -> None:
    kept = thinned(count, most)
    assert kept == sorted(set(kept))
    assert len(kept) == min(count, most)
    assert (kept[0], kept[-1]) == (0, count - 1)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_keeps_four_digits(value: float) -> None:
    assert rounded(value) == pytest.approx(value, rel=6e-4, abs=1e-300)


def test_charts_take_the_engines_own_answers() -> None:
    """A measured success rate of a preset: what more items are worth, and how many samples."""
    scenario = roi.preset("support-desk")
    path = scenario.option("peft").paths["work.success_rate"]
    known = roi.replace(scenario, {path: roi.Beta(successes=27, trials=40)})
    information = roi.sample_information(known, "peft", price_per_item=2.0, items=(0, 50, 500))
    evidence = evidence_chart(information, currency="USD")
    assert [row[0] for row in evidence.rows] == ["0", "50", "500"]
    curve = [roi.MeasuredPoint(1, 0.6), roi.MeasuredPoint(4, 0.7), roi.MeasuredPoint(16, 0.72)]
    found = roi.best_samples(known, "peft", curve)
    chart = samples_chart(found, currency="USD")
    assert chart.figure["layout"]["yaxis"]["title"]["text"] == "Net present value (USD)"
    assert said(chart).startswith(f"{found.samples} samples an item are worth most: $")
