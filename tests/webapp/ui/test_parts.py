"""Plots, charts, differences, rail, fields: what the tags are made of."""

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from webapp.ui import figures, plots, rail, samples
from webapp.ui.badges import BADGES, find_badge
from webapp.ui.diff import differences

STATIC = Path(__file__).parents[3] / "static"
TEMPLATES = STATIC.parent / "templates"


def render(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template(source).render(Context({"request": request, **context}))


def test_scale_has_round_ticks_and_holds_all_values() -> None:
    scale = plots.round_scale([0.434, 0.973])
    assert scale.ticks == (0.4, 0.6, 0.8, 1.0)
    assert scale.at(0.4) < scale.at(0.5) < scale.at(1.0)
    assert plots.round_scale([3.0, 3.0]).low < 3.0 < plots.round_scale([3.0, 3.0]).high
    assert plots.round_scale([]).ticks


def test_dot_plot_leaves_out_what_is_not_known() -> None:
    plot = plots.dot_plot([{"label": "a", "value": None}, {"label": "b", "value": 0.5, "low": 0.4, "high": 0.6}])
    assert (plot.rows[0].x, plot.rows[0].x_low) == (None, None)
    known = plot.rows[1]
    assert known.x is not None
    assert known.x_low is not None
    assert known.x_low < known.x
    assert plot.baseline is None


def test_dot_plot_says_in_words_what_it_draws() -> None:
    html = render("{% dots rows 'Accuracy' baseline=0.49 baseline_label='base model' %}", rows=samples.ROWS)
    assert "[85.0, 92.1] n=300" in html
    assert "base model: 49.0%" in html
    assert html.count("<circle") >= 4


def test_sparkline_skips_gaps_and_needs_two_points() -> None:
    line = plots.sparkline([2.0, None, math.nan, 1.0])
    assert line is not None
    assert line.points == "0.0,2.0 100.0,18.0"
    assert plots.sparkline([1.0, None]) is None


def test_figure_is_valid_json_and_has_a_table() -> None:
    figure = figures.figure(
        [figures.line("loss", [1, 2], [math.nan, 0.5])], x=figures.axis("Step"), y=figures.axis("Loss", unit="nats")
    )
    assert "NaN" not in json.dumps(figure, allow_nan=False)
    assert figure["layout"]["yaxis"]["title"]["text"] == "Loss (nats)"
    assert figures.table(figure) == (["Step", "loss"], [[1, None], [2, 0.5]])


def test_a_chart_cannot_close_its_script_block() -> None:
    figure = figures.figure([figures.line("</script><b>", [1], [1.0])], x=figures.axis("x"), y=figures.axis("y"))
    html = render("{% chart figure id='c' title='Up' %}{% endchart %}", figure=figure)
    assert "</script><b>" not in html


def test_differences_only() -> None:
    found = differences({"a": {"b": 1, "c": [1, 2]}, "gone": True}, {"a": {"b": 2, "c": [1, 2]}, "new": None})
    assert [(one.name, one.before, one.after) for one in found] == [
        ("a.b", "1", "2"),
        ("new", None, "none"),
        ("gone", "yes", None),
    ]


def test_rail_shows_only_pages_that_exist_and_marks_one() -> None:
    entries = (
        rail.Entry("Projects", ("projects:list",)),
        rail.Entry("Nowhere", ("nowhere:page",)),
        rail.Entry("Guide", ("no:such", "styleguide")),
    )
    links = rail.links(entries, "/styleguide/upload/")
    assert [link.label for link in links] == ["Projects", "Guide"]
    assert [link.current for link in links] == [False, True]


def test_rail_is_in_the_order_of_the_work() -> None:
    order = "Overview Data Studies&jobs Models Playground Feedback Businesscase Roadmap Monitoring Report Settings"
    assert [entry.label.replace(" ", "") for entry in rail.RAIL] == order.split()


@pytest.mark.parametrize("name", BADGES)
def test_each_badge_has_a_shape_and_a_word(name: str) -> None:
    html = render("{% badge name %}", name=name)
    assert BADGES[name].word in html
    drawing = html.split('stroke-linejoin="round">')[1]
    assert drawing.startswith(("<circle", "<path"))


def test_badges_are_found_as_people_write_them() -> None:
    assert find_badge("not held") is find_badge("not_held") is find_badge("Not-Held")
    assert find_badge("strange").word == "strange"


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.described: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "aria-describedby":
                self.described += (value or "").split()


@pytest.mark.parametrize("name", list(samples.SampleForm.base_fields))
def test_every_description_a_field_names_is_there_once(name: str) -> None:
    form = samples.SampleForm(QueryDict("learning_rate=3&price=-1"))
    html = render("{% field bound %}", bound=form[name])
    found = _Ids()
    found.feed(html)
    assert set(found.described) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert not form[name].errors or "field-error" in html


def test_an_option_that_cannot_be_chosen_says_why() -> None:
    html = render("{% field bound %}", bound=samples.SampleForm()["method"])
    assert "needs a CUDA device" in html
    assert html.count("disabled") == 1


def test_button_attributes_are_escaped_and_named_for_htmx() -> None:
    html = render(
        "{% button 'Go' hx_post=url data_x=x disabled=no autofocus=yes %}", url="/a/", x='"<', no=False, yes=True
    )
    assert 'hx-post="/a/"' in html
    assert 'data-x="&quot;&lt;"' in html
    assert "disabled" not in html
    assert " autofocus" in html


def test_sorter_turns_round_and_keeps_the_query() -> None:
    html = render("{% sorter 'Accuracy' 'accuracy' %}", path="/?q=x&sort=accuracy&page=3")
    assert 'aria-sort="ascending"' in html
    assert "?q=x&amp;sort=-accuracy" in html.replace("&sort", "&amp;sort")
    assert "page=3" not in html


def test_what_is_not_known_is_read_as_words() -> None:
    assert "not known" in render("{{ nothing|sig }} {{ nothing|ago }}", nothing=None)
    assert render("{{ bad|sig }}", bad="<b>") == render("{{ nothing|sig }}", nothing=None)


def test_plotly_is_served_from_its_package() -> None:
    found = finders.find("plotly/plotly.min.js")
    assert found is not None
    assert Path(found).stat().st_size > 1_000_000
    assert finders.find("plotly/widgetbundle.js") is None


def test_own_css_and_js_of_a_page_stay_small() -> None:
    """What every page loads, with all that the templates of one app add."""

    def linked(*templates: Path) -> set[str]:
        texts = [template.read_text() for template in templates]
        return set(re.findall(r"\{% static '((?:css|js)/[^']+)' %\}", "".join(texts)))

    shared = linked(TEMPLATES / "base.html", TEMPLATES / "components/_styles.html")
    assert "css/tokens.css" in shared
    for app in TEMPLATES.iterdir():
        names = shared | linked(*app.rglob("*.html"))
        assert sum((STATIC / name).stat().st_size for name in names) < 100_000, app.name


def test_css_is_whole() -> None:
    for path in STATIC.glob("css/*.css"):
        text = path.read_text()
        assert text.count("{") == text.count("}"), path.name
