"""Before a launch: what it will run, take and cost, what is missing, and what looks unusual."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.catalogue import locate
from training.faults import BadSpec
from training.readiness import Finding
from training.spec import SpecFault
from training.spec.forms import fields
from webapp.projects.models import Project
from webapp.ui.formats import count, duration, money

from ..forecast import Forecast, forecast
from ..lookups import Lookups
from ..models import Worker
from ..references import DataReference
from ..services import CheckedSpec, LaunchRefused, check_spec
from .foretold import Foretold, Prediction, foretold, summed_parts

REQUIRED = "is required"


@dataclass(frozen=True)
class Readiness:
    """`rows` maps what is read to its number of rows. Predictions are of all jobs together, memory of the largest."""

    jobs: int
    rows: dict[str, int] = field(default_factory=dict)
    seconds: Foretold | None = None
    parts: Sequence[tuple[str, float]] = ()
    basis: Sequence[str] = ()
    usd: Foretold | None = None
    memory_bytes: Foretold | None = None
    devices: tuple[str, ...] = ()
    idle_devices: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether pressing the button launches."""
        return not self.missing and not self.faults and self.jobs > 0

    @property
    def button(self) -> str:
        """What pressing it will do, or what it waits for."""
        if self.missing:
            return "Still missing: " + ", ".join(self.missing)
        if self.faults:
            return f"{count(len(self.faults), 'setting')} to change first"
        expected = [f"Run {count(self.jobs, 'job')}"]
        if self.seconds is not None:
            expected.append(duration(self.seconds.value))
        if self.usd is not None:
            expected.append(money(self.usd.value))
        return ", ".join(expected)


def readiness(project: Project, specs: Sequence[Mapping[str, Any]], faults: Iterable[SpecFault] = ()) -> Readiness:
    """The readiness of launching these raw specs together; `faults` are such as were found before."""
    found = {str(fault): fault for fault in faults}
    checked: list[CheckedSpec] = []
    lookups = Lookups()
    for spec in specs:
        try:
            checked.append(check_spec(project, dict(spec), lookups))
        except LaunchRefused as refused:
            found.update({str(fault): fault for fault in refused.faults})
    kind = str(specs[0].get("kind", "")) if specs else ""
    missing, others = _told(kind, found.values())
    effect = project.minimum_effect
    forecasts = [forecast(each.spec, each.data, each.queue, minimum_effect=effect, lookups=lookups) for each in checked]
    predictions = [foretold(each.to_json()) for each in forecasts]
    devices = tuple(sorted({each.queue for each in checked}))
    return Readiness(
        jobs=len(specs),
        rows=_rows(checked),
        seconds=_sum([each.seconds for each in predictions]),
        parts=summed_parts(predictions),
        basis=_basis(forecasts),
        usd=_sum([each.usd for each in predictions]),
        memory_bytes=_largest(predictions),
        devices=devices,
        idle_devices=_without_worker(devices),
        missing=missing,
        faults=others,
        findings=_findings(checked, forecasts),
    )


def _basis(forecasts: Iterable[Forecast]) -> list[str]:
    """Where the speed is from and what corrected it, each said once."""
    told = [line for each in forecasts if each.prediction for line in each.prediction.basis]
    return list(dict.fromkeys(told))


def _rows(checked: Iterable[CheckedSpec]) -> dict[str, int]:
    """Rows by what is read, training before validation before test."""
    used = {data.field: data for each in checked for data in each.data}
    order = ("data.train", "data.validation", "data.test")
    return {f"{used[field].version}, {used[field].split}": _count(used[field]) for field in order if field in used}


def _count(used: DataReference) -> int:
    return int(used.version.splits[used.split])


def _told(kind: str, faults: Iterable[SpecFault]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Faults in the words of the form: what is missing, and what must change."""
    titles = {each.path: each for each in fields(kind)} if kind else {}
    missing, others = [], []
    for fault in faults:
        about = titles.get(fault.path)
        title = about.title if about else fault.path
        if fault.message == REQUIRED:
            missing.append(title.lower())
        else:
            usual = f" (usual: {about.typical[0]:,.10g} to {about.typical[1]:,.10g})" if about and about.typical else ""
            others.append(f"{title} {fault.message}{usual}.")
    return tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(others))


def _findings(checked: Iterable[CheckedSpec], forecasts: Iterable[Forecast]) -> tuple[Finding, ...]:
    """What stands in the way, then what looks doubtful; each said once."""
    found = {finding.message: finding for finding in _about_models(checked)}
    found |= {finding.message: finding for each in forecasts for finding in each.findings}
    return tuple(sorted(found.values(), key=lambda finding: finding.severity != "fault"))


def _about_models(checked: Iterable[CheckedSpec]) -> Iterable[Finding]:
    """Models that are not at hand here. A warning only: a worker on another machine may have them."""
    for name in dict.fromkeys(str(each.spec["model"]) for each in checked):
        if name.startswith("job:"):
            continue
        try:
            locate(name)
        except BadSpec as missing:
            yield Finding("warning", "model", "model", f"{missing.what}.", missing.remedy)


def _sum(parts: Sequence[Foretold | None]) -> Foretold | None:
    """The whole of parts that follow each other; None if one of them is not known."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    low = sum(part.low if part.low is not None else part.value for part in known)
    high = sum(part.high if part.high is not None else part.value for part in known)
    return Foretold(sum(part.value for part in known), low, high)


def _largest(predictions: Iterable[Prediction]) -> Foretold | None:
    known = [each.memory_bytes for each in predictions if each.memory_bytes is not None]
    return max(known, key=lambda each: each.value, default=None)


def _without_worker(devices: Sequence[str]) -> tuple[str, ...]:
    alive = set(Worker.objects.alive().filter(queue__in=devices).values_list("queue", flat=True))
    return tuple(device for device in devices if device not in alive)
