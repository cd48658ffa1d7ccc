"""Evidence that was measured elsewhere: a number with its source, kept beside what jobs measured here."""

import math
from dataclasses import dataclass

from django.db import transaction

from training.statistics import wilson_interval
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.projects.audit import record
from webapp.projects.models import Project

from .models import Measurement
from .signals import measured


class EvidenceRefused(Exception):
    """The number cannot be taken in. `field` is what the fault is about, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class ExternalFigure:
    """A number from elsewhere. For a share of items (`unit` fraction) the interval may be left out: Wilson's is taken.

    `model` names what was measured, `version` the held-out rows where they are a dataset of the project.
    """

    metric: str
    value: float
    source: str
    low: float | None = None
    high: float | None = None
    n: int = 0
    unit: str = "fraction"
    label: str = ""
    model: str = ""
    version: DatasetVersion | None = None


@transaction.atomic
def record_external(*, by: User, project: Project, figure: ExternalFigure) -> Measurement:
    """Store a measurement that no job here made, marked external. Raises `EvidenceRefused`."""
    _refuse_faulty(project, figure)
    low, high = _interval(figure)
    made = Measurement.objects.create(
        project=project,
        metric=figure.metric,
        label=figure.label,
        value=figure.value,
        low=low,
        high=high,
        n=figure.n,
        unit=figure.unit,
        model=figure.model,
        data_digest=figure.version.digest if figure.version else "",
        source=figure.source.strip(),
        recorded_by=by,
    )
    record(by, "measurement.recorded", made, metric=made.metric, value=made.value, source=made.source)
    measured.send(sender=Measurement, project_id=project.pk)
    return made


def _refuse_faulty(project: Project, figure: ExternalFigure) -> None:
    if not figure.source.strip():
        raise EvidenceRefused("source", "Say where the number is from: a report, a protocol, a vendor's test.")
    for name in ("value", "low", "high"):
        number = getattr(figure, name)
        if number is not None and not math.isfinite(number):
            raise EvidenceRefused(name, "This must be a finite number.")
    if figure.unit == "fraction" and not 0 <= figure.value <= 1:
        raise EvidenceRefused("value", "A share of items lies between 0 and 1.")
    if (figure.low is None) != (figure.high is None):
        missing = "low" if figure.low is None else "high"
        raise EvidenceRefused(missing, "An interval has two ends: give both or none.")
    if figure.low is not None and figure.high is not None and not figure.low <= figure.value <= figure.high:
        raise EvidenceRefused("low", "The interval must hold the value.")
    if figure.version is not None and figure.version.dataset.project_id != project.pk:
        raise EvidenceRefused("version", "This dataset belongs to another project.")


def _interval(figure: ExternalFigure) -> tuple[float | None, float | None]:
    if figure.low is not None or figure.unit != "fraction" or not figure.n:
        return figure.low, figure.high
    return wilson_interval(round(figure.value * figure.n), figure.n)
