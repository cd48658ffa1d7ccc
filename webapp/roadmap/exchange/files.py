"""The forms in which a plan goes out and comes in, by name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .calendar import to_ics
from .document import DocumentFaults, PlanDocument, Reading, parse_document
from .mspdi import from_mspdi, to_mspdi
from .tables import from_csv, to_csv
from .xml import parsed

MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class About:
    """What an export says beside the plan: the project's name and code, the site's name, the time, and the keys of
    the milestones that are done."""

    name: str
    code: str
    host: str
    now: datetime
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Form:
    """A file form. `read` is None where it only goes out; phases that are there already are handed to it."""

    name: str
    title: str
    suffix: str
    content_type: str
    write: Callable[[PlanDocument, About], bytes]
    read: Callable[[bytes, list[str]], Reading] | None = None


def _to_json(document: PlanDocument, about: About) -> bytes:
    return json.dumps(document.model_dump(mode="json"), indent=1, ensure_ascii=False).encode()


def _from_json(content: bytes, phases: list[str]) -> Reading:
    try:
        return Reading(parse_document(json.loads(_text(content))))
    except (ValueError, RecursionError) as error:
        if isinstance(error, DocumentFaults):
            raise
        raise DocumentFaults([("file", f"is no JSON: {error}")]) from error


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentFaults([("file", f"is not in UTF-8: {error.reason} at byte {error.start:,}")]) from error


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("json", "JSON", "json", "application/json", _to_json, _from_json),
        Form(
            "csv",
            "CSV",
            "csv",
            "text/csv; charset=utf-8",
            lambda document, about: to_csv(document).encode(),
            lambda content, phases: Reading(from_csv(_text(content), phases)),
        ),
        Form(
            "mspdi",
            "Microsoft Project XML",
            "xml",
            "application/xml",
            lambda document, about: to_mspdi(document, name=about.name, now=about.now, passed=about.passed),
            lambda content, phases: from_mspdi(parsed(content), phases),
        ),
        Form(
            "ics",
            "Calendar",
            "ics",
            "text/calendar; charset=utf-8",
            lambda document, about: to_ics(document, project=about.code, host=about.host, now=about.now).encode(),
        ),
    )
}


def read(content: bytes, phases: list[str]) -> Reading:
    """The plan of an uploaded file, whose form is known by how it begins. Raises `DocumentFaults`."""
    if len(content) > MOST_BYTES:
        raise DocumentFaults([("file", f"is larger than {MOST_BYTES // 1024 // 1024} MB")])
    begin = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin:
        raise DocumentFaults([("file", "is empty")])
    name = "mspdi" if begin.startswith(b"<") else "json" if begin.startswith((b"{", b"[")) else "csv"
    reader = FORMS[name].read
    assert reader is not None
    return reader(content, phases)
