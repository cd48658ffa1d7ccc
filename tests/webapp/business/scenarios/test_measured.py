"""Figures stand on measurements: counts become distributions, newer ones are told, a study becomes options."""

import pytest

import roi
from tests.webapp import factories
from webapp.accounts.models import User
from webapp.business import evidence
from webapp.business.bindings import CannotBind, bindings, bound, renewed, targets
from webapp.business.from_study import NotUsable, new_case, study_options, updated_case
from webapp.business.models import Scenario
from webapp.business.presets import preset_case
from webapp.business.readings import of_measurement
from webapp.business.services import stored_case, update_scenario
from webapp.jobs.models import Measurement, Study
from webapp.projects.models import Project

from .conftest import PRESET, measured, study

SUCCESS = "options[3].work.success_rate"
"""Of the preset's tuned model."""


def lora(of: Study) -> Measurement:
    return Measurement.objects.get(study=of, job__role="eval:lora", metric="choice")


def test_counts_become_a_beta_distribution_that_names_its_measurement(project: Project) -> None:
    """267 right of 300: the distribution's centre is (267 + 1/2) / 301."""
    measurement = lora(study(project))
    quantity = of_measurement(measurement).quantity
    assert (quantity.kind, quantity.mean) == ("beta", pytest.approx(267.5 / 301))
    provenance = quantity.provenance
    assert isinstance(provenance, roi.Measured)
    assert (provenance.measurement, provenance.n) == (str(measurement.pk), 300)
    assert (provenance.metric, provenance.low, provenance.high) == ("choice", 0.86, 0.92)


def test_a_figure_takes_only_what_measures_it(project: Project, scenario: Scenario) -> None:
    made = study(project)
    case = stored_case(scenario)
    seconds = Measurement.objects.filter(study=made, metric="seconds_per_item").first()
    assert seconds is not None
    with pytest.raises(CannotBind):
        bound(case, SUCCESS, seconds)
    with pytest.raises(CannotBind):
        bound(case, "work.minutes_per_item", lora(made))
    assert SUCCESS in {target.path for target in targets(case)}


def test_a_newer_measurement_is_told_and_taken_only_when_asked(
    project: Project, scenario: Scenario, people: dict[str, User]
) -> None:
    first = study(project)
    case = bound(stored_case(scenario), SUCCESS, lora(first))
    assert bindings(project, case)[SUCCESS].newer is None
    second = study(project, methods={"base": 0.4, "lora": 0.93})
    found = bindings(project, case)[SUCCESS]
    assert found.newer is not None
    assert (found.newer.measurement, found.differs) == (lora(second), False)
    assert stored_case(scenario) == stored_case(Scenario.objects.get(pk=scenario.pk)), "nothing changed by itself"
    fresh = renewed(case, [found])
    assert bindings(project, fresh)[SUCCESS].newer is None
    stored = update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=fresh)
    assert "279 of 300" in stored.versions.get(number=2).changes[0]["after"]


@pytest.mark.parametrize("other", ["metric", "data", "method", "part"])
def test_another_thing_is_not_newer(project: Project, other: str) -> None:
    old = lora(study(project))
    job = factories.job(project, name="Evaluate", kind="evaluate", study=old.study, role="eval:lora")
    if other == "method":
        job.role = "eval:dora"
        job.save()
    new = measured(job, "exact" if other == "metric" else "choice", 0.99, 300)
    if other == "data":
        Measurement.objects.filter(pk=new.pk).update(data_digest="e" * 64)
    if other == "part":
        Measurement.objects.filter(pk=new.pk).update(label="refund")
    assert evidence.newer_ones(evidence.by_id(project, [old.pk])) == {}


def test_a_file_cannot_pass_for_measured_here(project: Project, scenario: Scenario, people: dict[str, User]) -> None:
    """A figure that names another project's measurement, a job that is none, or nonsense is told as unknown."""
    theirs = factories.project(owner=people["stranger"], name="Theirs")
    foreign = measured(factories.job(theirs, kind="evaluate"), "choice", 0.9, 100)
    for name in (str(foreign.pk), "job:nothing", "9" * 30, "²", "x"):
        quantity = of_measurement(foreign).quantity
        provenance = quantity.provenance.model_copy(update={"measurement": name})
        case = roi.replace(stored_case(scenario), {SUCCESS: quantity.model_copy(update={"provenance": provenance})})
        assert bindings(project, case)[SUCCESS].job is None, name


def test_a_figure_changed_since_is_told(project: Project, scenario: Scenario) -> None:
    quantity = of_measurement(lora(study(project))).quantity
    assert isinstance(quantity, roi.Beta)
    better = quantity.model_copy(update={"successes": 299})
    case = roi.replace(stored_case(scenario), {SUCCESS: better})
    assert bindings(project, case)[SUCCESS].differs


def test_a_study_becomes_options_with_what_it_measured(project: Project) -> None:
    case = new_case(study(project), preset_case(PRESET), name="Measured")
    assert [(option.key, option.kind) for option in case.options][1:] == [
        ("prompted", "prompted"),
        ("lora", "peft"),
        ("full", "full"),
    ]
    tuned = case.option("lora").quantities
    assert tuned["work.success_rate"].mean == pytest.approx(267.5 / 301)
    assert tuned["run.device_seconds_per_item"].mean == 0.5
    assert tuned["run.price_per_device_hour"].mean == pytest.approx(0.10), "the price book's"
    assert tuned["one_off.experiment_device_hours"].mean == 1.0
    assert tuned["one_off.labelled_items"].mean == 3000, "what the preset says of a tuned model stays"
    assert tuned["run.price_per_device_hour"].provenance.kind == "assumed", "nobody entered that price"
    assert case.option("full").quantities["one_off.labelled_items"].mean == 3000
    assert case.option("prompted").quantities["one_off.labelled_items"].mean == 0


def test_a_study_updates_the_options_of_its_kind_and_leaves_the_others(project: Project, scenario: Scenario) -> None:
    before = stored_case(scenario)
    after = updated_case(study(project, methods={"base": 0.42, "lora": 0.89, "dora": 0.85}), before)
    assert [option.key for option in after.options] == ["nothing", "hosted", "prompted", "peft", "dora"]
    assert after.option("peft").quantities["work.success_rate"].mean == pytest.approx(267.5 / 301)
    assert after.options[1] == before.options[1]


def test_prices_are_not_converted(project: Project) -> None:
    euros = roi.parse(
        {**_plain(preset_case(PRESET).data()), "currency": "EUR"},
    )
    case = new_case(study(project), euros, name="Measured")
    assert "price_per_device_hour" not in {
        place.key for place in roi.quantities(case) if place.option == "full" and place.group == "run"
    } or case.option("full").quantities["run.price_per_device_hour"].mean != pytest.approx(0.10)


def _plain(value: object) -> dict[str, object]:
    """The case without units: they follow from the currency."""

    def stripped(each: object) -> object:
        if isinstance(each, dict):
            return {key: stripped(inner) for key, inner in each.items() if key != "unit"}
        return [stripped(inner) for inner in each] if isinstance(each, list) else each

    found = stripped(value)
    assert isinstance(found, dict)
    return found


def test_a_study_without_a_share_of_right_answers_is_refused(project: Project) -> None:
    with pytest.raises(NotUsable):
        study_options(study(project, metric="f1"))
