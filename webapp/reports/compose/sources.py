"""Footnotes of gates' criteria: each cites the job, study, scenario, data, signature or source that judged it."""

from collections.abc import Iterable, Mapping

from webapp.business.models import Scenario
from webapp.datasets.models import Dataset
from webapp.jobs.models import Job, Study
from webapp.projects.models import Project
from webapp.roadmap.models import Decision, GateCriterion, Review, Waiver
from webapp.roadmap.pages.criteria import address

from ..document import Notebook


def signer(signed: Review | Waiver | Decision) -> str:
    """A person's name. Never the whole address: reports are read by people outside."""
    return signed.by.name or signed.by.email.partition("@")[0]


class Sources:
    """What the criteria's figures rest on, by reference (`job:<code>`): one query a kind, however many criteria."""

    def __init__(self, project: Project, book: Notebook, rows: Iterable[GateCriterion]) -> None:
        self._project, self._book = project, book
        codes: dict[str, set[str]] = {}
        for row in rows:
            kind, _, code = _ref(row).partition(":")
            codes.setdefault(kind, set()).add(code)
        self._texts = {kind: texts(project, codes[kind]) for kind, texts in _TEXTS.items() if codes.get(kind)}

    def cite(self, row: GateCriterion) -> tuple[int, ...]:
        """The footnotes of what is said of a criterion; none where nothing was found that it could be judged by."""
        kind, _, code = _ref(row).partition(":")
        if kind in _TEXTS:
            text = self._texts[kind].get(code, f"{kind.capitalize()} {code}, no longer there")
            return (self._book.cite(text, address(self._project, _ref(row)) if code in self._texts[kind] else ""),)
        if row.figure.get("source"):
            return (self._book.cite(f"External, not measured here: {row.figure['source']}"),)
        review = next(iter(row.reviews.all()), None)
        if review is not None:
            signed = "Signed" if review.is_approved else "Refused"
            text = f"{signed} by {signer(review)} on {review.at.date().isoformat()}: “{row.criterion.label}”"
            return (self._book.cite(text),)
        return ()


def _ref(row: GateCriterion) -> str:
    return str(row.figure.get("ref", ""))


def _jobs(project: Project, codes: set[str]) -> Mapping[str, str]:
    found = Job.objects.filter(project=project, code__in=codes).values_list("code", "name")
    return {code: f"Job “{name}”, {code}" for code, name in found}


def _studies(project: Project, codes: set[str]) -> Mapping[str, str]:
    found = Study.objects.filter(project=project, code__in=codes).values_list("code", "question")
    return {code: f"Study “{question}”, {code}" for code, question in found}


def _scenarios(project: Project, codes: set[str]) -> Mapping[str, str]:
    found = Scenario.objects.filter(project=project, code__in=codes).values_list("code", "name", "version")
    return {code: f"Scenario “{name}”, version {version}" for code, name, version in found}


def _data(project: Project, codes: set[str]) -> Mapping[str, str]:
    """`codes` are `<code>/<number>` of a version."""
    names = dict(
        Dataset.objects.filter(project=project, code__in={code.partition("/")[0] for code in codes}).values_list(
            "code", "name"
        )
    )
    parts = {code: code.partition("/") for code in codes}
    return {
        code: f"Data “{names[name]}”, version {number}" for code, (name, _, number) in parts.items() if name in names
    }


_TEXTS = {"job": _jobs, "study": _studies, "scenario": _scenarios, "dataset": _data}
