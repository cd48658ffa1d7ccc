"""What two reports of one project say differently."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from .document import CHOICES, Document, Table

_MOST_PAIRS = 400
"""Beyond so many, sentences are not compared with each other: it would take longer than anybody reads."""


class Change(NamedTuple):
    """One thing that is said differently; `then` or `now` is empty where the report does not say it."""

    what: str
    then: str
    now: str


def changes(before: Document, after: Document) -> list[Change]:
    """Everything that is said differently, in the report's order; neither the day nor footnotes count."""
    return [*_advice(before, after), *_sentences(before, after), *_tables(before, after)]


def _advice(before: Document, after: Document) -> Iterator[Change]:
    for what, then, now in (
        ("Project", before.project, after.project),
        ("Question", before.question, after.question),
        ("Recommendation", _advised(before), _advised(after)),
    ):
        if then != now:
            yield Change(what, then, now)
    yield from _compared(_figures(before), _figures(after))


def _advised(document: Document) -> str:
    return f"{CHOICES[document.choice]}. {document.recommendation}"


def _figures(document: Document) -> dict[str, str]:
    return {each.label: f"{each.value} ({each.reach})" if each.reach else each.value for each in document.figures}


def _sentences(before: Document, after: Document) -> Iterator[Change]:
    for what, then, now in (
        ("Reason", [each.text for each in before.reasons], [each.text for each in after.reasons]),
        ("Risk", [each.text for each in before.risks], [each.text for each in after.risks]),
        ("Next step", [each.text for each in before.steps], [each.text for each in after.steps]),
        ("Missing", before.missing, after.missing),
    ):
        gone, come = [text for text in then if text not in now], [text for text in now if text not in then]
        yield from _paired(what, gone, come)


def _paired(what: str, gone: list[str], come: list[str]) -> Iterator[Change]:
    """Two sentences that are nearly alike are one that is said otherwise."""
    left = list(come)
    for text in gone:
        near = get_close_matches(text, left, n=1) if len(gone) * len(come) <= _MOST_PAIRS else []
        left = [each for each in left if each not in near]
        yield Change(what, text, near[0] if near else "")
    yield from (Change(what, "", text) for text in left)


def _tables(before: Document, after: Document) -> Iterator[Change]:
    old = {table.key: table for table in before.tables}
    for table in after.tables:
        known = old.get(table.key)
        if known is None or known.columns != table.columns:
            continue  # a table of another shape has no rows to hold against these
        then, now = _rows(known), _rows(table)
        for name in [*now, *(each for each in then if each not in now)]:
            first, second = then.get(name), now.get(name)
            what = f"{table.title}: {', '.join(name[:-1])}"
            if first is None or second is None:
                yield Change(what, _told(first), _told(second))
            else:
                yield from (Change(f"{what}, {each.what.lower()}", *each[1:]) for each in _compared(first, second))


def _rows(table: Table) -> dict[tuple[str, ...], dict[str, str]]:
    """The cells of each row by column; rows of one name are told apart by their place among themselves."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in table.rows:
        name = row.cells[: table.named_by]
        place = sum(each[:-1] == name for each in found)
        cells = zip(table.columns[table.named_by :], row.cells[table.named_by :], strict=True)
        found[(*name, str(place))] = dict(cells)
    return found


def _told(cells: Mapping[str, str] | None) -> str:
    return " · ".join(cells.values()) if cells else ""


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in [*after, *(each for each in before if each not in after)]:
        then, now = before.get(name, ""), after.get(name, "")
        if then != now:
            yield Change(name, then, now)
