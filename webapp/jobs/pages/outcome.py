"""What a study found, from the outcome stored with it: `training.compare` and `training.claims` as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..adaptation import BASE
from ..charts.figure import Chart
from ..charts.results import CostPoint, cost_chart
from ..models import Study
from ..studies import FULL

FLOPS_TITLE = "Training compute (TFLOP)"
_TERA = 1e12

Kept = Mapping[str, Any]


@dataclass(frozen=True)
class PairLine:
    """One verdict sentence. `badge` names how it ended, `word` is what the badge says."""

    badge: str
    word: str
    sentence: str
    test: str


@dataclass(frozen=True)
class MethodRow:
    """One method: accuracy, differences from the base model and from full fine-tuning, and what training it used."""

    label: str
    accuracy: Kept
    against_base: Kept | None
    against_full: Kept | None
    compute: Kept
    train: str
    evaluate: str
    is_base: bool
    is_best: bool


@dataclass(frozen=True)
class ClaimLine:
    """A published claim beside what was measured."""

    verdict: str
    title: str
    statement: str
    sentence: str
    note: str
    source: str
    read: str


@dataclass(frozen=True)
class Outcome:
    """The result as the page shows it: `claimant` is whom the claims are about, `missing` the jobs without a result."""

    headline: str
    n: int
    minimum_effect: float
    chart: Chart | None
    pairs: list[PairLine]
    rows: list[MethodRow]
    claims: list[ClaimLine]
    claimant: str
    missing: list[str]
    overlapping_rows: int


def outcome(study: Study) -> Outcome | None:
    """The result of a study (see `studies.adaptation_outcome`); None while nothing has been compared."""
    kept: Kept = study.outcome
    comparison: Kept = kept.get("comparison") or {}
    if not comparison:
        return None
    rows = _rows(kept["contenders"], comparison)
    return Outcome(
        headline=kept["headline"],
        n=comparison["n"],
        minimum_effect=comparison["minimum_effect"],
        chart=_chart(rows, kept["headline"]),
        pairs=[_pair_line(pair, comparison["minimum_effect"]) for pair in comparison["pairs"]],
        rows=rows,
        claims=[_claim_line(judged) for judged in kept["claims"]],
        claimant=kept["claims_about"],
        missing=kept["missing"],
        overlapping_rows=int((kept.get("overlap") or {}).get("rows") or 0),
    )


def _rows(contenders: Sequence[Kept], comparison: Kept) -> list[MethodRow]:
    best = max(each["value"] for each in comparison["accuracies"])
    return [
        MethodRow(
            label=each["label"],
            accuracy=each["accuracy"],
            against_base=_against(comparison, each["name"], BASE),
            against_full=_against(comparison, each["name"], FULL),
            compute=each["compute"],
            train=each["trained_by"] or "",
            evaluate=each["evaluated_by"],
            is_base=each["name"] == BASE,
            is_best=each["accuracy"]["value"] == best,
        )
        for each in contenders
    ]


def _against(comparison: Kept, name: str, other: str) -> Kept | None:
    """The difference of `name` from `other`, as it was compared; None if it was compared the other way round."""
    for pair in comparison["pairs"]:
        if (pair["name"], pair["against"]) == (name, other):
            return {"value": pair["difference"], "low": pair["low"], "high": pair["high"]}
    return None


def _chart(rows: Sequence[MethodRow], headline: str) -> Chart | None:
    """Accuracy against counted training compute; the base model was not trained, so it lies at nought."""
    points = [
        CostPoint(
            name=row.label,
            accuracy=row.accuracy["value"],
            low=row.accuracy["low"],
            high=row.accuracy["high"],
            n=row.accuracy["n"],
            cost=float(row.compute.get("flops") or 0.0) / _TERA,
        )
        for row in rows
        if row.is_base or row.compute.get("flops")
    ]
    if len(points) < 2:
        return None
    note = (
        "95% intervals. The dotted line joins what nothing else beats at its cost; compute is counted, so it is exact."
    )
    return cost_chart(points, headline, FLOPS_TITLE, note=note)


def _pair_line(pair: Kept, minimum: float) -> PairLine:
    excludes_zero = pair["low"] > 0 or pair["high"] < 0
    if pair["is_real"]:
        badge, word = "held", "real"
    elif excludes_zero and abs(pair["difference"]) <= minimum:
        badge, word = "cancelled", "too small"
    elif not excludes_zero and max(-pair["low"], pair["high"]) <= minimum:
        badge, word = "cancelled", "no difference"
    else:
        badge, word = "not_settled", "not settled"
    return PairLine(badge, word, pair["sentence"], _test_text(pair))


def _test_text(pair: Kept) -> str:
    p = pair["p_adjusted"]
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    if pair["won"] is None:
        return f"{shown} (paired bootstrap, Holm-adjusted)"
    return f"{pair['won']} items won, {pair['lost']} lost; {shown} (exact McNemar, Holm-adjusted)"


def _claim_line(judged: Kept) -> ClaimLine:
    claim: Kept = judged["claim"]
    return ClaimLine(
        verdict=str(judged["verdict"]),
        title=claim["title"],
        statement=claim["statement"],
        sentence=judged["sentence"],
        note=claim.get("note", ""),
        source=claim["source"],
        read=claim["read"],
    )
