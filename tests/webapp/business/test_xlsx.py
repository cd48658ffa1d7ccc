"""The workbook under LibreOffice: recalculated, and with cells changed, it gives the engine's figures."""

import os
import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import roi
from roi import Scenario
from roi.outcome import evaluate
from tests.webapp.business.exports import office
from webapp.business.exports.xlsx import workbook
from webapp.business.exports.xlsx.results import RESULTS

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(shutil.which("soffice") is None and "CI" not in os.environ, reason="needs LibreOffice"),
]

RATES = {"roi", "irr", "mirr", "payback_months", "discounted_payback_months", "profitability_index", "fte"}


def written(scenario: Scenario) -> bytes:
    return workbook(scenario, evaluate(scenario))


def varied(seed: int) -> Scenario:
    """A preset with other figures of time, growth, risk and work; the same for the same seed."""
    chance = random.Random(seed)
    scenario = roi.preset(chance.choice(list(roi.PRESETS)))
    return roi.replace(
        scenario,
        {
            "time.horizon_months": chance.choice([1, 7, 12, 30, 59, 61, 120]),
            "time.timing": ["month_end", "month_mid", "year_end"][seed % 3],
            "time.ramp": ["linear", "logistic"][seed // 3 % 2],
            "time.ramp_months": chance.choice([0.0, 4.5, 18.0]),
            "time.months_to_start": chance.choice([0.0, 2.3, 14.0]),
            "time.discount_rate": chance.choice([0.0, 0.07, 0.35]),
            "work.growth": chance.choice([-0.4, 0.0, 0.8]),
            "work.success_rate": chance.uniform(0.05, 0.99),
            "work.cost_per_error": chance.uniform(0, 30),
            "recurring.retraining_cost": 4_000.0,
            "recurring.retraining_every_months": chance.choice([1.0, 5.5, 12.0]),
            "risk.benefit_reduction": chance.uniform(0, 0.5),
            "risk.cost_increase": chance.uniform(0, 0.5),
            "risk.optimism_bias": chance.uniform(0, 1),
        },
    )


def hostile() -> Scenario:
    """Names that end a reference, look like a formula, like an escaped character, or are long in UTF-16."""
    data = roi.preset("support-desk").data()
    names = ["=1+1", "+cmd|' /C calc'!A0", "😀" * 40 + "'", '_x0041_ ]]><a&b> "quoted", 見積\N{REPLACEMENT CHARACTER}']
    for option, name in zip(data["options"], names, strict=True):
        option["name"] = name
    return roi.parse(data)


def named() -> Scenario:
    """Names that a spreadsheet would run or refuse."""
    data = roi.preset("support-desk").data()
    data["name"] = '=HYPERLINK("http://example.com","x")'
    for option, name in zip(data["options"][1:], ("=1+1", "'@[a]:*?/\\", "-" * 60), strict=True):
        option["name"] = name
    return roi.parse(data)


BASE = {
    "work.success_rate": ("work_success_rate", 0.55),
    "work.items_per_month": ("work_items_per_month", 31_000.0),
    "work.growth": ("work_growth", 0.25),
    "time.discount_rate": ("time_discount_rate", 0.04),
    "time.horizon_months": ("horizon_months", 48),
    "time.timing": ("timing", "month_mid"),
    "time.ramp": ("ramp", "logistic"),
    "risk.cost_increase": ("risk_cost_increase", 0.2),
}
"""Changes by path, with the name of the cell in which finance would type them."""

CHANGED = dict(zip(roi.PRESETS, ((2, 5, 8), (8,), (8,)), strict=True))
"""How many of `BASE` are typed over in each preset."""


def cells_of(formulas: Any, changes: Mapping[str, tuple[str, Any]]) -> dict[tuple[str, str], Any]:
    """The cells that have those names, with what is typed."""
    found = {}
    for name, value in changes.values():
        sheet, cell = formulas.defined_names[name].attr_text.split("!")
        found[sheet.strip("'"), cell.replace("$", "")] = value
    return found


def changed(key: str, content: bytes) -> Iterator[tuple[str, bytes, Scenario]]:
    """Workbooks of a preset with more and more cells typed over, by name, and what the scenario then is."""
    scenario = roi.preset(key)
    formulas = office.read(content, values=False)
    for count in CHANGED[key]:
        changes = dict(list(BASE.items())[:count])
        now = roi.replace(scenario, {path: value for path, (_, value) in changes.items()})
        yield f"{key}-{count}", office.changed(formulas, cells_of(formulas, changes)), now


def worse(content: bytes) -> tuple[bytes, Scenario]:
    """The support desk with the best option's success rate, in its own cell, down to 1%."""
    scenario = roi.preset("support-desk")
    best = evaluate(scenario).best
    index = [option.key for option in scenario.options].index(best.key)
    formulas = office.read(content, values=False)
    sheet = formulas["Assumptions"]
    row = next(row for row in sheet.iter_rows() if row[1].value == "Success rate" and row[2].value == best.name)
    made = office.changed(formulas, {("Assumptions", row[3].coordinate): 0.01})
    return made, roi.replace(scenario, {f"options[{index}].work.success_rate": 0.01})


@dataclass
class Calculated:
    """Workbooks by name before and after LibreOffice, with the scenarios whose figures they must give."""

    scenarios: dict[str, Scenario]
    files: dict[str, bytes]
    books: Mapping[str, Any]


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> Calculated:
    """All workbooks of these tests by one start of LibreOffice, which takes as long as some of them."""
    scenarios = {key: roi.preset(key) for key in roi.PRESETS} | {f"varied-{seed}": varied(seed) for seed in range(6)}
    scenarios |= {"hostile": hostile(), "named": named()}
    files = {name: written(scenario) for name, scenario in scenarios.items()}
    for key in roi.PRESETS:
        for name, content, scenario in changed(key, files[key]):
            files[name], scenarios[name] = content, scenario
    files["worse"], scenarios["worse"] = worse(files["support-desk"])
    return Calculated(scenarios, files, office.recalculated(files, tmp_path_factory.mktemp("office")))


def assert_engine_agrees(book: Any, scenario: Scenario) -> None:
    """Every result of every option: money to the cent, rates and months to a millionth, or the same reason's kind."""
    outcome = evaluate(scenario)
    judged = [option for option in scenario.options if option.kind != "do_nothing"]
    for number, option in enumerate(judged, start=1):
        sheet = next(each for each in book.worksheets if each.title.startswith(f"{number} "))
        found = office.results(sheet)
        for name, (label, _) in RESULTS.items():
            told = (scenario.name, option.name, name)
            figure = outcome.option(option.key).figures.get(name)
            if figure is None:
                continue
            if name == "irr" and figure.value is not None and figure.value < -0.999:
                # a sum at that rate is beyond a spreadsheet's numbers
                assert isinstance(found[label], str), told
            elif figure.value is None:
                assert isinstance(found[label], str), told
            else:
                size = 1e-6 if name in RATES else 0.005
                assert found[label] == pytest.approx(figure.value, abs=size * max(1, abs(figure.value) * 1e-3)), told


@pytest.mark.parametrize("key", [*roi.PRESETS, "hostile"])
def test_every_formula_of_every_preset_gives_what_is_stored_beside_it(calculated: Calculated, key: str) -> None:
    """Readers that do not calculate show the stored values: they are the recalculated ones."""
    content, book = calculated.files[key], calculated.books[key]
    stored, formulas = office.read(content, values=True), office.read(content, values=False)
    count = 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            held, new = (each[sheet.title][cell.coordinate].value for each in (stored, book))
            new = new.replace("_x005F_", "_") if isinstance(new, str) else new  # as LibreOffice escapes it
            near = held if isinstance(held, str) else pytest.approx(held, rel=1e-9, abs=1e-6)
            assert new == near, (key, sheet.title, cell.coordinate, cell.value)
            count += 1
    assert count > 5_000
    assert_engine_agrees(book, calculated.scenarios[key])


@pytest.mark.parametrize("seed", range(6))
def test_ramps_timings_horizons_growth_and_risk_give_the_engines_figures(calculated: Calculated, seed: int) -> None:
    assert_engine_agrees(calculated.books[f"varied-{seed}"], calculated.scenarios[f"varied-{seed}"])


@pytest.mark.parametrize(("key", "count"), [(key, count) for key, counts in CHANGED.items() for count in counts])
def test_changed_cells_move_the_value_as_the_engine_says(calculated: Calculated, key: str, count: int) -> None:
    """Two, five and then all eight cells of one preset are typed over, and all eight of the others."""
    now = calculated.scenarios[f"{key}-{count}"]
    assert evaluate(now) != evaluate(roi.preset(key))
    assert_engine_agrees(calculated.books[f"{key}-{count}"], now)


def test_an_options_own_figure_and_the_verdict_follow(calculated: Calculated) -> None:
    """The success rate of one option down to 1%: it loses, and the summary names another."""
    book, now = calculated.books["worse"], calculated.scenarios["worse"]
    best = evaluate(roi.preset("support-desk")).best
    assert_engine_agrees(book, now)
    assert book["Summary"]["B4"].value == evaluate(now).best.name != best.name


def test_nothing_that_a_person_names_becomes_a_formula(calculated: Calculated) -> None:
    """Names that a spreadsheet would run or refuse stay text, and the sheets still calculate."""
    book, scenario = calculated.books["named"], calculated.scenarios["named"]
    assert_engine_agrees(book, scenario)
    assert book["Summary"]["A1"].value == scenario.name == '=HYPERLINK("http://example.com","x")'
    assert book["Options compared"]["B4"].value == "=1+1"
    assert office.read(calculated.files["named"], values=False)["Summary"]["A1"].data_type == "s"
