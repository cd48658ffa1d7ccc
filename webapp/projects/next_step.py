"""The one thing that a project's people should do next."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from webapp.datasets.models import DatasetVersion, Upload, UploadState
from webapp.jobs.models import OPEN, JobState
from webapp.roadmap.pages.standing import Standing

from .models import Project

_FAILED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class NextStep:
    """The one thing that moves the plan most now. `url` is empty where there is nothing to press.

    `is_for_editors`: only editors and owners can do it, so others are not offered the button.
    """

    title: str
    why: str
    button: str = ""
    url: str = ""
    is_urgent: bool = False
    is_for_editors: bool = False


def next_step(project: Project, *, stands: Standing | None = None, has_case: bool = False) -> NextStep:
    """The most useful thing to do now: decide, mend, bring data, ask a question, count its worth, settle a gate.

    stands: where the roadmap is, None without one; has_case: whether there is a business case.
    """
    for found in (_upload_to_decide(project), _failed_job(project), _no_data(project), _no_study(project)):
        if found is not None:
            return found
    if project.jobs.filter(state__in=OPEN).exists():
        return NextStep("Wait for the running jobs", "Their measurements appear here as soon as they are done.")
    if not has_case:
        return NextStep(
            "Work out what it is worth",
            "A business case takes the measured success rate and answers with a range, not with one hopeful number.",
            "Make a business case",
            reverse("business:new", args=[project.code]),
            is_for_editors=True,
        )
    return _settle(project, stands) or NextStep(
        "Ask the next question",
        "Every launched job is done. Compare the results, or try other data, another method or another model.",
        "See studies and jobs",
        reverse("jobs:list", args=[project.code]),
    )


def _settle(project: Project, stands: Standing | None) -> NextStep | None:
    """Start the plan, or bring the evidence that its next gate lacks."""
    if stands is None:
        return NextStep(
            "Plan the path",
            "Three phases with gates that open when something was shown, not when a box was ticked.",
            "Start the roadmap",
            reverse("roadmap:board", args=[project.code]),
        )
    if stands.open_criterion is None:
        return None
    return NextStep(
        f"Show: {stands.open_criterion}",
        stands.open_criterion.sentence or "Nothing has been judged yet.",
        "See what blocks us",
        reverse("roadmap:blockers", args=[project.code]),
    )


def _upload_to_decide(project: Project) -> NextStep | None:
    upload = Upload.objects.filter(project=project, state=UploadState.READY).order_by("-created_at").first()
    if upload is None:
        return None
    return NextStep(
        f"Decide on the upload “{upload.dataset_name}”",
        "It was read through. Nothing is stored until you say so.",
        "See what was found",
        reverse("datasets:upload", args=[project.code, upload.code]),
        is_urgent=True,
    )


def _failed_job(project: Project) -> NextStep | None:
    since = timezone.now() - _FAILED_WITHIN
    job = project.jobs.filter(state=JobState.FAILED, ended_at__gt=since).order_by("-ended_at").first()
    if job is None or project.jobs.filter(state=JobState.DONE, ended_at__gt=job.ended_at).exists():
        return None
    what = job.failure.get("what") or "It ended with an error."
    return NextStep(
        f"“{job.name}” failed", str(what), "See why", reverse("jobs:job", args=[project.code, job.code]), is_urgent=True
    )


def _no_data(project: Project) -> NextStep | None:
    if DatasetVersion.objects.filter(dataset__project=project).exists():
        return None
    return NextStep(
        "Bring the data",
        "Examples of what the model should answer: a few hundred rows are enough for a first measurement.",
        "Upload a file",
        reverse("datasets:new", args=[project.code]),
        is_for_editors=True,
    )


def _no_study(project: Project) -> NextStep | None:
    if project.jobs.exists():
        return None
    return NextStep(
        "Measure the base model and an adapted one",
        "A study trains adapters on your data and compares them with the base model on rows held out.",
        "Launch a study",
        reverse("jobs:launch-study", args=[project.code]),
        is_for_editors=True,
    )
