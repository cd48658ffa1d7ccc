"""Options are added, copied, named, ordered and taken out in the form; nothing typed is lost; the history tells it."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

import roi
from webapp.accounts.models import User
from webapp.business import arrange, editing
from webapp.business.calculator.currency import in_currency
from webapp.business.calculator.spreads import BY_HAND
from webapp.business.history import changes_between
from webapp.business.models import Scenario
from webapp.business.option_starts import KINDS, start
from webapp.business.presets import preset_case
from webapp.business.readings import of_measurement
from webapp.business.services import figures, stored_case, update_scenario
from webapp.jobs.models import Measurement
from webapp.projects.models import Project

from .conftest import PRESET, study
from .test_pages import address, editor, typed

__all__ = ["editor"]

TUNED = "Tuned small model (LoRA)"


def sent(case: roi.Scenario, **texts: Any) -> QueryDict:
    """A form over the case with these fields, all options kept."""
    form = QueryDict(mutable=True)
    form.setlist("option", [option.key for option in case.options])
    for name, value in texts.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    return form


def again(read: editing.Read, **texts: Any) -> QueryDict:
    """What the page made from this reading sends when another button is pressed."""
    fields = {
        "order": list(read.draft.order),
        "added": list(read.draft.recipes.values()),
        **{f"{option.key}.name": option.name for option in read.base.options},
        **{name: text for name, text in read.form.items() if name.count(".") == 2 or name.startswith("work.")},
    }
    return sent(read.base, **{**fields, **texts})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_starts_from_figures_that_nobody_measured_for_it(kind: str, project: Project) -> None:
    made = Measurement.objects.get(study=study(project), job__role="eval:lora", metric="choice")
    case = roi.replace(preset_case(PRESET), {"options[3].work.success_rate": of_measurement(made).quantity})
    found = start(case, kind)
    assert {"work.success_rate", "run.samples_per_item"} <= set(found.figures)
    assert {quantity.provenance.kind for quantity in found.figures.values()} <= {"assumed", "published"}
    if kind in ("full", "aligned", "distilled"):
        assert found.like == TUNED
        assert "267 of 300" in str(found.figures["work.success_rate"].provenance)
        assert found.figures["one_off.labelled_items"].mean == 3000
    if kind == "hosted":
        assert found.figures["run.price_per_million_tokens_out"].provenance.kind == "published"


def test_a_price_in_another_currency_is_left_to_be_stated() -> None:
    """A case in yen without a hosted option: the example's dollars are told, not read as yen."""
    case = in_currency(preset_case(PRESET), "JPY")
    case = arrange.taken_out(case, ["hosted"])
    found = start(case, "hosted")
    assert found.unpriced == ("Price of a million tokens in", "Price of a million tokens out")
    assert found.figures["run.price_per_million_tokens_in"].mean == 0
    assert "USD" in str(found.figures["run.price_per_million_tokens_in"].provenance)


def test_a_form_adds_and_then_changes_in_the_same_go() -> None:
    case = preset_case(PRESET)
    first = editing.read(
        sent(case, **{"work.coverage": "40", "add": "1", "add.kind": "full", "add.samples": "8"}), case
    )
    assert first.draft.order[-1] == first.draft.fresh == "full"
    assert editing.outcome_case(first).option("full").quantities["run.samples_per_item"].mean == 8
    second = editing.read(again(first, **{"full.name": "All weights", "full.work.success_rate": "75"}), case)
    made = editing.outcome_case(second)
    assert (made.option("full").name, made.option("full").quantities["work.success_rate"].mean) == ("All weights", 0.75)
    assert made.option("full").quantities["run.samples_per_item"].mean == 8, "what was typed before stays"
    assert made.work.coverage.mean == pytest.approx(0.4)
    assert made.options[:4] == editing.outcome_case(first).options[:4]


