"""CSV: a line a milestone, readable and editable in a spreadsheet.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, which is taken off again on
import. Phases are known by name, links stand in `depends_on` as `baseline FS+2; ethics SS`, a gate's criteria as JSON.
Aims and gates of phases are not in the file: an import leaves them as they are.
"""

import csv
import io
import json
import re
from typing import Any

from ..gates import CriterionFaults, parse_criterion
from .document import MOST_MILESTONES, DocumentFaults, MilestonePart, PlanDocument, parse_document

COLUMNS = (
    "key",
    "phase",
    "name",
    "description",
    "owner",
    "start",
    "finish",
    "effort_days",
    "serves",
    "depends_on",
    "criteria",
    "should_needed",
)
NEEDED = ("key", "phase", "name", "start", "finish")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
_LINK = re.compile(r"(?P<key>[a-z0-9][a-z0-9_-]*)(?:\s+(?P<kind>FS|SS)(?P<lag>[+-]\d{1,4})?)?")


def to_csv(document: PlanDocument) -> str:
    """The plan as CSV with a line of column names."""
    waits: dict[str, list[str]] = {}
    for link in document.links:
        lag = f"{link.lag_days:+d}" if link.lag_days else ""
        waits.setdefault(link.after, []).append(f"{link.before} {link.kind.value}{lag}")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for part in document.milestones:
        phase = document.phases[part.phase - 1].name
        writer.writerow([harmless(cell) for cell in _cells(part, phase, waits.get(part.key, []))])
    return out.getvalue()


def _cells(part: MilestonePart, phase: str, waits: list[str]) -> list[str]:
    gate = part.gate
    return [
        part.key,
        phase,
        part.name,
        part.description,
        part.owner,
        part.start.isoformat(),
        part.finish.isoformat(),
        repr(part.effort_days),
        " ".join(part.serves),
        "; ".join(waits),
        json.dumps(gate.criteria, ensure_ascii=False) if gate else "",
        "" if gate is None or gate.should_needed is None else str(gate.should_needed),
    ]


def harmless(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def plain(cell: str) -> str:
    """The cell as it was before `harmless`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RISKY) else cell


def from_csv(text: str, phases: list[str] | None = None) -> PlanDocument:
    """The plan of a CSV file. Raises `DocumentFaults`.

    `phases` are the names of phases there are already, in order; others follow in the order of the lines.
    """
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True))
    except csv.Error as error:
        raise DocumentFaults([("file", f"is no CSV: {error}")]) from error
    if not lines:
        raise DocumentFaults([("file", "is empty")])
    head = [plain(cell).strip().lower() for cell in lines[0]]
    _refuse_columns(head)
    if sum(map(any, lines[1:])) > MOST_MILESTONES:
        raise DocumentFaults([("file", f"holds more than {MOST_MILESTONES} milestones")])
    faults: list[tuple[str, str]] = []
    names = list(phases or [])
    milestones, links = [], []
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        row = {name: plain(cell) for name, cell in zip(head, line, strict=False)}
        try:
            milestones.append(_milestone(row, names))
            links += _links(row)
        except ValueError as error:
            faults.append((f"line {number}", str(error)))
    if faults:
        raise DocumentFaults(faults)
    shown = [{"name": name} for name in names]
    return parse_document({"phases": shown, "milestones": milestones, "links": links})


def _refuse_columns(head: list[str]) -> None:
    faults = [("columns", f"{name} is missing") for name in NEEDED if name not in head]
    faults += [("columns", f"{name or 'a column without a name'} is not known") for name in head if name not in COLUMNS]
    faults += [("columns", f"{name} stands there twice") for name in set(head) if head.count(name) > 1]
    if faults:
        raise DocumentFaults(faults)


def _milestone(row: dict[str, str], phases: list[str]) -> dict[str, Any]:
    phase = row.get("phase", "").strip()
    if not phase:
        raise ValueError("names no phase")
    if phase not in phases:
        phases.append(phase)
    made: dict[str, Any] = {name: row.get(name, "") for name in ("key", "name", "description", "owner")}
    made |= {"start": row.get("start", "").strip(), "finish": row.get("finish", "").strip()}
    made |= {"phase": phases.index(phase) + 1, "serves": row.get("serves", "").split()}
    made["effort_days"] = _number(row.get("effort_days", ""))
    if row.get("criteria", "").strip():
        asked = row.get("should_needed", "").strip()
        made["gate"] = {"criteria": _criteria(row["criteria"]), "should_needed": int(asked) if asked else None}
    return made


def _number(text: str) -> float:
    try:
        return float(text) if text.strip() else 0.0
    except ValueError:
        raise ValueError(f"effort_days is {text[:40]!r} and no number") from None


def _criteria(text: str) -> list[dict[str, Any]]:
    try:
        raw = json.loads(text)
        if not isinstance(raw, list):
            raise ValueError("criteria is no JSON list")
        return [parse_criterion(each).model_dump(mode="json") for each in raw]
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("criteria is no JSON list") from None
    except CriterionFaults as error:
        raise ValueError(f"criteria: {error}") from None


def _links(row: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for text in row.get("depends_on", "").split(";"):
        if not text.strip():
            continue
        match = _LINK.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"depends_on holds {text.strip()[:60]!r}; write it as: baseline FS+2; ethics SS")
        kind, lag = match["kind"] or "FS", int(match["lag"] or 0)
        found.append({"before": match["key"], "after": row.get("key", ""), "kind": kind, "lag_days": lag})
    return found
