"""A study once its jobs have ended: what was found, and how to go on where a job failed."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.text import capfirst

from training.claims import judge_claims
from training.compare import Comparison, Compute, Contender, compare
from webapp.accounts.models import User
from webapp.projects.audit import record

from .adaptation import BASE, method_name
from .models import ENDED, Job, JobState, Study, unmeasured
from .predictions import read_predictions
from .services import cancel_job, resume_job, why_not_resumable

FULL = "full"


def settle(study_id: int) -> None:
    """Compute the study's outcome if its last job has ended; else do nothing. Safe to call twice.

    What could be measured is compared even where other jobs failed; `missing` names those.
    """
    study = Study.objects.select_related("project", "dataset_version").get(pk=study_id)
    jobs = list(study.jobs.order_by("pk"))
    if any(job.state not in ENDED and not _is_blocked(job, jobs) for job in jobs):
        return
    outcome = adaptation_outcome(study, jobs)
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.outcome != outcome:
            study.outcome = outcome
            study.save(update_fields=["outcome"])


def _is_blocked(job: Job, jobs: list[Job]) -> bool:
    """Whether the job waits for one that ended without success."""
    if job.state != JobState.WAITING:
        return False
    unsuccessful = {other.pk for other in jobs if other.state in (JobState.FAILED, JobState.CANCELLED)}
    return bool(unsuccessful & set(job.after.values_list("pk", flat=True)))


def adaptation_outcome(study: Study, jobs: list[Job]) -> dict[str, Any]:
    """The study's result as plain data; empty if nothing was measured.

    `contenders` has a row a model: its jobs, accuracy with interval, and what training it used. `comparison`
    is `training.compare.Comparison`, `claims` the judgements of the published claims about the first adapter.
    """
    by_role = {job.role: job for job in jobs}
    done = {role: job for role, job in by_role.items() if job.state == JobState.DONE}
    names = [role.partition(":")[2] for role in by_role if role.startswith("eval:") and role in done]
    if not names:
        return {}
    contenders = [_contender(name, done) for name in names]
    labels = {name: method_name(name) for name in names}
    against = [name for name in (BASE, FULL) if name in names]
    comparison = compare(
        contenders, minimum_effect=study.project.minimum_effect, against=against, labels=labels, seed=0
    )
    adapters = [name for name in names if name not in (BASE, FULL)]
    subject = adapters[0] if adapters else FULL if FULL in names else None
    return {
        "headline": headline(comparison, labels, subject),
        "contenders": [_row(name, labels[name], by_role, comparison, contenders) for name in names],
        "comparison": comparison.to_json(),
        "claims": [asdict(judgement) for judgement in judge_claims(comparison, tuned=subject)] if subject else [],
        "claims_about": labels[subject] if subject else "",
        "frontier": frontier(comparison, contenders),
        "missing": unmeasured(jobs),
        "overlap": study.dataset_version.manifest.get("overlap", {}),
    }


def _contender(name: str, done: dict[str, Job]) -> Contender:
    scores = {row["index"]: _score(row) for row in read_predictions(done[f"eval:{name}"])}
    trained = done.get(f"train:{name}")
    if trained is None:
        return Contender(name, scores, Compute(0, 0, 0.0, 0.0, None, 0.0))
    result: dict[str, Any] = trained.result
    cost = result.get("cost") or {}
    compute = Compute(
        trainable_parameters=result.get("trainable_parameters"),
        train_tokens=result.get("train_tokens"),
        flops=result.get("flops"),
        device_seconds=result.get("train_seconds"),
        peak_memory_bytes=result.get("peak_memory_bytes"),
        usd=cost.get("usd"),
    )
    return Contender(name, scores, compute)


def _score(row: dict[str, Any]) -> float:
    """The item's graded score where the metric has one, else right (1) or wrong (0)."""
    return float(row["score"]) if row.get("score") is not None else float(bool(row["correct"]))


def _row(
    name: str, label: str, by_role: dict[str, Job], comparison: Comparison, contenders: list[Contender]
) -> dict[str, Any]:
    accuracy = comparison.accuracy(name)
    compute = next(one.compute for one in contenders if one.name == name)
    trained = by_role.get(f"train:{name}")
    return {
        "name": name,
        "label": label,
        "evaluated_by": by_role[f"eval:{name}"].code,
        "trained_by": trained.code if trained else None,
        "accuracy": asdict(accuracy) if accuracy else None,
        "compute": asdict(compute),
    }


def frontier(comparison: Comparison, contenders: list[Contender]) -> list[str]:
    """The models that no other beats in accuracy at the same or less training compute."""
    flops = {one.name: one.compute.flops or 0.0 for one in contenders}
    ordered = sorted(comparison.accuracies, key=lambda one: (flops[one.name], -one.value))
    best, kept = -1.0, []
    for one in ordered:
        if one.value > best:
            best = one.value
            kept.append(one.name)
    return kept


def headline(comparison: Comparison, labels: dict[str, str], subject: str | None) -> str:
    """The finding in a sentence: what the adapter brings over the base model, and what full fine-tuning adds."""
    base = comparison.pair(subject, BASE) if subject else None
    if subject is None or base is None:
        only = comparison.accuracies[0]
        return f"{capfirst(labels[only.name])} reaches {100 * only.value:.1f}% of {only.n:,} items"
    first = f"{capfirst(labels[subject])} {_change(base.difference, base.is_real, 'the base model')}"
    pair = comparison.pair(subject, FULL) if subject != FULL else None
    if pair is None:
        return first
    if not pair.is_real:
        return f"{first}; full fine-tuning adds none that can be told apart"
    more = -100 * pair.difference
    ratio = comparison.ratio(subject, FULL, "flops")
    price = f" at {1 / ratio.ratio:.1f} times the compute" if ratio and 0 < ratio.ratio < 1 else ""
    if more > 0:
        return f"{first}; full fine-tuning gains {more:.1f} more{price}"
    return f"{first}; full fine-tuning reaches {-more:.1f} points less"


def _change(difference: float, is_real: bool, than: str) -> str:
    if not is_real:
        return f"cannot be told apart from {than}"
    verb = "gains" if difference > 0 else "loses"
    return f"{verb} {100 * abs(difference):.1f} points {'over' if difference > 0 else 'to'} {than}"


def retry_study(*, by: User, study: Study) -> int:
    """Let the failed and cancelled jobs go on; returns how many. What is done stays done.

    Where nothing has to go on, the results are compared if that is still to be done.
    """
    with transaction.atomic():
        resumable = [job for job in study.jobs.order_by("pk") if not why_not_resumable(job)]
        for job in resumable:
            resume_job(by=by, job=job)
        if resumable:
            record(by, "study.retried", study, jobs=[job.code for job in resumable])
    if not resumable:
        settle(study.pk)
    return len(resumable)


def cancel_study(*, by: User, study: Study) -> int:
    """Cancel every job of the study that has not ended; returns how many."""
    going = [job for job in study.jobs.order_by("pk") if not job.has_ended]
    for job in going:
        cancel_job(by=by, job=job)
    return len(going)
