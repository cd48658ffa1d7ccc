"""The models of a project: those at hand on this machine, and those its jobs made."""

from dataclasses import dataclass

from training.catalogue import KNOWN_MODELS, ModelAtHand, models_at_hand
from webapp.projects.models import Project

from ..models import Artifact, Job, JobState, Measurement
from ..references import artifact_reference
from .facts import main_rate
from .onward import launch_address

MODEL_KINDS = ("adapter", "model")
MADE_SHOWN = 100


@dataclass(frozen=True)
class MadeModel:
    """A model or adapter that a job left, what a spec calls it, and the newest share that an evaluation gave it."""

    artifact: Artifact
    reference: str
    base: str
    method: str
    rate: Measurement | None
    rated_by: Job | None

    @property
    def evaluate_href(self) -> str:
        """The launch form of an evaluation of it."""
        return launch_address(self.artifact.job, "evaluate", self.artifact)


def made_models(project: Project, limit: int = MADE_SHOWN) -> list[MadeModel]:
    """Models made by the project's jobs, newest first."""
    artifacts = list(
        Artifact.objects.filter(job__project=project, job__state=JobState.DONE, kind__in=MODEL_KINDS)
        .select_related("job__project")
        .order_by("-job__created_at", "name")[:limit]
    )
    rated = _rates(project)
    found = []
    for artifact in artifacts:
        reference = artifact_reference(artifact.job, artifact.name)
        rate, job = rated.get(reference, (None, None))
        spec = artifact.job.spec
        method = str((spec.get("adaptation") or {}).get("method", ""))
        found.append(MadeModel(artifact, reference, str(spec.get("model", "")), method, rate, job))
    return found


def _rates(project: Project) -> dict[str, tuple[Measurement | None, Job | None]]:
    """By model reference, the newest main measurement and the evaluation it came from."""
    evaluations = (
        Job.objects.filter(project=project, kind="evaluate", state=JobState.DONE)
        .prefetch_related("measurements")
        .order_by("created_at")
        .defer("result", "prediction")
    )
    rates: dict[str, tuple[Measurement | None, Job | None]] = {}
    for job in evaluations:
        rate = main_rate(job.measurements.all())
        if rate is not None:
            rates[str(job.spec.get("adapter") or job.spec.get("model"))] = (rate, job)
    return rates


def base_models() -> list[ModelAtHand]:
    """The prepared models on this machine."""
    return models_at_hand()


def models_to_prepare() -> list[tuple[str, str]]:
    """(name, title) of known models that are not prepared here."""
    there = {model.name for model in models_at_hand()}
    return [(known.name, known.title) for known in KNOWN_MODELS.values() if known.name not in there]
