"""The report on paper: the same bytes for the same document, the board's page first, every text on it."""

import pypdfium2
import pytest

from webapp.accounts.models import User
from webapp.business.exports.pdf.sizes import SIZES, Size
from webapp.projects.models import Project
from webapp.reports.compose import compose
from webapp.reports.document import Document, Said
from webapp.reports.paper import printed

from . import rows

STAND = "Report 1, issued 2026-04-01"


def pages(document: Document, size: Size = "a4") -> list[str]:
    found = pypdfium2.PdfDocument(printed(document, stand=STAND, size=size))
    return [" ".join(page.get_textpage().get_text_range().split()) for page in found]


@pytest.fixture
def document(project: Project, people: dict[str, User]) -> Document:
    rows.filled(project, people["owner"])
    return compose(project, rows.TODAY)


def test_the_same_document_gives_the_same_bytes(document: Document) -> None:
    assert printed(document, stand=STAND, size="a4") == printed(document, stand=STAND, size="a4")


def test_the_first_page_is_the_boards_and_the_appendix_has_the_rest(document: Document) -> None:
    first, second, *rest = pages(document)
    assert STAND in first
    assert "Hold. Wait with larger commitments" in first
    for title in ("Options compared", "Where the plan stands", "Risks", "What to do next"):
        assert title in first, title
    assert all(" ".join(figure.value.split()) in first for figure in document.figures)
    assert second.startswith("APPENDIX")
    appendix = " ".join((second, *rest))
    assert all(row.cells[1] in appendix for row in document.table("gates").rows)
    assert document.digest() in appendix
    assert "In points: 40.0 [34.7, 45.7]." in appendix  # the longest cell is not cut
    assert document.digest() not in first


def test_a_project_with_nothing_has_a_paper_too(project: Project) -> None:
    first, second = pages(compose(project, rows.TODAY))
    assert "What is missing" in first
    assert "not known" in first
    assert "Nothing has been measured yet." in second


def test_a_long_list_of_risks_is_cut_on_the_boards_page_only(document: Document) -> None:
    risks = tuple(Said(text=f"Risk number {number} of many.", notes=(1,)) for number in range(30))
    first, second, *rest = pages(document.model_copy(update={"risks": risks}))
    assert "And 26 more" in first
    assert second.startswith("APPENDIX")
    assert all(risk.text in " ".join(rest) + second for risk in risks)


def test_a_project_in_japanese_is_on_one_page_for_the_board_with_marks_told_at_the_end(document: Document) -> None:
    told = document.model_copy(
        update={
            "project": "サポートデスクの手紙を自動分類するプロジェクト「第二期」",
            "question": "顧客からの手紙を読み、担当部署を決める。직원이 확인합니다。人工复核。😀",
            "currency": "JPY",
        }
    )
    for size in SIZES:
        first, second, *_ = found = pages(told, size)
        assert "サポートデスクの手紙" in first
        assert "직원이" in first
        assert "□" in first
        assert "What to do next" in first
        assert second.startswith("APPENDIX")
        assert found[-1].endswith(
            "cannot show: U+1F600. " + f"{told.project} · 2026-04-01 · made with Uplift Page {len(found)}"
        )


def test_the_file_says_what_it_is_and_has_an_outline(document: Document) -> None:
    content = printed(document, stand=STAND, size="letter")
    found = pypdfium2.PdfDocument(content)
    assert found.get_page_size(0) == (612, 792)
    told = found.get_metadata_dict()
    assert (told["Title"], told["Subject"]) == (document.project, f"Report. {STAND}")
    assert told["CreationDate"] == "D:20260401000000Z"
    assert b"/Lang (en)" in content
    assert b"/DisplayDocTitle true" in content
    entries = [(each.level, each.get_title(), each.get_dest().get_index()) for each in found.get_toc()]
    assert entries[0] == (0, f"{document.project}: for the board", 0)
    assert (0, "Appendix for the auditor", 1) in entries
    assert {"Options compared", "Gates and their criteria", "What the numbers rest on"} <= {each[1] for each in entries}
