"""What public studies measured, beside the published figures and the methods.

A study's outcome judges claims by their code and has a row a contender; whatever kind of study writes these two, now
or later, fills the cells here without a change to a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.jobs.models import Study
from webapp.ui import formats

from .content.methods import METHODS

MOST_STUDIES = 50
"""Older public studies than these are not looked at."""


@dataclass(frozen=True)
class Measured:
    """A cell: the sentence, the verdict's badge, what was asked of which model on how many items, and when."""

    sentence: str
    badge: str
    model: str
    n: int
    at: datetime
    study: str


@dataclass(frozen=True)
class Contender:
    """A row of the newest public study: `value`, `low`, `high` are fractions of `n` items."""

    name: str
    label: str
    value: float
    low: float
    high: float
    n: int
    compute: Mapping[str, Any]

    @property
    def tone(self) -> str:
        """How its dot is drawn."""
        return "plain" if self.name == "base" else ""


def public_studies(kind: str = "") -> list[Study]:
    """Studies that everybody may see and that have a result, the newest first; one query."""
    found = Study.objects.filter(publication__isnull=False).exclude(outcome={}).select_related("publication")
    return list((found.filter(kind=kind) if kind else found).order_by("-created_at", "-pk")[:MOST_STUDIES])


def newest_study(kind: str) -> Study | None:
    """The newest public study of this kind that has a result."""
    return next(iter(public_studies(kind)), None)


def contenders(study: Study) -> list[Contender]:
    """The models that the study compared and measured."""
    rows = []
    for row in study.outcome.get("contenders", ()):
        accuracy = row.get("accuracy")
        if accuracy:
            figures = {name: accuracy[name] for name in ("value", "low", "high", "n")}
            rows.append(Contender(name=row["name"], label=row["label"], compute=row.get("compute") or {}, **figures))
    return rows


def judgements(study: Study) -> dict[str, dict[str, Any]]:
    """The study's judgements of published claims by the claim's code, those that were measured."""
    judged = study.outcome.get("claims", ())
    return {one["claim"]["code"]: one for one in judged if one.get("value") is not None}


def for_claims(studies: Iterable[Study]) -> dict[str, Measured]:
    """The newest measurement beside each published claim, by the claim's key."""
    found: dict[str, Measured] = {}
    for study in studies:
        for key, judged in judgements(study).items():
            found.setdefault(key, _cell(study, judged["sentence"], judged["verdict"]))
        for key, sentence in _adapter_ratios(study).items():
            found.setdefault(key, _cell(study, sentence, "measured"))
    return found


def for_methods(studies: Iterable[Study]) -> dict[str, Measured]:
    """The newest accuracy with its interval that a public study measured with each method, by the method's key."""
    found: dict[str, Measured] = {}
    for study in studies:
        for row in contenders(study):
            if row.name in METHODS:
                value, bounds, n = formats.interval_parts(row, "percent")
                found.setdefault(row.name, _cell(study, f"{value} {bounds} {n}", "measured"))
    return found


def model_name(study: Study) -> str:
    """The base model as everybody may read it: a folder of the server or another job's result stays unnamed."""
    name = str(study.plan.get("model", ""))
    return "a model of our own" if name.startswith(("/", ".", "~", "job:")) else name


def _cell(study: Study, sentence: str, badge: str) -> Measured:
    counts = [row.n for row in contenders(study)]
    return Measured(sentence, badge, model_name(study), max(counts, default=0), study.created_at, study.code)


def _adapter_ratios(study: Study) -> dict[str, str]:
    """What LoRA's paper counts, counted here: trained weights and peak memory against full fine-tuning."""
    compute = {row.name: row.compute for row in contenders(study)}
    if not {"lora", "full"} <= set(compute):
        return {}
    sentences = {}
    weights = _ratio(compute, "trainable_parameters")
    if weights:
        sentences["lora-parameters"] = f"LoRA trained {formats.sig(weights)} times fewer parameters."
    memory = _ratio(compute, "peak_memory_bytes")
    if memory:
        sentences["lora-memory"] = f"Full fine-tuning took {formats.sig(memory)} times LoRA's peak memory."
    return sentences


def _ratio(compute: Mapping[str, Mapping[str, Any]], name: str) -> float | None:
    full, lora = compute["full"].get(name), compute["lora"].get(name)
    return full / lora if full and lora else None
