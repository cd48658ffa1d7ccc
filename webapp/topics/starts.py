"""What a reader can run: the registered kinds of jobs and studies among those that a topic names."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from training.spec import KINDS
from webapp.accounts.models import User
from webapp.projects.models import Project, Role

STUDIES = {
    "adaptation": (
        "Adaptation study",
        "Base model, adapter and full fine-tuning on the same items.",
        "jobs:launch-study",
    ),
    "test-time": (
        "Test-time study",
        "Accuracy against samples for each strategy, and what an answer costs.",
        "jobs:launch-test-time-study",
    ),
    "alignment": (
        "Alignment study",
        "Preference methods from one starting point, compared blind.",
        "jobs:launch-alignment-study",
    ),
}
"""Kinds of studies: title, summary, and the address of the form; registered once its form has an address."""


@dataclass(frozen=True)
class Start:
    """Something that can be run. `href` asks who is not signed in to sign in, and then leads to the form."""

    kind: str
    title: str
    summary: str
    href: str


def starts(kinds: Iterable[str]) -> list[Start]:
    """The registered ones among `kinds`, in their order."""
    return [found for kind in dict.fromkeys(kinds) if (found := start(kind)) is not None]


def start(kind: str) -> Start | None:
    """What runs this kind, or None while nothing does."""
    if kind in STUDIES and _form(kind, "project") is not None:
        title, summary, _ = STUDIES[kind]
        return Start(kind, title, summary, reverse("topics:run", args=(kind,)))
    if kind in KINDS:
        return Start(kind, KINDS[kind].title, KINDS[kind].summary, reverse("topics:run", args=(kind,)))
    return None


def editable(user: User) -> list[Project]:
    """The projects in which the user may launch, the newest first."""
    roles = (Role.EDITOR, Role.OWNER)
    return list(Project.objects.filter(members__user=user, members__role__in=roles).order_by("-created_at", "-pk"))


def form_address(kind: str, project: Project) -> str:
    """The launch form of a registered kind in a project."""
    return _form(kind, project.code) or reverse("jobs:launch-job", args=(project.code, kind))


def _form(kind: str, code: str) -> str | None:
    if kind not in STUDIES:
        return None
    try:
        return reverse(STUDIES[kind][2], args=(code,))
    except NoReverseMatch:
        return None
