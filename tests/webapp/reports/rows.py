"""Projects to report on: with nothing, with a study and a case that nothing binds, and with all of it."""

from datetime import UTC, date, datetime

from django.urls import reverse

from tests.webapp import factories
from tests.webapp.business.scenarios.conftest import measured
from tests.webapp.topics import evidence
from webapp.accounts.models import User
from webapp.business.bindings import bound
from webapp.business.models import Scenario
from webapp.business.presets import preset_case
from webapp.business.services import create_scenario
from webapp.jobs.models import JobState, Measurement, Study
from webapp.projects.models import Project
from webapp.roadmap.services.adopt import start_roadmap

ACCURACY = {"base": 0.5, "lora": 0.9, "full": 0.907}
OVERLAPPING = 3
STARTS, TODAY = date(2026, 3, 2), date(2026, 4, 1)
ADDRESSES = {
    "report": (),
    "draft-pdf": (),
    "issue": (),
    "issued": (1,),
    "issued-pdf": (1,),
    "issued-json": (1,),
    "since": (1,),
    "share": (1,),
    "revoke": (1, 1),
}
"""Addresses inside the project, with what follows its code."""


def address(project: Project, name: str, *given: object) -> str:
    """An address of a report's page."""
    return reverse(f"reports:{name}", args=[project.code, *(given or ADDRESSES[name])])


def studied(project: Project, **changes: object) -> Study:
    """A compared study; its models were evaluated on 300 items each."""
    study = evidence.study(project)
    study.outcome = {**study.outcome, **changes}
    study.save()
    for name, value in ACCURACY.items():
        label = evidence.LABELS[name]
        job = factories.job(
            project, name=f"Evaluate {label}", kind="evaluate", study=study, role=f"eval:{name}", state=JobState.DONE
        )
        measured(job, "choice", value, 300)
    # the day on which it was measured stands in the report
    Measurement.objects.filter(project=project).update(created_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    return study


def half_filled(project: Project, by: User) -> Scenario:
    """A study whose held-out rows stand in the training data too, and a case with an assumed success rate; no plan."""
    studied(project, overlap={"rows": OVERLAPPING})
    return create_scenario(by=by, project=project, case=preset_case("support-desk"))


def filled(project: Project, by: User) -> Scenario:
    """A clean study, a case whose success rates are measured, and a roadmap."""
    study = studied(project)
    measurements = {name: Measurement.objects.get(study=study, job__role=f"eval:{name}") for name in ("base", "lora")}
    case = preset_case("support-desk")
    for index, option in enumerate(case.options):
        if option.kind in ("prompted", "peft"):
            measurement = measurements["lora" if option.kind == "peft" else "base"]
            case = bound(case, f"options[{index}].work.success_rate", measurement)
    start_roadmap(by=by, project=project, starts=STARTS)
    return create_scenario(by=by, project=project, case=case, study=study)
