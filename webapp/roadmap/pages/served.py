"""What brings a milestone's evidence: job kinds and studies by name, also those that are still to come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from training.spec import KINDS
from webapp.projects.models import Project

STUDIES: Mapping[str, tuple[str, str]] = {"adaptation": ("Adaptation study", "jobs:launch-study")}
"""By kind: title and address of the launch form. A new kind of study adds a line."""


@dataclass(frozen=True)
class Served:
    """A job kind or study that serves a milestone. `url` is empty while the product does not have it."""

    ref: str
    title: str
    url: str

    @property
    def is_there(self) -> bool:
        """Whether it can be launched."""
        return bool(self.url)


def served(project: Project, refs: Iterable[str]) -> list[Served]:
    """What `job:sft` and `study:adaptation` stand for."""
    return [_served(project, ref) for ref in refs]


def _served(project: Project, ref: str) -> Served:
    family, _, name = ref.partition(":")
    if family == "job" and name in KINDS:
        return Served(ref, KINDS[name].title, reverse("jobs:launch-job", args=[project.code, name]))
    if family == "study" and name in STUDIES:
        title, address = STUDIES[name]
        return Served(ref, title, reverse(address, args=[project.code]))
    return Served(ref, f"{name.replace('_', ' ').capitalize()} ({family})", "")


def choices() -> list[tuple[str, str]]:
    """Every kind and study that can be named now."""
    jobs = [(f"job:{kind.name}", kind.title) for kind in KINDS.values()]
    return jobs + [(f"study:{name}", title) for name, (title, _) in STUDIES.items()]
