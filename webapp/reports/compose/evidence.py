"""What was measured: the newest study, the newest measurements, and published claims beside them."""

from dataclasses import dataclass

from django.urls import reverse

from webapp.jobs.models import Measurement, Study
from webapp.jobs.pages.outcome import Outcome, outcome
from webapp.projects.models import Project
from webapp.projects.overview import METRIC_NAMES
from webapp.ui import formats

from ..document import Notebook, Picture, Row, Table

MOST_MEASUREMENTS = 16
_LOOKED_AT = 400


@dataclass(frozen=True)
class Found:
    """The newest study with a result, if any; its footnotes; the best tuned model's pair with the base model."""

    study: Study | None
    outcome: Outcome | None
    notes: tuple[int, ...]
    is_real: bool | None
    is_loss: bool
    sentence: str


def newest_study(project: Project, book: Notebook) -> Found:
    """The newest study that compared models, and what it says of the tuned one against the base model."""
    for study in Study.objects.filter(project=project).exclude(outcome={}).order_by("-created_at", "-pk")[:20]:
        result = outcome(study)
        if result is None:
            continue
        note = book.cite(f"Study “{study.question}”, {study.code}", _study_page(project, study))
        pairs = (study.outcome.get("comparison") or {}).get("pairs") or []
        against_base = [pair for pair in pairs if pair["against"] == "base"]
        best = max(against_base, key=lambda pair: pair["difference"], default=None)
        return Found(
            study=study,
            outcome=result,
            notes=(note,),
            is_real=None if best is None else bool(best["is_real"]),
            is_loss=bool(best and best["is_real"] and best["difference"] < 0),
            sentence=best["sentence"].rstrip(".") if best else "",
        )
    return Found(None, None, (), None, False, "")


def _study_page(project: Project, study: Study) -> str:
    return reverse("jobs:study", args=[project.code, study.code])


def evidence_table(project: Project, book: Notebook) -> Table:
    """The newest measurement of each metric, model and data, with interval, number of items and where it is from."""
    newest: dict[tuple[str, str, str], Measurement] = {}
    rows = Measurement.objects.filter(project=project, label="").select_related("job").order_by("-created_at", "-pk")
    for each in rows[:_LOOKED_AT]:
        if each.metric in METRIC_NAMES or each.job is None:
            newest.setdefault((each.metric, _model(each), each.data_digest), each)
    shown = list(newest.values())[:MOST_MEASUREMENTS]
    return Table(
        key="evidence",
        named_by=2,
        title="What was measured",
        columns=("Model", "Metric", "Value with 95% interval", "Items", "Measured"),
        rows=tuple(_evidence_row(project, each, book) for each in shown),
        about="The newest measurement of each model on each held-out set.",
        empty="Nothing has been measured yet.",
    )


def _model(each: Measurement) -> str:
    return each.job.name if each.job is not None else each.model


def _evidence_row(project: Project, each: Measurement, book: Notebook) -> Row:
    if each.job is None:
        note = book.cite(f"External, not measured here: {each.source}")
    else:
        page = reverse("jobs:job", args=[project.code, each.job.code])
        note = book.cite(f"Job “{each.job.name}”, {each.job.code}", page)
    kind = "percent" if each.unit == "fraction" else "sig"
    value = formats.interval({"value": each.value, "low": each.low, "high": each.high}, kind)
    metric = METRIC_NAMES.get(each.metric, each.metric.replace("_", " "))
    items = formats.count(each.n) if each.n else "not stated"
    cells = (_model(each), metric, value, items, each.created_at.date().isoformat())
    return Row(cells=cells, notes=(note,))


def claims_table(found: Found, book: Notebook) -> Table:
    """Published claims beside what the newest study measured."""
    rows = []
    for claim in found.outcome.claims if found.outcome else ():
        note = book.cite(f"Published: {claim.source}, read {claim.read}")
        cells = (claim.title, claim.statement, claim.sentence, claim.verdict.replace("_", " "))
        rows.append(Row(cells=cells, notes=(*found.notes, note), badge=claim.verdict))
    return Table(
        key="claims",
        title="Published and measured",
        columns=("What", "Published", "Measured here", "Verdict"),
        rows=tuple(rows),
        about="Claims of others are never taken over: each is judged by what was measured here.",
        empty="No study has tested a published claim here.",
    )


def study_picture(found: Found) -> list[Picture]:
    """Accuracy against cost, as the study's page shows it."""
    chart = found.outcome.chart if found.outcome else None
    if chart is None:
        return []
    return [
        Picture(
            key="study",
            finding=chart.finding,
            figure=chart.figure,
            columns=chart.columns,
            rows=tuple(tuple(row) for row in chart.rows),
            note=chart.note,
            shape=chart.shape,
        )
    ]
