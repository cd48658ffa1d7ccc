"""Rows for jobs: canonical rows out of any file that a spec names, strict where the upload page is patient."""

from collections.abc import Iterator
from pathlib import Path

from ..faults import BadData
from .canonical import Row
from .forms import ColumnMapping
from .intake import Intake
from .limits import DEFAULT_LIMITS, Limits
from .report import Fault, Faults, FileFault
from .sources import open_source

_REMEDY = (
    "`python -m training data check FILE` lists every fault; correct the file, or store it without its faulty rows."
)


def resolve(path: str | Path, base: str | Path | None = None) -> Path:
    """The file that `path` names: absolute, else from the current folder, else from `base` (the spec's folder).

    Raises `BadData` if it is in neither.
    """
    given = Path(path).expanduser()
    places = [given] if given.is_absolute() else [Path.cwd() / given, *([Path(base) / given] if base else [])]
    for place in places:
        if place.is_file():
            return place.resolve()
    looked = " nor ".join(str(place.parent) for place in places)
    raise BadData(
        f"There is no data file {given}", why=f"It is not in {looked}.", remedy="Correct the path in the spec."
    )


def read_rows(
    path: str | Path, limit: int | None = None, *, mapping: ColumnMapping | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Row]:
    """The canonical rows of `path` in order, at most `limit` of them.

    Rows are as `canonical` describes them: strings or message lists. Any form that the check recognises is
    taken. Raises `BadData` with the line and the reason at the first faulty row, or if there are no rows.
    """
    path = Path(path)
    faults = Faults(keep=1)
    count = 0
    try:
        with open_source(path, limits=limits) as source:
            if limit is not None and limit <= 0:
                return
            for kept in Intake(source, mapping=mapping, faults=faults, limits=limits):
                if faults:
                    break
                yield kept.row
                count += 1
                if count == limit:
                    return
    except FileFault as error:
        raise bad_data(path.name, error.fault) from error
    if faults:
        raise bad_data(path.name, faults.items[0])


def bad_data(name: str, fault: Fault) -> BadData:
    """A fault of a data file as the end of a job."""
    where = f"{name}, line {fault.line}" if fault.line is not None else name
    return BadData(f"{where}: {fault.message}", why=fault.reason.value, remedy=_REMEDY)
