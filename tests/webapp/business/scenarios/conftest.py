"""A study with measurements, and scenarios on it."""

import pytest

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.business.models import Scenario
from webapp.business.presets import preset_case
from webapp.business.services import create_scenario
from webapp.jobs.models import Job, Measurement, Study
from webapp.projects.models import Project

PRESET = "support-desk"
METHODS = {"base": 0.42, "lora": 0.89, "full": 0.90}


def study(project: Project, *, methods: dict[str, float] = METHODS, n: int = 300, metric: str = "choice") -> Study:
    """A finished adaptation study: each model evaluated on `n` items, the adapted ones trained for an hour."""
    version = project.datasets.first()
    made = Study.objects.create(
        project=project,
        question="Does tuning pay?",
        plan={"model": "smollm2-135m-instruct"},
        dataset_version=version.versions.get() if version else factories.dataset_version(project),
        launch_key=f"key-{project.studies.count()}",
    )
    for method, accuracy in methods.items():
        if method != "base":
            cost = {"cost": {"device": "cpu", "devices": 1, "device_seconds": 3600.0, "usd": 0.1}}
            factories.job(project, name=f"Train {method}", study=made, role=f"train:{method}", result=cost)
        job = factories.job(project, name=f"Evaluate {method}", kind="evaluate", study=made, role=f"eval:{method}")
        measured(job, metric, accuracy, n)
        measured(job, "seconds_per_item", 0.5, n, unit="seconds")
    return made


def measured(job: Job, metric: str, value: float, n: int, *, unit: str = "fraction") -> Measurement:
    """A measurement by this job on its study's data."""
    data = job.study.dataset_version.digest if job.study else "d" * 64
    low, high = (value - 0.03, value + 0.03) if unit == "fraction" else (None, None)
    return Measurement.objects.create(
        project=job.project,
        job=job,
        study=job.study,
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=n,
        unit=unit,
        model=f"job:{job.code}/adapter" if job.role not in ("", "eval:base") else "smollm2-135m-instruct",
        model_digest=job.code if job.role not in ("", "eval:base") else "base",
        data_digest=data,
    )


@pytest.fixture
def scenario(project: Project, people: dict[str, User]) -> Scenario:
    """The support desk, stored by the owner."""
    return create_scenario(by=people["owner"], project=project, case=preset_case(PRESET))
