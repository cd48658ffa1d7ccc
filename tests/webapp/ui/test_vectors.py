"""Figures as vectors: nothing leaves the paper, colours are the theme's, both writers take every chart."""

import io
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.webapp.business.charts import shapes
from webapp.ui.figures import axis, bars, dots, figure, line, marker_line
from webapp.ui.vectors import pdf
from webapp.ui.vectors.letters import Letters
from webapp.ui.vectors.plot import draw
from webapp.ui.vectors.scene import Disc, Paint, Scene, Text, text_width
from webapp.ui.vectors.svg import svg


def points(scene: Scene) -> list[tuple[float, float]]:
    """Every corner of every path and the centre of every disc."""
    found = []
    for item in scene.items:
        if isinstance(item, Disc):
            found.append(item.centre)
        elif not isinstance(item, Text):
            found += item.points
    return found


@pytest.mark.parametrize("name", shapes.ALL)
@pytest.mark.parametrize("size", [(160, 120), (250, 180), (520, 240)])
def test_nothing_leaves_the_paper(name: str, size: tuple[int, int]) -> None:
    scene = draw(shapes.ALL[name]().figure, *size)
    assert all(-3 <= x <= size[0] + 3 and -3 <= y <= size[1] + 3 for x, y in points(scene))
    for item in scene.items:
        if isinstance(item, Text) and not item.is_turned and item.anchor == "start" and size[0] > 200:
            assert item.x + text_width(item.text, item.size) <= size[0] + 10


@pytest.mark.parametrize("name", shapes.ALL)
def test_rows_never_overlap(name: str) -> None:
    """Texts that end at the same place stand at least a line apart."""
    scene = draw(shapes.ALL[name]().figure, 260, 180)
    ends = [item for item in scene.items if isinstance(item, Text) and item.anchor == "end"]
    rows = sorted(item.y for item in ends if item.x == ends[0].x)
    assert all(second - first >= 7 for first, second in pairwise(rows))


@pytest.mark.parametrize("unit", ["", "KRW 000"])
def test_texts_below_an_axis_keep_apart(unit: str) -> None:
    labels = [f"{unit} {number}" for number in range(0, 700, 100)]
    flat = bars("worth", [600], ["a"], horizontal=True)
    below = axis("Worth") | {"tickmode": "array", "tickvals": list(range(0, 700, 100)), "ticktext": labels}
    for width in (60, 120, 250, 520):
        scene = draw(figure([flat], x=below, y=axis("") | {"type": "category"}), width, 100)
        found = [item for item in scene.items if isinstance(item, Text) and item.text in labels]
        assert found[0].text == labels[0]
        assert all(
            second.x - first.x > text_width(first.text + second.text, first.size) / 2
            for first, second in pairwise(found)
        )
        assert len(found) == 7 or width < 520


@pytest.mark.parametrize("name", shapes.ALL)
def test_every_chart_is_written_as_svg_and_pdf(name: str) -> None:
    from reportlab.pdfgen.canvas import Canvas

    chart = shapes.ALL[name]()
    scene = draw(chart.figure, 300, 200)
    written = ElementTree.fromstring(svg(scene, chart.finding))
    assert written.attrib["aria-label"] == chart.finding
    assert "nan" not in ElementTree.tostring(written, encoding="unicode")
    canvas = Canvas(io.BytesIO())
    pdf.paint_scene(canvas, scene, 0, 0, Letters())
    assert canvas.getpdfdata().startswith(b"%PDF")


def test_places_can_be_checked_by_hand() -> None:
    """A bar from 0 to 10 on an axis of 0 to 10 is as long as the axis; the line through its middle halves it."""
    flat = bars("hours", [10], ["a"], horizontal=True)
    drawn = figure(
        [flat],
        x=axis("Hours") | {"range": [0, 10]},
        y=axis("") | {"type": "category"},
        lines=[marker_line(5, "half", vertical=True)],
    )
    scene = draw(drawn, 200, 100)
    bar = next(item for item in scene.items if getattr(item, "fill", None))
    dashed = next(item for item in scene.items if getattr(item, "dash", ()))
    (left, right) = (min(x for x, _ in bar.points), max(x for x, _ in bar.points))
    assert dashed.points[0][0] == pytest.approx((left + right) / 2)


def test_the_charts_of_other_pages_are_drawn_too() -> None:
    x = [1, 10, 100]
    traces = [line("loss", x, [3.0, None, 1.0]), dots("best", [10], [2.0], y_low=[1.5], y_high=[2.5], labels=["ten"])]
    drawn = figure(traces, x=axis("Step", log=True), y=axis("Loss", unit="nats", zero=True))
    texts = [item.text for item in draw(drawn, 300, 200).items if isinstance(item, Text)]
    assert {"Step", "Loss (nats)", "100", "loss", "best"} <= set(texts)


def test_what_only_a_browser_can_draw_is_refused() -> None:
    drawn = figure([{"type": "scatter3d", "x": [1], "y": [1]}], x=axis("a"), y=axis("b"))
    with pytest.raises(ValueError, match="scatter3d"):
        draw(drawn, 100, 100)


def test_colours_on_paper_are_the_light_themes() -> None:
    css = (Path(__file__).parents[3] / "static" / "css" / "tokens.css").read_text()
    for token, colour in pdf.LIGHT.items():
        found = re.search(rf"--{token}: light-dark\((#[0-9a-f]{{6}}),", css)
        assert found, token
        assert found[1] == colour, token


def test_a_mixture_lies_between_its_ends() -> None:
    assert pdf.rgb(Paint("surface", other="ink", share=1)) == (1, 1, 1)
    halfway = pdf.rgb(Paint("surface", other="ink", share=0.5))
    assert halfway == pytest.approx(((1 + 0x17 / 255) / 2, (1 + 0x19 / 255) / 2, (1 + 0x1C / 255) / 2))
