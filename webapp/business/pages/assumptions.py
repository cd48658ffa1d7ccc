"""The figures of a case with where each comes from: badge, words, and a link to what is behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

import roi
from roi.quantity import Assumed, Published, Quantity
from webapp.projects.models import Project
from webapp.ui import formats

from ..bindings import Bound
from ..feeds import Reading
from ..readings import BOOK, JOB, STUDY
from ..words import figure_text, provenance_text


@dataclass(frozen=True)
class Row:
    """One figure. `url` leads to its source or to the job that measured it; `warning` says what is odd about it."""

    path: str
    label: str
    help: str
    value: str
    badge: str
    origin: str
    url: str
    warning: str


@dataclass(frozen=True)
class Section:
    """Figures that belong together: a group of the base, or what one option states itself."""

    title: str
    rows: list[Row]
    defaults: list[Row]
    """Figures that nobody stated, which have no effect or the engine's own value."""
    option: str = ""
    """The key of the option whose figures they are; empty for the base."""

    @property
    def needs_a_look(self) -> bool:
        """Whether a figure has something odd about it."""
        return any(row.warning for row in self.rows)


def sections(project: Project, case: roi.Scenario, bound: Mapping[str, Bound]) -> list[Section]:
    """The base by groups, then the options. No query."""
    names = {option.key: option.name for option in case.options}
    grouped: dict[str, list[roi.Place]] = {}
    for place in roi.quantities(case):
        title = names[place.option] if place.option else roi.GROUPS[place.group].title
        grouped.setdefault(f"{place.option or ''}/{title}", []).append(place)
    return [
        Section(
            title=key.partition("/")[2],
            rows=[_row(project, case, place, bound) for place in places if not _is_default(place.quantity)],
            defaults=[_row(project, case, place, bound) for place in places if _is_default(place.quantity)],
            option=key.partition("/")[0],
        )
        for key, places in grouped.items()
    ]


def _is_default(quantity: Quantity) -> bool:
    provenance = quantity.provenance
    return isinstance(provenance, Assumed) and provenance.by == "Default"


def _row(project: Project, case: roi.Scenario, place: roi.Place, bound: Mapping[str, Bound]) -> Row:
    provenance, found = place.quantity.provenance, bound.get(place.path)
    url = provenance.url if isinstance(provenance, Published) else ""
    origin, warning = provenance_text(place.quantity), ""
    if found is not None:
        if found.reading is not None:
            url, origin = _address(project, found.reading) or url, found.reading.text
        else:
            warning = "This project has no such measurement or price: the figure came from elsewhere."
        if found.differs:
            warning = "Not what it stands on: the figure was changed since."
    return Row(
        path=place.path,
        label=place.label,
        help=place.help,
        value=figure_text(place.quantity, place.unit, case.currency),
        badge=provenance.kind,
        origin=origin,
        url=url,
        warning=warning,
    )


def _address(project: Project, reading: Reading) -> str:
    """The page behind a reading: the job, the study, the price book; empty for what people brought."""
    if reading.job is not None:
        return reverse("jobs:job", args=[project.code, reading.job.code])
    for beginning, page in ((JOB, "jobs:job"), (STUDY, "jobs:study")):
        if reading.ref.startswith(beginning):
            return reverse(page, args=[project.code, reading.ref.removeprefix(beginning)])
    return reverse("projects:prices", args=[project.code]) if reading.ref.startswith(BOOK) else ""


@dataclass(frozen=True)
class Renewal:
    """A figure that a newer reading exists for: what it says now, and what it would say."""

    bound: Bound
    title: str
    now: str
    then: str

    @property
    def place(self) -> roi.Place:
        """Where the figure stands."""
        return self.bound.place


def renewals(case: roi.Scenario, bound: Mapping[str, Bound]) -> list[Renewal]:
    """The figures whose measurement, price or device time is another one by now."""
    names = {option.key: option.name for option in case.options}
    found = []
    for each in bound.values():
        if each.newer is None:
            continue
        place = each.place
        then = figure_text(each.newer.quantity, place.unit, case.currency)
        title = f"{place.label}, {names[place.option]}" if place.option else place.label
        found.append(Renewal(each, title, figure_text(place.quantity, place.unit, case.currency), then))
    return found


def mix(case: roi.Scenario) -> str:
    """How much of the case rests on what, in a line: `3 measured, 5 published, 12 assumed`."""
    counts = {"measured": 0, "published": 0, "assumed": 0}
    for place in roi.quantities(case):
        if not _is_default(place.quantity):
            counts[place.quantity.provenance.kind] += 1
    return ", ".join(f"{formats.count(number)} {kind}" for kind, number in counts.items() if number)
