"""Measurements as figures, and paired differences between two evaluations of the same items."""

from training.compare import Contender, Pair, compare
from training.metrics import METRICS
from training.statistics import wilson_interval
from webapp.jobs.models import Job, JobState, Measurement
from webapp.jobs.predictions import read_predictions

from ..gates import Figure
from ..gates.criteria import ANY_ACCURACY, MeasurementCriterion
from ..models import GateCriterion
from .hand import Hand

_ACCURACY = tuple(name for name, metric in METRICS.items() if metric.is_rate)
_KINDS = {"fraction": ("percent", ""), "usd": ("money", "USD"), "seconds": ("sig", "s")}


def measured(hand: Hand, criterion: MeasurementCriterion, row: GateCriterion) -> Figure | None:
    """The newest measurement that the criterion asks for, or its paired difference to the baseline."""
    found = newest(hand, criterion.metric, criterion.subject)
    if found is None:
        return None
    if criterion.judged_on != "difference":
        return figure_of(hand, found)
    assert criterion.baseline is not None  # the criterion's own rule
    against = _baseline(hand, found, criterion.baseline)
    return None if against is None else _difference(hand, found, against)


def newest(hand: Hand, metric: str, subject: str) -> Measurement | None:
    """The newest whole-set measurement of the metric whose model is meant by `subject`."""
    metrics = _ACCURACY if metric == ANY_ACCURACY else (metric,)
    return next((one for one in hand.measurements if one.metric in metrics and _is_meant(hand, one, subject)), None)


def _is_meant(hand: Hand, measurement: Measurement, subject: str) -> bool:
    """Whether the measurement is of what `subject` names; the grammar is `gates.criteria.SUBJECT`."""
    name, _, rest = subject.partition(":")
    if name == "any":
        return True
    if name == "external":
        return measurement.is_external
    if name == "study":
        study = measurement.study
        return study is not None and study.code == rest
    if name == "model":
        return measurement.model == rest
    job = measurement.job
    if job is None:
        return False
    if name == "base":
        return measurement.model == hand.project.base_model and not job.spec.get("adapter")
    made_by = [hand.kinds.get(_maker(measurement.model), ""), job.kind if job.kind != "evaluate" else ""]
    return any(made_by) if not rest else bool(set(rest.split(",")) & set(made_by))


def _maker(model: str) -> str:
    """The code of the job that made a model named `job:<code>/<artifact>`."""
    return model.removeprefix("job:").partition("/")[0] if model.startswith("job:") else ""


def figure_of(hand: Hand, measurement: Measurement) -> Figure:
    """A measurement as a figure. It is stale once its data have a newer version."""
    kind, unit = _KINDS.get(measurement.unit, ("sig", measurement.unit))
    return Figure(
        measurement.value,
        measurement.created_at,
        measurement.low,
        measurement.high,
        measurement.n,
        kind=kind,
        unit=unit,
        name=measurement.job.name if measurement.job else measurement.source,
        ref=f"job:{measurement.job.code}" if measurement.job else "",
        stale=_stale(hand, measurement),
        source=measurement.source,
        is_rate=_is_rate(measurement),
        basis=_basis(hand, measurement),
    )


def _is_rate(measurement: Measurement) -> bool:
    """Whether its interval is Wilson's of right and wrong items."""
    if measurement.unit != "fraction" or not measurement.n or measurement.low is None or measurement.high is None:
        return False
    low, high = wilson_interval(round(measurement.value * measurement.n), measurement.n)
    return abs(low - measurement.low) < 2e-3 and abs(high - measurement.high) < 2e-3


def _stale(hand: Hand, measurement: Measurement) -> str:
    replaced = hand.replaced_by(measurement.data_digest)
    if replaced is None:
        return ""
    old, new = replaced
    return f"It was measured on version {old.number} of {old.dataset}; version {new.number} has taken its place."


def _basis(hand: Hand, measurement: Measurement) -> tuple[tuple[str, str], ...]:
    """What the gate rests on: the model by its digest where that is known, the data by their version."""
    held = next((version for version in hand.versions if version.digest == measurement.data_digest), None)
    data = str(held) if held else measurement.data_digest[:12]
    model = measurement.model_digest or measurement.model
    return (("model", model), ("data", data))


def _baseline(hand: Hand, measurement: Measurement, baseline: str) -> Measurement | None:
    """The newest evaluation of the baseline on the same data by the same metric, of the same study if there is one."""
    same = [
        one
        for one in hand.measurements
        if one.pk != measurement.pk
        and one.job_id is not None
        and (one.metric, one.data_digest) == (measurement.metric, measurement.data_digest)
        and one.model != measurement.model
        and _is_meant(hand, one, baseline)
    ]
    of_study = [one for one in same if measurement.study_id is not None and one.study_id == measurement.study_id]
    return next(iter(of_study or same), None)


def _difference(hand: Hand, measurement: Measurement, against: Measurement) -> Figure | None:
    """The paired difference from both evaluations' answers, item by item."""
    if measurement.job is None or against.job is None:
        return None
    name = f"{measurement.job.name} against {against.job.name}"
    at = max(measurement.created_at, against.created_at)
    basis = (*_basis(hand, measurement), ("baseline", against.model_digest or against.model))
    ref = f"job:{measurement.job.code}"
    pair = _pair(hand, measurement, against)
    if isinstance(pair, str):
        return Figure(None, at, name=name, ref=ref, stale=pair, basis=basis)
    discordance = None if pair.won is None or pair.lost is None else (pair.won + pair.lost) / pair.n
    return Figure(
        pair.difference,
        at,
        pair.low,
        pair.high,
        pair.n,
        kind="points" if measurement.unit == "fraction" else "sig",
        name=name,
        ref=ref,
        stale=_stale(hand, measurement),
        discordance=discordance,
        basis=basis,
    )


def _pair(hand: Hand, measurement: Measurement, against: Measurement) -> Pair | str:
    """The comparison, made once for a hand; or why there is none."""
    key = (measurement.pk, against.pk)
    if key not in hand.pairs:
        hand.pairs[key] = _compared(measurement.job, against.job)
    made: Pair | str = hand.pairs[key]
    return made


def _compared(job: Job | None, against: Job | None) -> Pair | str:
    assert job is not None
    assert against is not None
    if JobState.DONE not in (job.state, against.state):
        return "One of the two evaluations is not done."
    try:
        found = compare([Contender("against", _scores(against)), Contender("subject", _scores(job))], minimum_effect=0)
    except ValueError as error:
        return f"The two evaluations cannot be compared: {error}."
    return found.pairs[0]


def _scores(job: Job) -> dict[int, float]:
    """Score of each answered item by its index."""
    return {
        row["index"]: float(row["score"]) if row.get("score") is not None else float(bool(row["correct"]))
        for row in read_predictions(job)
    }
