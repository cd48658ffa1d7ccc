"""The readings of a project: its measurements, its prices and the device time of its jobs, as figures can use them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.fields.json import KT

from roi.quantity import Assumed, Measured, Published, Quantity
from webapp.jobs.models import ENDED, Job, Measurement
from webapp.projects.models import DevicePrice, Project
from webapp.projects.prices import newest_prices
from webapp.ui import formats

from . import evidence
from .feeds import FEEDS, HOURS, PRICE, SHARE, Reading

PRICE_CURRENCY = "USD"
"""The currency of the price book. Nothing is converted."""

EXTERNAL, BOOK, JOB, STUDY = "external:", "price:", "job:", "study:"
"""Beginnings of references: an external measurement, a device class of the price book, a job, all jobs of a study."""

ALL_JOBS = "jobs:all"
_MOST_JOBS = 2000
_LISTED = 50
_SECONDS_AN_HOUR = 3600
_PRICED = re.compile(r"Price book, ([a-z0-9][a-z0-9._-]*)")
_CITED = re.compile(r"External measurement ([0-9]{1,18}):")


def reference_of(quantity: Quantity) -> str:
    """The reference to what the figure says that it stands on; empty where it names nothing of a project."""
    match quantity.provenance:
        case Measured() as measured:
            return measured.measurement
        case Published() as published:
            cited = _CITED.match(published.note)
            priced = _PRICED.match(published.source)
            return f"{EXTERNAL}{cited[1]}" if cited else f"{BOOK}{priced[1]}" if priced else ""
        case Assumed() as assumed:
            priced = _PRICED.fullmatch(assumed.by)
            return f"{BOOK}{priced[1]}" if priced else ""


# measurements


def of_measurement(measurement: Measurement, *, published: bool = False) -> Reading:
    """A measurement. An external one says so; `published`: what it is from is a publication."""
    external = measurement.is_external
    metric = evidence.fed_metric(measurement) or SHARE
    ref = f"{EXTERNAL}{measurement.pk}" if external else str(measurement.pk)
    said = f"{measurement.metric}, external: {measurement.source}" if external else measurement.metric
    provenance: Measured | Published = Measured(
        measurement=ref,
        metric=said[:100],
        value=measurement.value,
        low=measurement.low,
        high=measurement.high,
        n=measurement.n,
    )
    if external and published:
        counted = f", n={formats.count(measurement.n)}" if measurement.n else ""
        about = (
            f"External measurement {measurement.pk}: {measurement.metric} {formats.sig(measurement.value)}{counted}."
        )
        provenance = Published(source=measurement.source, read=measurement.created_at.date(), note=about)
    return Reading(
        ref=ref,
        metric=metric,
        value=measurement.value,
        n=measurement.n,
        text=evidence.described(measurement),
        provenance=provenance,
        at=measurement.created_at,
        low=measurement.low,
        high=measurement.high,
        job=measurement.job,
        measurement=measurement,
    )


# prices


def of_price(price: DevicePrice) -> Reading:
    """A price of the price book with its source; one that nobody entered is the product's assumption."""
    value, name = float(price.usd_per_hour), f"Price book, {price.device_class}"
    provenance: Assumed | Published = Assumed(by=name, why=price.source)
    if price.created_by_id is not None:
        provenance = Published(source=f"{name}: {price.source}"[:500], read=price.read_on)
    shown = formats.money(value, PRICE_CURRENCY)
    text = f"{price.device_class}: {shown} a device-hour, {price.source} (read {price.read_on:%-d %b %Y})"
    return Reading(f"{BOOK}{price.device_class}", PRICE, value, 1, text, provenance, price.created_at)


def prices(project: Project) -> list[Reading]:
    """The price that counts for each device class. One query."""
    return [of_price(price) for price in newest_prices(project).values()]


# device time of jobs


@dataclass(frozen=True)
class Spent:
    """Device time of one job that has ended."""

    code: str
    name: str
    role: str
    kind: str
    queue: str
    study: str
    question: str
    model: str
    ended_at: datetime | None
    hours: float

    @property
    def subject(self) -> tuple[str, ...]:
        """What it made, so that a later one made the same anew: its part in studies of a model, else itself."""
        return (self.role, self.model, self.queue) if self.role and self.study else (self.code,)


