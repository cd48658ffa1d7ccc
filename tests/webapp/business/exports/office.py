"""LibreOffice as the judge of a workbook: it opens the file, calculates every formula anew and saves."""

import io
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

# LibreOffice trusts the values in a file unless told to calculate anew
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def recalculated(files: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    """Each workbook by its name as openpyxl reads it after LibreOffice calculated every cell; one start for all."""
    profile, source, target = (folder / name for name in ("profile", "source", "target"))
    (profile / "user").mkdir(parents=True, exist_ok=True)
    source.mkdir(exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS)
    paths = [source / f"{name}.xlsx" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", target, *paths], check=True, capture_output=True, timeout=300)
    return {path.stem: openpyxl.load_workbook(target / path.name, data_only=True) for path in paths}


def read(content: bytes, *, values: bool) -> Any:
    """The workbook as written: its formulas, or the values stored beside them."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def changed(book: Any, cells: Mapping[tuple[str, str], Any]) -> bytes:
    """A workbook's formulas with other values in some cells, as somebody typed them: (sheet, cell) to value.

    They stay in `book`.
    """
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def results(sheet: Any) -> dict[str, Any]:
    """A cash-flow sheet's results by their label."""
    rows = list(sheet.iter_rows(min_col=1, max_col=2, values_only=True))
    start = next(index for index, row in enumerate(rows) if row[0] == "Results")
    found = {}
    for label, value in rows[start + 1 :]:
        if label is None or label == "Figures in use":
            break
        found[label] = value
    return found
