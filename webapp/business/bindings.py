"""Figures that stand on readings of the project: which can, which do, and where a newer reading exists."""

from collections.abc import Iterable
from dataclasses import dataclass

import roi
from roi.quantity import Measured, Published, Quantity
from webapp.jobs.models import Job, Measurement
from webapp.projects.models import DevicePrice, Project

from . import evidence, readings
from .feeds import FEED_FOR, PRICE, Reading, figure_name, label_of
from .readings import ALL_JOBS, BOOK, EXTERNAL, JOB, STUDY


class CannotBind(ValueError):
    """The reading is not of this figure; the message says so. `field`: what of the form it is about."""

    def __init__(self, message: str, field: str = "measurement") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Target:
    """A figure that can be bound: its path, and what people call it."""

    path: str
    name: str
    title: str


@dataclass(frozen=True)
class Bound:
    """A figure that says what it stands on.

    `reading` is that; None where this project has no such thing (the figure came with a file). `newer` is a later
    reading of the same thing. `differs`: the figure is not what the reading gives: somebody changed it.
    """

    place: roi.Place
    reading: Reading | None = None
    newer: Reading | None = None
    differs: bool = False

    @property
    def job(self) -> Job | None:
        """The job that measured it, where one did."""
        return self.reading.job if self.reading else None

    @property
    def measurement(self) -> Measurement | None:
        """The measurement, where it is one."""
        return self.reading.measurement if self.reading else None


def targets(case: roi.Scenario) -> list[Target]:
    """The figures that can be bound: for each option but doing nothing, and for all options at once."""
    found = []
    for index, option in enumerate(case.options):
        if option.kind != "do_nothing":
            found += [_target(name, f"options[{index}].{name}", option.name) for name in FEED_FOR]
    return [*found, *(_target(name, name, "all options that state none") for name in FEED_FOR)]


def _target(name: str, path: str, whose: str) -> Target:
    return Target(path, name, f"{label_of(name)}: {whose}")


def bound(case: roi.Scenario, path: str, source: Reading | Measurement) -> roi.Scenario:
    """The case with the figure at `path` as read. Raises `CannotBind`, or the engine's `ScenarioFaults`."""
    reading = readings.of_measurement(source) if isinstance(source, Measurement) else source
    feed = FEED_FOR.get(figure_name(path))
    if feed is None or reading.metric not in feed.metrics:
        wanted = f"“{label_of(figure_name(path))}” takes: {feed.title.lower()}. " if feed else ""
        raise CannotBind(f"{wanted}This is of another kind. Choose one that fits the figure.")
    if reading.metric == PRICE and case.currency != readings.PRICE_CURRENCY:
        book = f"The price book is in {readings.PRICE_CURRENCY}"
        raise CannotBind(f"{book} and this scenario in {case.currency}: nothing is converted.")
    return roi.replace(case, {path: reading.quantity})


def published(reading: Reading) -> Reading:
    """The reading as one from a publication. Raises `CannotBind` where the project measured it itself."""
    if reading.measurement is None or not reading.is_external:
        raise CannotBind("Only a figure that was brought from elsewhere can be from a publication.", "published")
    return readings.of_measurement(reading.measurement, published=True)


def bindings(project: Project, case: roi.Scenario) -> dict[str, Bound]:
    """The figures of the case that say what they stand on, by path. At most four queries, however many there are."""
    claimed = {place.path: place for place in roi.quantities(case)}
    names = {path: readings.reference_of(place.quantity) for path, place in claimed.items()}
    names = {path: ref for path, ref in names.items() if ref}
    ids = {ref: int(ref.removeprefix(EXTERNAL)) for ref in names.values() if _is_id(ref.removeprefix(EXTERNAL))}
    known = evidence.by_id(project, ids.values())
    newer = evidence.newer_ones(known)
    book = _book(project) if any(ref.startswith(BOOK) for ref in names.values()) else {}
    jobs = readings.spent(project) if any(_is_of_jobs(ref) for ref in names.values()) else []
    found = {}
    for path, ref in names.items():
        place = claimed[path]
        if ref in ids:
            measurement = known.get(ids[ref])
            found[path] = _of_measurement(place, ref, measurement, newer.get(measurement.pk) if measurement else None)
        elif ref.startswith(BOOK):
            found[path] = _of_price(place, book.get(ref.removeprefix(BOOK), []))
        elif _is_of_jobs(ref):
            found[path] = _of_jobs(place, *readings.hours_now(ref, jobs))
        else:
            found[path] = Bound(place)
    return found


def _is_of_jobs(ref: str) -> bool:
    return ref == ALL_JOBS or ref.startswith((JOB, STUDY))


def _book(project: Project) -> dict[str, list[DevicePrice]]:
    """Every price of the project by device class, newest first."""
    rows: dict[str, list[DevicePrice]] = {}
    for price in project.prices.order_by("-created_at", "-pk"):
        rows.setdefault(price.device_class, []).append(price)
    return rows


def _of_measurement(place: roi.Place, ref: str, held: Measurement | None, later: Measurement | None) -> Bound:
    # a file may name any measurement: what was brought from elsewhere does not pass for measured here
    if held is None or held.is_external != ref.startswith(EXTERNAL) or not evidence.fed_metric(held):
        return Bound(place)
    cited = isinstance(place.quantity.provenance, Published)
    reading = readings.of_measurement(held, published=cited)
    newer = readings.of_measurement(later, published=cited) if later is not None else None
    return Bound(place, reading, newer, not _same(place.quantity, reading.quantity))


def _of_price(place: roi.Place, rows: list[DevicePrice]) -> Bound:
    """The row that says the same as the figure's provenance, and the newest one of its class if that is another."""
    held = [reading for row in rows if (reading := readings.of_price(row)).provenance == place.quantity.provenance]
    if not held:
        return Bound(place)
    reading = next((each for each in held if _same(place.quantity, each.quantity)), held[0])
    newest = readings.of_price(rows[0])
    is_newest = newest.provenance == reading.provenance and newest.value == reading.value
    return Bound(place, reading, None if is_newest else newest, not _same(place.quantity, reading.quantity))


def _of_jobs(place: roi.Place, reading: Reading | None, later: Reading | None) -> Bound:
    """A sum over jobs grows as more of them end: what it reads now is then the newer reading."""
    provenance = place.quantity.provenance
    if reading is None or not isinstance(provenance, Measured):
        return Bound(place)
    told = provenance.value
    has_grown = (
        not reading.ref.startswith(JOB) and told is not None and (told, provenance.n) != (reading.value, reading.n)
    )
    stated = told if has_grown and told is not None else reading.value
    return Bound(place, reading, reading if has_grown else later, place.quantity.mean != stated)


def renewed(case: roi.Scenario, outdated: Iterable[Bound]) -> roi.Scenario:
    """The case with each of these figures as its newer reading gives it."""
    changes = {each.place.path: each.newer.quantity for each in outdated if each.newer is not None}
    return roi.replace(case, changes) if changes else case


def _is_id(name: str) -> bool:
    """Whether the name can be a measurement's id: whatever a file says must not break the question."""
    return name.isascii() and name.isdecimal() and len(name) < 19


def _same(quantity: Quantity, other: Quantity) -> bool:
    plain = {"provenance", "unit"}
    return quantity.model_dump(exclude=plain) == other.model_dump(exclude=plain)