def spent(project: Project) -> list[Spent]:
    """The project's ended jobs with the device time that they took, newest first. One query."""
    names = ("code", "name", "role", "kind", "queue", "study__code", "study__question", "study__plan", "ended_at")
    rows = (
        Job.objects.filter(project=project, state__in=ENDED)
        .annotate(device_seconds=KT("result__cost__device_seconds"))
        .order_by("-ended_at", "-pk")
        .values_list(*names, "elapsed_seconds", "device_seconds")[:_MOST_JOBS]
    )
    found = []
    for code, name, role, kind, queue, study, question, plan, ended, elapsed, told in rows:
        seconds = float(told) if told is not None else elapsed
        if seconds is not None:
            model = str((plan or {}).get("model", ""))
            part = (code, name, role, kind, queue, study or "", question or "", model, ended)
            found.append(Spent(*part, hours=float(seconds) / _SECONDS_AN_HOUR))
    return found


def of_jobs(jobs: Sequence[Spent], ref: str, text: str) -> Reading:
    """What these jobs took together; `text` says which they are."""
    hours = sum(each.hours for each in jobs)
    provenance = Measured(measurement=ref, metric=HOURS, value=hours, n=len(jobs))
    shown = f"{text}: {formats.sig(hours)} device-hours"
    if len(jobs) > 1:
        shown += f", {formats.count(len(jobs), 'job')}"
    at = max((each.ended_at for each in jobs if each.ended_at), default=None)
    return Reading(ref, HOURS, hours, len(jobs), shown, provenance, at)


def of_job(job: Spent) -> Reading:
    """What one job took."""
    return of_jobs([job], f"{JOB}{job.code}", job.name)


def device_hours(jobs: Sequence[Spent]) -> list[Reading]:
    """What to choose from: all jobs, those of each study, and each that made a model. No query."""
    studies: dict[str, list[Spent]] = {}
    for each in jobs:
        if each.study:
            studies.setdefault(each.study, []).append(each)
    found = [of_jobs(jobs, ALL_JOBS, "All jobs of the project")] if jobs else []
    for code, own in list(studies.items())[:_LISTED]:
        found.append(of_jobs(own, f"{STUDY}{code}", f"All jobs of “{own[0].question}”"))
    return [*found, *(of_job(each) for each in [each for each in jobs if each.kind != "evaluate"][:_LISTED])]


def hours_now(ref: str, jobs: Sequence[Spent]) -> tuple[Reading | None, Reading | None]:
    """What a reference to jobs reads now, and the reading of a later job that made the same. No query."""
    if ref == ALL_JOBS:
        return (of_jobs(jobs, ref, "All jobs of the project") if jobs else None), None
    if ref.startswith(STUDY):
        own = [each for each in jobs if each.study == ref.removeprefix(STUDY)]
        return (of_jobs(own, ref, f"All jobs of “{own[0].question}”") if own else None), None
    own = [each for each in jobs if each.code == ref.removeprefix(JOB)]
    if not own:
        return None, None
    newest = next(each for each in jobs if each.subject == own[0].subject)
    return of_job(own[0]), (of_job(newest) if newest.code != own[0].code else None)


def listed(project: Project) -> list[Reading]:
    """Everything that a figure of the project can be bound to, in the order of a list. Three queries."""
    measured = [of_measurement(each) for each in evidence.usable(project)]
    return [*measured, *prices(project), *device_hours(spent(project))]


def grouped(readings: Iterable[Reading]) -> list[tuple[str, list[Reading]]]:
    """The readings under the titles of their feeds; what people brought from elsewhere stands apart."""
    held = list(readings)
    found = []
    for feed in FEEDS:
        for external, ending in ((False, ""), (True, ", external")):
            own = [each for each in held if each.metric in feed.metrics and each.is_external == external]
            if own:
                found.append((f"{feed.title}{ending}", own))
    return found
