"""`check_file`: what a file holds and what is wrong with it, told before anything is stored."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .digests import DigestIndex
from .forms import FORMS, ColumnMapping, Form, with_labels
from .intake import Intake, Kept
from .limits import DEFAULT_LIMITS, Limits
from .personal import PersonalData
from .readers import Format
from .report import Fault, Faults, FileFault, Reason, shorten, storable
from .sources import open_source
from .spellings import is_known_column
from .stats import MAX_LABELS, Statistics, TokenCounter

SAMPLE_ROWS = 5
_CELL_CHARS = 500
_SAMPLE_CHARS = 4_000


@dataclass
class Report:
    """The answer about one file. `complete` is false if a fault of the whole file (`ended_by`) ended the reading."""

    name: str
    faults: Faults
    format: str | None = None
    packed: str | None = None
    encoding: str | None = None
    columns: list[str] = field(default_factory=list)
    mapping: ColumnMapping | None = None
    rows_total: int = 0
    rows_kept: int = 0
    complete: bool = False
    ended_by: Fault | None = None
    warnings: list[str] = field(default_factory=list)
    sample: list[dict[str, Any]] = field(default_factory=list)
    sample_raw: list[dict[str, Any]] = field(default_factory=list)
    statistics: dict[str, Any] = field(default_factory=dict)
    personal_data: dict[str, Any] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether there are rows to go on with, once the faulty ones are left out."""
        return self.complete and self.rows_kept > 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: the form recognised, the mapping proposed, rows, faults, warnings, first rows, statistics."""
        form = FORMS[self.mapping.form] if self.mapping else None
        return {
            "name": self.name,
            "usable": self.usable,
            "format": self.format,
            "packed": self.packed,
            "encoding": self.encoding,
            "form": form.form.value if form else None,
            "form_title": form.title if form else None,
            "type": form.row_type.value if form else None,
            "columns": self.columns,
            "mapping": self.mapping.model_dump(mode="json") if self.mapping else None,
            "rows_total": self.rows_total,
            "rows_kept": self.rows_kept,
            **self.faults.to_json(),
            "warnings": self.warnings,
            "sample": self.sample,
            "sample_raw": self.sample_raw,
            "statistics": self.statistics,
            "personal_data": self.personal_data,
        }


def check_file(
    path: str | Path,
    *,
    mapping: ColumnMapping | None = None,
    name: str | None = None,
    limits: Limits | None = None,
    count_tokens: TokenCounter | None = None,
    progress: Callable[[float], object] = lambda fraction: None,
) -> Report:
    """Read all of `path` once and report on it; never raises for what a file holds, only what `progress` raises.

    `name` is what its owner calls it (uploads lie under other names). Without `mapping` one is proposed.
    """
    return _report(Path(path), mapping, name, limits or DEFAULT_LIMITS, count_tokens, progress, whole=True)


def preview(
    path: str | Path, *, mapping: ColumnMapping | None = None, name: str | None = None, limits: Limits | None = None
) -> Report:
    """The same report over the first rows only (`limits.detect_rows`): at once, whatever the size of the file."""
    return _report(Path(path), mapping, name, limits or DEFAULT_LIMITS, None, lambda fraction: None, whole=False)


def _report(
    path: Path,
    mapping: ColumnMapping | None,
    name: str | None,
    limits: Limits,
    count_tokens: TokenCounter | None,
    progress: Callable[[float], object],
    *,
    whole: bool,
) -> Report:
    faults = Faults(keep=limits.max_fault_details)
    report = Report(name or path.name, faults)
    try:
        with open_source(path, name=name, limits=limits) as source, DigestIndex() as seen:
            report.packed, report.encoding = source.packed, source.encoding
            intake = Intake(source, mapping=mapping, faults=faults, seen=seen, tell=progress, limits=limits)
            _examine(report, intake, intake if whole else intake.first_rows(), count_tokens)
            report.complete = True
    except FileFault as error:
        faults.end(error.fault)
        report.ended_by = error.fault
    if report.complete and report.rows_kept == 0:
        faults.end(Fault(None, Reason.NO_ROWS, "No row is fit to be used"))
    return report


def _examine(report: Report, intake: Intake, rows: Iterable[Kept], count_tokens: TokenCounter | None) -> None:
    report.format = intake.format.value
    report.columns = intake.columns
    report.mapping = intake.mapping
    statistics, personal = Statistics(count_tokens), PersonalData()
    try:
        for kept in rows:
            statistics.add(kept.row)
            personal.add(kept.line, kept.row)
            if len(report.sample) < SAMPLE_ROWS:
                report.sample.append(shortened(kept.row, _SAMPLE_CHARS))
                report.sample_raw.append(shortened(kept.raw))
    finally:
        report.sample_raw = report.sample_raw or [shortened(row) for row in intake.head[:SAMPLE_ROWS]]
        report.rows_total, report.rows_kept = intake.rows_total, intake.rows_kept
        report.statistics, report.personal_data = statistics.to_json(), personal.to_json()
    if intake.was_proposed and intake.mapping and intake.mapping.form is Form.TEXT_LABEL:
        report.mapping = with_labels(intake.mapping, statistics.answers)
    report.warnings = _warnings(intake, statistics, personal)


def shortened(value: Any, limit: int = _CELL_CHARS) -> Any:
    """A row fit to be shown and kept: long texts cut to `limit` characters, nothing that a database refuses."""
    if isinstance(value, str):
        return storable(value if len(value) <= limit else value[: limit - 1] + "…")
    if isinstance(value, dict):
        return {shorten(str(key), 80): shortened(inner, limit) for key, inner in list(value.items())[:100]}
    if isinstance(value, list):
        return [shortened(inner, limit) for inner in value[:50]]
    return value


def _warnings(intake: Intake, statistics: Statistics, personal: PersonalData) -> list[str]:
    told: list[str] = []
    mapping = intake.mapping
    if mapping is not None:
        unused = [column for column in intake.columns if column not in mapping.columns.values()]
        if unused:
            told.append(f"Columns that are not used: {shorten(', '.join(unused), 200)}.")
        if mapping.form is Form.TEXT_LABEL and statistics.answers is None:
            told.append(f"More than {MAX_LABELS} different labels: is this column really a label?")
    if intake.format in (Format.CSV, Format.TSV) and not any(map(is_known_column, intake.columns)):
        told.append(f"The first line was taken as the header: {shorten(', '.join(intake.columns), 120)}.")
    rare = [label for label, count in statistics.labels.items() if count < 5]
    if rare:
        told.append(f"Fewer than 5 rows have the label {shorten(', '.join(rare), 120)}.")
    if personal.total:
        told.append(f"Personal data was found ({personal.summary()}). It can be masked.")
    if 0 < statistics.rows < 50:
        told.append(f"Only {statistics.rows} rows: too few to train on or to measure with.")
    return told
