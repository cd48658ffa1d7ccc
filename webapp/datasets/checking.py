"""The check of an upload: every file read through once, and one report on all of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from training.data.check import Report, check_file
from training.data.forms import ColumnMapping, Form, with_labels
from training.data.intake import Intake
from training.data.limits import Limits
from training.data.normal import digest_of, input_text, normalised
from training.data.overlap import MAX_EXAMPLES, overlap_of_splits
from training.data.report import Faults, FileFault, shorten
from training.data.sources import open_source
from training.data.splits import SPLITS

from .folders import upload_files
from .models import Upload

MOST_FAULTS_SHOWN = 200
Progress = Callable[[float], object]
"""Gets the part that is done, 0 to 1; what it raises ends the check."""


def limits() -> Limits:
    """The library's limits with this installation's largest file."""
    return Limits(max_file_bytes=settings.MAX_UPLOAD_BYTES)


def check(upload: Upload, *, progress: Progress) -> dict[str, Any]:
    """Read the upload's files and report: what was recognised, rows kept, faults, warnings, first rows.

    The report of one file is `training.data.check.Report.to_json()`; here are their sums, `files` with one a file,
    and `overlap` between the splits of several. `usable` says whether rows are left to store.
    """
    chosen = ColumnMapping.model_validate(upload.mapping) if upload.mapping else None
    reports: list[Report] = []
    mapping = chosen
    for number, path in enumerate(upload_files(upload)):

        def tell(fraction: float, number: int = number) -> None:
            progress((number + fraction) / len(upload.files))

        name = upload.files[number]["name"]
        report = check_file(path, mapping=mapping, name=name, limits=limits(), progress=tell)
        reports.append(report)
        # the other files are read as the first one was, with any label: what labels there are is known at the end
        mapping = mapping or (report.mapping and report.mapping.model_copy(update={"labels": []}))
    return combined(upload, reports, chosen, progress)


def combined(
    upload: Upload, reports: Sequence[Report], chosen: ColumnMapping | None, progress: Progress
) -> dict[str, Any]:
    """One report of all files."""
    shown = [report.to_json() for report in reports]
    mapping = _settled(chosen or reports[0].mapping, reports)
    usable = all(report.usable for report in reports)
    by_reason: Counter[str] = Counter()
    for each in shown:
        by_reason.update(each["faults_by_reason"])
    faults = [{"file": each["name"], **fault} for each in shown for fault in each["faults"]]
    return {
        **{name: shown[0][name] for name in ("form", "form_title", "type", "columns", "sample", "sample_raw")},
        "mapping": mapping.model_dump(mode="json") if mapping else None,
        "usable": usable,
        "rows_total": sum(report.rows_total for report in reports),
        "rows_kept": sum(report.rows_kept for report in reports),
        "faults": faults[:MOST_FAULTS_SHOWN],
        "faults_total": sum(by_reason.values()),
        "faults_by_reason": dict(by_reason.most_common()),
        "fatal": next((str(report.ended_by) for report in reports if report.ended_by), ""),
        "warnings": list(dict.fromkeys(warning for report in reports for warning in report.warnings)),
        "personal_data": _personal(shown),
        "overlap": _overlap(upload, mapping, progress) if usable and mapping and len(reports) > 1 else {},
        "files": [{name: each[name] for name in _OF_FILE} for each in shown],
    }


_OF_FILE = ("name", "format", "packed", "encoding", "rows_total", "rows_kept", "faults_total", "statistics")


def _settled(mapping: ColumnMapping | None, reports: Sequence[Report]) -> ColumnMapping | None:
    """The mapping with the labels of all files, so that each is allowed and the instruction lists them."""
    if mapping is None or mapping.form is not Form.TEXT_LABEL:
        return mapping
    found = with_labels(mapping, {label for report in reports for label in report.statistics.get("labels", {})})
    return found.model_copy(update={"system": mapping.system}) if mapping.system else found


def _personal(shown: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What all files hold: `total`, `rows`, and `kinds` with `count` and masked `examples`; empty if nothing."""
    kinds: dict[str, dict[str, Any]] = {}
    for each in shown:
        for kind, found in each["personal_data"].get("kinds", {}).items():
            known = kinds.setdefault(kind, {"count": 0, "examples": found["examples"]})
            known["count"] += found["count"]
    if not kinds:
        return {}
    rows = sum(each["personal_data"].get("rows", 0) for each in shown)
    return {"total": sum(kind["count"] for kind in kinds.values()), "rows": rows, "kinds": kinds}


def _overlap(upload: Upload, mapping: ColumnMapping, progress: Progress) -> dict[str, Any]:
    """Rows that stand in two of the files by normalised input, the held-out ones protected first."""
    by_split = dict(zip((each["split"] for each in upload.files), upload_files(upload), strict=True))
    reader = _Inputs(mapping, progress)
    splits = [(name, reader.keys(by_split[name])) for name in reversed(SPLITS) if name in by_split]
    overlap, places = overlap_of_splits(splits, reader.keep)
    for row, place in places.items():
        overlap.examples[place]["text"] = reader.kept.get(row, "")
    return overlap.to_json()


class _Inputs:
    """The inputs of fit rows as digests, and the texts of the first ones asked for while they go by."""

    def __init__(self, mapping: ColumnMapping, progress: Progress) -> None:
        """`progress` is told that all is read as often as rows go by: a sign of life."""
        self._progress = progress
        self.kept: dict[int, str] = {}
        self._mapping = mapping
        self._row = 0
        self._text = ""

    def keys(self, path: Path) -> Iterator[tuple[int, int, int]]:
        """A number that no other row has, the digest of the normalised input, and the line of each fit row."""
        try:
            with open_source(path, limits=limits()) as source:
                rows = Intake(
                    source,
                    mapping=self._mapping,
                    faults=Faults(keep=0),
                    limits=limits(),
                    tell=lambda fraction: self._progress(1.0),
                )
                for kept in rows:
                    self._row += 1
                    self._text = input_text(kept.row)
                    yield self._row, digest_of(normalised(self._text)), kept.line
        except FileFault:
            return

    def keep(self, row: int) -> None:
        """Remember the text of the row that goes by now."""
        if len(self.kept) < MAX_EXAMPLES:
            self.kept[row] = shorten(self._text, 200)
