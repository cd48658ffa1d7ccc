"""The files that a business case can be downloaded as: one registry, each format with its maker."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

import roi
from roi import Scenario

from . import tables
from .legible import legible
from .pdf.sizes import SIZES, Size, usual

TRIALS = 4096
SEED = 0

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Format:
    """A kind of file: what a link says, its name's end, its media type, and what makes it of a case.

    `make` takes the scenario, the key of the option in front (empty: the best), and the day.
    """

    label: str
    suffix: str
    media_type: str
    make: Callable[[Scenario, str, date], bytes]


def _xlsx(scenario: Scenario, show: str, on: date) -> bytes:
    from .xlsx import workbook

    scenario = legible(scenario)
    return workbook(scenario, roi.evaluate(scenario), roi.simulate(scenario, trials=TRIALS, seed=SEED))


def _pdf(scenario: Scenario, show: str, on: date, *, size: Size | None = None) -> bytes:
    from webapp.business.calculator.outcome import outcome

    from .pdf import summary

    scenario = legible(scenario)
    simulation = roi.simulate(scenario, trials=TRIALS, seed=SEED)
    paper = size or usual(scenario.currency)
    return summary(scenario, outcome(scenario, show), roi.evaluate(scenario), simulation, on=on, size=paper)


def _cash_flows(scenario: Scenario, show: str, on: date) -> bytes:
    scenario = legible(scenario)
    return tables.cash_flows(scenario, roi.evaluate(scenario)).encode()


def _assumptions(scenario: Scenario, show: str, on: date) -> bytes:
    return tables.assumptions(legible(scenario)).encode()


def _scenario(scenario: Scenario, show: str, on: date) -> bytes:
    return _json(scenario.data())


def _outcome(scenario: Scenario, show: str, on: date) -> bytes:
    found = roi.evaluate(scenario).data()
    simulation = roi.simulate(scenario, trials=TRIALS, seed=SEED).to_dict()
    return _json({"scenario": scenario.data(), "outcome": found, "simulation": simulation})


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


FORMATS: Mapping[str, Format] = {
    "xlsx": Format("XLSX", ".xlsx", _XLSX, _xlsx),
    "pdf": Format("PDF", ".pdf", "application/pdf", _pdf),
    **{
        f"pdf-{size}": Format(f"PDF on {name}", f"-{size}.pdf", "application/pdf", partial(_pdf, size=size))
        for size, name in SIZES.items()
    },
    "csv": Format("CSV", "-cash-flows.csv", _CSV, _cash_flows),
    "assumptions": Format("Assumptions as CSV", "-assumptions.csv", _CSV, _assumptions),
    "json": Format("JSON", ".json", "application/json", _scenario),
    "outcome": Format("Outcome as JSON", "-outcome.json", "application/json", _outcome),
}
"""Every format by the name that an address has for it. `pdf` is on the paper that is usual for the currency. `json` is
the scenario alone, as `python -m roi` reads it."""


def download(scenario: Scenario, format: Format, *, show: str = "", on: date) -> HttpResponse:
    """The case as an attachment, named after it. Nothing in the file is ever run by a browser."""
    response = HttpResponse(format.make(scenario, show, on), content_type=format.media_type)
    name = (slugify(scenario.name, allow_unicode=True) or "business-case")[:80] + format.suffix
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    response["X-Content-Type-Options"] = "nosniff"
    return response
