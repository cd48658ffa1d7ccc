"""Texts on paper: the face of each character, where lines break, and that what no face has is seen."""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from webapp.business.exports.pdf.paper import Paper
from webapp.ui.vectors import faces, packaged
from webapp.ui.vectors.breaking import broken, pieces
from webapp.ui.vectors.letters import Letters

NBSP = "\N{NO-BREAK SPACE}"


def by_letters(width: int, text: str) -> list[str]:
    """Broken as if every character were as wide as every other."""
    return broken(text, width, len)


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("Plain ≥ Ключ Ελλάδα", "", ["Uplift-sans"]),
        ("Plan 見積 안녕", "", ["Uplift-sans", "Uplift-zh", "Uplift-sans", "Uplift-zh"]),
        ("見積の表", "ja", ["Uplift-ja"]),
        ("見積 안녕", "ja", ["Uplift-ja", "Uplift-sans", "Uplift-zh"]),
    ],
)
def test_the_first_face_that_has_a_character_shows_it(text: str, language: str, names: list[str]) -> None:
    found = faces.runs(text, "sans", language)
    if faces.shape("a", "sans").face.name == "Uplift-sans":
        assert [run.face.name for run in found] == names
    assert "".join(run.text for run in found) == text


@pytest.fixture
def unread() -> Iterator[None]:
    """What is kept of faces belongs to the machine of one test."""
    kept = (faces._latin, faces._eastern, faces._absent, faces.shape, faces.width)
    for each in kept:
        each.cache_clear()
    yield
    for each in kept:
        each.cache_clear()


@pytest.mark.usefixtures("unread")
def test_a_machine_without_latin_faces_shows_every_script_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_FOLDERS", ("/nowhere",))
    found = [(run.face.name, run.text) for run in faces.runs("Été −3 Ключ 見", "serif")]
    assert found == [("Times-Roman", "Été –3 "), ("Uplift-zh", "Ключ"), ("Times-Roman", " "), ("Uplift-zh", "見")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ok 😀!", "ok □!"),
        ("👩🏽‍💻", "□□"),
        ("مرحبا", "□□□□□"),  # without shaping and from left to right it would be wrong
        ("שלום", "□□□□"),
        ("สวัสดี", "□" * 6),
        ("\ud800 \uffff", "□ □"),
        ("e\u0301", "é"),
        ("a\x00\tb\u2028c\u202ed", "a  b cd"),
        ("₩5", "￦5"),
    ],
)
def test_what_no_face_shows_is_a_mark_and_never_nothing(text: str, shown: str) -> None:
    assert "".join(run.text for run in faces.runs(text, "sans")) == shown
    assert bool(faces.lacking(text)) == ("□" in shown)


@settings(max_examples=20)
@given(st.text(st.characters(codec=None), max_size=40), st.sampled_from(["sans", "bold", "serif"]))
def test_any_text_is_drawn(text: str, style: faces.Style) -> None:
    letters = Letters()
    canvas = Canvas(io.BytesIO())
    for line in letters.lines(text, 10, 60, style):
        letters.draw(canvas, 10, 10, line, 10, style)
    assert canvas.getpdfdata().startswith(b"%PDF")


def test_every_script_is_embedded_and_can_be_searched() -> None:
    target = io.BytesIO()
    canvas = Canvas(target)
    text = "見積 안녕하세요 报价 カタカナ Ключ"
    Letters("ja").draw(canvas, 50, 500, text, 12, "bold")
    canvas.save()
    page = pypdfium2.PdfDocument(target.getvalue())[0]
    assert page.get_textpage().get_text_range() == text
    descriptors = re.findall(rb"/FontDescriptor", target.getvalue())
    embedded = re.findall(rb"/FontFile2", target.getvalue())
    assert len(embedded) >= 2
    assert len(descriptors) >= len(embedded)


def test_lines_of_chinese_and_japanese_break_between_characters_but_not_before_a_full_stop() -> None:
    assert by_letters(5, "これは長い。「括弧」も。") == ["これは長", "い。「括", "弧」も。"]
    assert by_letters(6, "Uplift見積り") == ["Uplift", "見積り"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"about 12{NBSP}345 items", ["about", f"12{NBSP}345", "items"]),
        (f"a{NBSP}b{NBSP}c{NBSP}d", [f"a{NBSP}b{NBSP}c{NBSP}d"]),
        ("12\N{NARROW NO-BREAK SPACE}345,67", ["12\N{NARROW NO-BREAK SPACE}345,6", "7"]),
        ("post-training", ["post-", "training"]),
        ("on 2026-04-01", ["on", "2026-04-", "01"]),
        ("안녕하세요 여러분", ["안녕하세요", "여러분"]),
        ("x" * 19, ["x" * 8, "x" * 8, "xxx"]),
        ("", [""]),
        ("   ", [""]),
    ],
)
def test_lines_break_where_they_may(text: str, lines: list[str]) -> None:
    assert by_letters(8, text) == lines


