"""What a launch form offers: the project's data, the models at hand, and what is said of each choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from training.catalogue import models_at_hand
from training.metrics import METRICS
from webapp.datasets.models import DatasetVersion
from webapp.projects.models import Project
from webapp.ui.formats import count

from ..models import Artifact, JobState, Worker
from ..queues import DEFAULT_QUEUE
from ..references import artifact_reference, dataset_reference

Choice = tuple[str, str]

METHOD_TEXTS: Mapping[str, str] = {
    "full": "Every weight learns. The most memory and time, and the upper mark to compare with.",
    "lora": "A small low-rank update beside each layer. Cheap, and the usual first choice.",
    "dora": "LoRA that learns the size of each column as well. A little slower.",
    "qlora": "LoRA over a base held in 4 bits. For large models on a small GPU.",
    "ia3": "Learns only scales of activations. The fewest parameters but one.",
    "prompt": "Learns a soft prompt in front of each row; the model itself stays as it is.",
}
METHOD_NAMES: Mapping[str, str] = {
    "full": "Full fine-tuning",
    "lora": "LoRA",
    "dora": "DoRA",
    "qlora": "QLoRA",
    "ia3": "IA³",
    "prompt": "Prompt tuning",
}
METRIC_NAMES: Mapping[str, str] = {name: metric.title for name, metric in METRICS.items()}
METRIC_TEXTS: Mapping[str, str] = {name: metric.summary for name, metric in METRICS.items()}

_WITHOUT_CUDA = {"cpu", "mps"}
_VERSIONS_OFFERED = 200
_MADE_OFFERED = 100


@dataclass(frozen=True)
class Offers:
    """Choices for the fields of a spec that name something, by what they name; and the methods that cannot run now.

    `data` is the version and the split behind each of `splits`.
    """

    splits: list[Choice]
    models: list[Choice]
    adapters: list[Choice]
    unavailable_methods: Mapping[str, str]
    data: Mapping[str, tuple[DatasetVersion, str]] = field(default_factory=dict)


def offers(project: Project) -> Offers:
    """What the project has now; four queries."""
    made = list(
        Artifact.objects.filter(job__project=project, job__state=JobState.DONE, kind__in=("adapter", "model"))
        .select_related("job")
        .order_by("-job__created_at")[:_MADE_OFFERED]
    )
    at_hand = [(model.name, model.title) for model in models_at_hand()]
    if project.base_model not in dict(at_hand):
        at_hand.append((project.base_model, f"{project.base_model} (not prepared on this machine)"))
    found = versions(project)
    return Offers(
        splits=[choice for version in found for choice in _splits(version)],
        models=at_hand + _named(made, "model"),
        adapters=_named(made, "adapter"),
        unavailable_methods=unavailable_methods(),
        data={dataset_reference(version, split): (version, split) for version in found for split in version.splits},
    )


def unavailable_methods() -> dict[str, str]:
    """Methods that no worker can run now, each with the reason."""
    queues = set(Worker.objects.alive().values_list("queue", flat=True)) - {DEFAULT_QUEUE}
    if queues - _WITHOUT_CUDA:
        return {}
    return {"qlora": "it needs a worker with a CUDA device and bitsandbytes; none has been heard from."}


def versions(project: Project) -> list[DatasetVersion]:
    """The project's dataset versions, the newest of each dataset first."""
    found = DatasetVersion.objects.filter(dataset__project=project).select_related("dataset")
    return list(found.order_by("dataset__name", "-number")[:_VERSIONS_OFFERED])


def _splits(version: DatasetVersion) -> Iterable[Choice]:
    for split, rows in version.splits.items():
        if rows:
            yield dataset_reference(version, split), f"{version}, {split} ({count(rows, 'row')})"


def _named(made: Iterable[Artifact], kind: str) -> list[Choice]:
    return [
        (artifact_reference(artifact.job, artifact.name), f"{artifact.job.name} ({artifact.job.code})")
        for artifact in made
        if artifact.kind == kind
    ]
