"""Figures in words, safe cells, and the engine's formulas in a spreadsheet's words."""

import ast
import io
import math
import string
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import roi
from roi import Assumed, Beta, Empirical, Fixed, Measured, Published, Quantity, Range, Triangular
from roi.formulas import LINES, MONTHS, WORK
from webapp.business.exports.legible import legible
from webapp.business.exports.words import OPTION_KINDS, cell_text, figure_text, origin_text, spread_text
from webapp.business.exports.xlsx.book import at, column, sheet_name
from webapp.business.exports.xlsx.translate import sheet_formula, translated


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    safe = cell_text(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert safe.endswith(text)


def test_a_case_that_no_database_takes_is_legible_too() -> None:
    data = roi.preset("claims-team").data()
    shown = legible(roi.parse({**data, "name": "a\x00b"}))
    assert shown == roi.parse({**data, "name": "a\N{REPLACEMENT CHARACTER}b"})


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r\n", "\ufeff", "\u200b", "\u202e", "\x00", "\N{IDEOGRAPHIC SPACE}"]
)
def test_a_formula_behind_what_a_sheet_drops_is_text(before: str, sign: str) -> None:
    assert cell_text(f"{before}{sign}1+1") == f"'{before}{sign}1+1"
    assert cell_text(f"1{before}{sign}1") == f"1{before}{sign}1"


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [
        (0.82, "share", "82.0%"),
        (0.05, "share/year", "5.0% a year"),
        (34.0, "EUR/hour", "€34.00/hour"),
        (20_000.4, "items/month", "20,000 items/month"),
        (8.667, "min/item", "8.67 min/item"),
        (6.0, "months", "6 months"),
        (45_000.0, "USD", "$45,000.00"),
    ],
)
def test_a_figure_reads_with_its_unit(value: float, unit: str, says: str) -> None:
    assert figure_text(value, unit) == says


@pytest.mark.parametrize(
    ("quantity", "unit", "says"),
    [
        (Fixed(value=3.0), "months", "fixed"),
        (Range(low=0.5, high=0.7), "share", "P5 to P95: 50.0% to 70.0%, normal"),
        (Triangular(low=6, mode=8, high=12), "min/item", "6 min/item to 12 min/item, likeliest 8 min/item"),
        (Beta(successes=267, trials=300), "share", "267 of 300 items"),
        (Empirical(values=(1.0, 2.5)), "months", "2 values seen, 1 months to 2.50 months"),
    ],
)
def test_how_certain_a_figure_is(quantity: Quantity, unit: str, says: str) -> None:
    assert spread_text(quantity, unit) == says


def test_where_a_figure_comes_from() -> None:
    measured = Measured(measurement="m-7", metric="choice", value=0.89, low=0.85, high=0.921, n=300)
    published = Published(source="BLS", url="https://bls.gov", read=date(2026, 11, 22))
    assert origin_text(Fixed(value=1, provenance=measured)) == (
        "measured",
        "choice, measurement m-7",
        "89.0% [85.0, 92.1] n=300",
    )
    assert origin_text(Fixed(value=1, provenance=published)) == ("published", "BLS. https://bls.gov", "read 2026-11-22")
    assert origin_text(Fixed(value=1, provenance=Assumed(by="Ann", why="Guess"))) == ("assumed", "Ann: Guess", "")


def test_every_kind_of_option_has_words() -> None:
    kinds = {option.kind for key in roi.PRESETS for option in roi.preset(key).options}
    assert kinds <= set(OPTION_KINDS)


@pytest.mark.parametrize("formula", [*WORK, *LINES, *MONTHS], ids=lambda formula: formula.name)
def test_every_formula_has_a_spreadsheets_words_with_the_same_value(formula: roi.formulas.Formula) -> None:
    """The translation, read as Python again, gives what the engine's expression gives."""
    names = {node.id for node in ast.walk(ast.parse(formula.expression)) if isinstance(node, ast.Name)}
    values = {name: 2.0 + 0.37 * index for index, name in enumerate(sorted(names))}
    words = {"min": min, "max": max, "exp": math.exp, "log": math.log, "floor": math.floor, "ceil": math.ceil}
    sheet = {
        "MIN": min,
        "MAX": max,
        "EXP": math.exp,
        "LN": math.log,
        "INT": math.floor,
        "ROUNDUP": lambda value, _: math.ceil(value),
        "IF": lambda test, yes, no: yes if test else no,
        "AND": lambda *tests: all(tests),
    }
    expected = eval(formula.expression, {**values, **words})
    assert eval(sheet_formula(formula.name, {}).replace("^", "**"), {**values, **sheet}) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("a - (b - c)", "a-(b-c)"),
        ("(a - b) - c", "a-b-c"),
        ("a / (b * c) * d", "a/(b*c)*d"),
        ("(a + 1) ** (-m / 12)", "(a+1)^((0-m)/12)"),
        ("a ** b ** c", "a^(b^c)"),
        ("(a ** b) ** c", "(a^b)^c"),
    ],
)
def test_brackets_stand_where_a_spreadsheet_needs_them(expression: str, says: str) -> None:
    assert translated(expression, {}) == says


@pytest.mark.parametrize(
    "expression", ["sum(a)", "a[0]", "'text'", "a if b else lambda: c", "a % b", "__import__('os')"]
)
def test_what_a_spreadsheet_cannot_say_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="has no words for"):
        translated(expression, {})


@given(st.integers(0, 16_383))
def test_letters_of_columns_count_like_a_spreadsheets(index: int) -> None:
    letters = column(index)
    assert sum((ord(each) - 64) * 26**place for place, each in enumerate(reversed(letters))) == index + 1


def test_cells_are_named_as_in_a_spreadsheet() -> None:
    assert [at(0, 0), at(9, 27), at(9, 27, fixed=False)] == ["$A$1", "$AB$10", "AB10"]


@given(st.integers(1, 12), st.text(max_size=200) | st.text("😀\x00\uffff]'", max_size=60))
def test_a_sheets_name_is_always_allowed(number: int, name: str) -> None:
    made = sheet_name(number, name)
    assert 1 <= len(made.encode("utf-16-le")) / 2 <= 31
    assert not set(made) & set("![]:*?/\\'\x00\x1f\x9f\uffff")
    assert made.startswith(str(number))
    assert not made.endswith(" ")


def test_every_sheets_cells_can_be_named_whatever_its_option_is_called() -> None:
    book = xlsxwriter.Workbook(io.BytesIO())
    for number, sign in enumerate(string.punctuation + "‘’“”＝！（）、。見積 안녕 😀\u202e\x7f", start=1):
        made = sheet_name(number, f"{sign}cmd{sign}A0{sign}")
        book.add_worksheet(made)
        assert book.define_name(f"'{made}'!npv", f"='{made}'!$A$1") == 0
    assert sheet_name(1, "a_x0041_b_x") == "1 a x0041_b_x"  # a reader takes _x0041_ for an A