@given(st.text(st.sampled_from("ab -見。「」ァ\N{NO-BREAK SPACE}"), max_size=60), st.integers(1, 12))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    found = by_letters(width, text)
    assert all(len(line) <= width for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert "".join(pieces(text)) == text


def test_a_long_text_is_broken_in_time_that_grows_with_it() -> None:
    calls = 0

    def measure(part: str) -> float:
        nonlocal calls
        calls += len(part)
        return len(part)

    broken("x" * 20_000 + " word" * 4_000, 80, measure)
    assert calls < 10 * 40_000


TYPEFACES = (packaged.CHINESE_AND_KOREAN, packaged.JAPANESE)
GONE = packaged.CHINESE_AND_KOREAN._replace(module="no_such_package")
CHANGED = packaged.JAPANESE._replace(file="__init__.py")
MOVED = packaged.JAPANESE._replace(file="fonts/elsewhere.ttf")


@pytest.mark.parametrize("typeface", TYPEFACES, ids=lambda each: each.name)
def test_a_typeface_is_read_from_the_package_that_is_pinned_without_running_it(typeface: packaged.Typeface) -> None:
    assert typeface.path() is not None
    assert typeface.module not in sys.modules
    package, pinned = typeface.requirement.split("==")
    assert version(package) == pinned
    root = Path(__file__).parents[3]
    assert typeface.requirement in tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    assert typeface.requirement in (root / "constraints.txt").read_text().splitlines()


@pytest.mark.usefixtures("unread")
def test_characters_of_a_typeface_that_is_missing_or_changed_are_a_mark_and_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faces, "_EASTERN", {"zh": GONE, "ja": CHANGED})
    mark = faces.shape(faces.MARK, "bold").text
    assert "".join(run.text for run in faces.runs("Plan 見積 안녕", "bold", "ja")) == f"Plan {mark * 2} {mark * 2}"
    assert faces.lacking("Plan 見積 안녕") == set("見積안녕")
    assert faces.absent("Plan 見", "ja") == {GONE, CHANGED}
    assert faces.absent("Plan – €", "ja") == faces.absent("שלום") == set()


@pytest.mark.usefixtures("unread")
def test_japanese_has_chinese_shapes_where_its_typeface_is_not_there_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faces, "_EASTERN", {"zh": packaged.CHINESE_AND_KOREAN, "ja": MOVED})
    assert {run.face.name for run in faces.runs("見積の表", "sans", "ja")} == {"Uplift-zh"}
    assert faces.lacking("見積の表") == set()
    assert faces.absent("見積の表", "ja") == {MOVED}
    assert faces.absent("報价") == set()


@pytest.mark.usefixtures("unread")
def test_the_last_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_EASTERN", {"zh": GONE, "ja": packaged.JAPANESE})
    paper = Paper("Plan 안녕", size="a4", on=date(2026, 4, 1))
    paper.name(paper.title)
    paper.turn()
    *_, last = pypdfium2.PdfDocument(paper.finished())
    told = " ".join(last.get_textpage().get_text_range().split())
    assert "cannot show: U+B155, U+C548. The typeface WenQuanYi Micro Hei was missing or changed" in told
    assert f"pip install --force-reinstall --no-deps {GONE.requirement}" in told
    assert "IPAex" not in told


@pytest.mark.usefixtures("unread")
def test_a_machine_without_any_face_draws_the_mark_of_pdf_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_FOLDERS", ("/nowhere",))
    monkeypatch.setattr(faces, "_EASTERN", {"zh": GONE, "ja": CHANGED})
    target = io.BytesIO()
    canvas = Canvas(target)
    letters = Letters()
    letters.draw(canvas, 50, 500, "Plan 見 □ ❏", 12, "serif")
    canvas.save()
    assert pypdfium2.PdfDocument(target.getvalue())[0].get_textpage().get_text_range() == "Plan ❏ ❏ ❏"
    assert letters.lacking == {"見"}
    assert letters.absent == {GONE, CHANGED}
