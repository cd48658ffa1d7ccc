"""Published figures beside what was measured here, as the pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.jobs.models import Study

from . import measured
from .content.claims import CLAIMS
from .content.schema import CaseStudy, Claim, Source
from .content.sources import SOURCES
from .starts import Start, start, starts


@dataclass(frozen=True)
class Result:
    """A published figure with its source, the measurement beside it if there is one, and what would measure it."""

    claim: Claim
    source: Source
    measured: measured.Measured | None
    start: Start | None


def results(keys: Iterable[str], studies: Iterable[Study]) -> list[Result]:
    """The claims of these keys, in this order; `studies` are public ones, the newest first."""
    found = measured.for_claims(studies)
    return [
        Result(claim, SOURCES[claim.source], found.get(claim.key), next(iter(starts(claim.kinds)), None))
        for claim in (CLAIMS[key] for key in keys)
    ]


def case_results(case: CaseStudy, studies: Sequence[Study]) -> dict[str, Any]:
    """The case's claims beside the newest public study of its kind, the study's rows, and how to run it oneself."""
    study = next((one for one in studies if one.kind == case.study), None)
    return {
        "case_results": results(case.claims, [study] if study else []),
        "study": study,
        "model": measured.model_name(study) if study else "",
        "rows": measured.contenders(study) if study else [],
        "case_start": start(case.study),
    }