def test_a_copy_takes_what_was_typed_and_stands_beside_its_twin() -> None:
    case = preset_case(PRESET)
    found = editing.read(sent(case, **{"peft.work.success_rate": "81", "copy": "peft"}), case)
    made = editing.outcome_case(found)
    assert [option.key for option in made.options][-2:] == ["peft", "peft-2"]
    assert made.option("peft-2").name == f"{TUNED} (copy)"
    for name in ("work.success_rate", "one_off.labelled_items"):
        assert made.option("peft-2").quantities[name].mean == made.option("peft").quantities[name].mean
    assert "run.samples_per_item" in {place.name for place in roi.quantities(made) if place.option == "peft-2"}


def test_correlations_follow_their_figures() -> None:
    case = preset_case(PRESET).data()
    case["correlations"] = [
        {"first": "work.coverage", "second": "options[3].work.success_rate", "rank": 0.5},
        {"first": "options[1].work.success_rate", "second": "work.growth", "rank": 0.2},
    ]
    stored = roi.parse(case)
    keys = list(arrange.keys_of(stored))
    found = editing.read(sent(stored, order=keys, up="peft"), stored)
    moved = editing.outcome_case(found)
    assert moved.options[2].key == "peft"
    assert [each.second for each in moved.correlations] == ["options[2].work.success_rate", "work.growth"]
    left = arrange.taken_out(moved, ["hosted"])
    assert [each.second for each in left.correlations] == ["options[1].work.success_rate"]


@pytest.mark.parametrize(
    ("texts", "field", "message"),
    [
        ({"add": "1", "add.name": "Mine"}, "add.kind", "Choose what to add"),
        ({"add": "1", "add.kind": "do_nothing"}, "add.kind", "in the case already"),
        ({"add": "1", "add.kind": "gpt"}, "add.kind", "Choose what to add"),
        ({"add": "1", "add.kind": "full", "add.name": "x" * 201}, "add.name", "200"),
        ({"add": "1", "add.kind": "full", "add.samples": "many"}, "full.run.samples_per_item", "number"),
        ({"add": "1", "add.kind": "full", "add.samples": "0"}, "full.run.samples_per_item", "at least 1"),
        ({"peft.name": "  "}, "peft.name", "needs a name"),
        ({"peft.name": "a\x00b"}, "peft.name", "ull characters"),
        ({"peft.name": "Hosted API"}, "peft.name", "Another option"),
        ({"store": "1", "add.name": "Mine"}, "add.name", "Add the option"),
    ],
)
def test_faults_stand_beside_their_field(texts: dict[str, str], field: str, message: str) -> None:
    case = preset_case(PRESET)
    found = editing.read(sent(case, **texts), case)
    assert message in found.faults[field]
    editing.outcome_case(found)


def test_there_is_an_end_to_options_and_nonsense_is_left_out() -> None:
    case = preset_case(PRESET)
    recipes = [f"full-{number} full" for number in range(2, 40)] + ["nothing full", "A B C", "x gpt", "../ full"]
    found = editing.read(sent(case, added=recipes, order=["zz", "peft", "peft"], add="1", **{"add.kind": "full"}), case)
    assert len(found.base.options) == 12
    assert found.draft.order[0] == "peft"
    assert "at most 12" in found.faults["add.kind"]


def test_what_is_typed_lands_on_top_of_what_somebody_else_stored() -> None:
    """Both added full fine-tuning: both stay, mine under another key with what I typed for it."""
    case = preset_case(PRESET)
    first = editing.read(sent(case, add="1", **{"add.kind": "full", "peft.name": "LoRA, ours"}), case)
    mine = editing.read(again(first, **{"full.work.success_rate": "75", "peft.name": "LoRA, ours"}), case)
    theirs = editing.outcome_case(editing.read(sent(case, add="1", **{"add.kind": "full"}), case))
    theirs = arrange.taken_out(theirs, ["prompted"])
    both = editing.outcome_case(editing.carried_over(mine, theirs))
    assert [option.key for option in both.options] == ["nothing", "hosted", "peft", "full", "full-2"]
    assert both.option("full-2").quantities["work.success_rate"].mean == pytest.approx(0.75)
    assert both.option("full") == theirs.option("full")
    assert both.option("peft").name == "LoRA, ours"


