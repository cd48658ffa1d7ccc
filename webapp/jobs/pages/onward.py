"""What can be done next with the model that a job made or measured."""

from urllib.parse import urlencode

from django.urls import reverse

from ..models import Artifact, Job, JobState
from ..references import artifact_reference

_MODEL_KINDS = ("adapter", "model")


def uses(job: Job) -> list[tuple[str, str]]:
    """(what, address) for each use of the job's model; empty if it left none."""
    if job.state != JobState.DONE:
        return []
    made = Artifact.objects.filter(job=job, kind__in=_MODEL_KINDS).order_by("kind").first()
    if made is None:
        return []
    further = ("Fine-tune further from it", launch_address(job, "sft", made))
    if made.kind == "adapter":  # training takes whole models: the adapter is merged first
        further = ("Merge it into one model", launch_address(job, "merge", made))
    return [("Evaluate it", launch_address(job, "evaluate", made)), further]


def launch_address(job: Job, kind: str, made: Artifact) -> str:
    """The launch form of this kind, filled in with the model that the job left."""
    reference = artifact_reference(job, made.name)
    if made.kind == "adapter":
        fields = {"model": str(job.spec.get("model", "")), "adapter": reference}
    else:
        fields = {"model": reference}
    return f"{reverse('jobs:launch-job', args=[job.project.code, kind])}?{urlencode(fields)}"
