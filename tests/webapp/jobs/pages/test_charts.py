"""Charts are figures from rows: named axes with units, a finding, and the same figures as a table."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp.jobs.pages.rows import step
from webapp.jobs.charts import curves
from webapp.jobs.charts.curves import EVAL_FIELDS, STEP_FIELDS, comparison_chart
from webapp.jobs.charts.figure import Chart
from webapp.jobs.charts.names import PHONE_HEIGHT, PHONE_WIDTH, NamedPoint, place_names
from webapp.jobs.charts.results import CostPoint, confusion_chart, confusion_finding, cost_chart, frontier
from webapp.jobs.charts.series import MAX_POINTS, History
from webapp.ui.figures import Figure


def title(figure: Figure, axis: str) -> str:
    return str(figure["layout"][f"{axis}axis"]["title"]["text"])


def training_charts(steps: list[dict[str, Any]], evals: list[dict[str, Any]]) -> list[Chart]:
    return curves.training_charts(History.of(steps, STEP_FIELDS), History.of(evals, EVAL_FIELDS))


def evaluated(number: int, loss: float) -> dict[str, Any]:
    return {"step": number, "validation_loss_nats": loss}


def test_every_curve_has_axes_with_units_and_a_table() -> None:
    charts = training_charts([step(number) for number in range(1, 101)], [evaluated(10, 1.0), evaluated(20, 0.5)])
    assert [chart.key for chart in charts] == [
        "loss",
        "learning-rate",
        "grad-norm",
        "tokens-per-second",
        "peak-memory-bytes",
    ]
    for chart in charts:
        assert title(chart.figure, "x") == "Optimizer step"
        assert "(" in title(chart.figure, "y")
        assert chart.rows
        assert all(len(row) == len(chart.columns) for row in chart.rows)
    assert title(charts[0].figure, "y") == "Loss (nats per token)"
    assert title(charts[-1].figure, "y") == "Peak memory (GB)"


def test_a_long_job_gives_few_points_a_line() -> None:
    for chart in training_charts([step(number, total=30_000) for number in range(1, 30_001)], []):
        assert all(len(trace["x"]) <= MAX_POINTS for trace in chart.figure["data"])


def test_what_was_not_a_number_is_marked_and_said() -> None:
    """The gradient of two steps and the loss of one were not numbers: crosses stand there, and the findings say so."""
    steps = [step(number) for number in range(1, 101)]
    for number in (30, 60):
        steps[number - 1] = {**steps[number - 1], "grad_norm": None}
    steps[49] = {**steps[49], "loss_nats": None}
    found = {chart.key: chart for chart in training_charts(steps, [])}
    assert found["grad-norm"].finding.endswith("; it was not a number in 2 steps, first at 30")
    assert found["loss"].finding.endswith("; at step 50 it was not a number")
    for key, places in (("grad-norm", [30, 60]), ("loss", [50])):
        marks = next(trace for trace in found[key].figure["data"] if trace["name"] == "not a number")
        assert marks["x"] == places
        assert all(place not in trace["x"] for trace in found[key].figure["data"][:1] for place in places)
    assert "not a number" not in found["learning-rate"].finding


def test_validation_of_steps_that_no_longer_count_is_dropped() -> None:
    """The old attempt validated at 40; the new one is at 35."""
    steps = [step(number, total=60) for number in [*range(1, 42), *range(31, 36)]]
    loss = training_charts(steps, [evaluated(20, 1.0), evaluated(40, 0.5)])[0]
    validation = next(trace for trace in loss.figure["data"] if trace["name"] == "validation")
    assert validation["x"] == [20]


@pytest.mark.parametrize(
    ("losses", "says"),
    [
        ([], "Training loss went from"),
        ([(10, 0.9)], "Validation loss is 0.900 nats at step 10"),
        ([(10, 0.9), (20, 0.5)], "Validation loss went from 0.900 to 0.500 nats by step 20"),
        ([(10, 0.5), (20, 0.9)], "lowest at step 10 (0.500 nats) and has risen to 0.900"),
    ],
)
def test_the_loss_chart_says_what_it_shows(losses: list[tuple[int, float]], says: str) -> None:
    charts = training_charts([step(number) for number in range(1, 21)], [evaluated(*each) for each in losses])
    assert says in charts[0].finding


def test_no_events_give_no_chart() -> None:
    assert training_charts([], []) == []


def test_a_gradient_norm_outside_the_usual_is_counted() -> None:
    steps = [step(1), {**step(2), "grad_norm": 30.0}]
    norm = next(chart for chart in training_charts(steps, []) if chart.key == "grad-norm")
    assert norm.finding == "Gradient norm was not between 0.1 and 10 in 1 of 2 steps"


def test_labels_of_limits_stand_where_their_lines_do() -> None:
    """Plotly takes a note's place on a log axis as a logarithm, a line's as a value."""
    norm = next(chart for chart in training_charts([step(1), step(2)], []) if chart.key == "grad-norm")
    layout = norm.figure["layout"]
    assert [shape["y0"] for shape in layout["shapes"]] == [0.1, 10.0]
    assert [note["y"] for note in layout["annotations"]] == pytest.approx([-1.0, 1.0])


def point(name: str, accuracy: float, cost: float) -> CostPoint:
    return CostPoint(name, accuracy, accuracy - 0.05, accuracy + 0.05, 300, cost)


def test_the_frontier_holds_what_nothing_else_beats() -> None:
    """DoRA costs more than LoRA and reaches less; full costs most and reaches most."""
    points = [point("base", 0.5, 0), point("full", 0.95, 9), point("dora", 0.85, 4), point("lora", 0.9, 3)]
    assert [each.name for each in frontier(points)] == ["base", "lora", "full"]


def test_the_cost_chart_marks_the_frontier_and_shows_intervals() -> None:
    points = [point("base", 0.5, 0), point("lora", 0.9, 3), point("dora", 0.85, 4)]
    chart = cost_chart(points, "LoRA gains 40 points", "Training compute (TFLOP)")
    by_name = {trace["name"]: trace for trace in chart.figure["data"]}
    assert by_name["dora"]["marker"]["symbol"].endswith("-open")
    assert not by_name["lora"]["marker"]["symbol"].endswith("-open")
    assert by_name["lora"]["error_y"]["array"] == pytest.approx([0.05])
    assert title(chart.figure, "x") == "Training compute (TFLOP)"
    assert [row[0] for row in chart.rows] == ["base", "lora", "dora"]
    assert [row[-1] for row in chart.rows] == ["yes", "yes", "no"]


def test_names_of_points_close_by_do_not_meet() -> None:
    """Two near points: their names a line apart; a point far off keeps its name close by."""
    points = [
        CostPoint("LoRA", 0.883, 0.84, 0.92, 300, 90.0),
        CostPoint("DoRA", 0.880, 0.84, 0.92, 300, 100.0),
        CostPoint("Base", 0.42, 0.36, 0.47, 300, 0.0),
    ]
    shifts = {
        name["text"]: name["yshift"]
        for name in cost_chart(points, "x", "Device-seconds").figure["layout"]["annotations"]
    }
    assert abs(shifts["LoRA"] - shifts["DoRA"]) >= 15
    assert shifts["Base"] == shifts["LoRA"] == 12


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["LoRA", "DoRA", "Full fine-tuning", "Base model", "IA³"]),
            st.floats(0, 1),
            st.floats(0.1, 0.9),
        ),
        min_size=2,
        max_size=4,
    )
)
def test_names_do_not_cover_each_other_on_a_phone(found: list[tuple[str, float, float]]) -> None:
    points = [NamedPoint(name, x, y, y - 0.05, y + 0.05) for name, x, y in found]
    boxes = []
    for point, place in zip(points, place_names(points), strict=True):
        wide = 6.0 * len(point.name)
        left = PHONE_WIDTH * point.x + (-10 - wide if place.is_left else 10)
        boxes.append((left, left + wide, PHONE_HEIGHT * point.y + place.up))
    for one, other in combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or abs(one[2] - other[2]) >= 14


def test_a_method_with_a_range_of_cost_has_an_interval_both_ways() -> None:
    ranged = CostPoint("lora", 0.9, 0.85, 0.95, 300, 3.0, 2.0, 5.0)
    drawn = cost_chart([point("base", 0.5, 0), ranged], "x", "Time (s)").figure["data"][-1]
    assert drawn["error_x"]["array"] == [2.0]
    assert drawn["error_x"]["arrayminus"] == [1.0]


def test_the_confusion_chart_shares_each_row() -> None:
    chart = confusion_chart(["bill", "refund"], [[3, 1, 0], [0, 2, 2]])
    heat = chart.figure["data"][0]
    assert heat["z"] == [[0.75, 0.25, 0.0], [0.0, 0.5, 0.5]]
    assert heat["x"][-1] == "no label"
    assert chart.finding == "2 of 3 mistakes name none of the labels"
    assert confusion_finding(["a", "b"], [[2, 3, 1], [0, 2, 1]]) == (
        "The most frequent mistake takes “a” for “b”: 3 of 5 mistakes (60.0%)"
    )
    assert confusion_finding(["a", "b"], [[2, 0], [0, 2]]) == "No label was taken for another"


def test_compared_jobs_are_told_apart_by_more_than_colour() -> None:
    chart = comparison_chart(
        [("a", [evaluated(1, 2.0), evaluated(2, 1.0)]), ("b", [evaluated(1, 2.0), evaluated(2, 1.5)])]
    )
    first, second = chart.figure["data"]
    assert first["line"]["dash"] != second["line"]["dash"]
    assert chart.finding == "a has the lowest validation loss: 1.00 nats at step 2"


def test_the_figure_cannot_end_its_script_element() -> None:
    chart = confusion_chart(["</script><script>alert(1)</script>", "b"], [[1, 0], [0, 1]])
    assert "<" not in chart.json