def test_an_added_option_is_stored_with_its_effect(editor: Client, scenario: Scenario) -> None:
    form = typed(scenario, **{"add": "1", "add.kind": "full", "add.name": "All weights", "note": "Kept words"})
    page = editor.post(address("edit", scenario), form).content.decode()
    for kept in ('value="All weights"', "Kept words", 'value="full full"', TUNED):
        assert kept in page
    assert Scenario.objects.get().version == 1, "adding stores nothing"
    order = [*arrange.keys_of(stored_case(scenario)), "full"]
    form = typed(
        scenario, added="full full", order=order, **{"full.name": "All weights", "full.work.success_rate": "95"}
    )
    form["option"] = [*form["option"], "full"]
    assert editor.post(address("edit", scenario), form).status_code == 302
    stored = Scenario.objects.get()
    assert stored_case(stored).option("full").quantities["work.success_rate"].provenance.by == "Editor"
    change = stored.versions.get(number=2).changes[0]
    assert (change["label"], change["of_best"]) == ("Option added", True)
    assert change["effect"] == pytest.approx(figures(stored)["npv"] - figures(scenario)["npv"])
    assert change["effect"] > 0
    page = editor.get(address("history", scenario)).content.decode()
    assert "for the best" in page
    form = typed(stored, order=order[::-1], **{"full.name": "Everything"})
    form["option"] = ["hosted", "full", "peft"]
    assert editor.post(address("edit", scenario), form).status_code == 302
    labels = [change["label"] for change in Scenario.objects.get().versions.get(number=3).changes]
    assert sorted(labels) == ["Name of an option", "Option taken out", "Order of the options"]


def test_only_the_part_that_changes_is_answered(editor: Client, scenario: Scenario) -> None:
    headers = {"HX-Request": "true", "HX-Target": "fold-options"}
    form = typed(scenario, **{"copy": "peft", "peft.work.success_rate": "abc"})
    answer = editor.post(address("edit", scenario), form, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith('<details class="fold" id="fold-options"')
    assert answer["HX-Trigger-After-Settle"] == "options-changed", "then the form asks for the outcome"
    assert page.count('value="abc"') == 2, "the copy holds what is typed too, with its fault"
    assert "<html" not in page


def test_the_second_of_two_editors_keeps_the_option_that_was_added(
    editor: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    theirs = roi.replace(stored_case(scenario), {"work.coverage": 0.4})
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=theirs)
    form = typed(scenario, added="full full", **{"full.name": "All weights", "full.work.success_rate": "77"})
    form["option"] = [*form["option"], "full"]
    late = editor.post(address("edit", scenario), form)
    page = late.content.decode()
    assert late.status_code == 409
    for kept in ('value="All weights"', 'value="full full"', 'value="77"'):
        assert kept in page


def test_an_option_more_or_less_is_told_by_what_the_best_is_worth() -> None:
    case = preset_case(PRESET)
    worst = min(
        (option for option in roi.evaluate(case).options if option.kind != "do_nothing"),
        key=lambda option: option.npv.value or 0.0,
    )
    change = changes_between(case, arrange.taken_out(case, [worst.key]))[0]
    assert (change.label, change.effect, change.after) == ("Option taken out", 0.0, "")
    best = roi.evaluate(case).best
    change = changes_between(case, arrange.taken_out(case, [best.key]))[0]
    assert change.effect is not None
    assert change.effect < 0


def test_only_what_was_typed_now_is_signed_with_ones_name(people: dict[str, User]) -> None:
    """A figure that somebody brought from the calculator stays theirs."""
    case = roi.replace(preset_case(PRESET), {"work.growth": roi.Fixed(value=0.02, provenance=BY_HAND)})
    form = sent(case, **{"work.coverage": "40", "work.growth": "2"})
    made = editing.changed_case(editing.read(form, case), by=people["editor"], name="Mine", why="Pilot")
    assert made.work.coverage.provenance == roi.Assumed(by="Editor", why="Pilot")
    assert made.work.growth.provenance == BY_HAND
