"""The adaptation study: is it worth fine-tuning, and is a small adapter enough?

It evaluates the base model, trains each chosen adaptation on the same rows for the same number of
steps, and evaluates every result on the same held-out items.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field

from training.spec import SpecFault
from training.spec.sft import Method
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.projects.audit import record
from webapp.projects.models import Project

from .models import Job, Study, new_code
from .references import artifact_reference, dataset_reference
from .services import LaunchRefused, launch_job
from .suggestion import suggested_metric

BASE = "base"


class AdaptationPlan(BaseModel):
    """What the study form asks for."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model: str
    methods: list[Method] = Field(default=["lora", "full"], min_length=1)
    max_steps: int = Field(50, ge=1, le=1_000_000)
    batch_size: int = Field(16, ge=1, le=4096)
    rank: int = Field(16, ge=1, le=1024)
    learning_rates: dict[str, float] = Field(default_factory=dict)
    metric: str = "auto"
    choices: list[str] | None = None
    max_new_tokens: int = Field(32, ge=1, le=100_000)
    test_rows: int | None = Field(None, ge=1)
    train_split: str = "train"
    validation_split: str | None = "validation"
    test_split: str = "test"
    seed: int = Field(0, ge=0, le=2**32 - 1)
    sft: dict[str, Any] = Field(default_factory=dict, description="Further fields of each training spec.")


def planned_specs(version: DatasetVersion, plan: AdaptationPlan) -> dict[str, dict[str, Any]]:
    """The specs of the study by role, in the order of launching, without the names of adapters still to be made."""
    specs: dict[str, dict[str, Any]] = {f"eval:{BASE}": _evaluate_spec(version, plan)}
    for method in dict.fromkeys(plan.methods):
        specs[f"train:{method}"] = _train_spec(version, plan, method)
        specs[f"eval:{method}"] = _evaluate_spec(version, plan)
    return specs


@transaction.atomic
def launch_adaptation_study(
    *,
    by: User,
    project: Project,
    version: DatasetVersion,
    plan: AdaptationPlan,
    launch_key: str = "",
    question: str = "",
) -> Study:
    """Make the study and all its jobs; the same `launch_key` again returns the study it made before.

    Raises `LaunchRefused` with the faults of every spec, each told once.
    """
    if launch_key:
        made = Study.objects.filter(project=project, launch_key=launch_key).first()
        if made is not None:
            return made
    study = Study.objects.create(
        project=project,
        kind="adaptation",
        question=question or f"Does fine-tuning {plan.model} on {version.dataset.name} pay, and is an adapter enough?",
        plan=plan.model_dump(mode="json"),
        dataset_version=version,
        launch_key=launch_key or new_code(),
        created_by=by,
    )
    _launch_children(by, study, planned_specs(version, plan))
    record(by, "study.launched", study)
    return study


def _launch_children(by: User, study: Study, specs: dict[str, dict[str, Any]]) -> None:
    faults: dict[str, SpecFault] = {}
    trained: dict[str, Job] = {}
    for role, spec in specs.items():
        step, _, method = role.partition(":")
        after: Sequence[Job] = ()
        if step == "eval" and method in trained:
            spec, after = _with_trained(spec, trained[method], method), (trained[method],)
        elif step == "eval" and method != BASE:
            continue
        try:
            job = launch_job(
                by=by, project=study.project, spec=spec, name=role_name(role), study=study, role=role, after=after
            )
        except LaunchRefused as refused:
            faults.update({str(fault): fault for fault in refused.faults})
            continue
        if step == "train":
            trained[method] = job
    if faults:
        raise LaunchRefused(faults.values())


def role_name(role: str) -> str:
    """What people call a job of the study."""
    step, _, method = role.partition(":")
    if step == "train":
        return f"Train {method_name(method)}"
    return "Evaluate the base model" if method == BASE else f"Evaluate {method_name(method)}"


def method_name(method: str) -> str:
    """What people call a method."""
    names = {BASE: "base model", "full": "full fine-tuning", "lora": "LoRA", "dora": "DoRA", "qlora": "QLoRA"}
    return names.get(method, {"ia3": "IA³", "prompt": "prompt tuning"}.get(method, method))


def _train_spec(version: DatasetVersion, plan: AdaptationPlan, method: str) -> dict[str, Any]:
    data = {"train": dataset_reference(version, plan.train_split)}
    if plan.validation_split and version.splits.get(plan.validation_split):
        data["validation"] = dataset_reference(version, plan.validation_split)
    optim: dict[str, Any] = {"max_steps": plan.max_steps, "batch_size": plan.batch_size}
    if method in plan.learning_rates:
        optim["learning_rate"] = plan.learning_rates[method]
    adaptation = {"method": method, "rank": plan.rank}
    base = {"kind": "sft", "model": plan.model, "data": data, "seed": plan.seed}
    return _merged(base | {"adaptation": adaptation, "optim": optim}, plan.sft)


def _merged(spec: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The spec with further fields, those of its parts field by field."""
    both = dict(spec)
    for name, value in more.items():
        part = both.get(name)
        both[name] = _merged(part, value) if isinstance(part, dict) and isinstance(value, dict) else value
    return both


def _evaluate_spec(version: DatasetVersion, plan: AdaptationPlan) -> dict[str, Any]:
    data: dict[str, Any] = {"test": dataset_reference(version, plan.test_split)}
    if plan.test_rows is not None:
        data["max_rows"] = plan.test_rows
    spec: dict[str, Any] = {"kind": "evaluate", "model": plan.model, "data": data, "seed": plan.seed}
    suggested = suggested_metric(version, plan.test_split)
    choices = plan.choices or list(suggested.choices)
    automatic = "choice" if choices else suggested.metric
    metric = automatic if plan.metric == "auto" else plan.metric
    spec |= {"metric": metric, "max_new_tokens": plan.max_new_tokens}
    return spec | {"choices": choices} if metric == "choice" and choices else spec


def _with_trained(spec: dict[str, Any], job: Job, method: str) -> dict[str, Any]:
    if method == "full":
        return {**spec, "model": artifact_reference(job, "model")}
    return {**spec, "adapter": artifact_reference(job, "adapter")}
