"""Gates over the business case: they open by its figures, and open again when it changes, expires or goes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from webapp.accounts.models import User
from webapp.business.models import Scenario
from webapp.business.presets import preset_case
from webapp.business.services import create_scenario, delete_scenario
from webapp.projects.models import Project
from webapp.roadmap.evaluation import GONE, evaluate
from webapp.roadmap.evidence.scenarios import PRICE_HOLDS_DAYS
from webapp.roadmap.gates import Verdict
from webapp.roadmap.models import Gate, GateState, Roadmap

from . import rows


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


@pytest.fixture
def scenario(project: Project, people: dict[str, User]) -> Scenario:
    return create_scenario(by=people["owner"], project=project, case=preset_case("support-desk"))


@pytest.fixture
def gate(roadmap: Roadmap) -> Gate:
    """A gate that asks nothing yet."""
    found = rows.milestone(roadmap, "served").gate
    found.criteria.all().delete()
    return found


def asks(gate: Gate, by: User, figure: str, threshold: float, **more: Any) -> Any:
    return rows.asks(by, gate, kind="scenario", figure=figure, threshold=threshold, **more)


def best(scenario: Scenario) -> dict[str, Any]:
    """The stored figures of the option that is most worth."""
    options: dict[str, Any] = scenario.latest_outcome["options"]
    found: dict[str, Any] = options[scenario.latest_outcome["best"]]
    return found


def test_figures_of_the_main_scenario_are_judged(
    roadmap: Roadmap, gate: Gate, scenario: Scenario, people: dict[str, User]
) -> None:
    by, found = people["owner"], best(scenario)
    chance = asks(gate, by, "probability_npv_positive", found["p_npv_positive"])
    price = asks(gate, by, "cost_per_item_correct", found["cost_per_item_correct"] * 0.9, comparator="at_most")
    worth = asks(gate, by, "npv", found["npv_low"], judged_on="bound")
    evaluate(roadmap.pk)
    assert rows.fresh(chance).verdict == Verdict.PASSES
    assert rows.fresh(price).verdict == Verdict.FAILS
    assert rows.fresh(worth).verdict == Verdict.PASSES
    assert worth.figure["ref"] == f"scenario:{scenario.code}"
    assert worth.figure["name"] == f"{scenario.name}, {found['name']}"


def test_an_option_or_a_scenario_that_is_not_there_is_no_evidence(
    roadmap: Roadmap, gate: Gate, scenario: Scenario, people: dict[str, User]
) -> None:
    missing = asks(gate, people["owner"], "npv", 0, scenario="nowhere1")
    option = asks(gate, people["owner"], "npv", 0, option="nowhere")
    evaluate(roadmap.pk)
    assert rows.fresh(missing).verdict == rows.fresh(option).verdict == Verdict.NOT_ENOUGH


def test_a_removed_scenario_opens_the_gate_again(
    roadmap: Roadmap, gate: Gate, scenario: Scenario, people: dict[str, User]
) -> None:
    other = create_scenario(by=people["owner"], project=roadmap.project, case=preset_case("support-desk"))
    row = asks(gate, people["owner"], "npv", -1e12, scenario=other.code)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    delete_scenario(by=people["owner"], scenario=other)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.REOPENED
    assert rows.fresh(row).sentence == GONE


def test_deleting_the_failing_main_scenario_opens_nothing(
    roadmap: Roadmap, gate: Gate, scenario: Scenario, people: dict[str, User]
) -> None:
    """The older one becomes the main one, but it is older than what the criterion has seen."""
    row = asks(gate, people["owner"], "npv", -1e12)
    worse = create_scenario(by=people["owner"], project=roadmap.project, case=preset_case("support-desk"))
    Scenario.objects.filter(pk=scenario.pk).update(is_main=False)
    outcome = worse.latest_outcome
    outcome["options"][outcome["best"]]["npv"] = -1e13
    Scenario.objects.filter(pk=worse.pk).update(is_main=True, latest_outcome=outcome)
    evaluate(roadmap.pk)
    assert rows.fresh(row).verdict == Verdict.FAILS
    worse.refresh_from_db()
    delete_scenario(by=people["owner"], scenario=worse)
    assert Scenario.objects.get().is_main
    evaluate(roadmap.pk)
    assert not rows.fresh(gate).is_passed


def test_an_expired_price_opens_the_gate_again(
    roadmap: Roadmap, gate: Gate, scenario: Scenario, people: dict[str, User]
) -> None:
    asks(gate, people["owner"], "npv", -1e12)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    read = timezone.localdate() - timedelta(days=PRICE_HOLDS_DAYS + 1)
    document = scenario.document
    document["run"]["price_per_device_hour"] = {
        "kind": "fixed",
        "value": 2.0,
        "provenance": {"kind": "published", "source": "A price list", "read": read.isoformat()},
    }
    Scenario.objects.filter(pk=scenario.pk).update(document=document)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.REOPENED
    assert "The price per device hour was read on" in gate.reason


def test_a_new_version_of_the_scenario_is_told(
    roadmap: Roadmap, gate: Gate, scenario: Scenario, people: dict[str, User]
) -> None:
    asks(gate, people["owner"], "npv", -1e12)
    evaluate(roadmap.pk)
    Scenario.objects.filter(pk=scenario.pk).update(version=2)
    evaluate(roadmap.pk)
    reasons = list(gate.milestone.changes.filter(field="gate").values_list("note", flat=True)) if gate.milestone else []
    assert "It rests on another scenario now." in reasons
    assert rows.fresh(gate).is_passed
