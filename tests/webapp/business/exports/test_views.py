"""Downloads as pages: who may have them, what they hold, what is refused."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

import roi
from roi.cli import main
from tests.webapp import factories
from webapp.accounts.models import User
from webapp.business.exports.files import FORMATS
from webapp.business.models import Scenario
from webapp.business.services import create_scenario
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db

STARTS = {
    "xlsx": b"PK",
    "pdf": b"%PDF",
    "pdf-a4": b"%PDF",
    "pdf-letter": b"%PDF",
    "csv": b"\xef\xbb\xbfoption",
    "assumptions": b"\xef\xbb\xbfpath",
    "json": b"{",
    "outcome": b"{",
}
"""How a file of each format begins."""


@pytest.fixture
def scenario(project: Project, people: dict[str, User]) -> Scenario:
    """The support desk, stored by the owner."""
    return create_scenario(by=people["owner"], project=project, case=roi.preset("support-desk"))


def address(scenario: Scenario, format: str = "csv") -> str:
    return f"{reverse('business:export', args=[scenario.project.code, scenario.code])}?format={format}"


@pytest.mark.parametrize("format", FORMATS)
def test_everybody_may_download_what_the_calculator_shows(client: Client, format: str) -> None:
    response = client.get(reverse("business:calculator-export"), {"preset": "claims-team", "format": format})
    assert response.status_code == 200
    assert response.content.startswith(STARTS[format])
    assert response["Content-Type"] == FORMATS[format].media_type
    assert response["Content-Disposition"].startswith('attachment; filename="claims-team')
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_calculators_state_is_in_the_file(client: Client) -> None:
    """Success rate 61.5% of one option and 12 months, as a shared link has them."""
    query = {"preset": "support-desk", "format": "json", "time.horizon_months": "12"}
    data = client.get(reverse("business:calculator-export"), query).json()
    plain = client.get(reverse("business:calculator-export"), query | {"time.horizon_months": ""}).json()
    assert roi.parse(data).time.horizon_months == 12
    assert roi.parse(plain) == roi.preset("support-desk")


@pytest.mark.parametrize("format", ["", "exe", "xlsx/../..", "XLSX"])
def test_an_unknown_format_is_not_found(client: Client, format: str) -> None:
    assert client.get(reverse("business:calculator-export"), {"format": format}).status_code == 404


def test_a_hand_made_query_never_breaks_a_download(client: Client) -> None:
    query = {"format": "csv", "preset": "'", "work.success_rate": "1e308", "show": "<x>", "locale": "xx", "rate": "NaN"}
    assert client.get(reverse("business:calculator-export"), query).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("editor", 200), ("viewer", 200), ("stranger", 404), ("nobody", 302)]
)
def test_who_sees_a_scenario_may_have_it(
    client: Client, scenario: Scenario, people: dict[str, User], who: str, status: int
) -> None:
    if who != "nobody":
        client.force_login(people[who])
    assert client.get(address(scenario)).status_code == status
    assert client.post(address(scenario)).status_code in (405, status if status == 302 else 405)


def test_a_scenario_page_offers_each_format_and_the_sizes_of_paper_by_name(
    client: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    client.force_login(people["viewer"])
    page = client.get(reverse("business:scenario", args=[scenario.project.code, scenario.code])).content.decode()
    offered = re.findall(r"format=([\w-]+)&amp;option=[^>]*download>([^<]+)<", page)
    assert offered == [(key, FORMATS[key].label) for key in FORMATS if key != "pdf"]


def test_a_scenario_of_another_project_is_not_found(
    client: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    other = factories.project(owner=people["owner"], name="Other")
    client.force_login(people["owner"])
    found = reverse("business:export", args=[other.code, scenario.code])
    assert client.get(found, {"format": "csv"}).status_code == 404


def test_downloads_cost_no_more_queries_with_more_scenarios(
    client: Client, scenario: Scenario, people: dict[str, User], django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    client.force_login(people["viewer"])
    for _ in range(5):
        create_scenario(by=people["owner"], project=scenario.project, case=roi.preset("support-desk"))
    with django_assert_max_num_queries(6):  # type: ignore[operator]  # the plugin's fixture is a context manager
        assert client.get(address(scenario)).status_code == 200


def test_the_json_is_read_back_by_the_command_line_and_the_upload(
    client: Client, scenario: Scenario, people: dict[str, User], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client.force_login(people["owner"])
    content = client.get(address(scenario, "json")).content
    (tmp_path / "case.json").write_bytes(content)
    assert main(["evaluate", str(tmp_path / "case.json")]) == 0
    told = json.loads(capsys.readouterr().out)
    outcome = client.get(address(scenario, "outcome")).json()
    assert outcome["outcome"] == told
    assert roi.parse(outcome["scenario"]) == roi.parse(json.loads(content)) == roi.preset("support-desk")


def test_the_cash_flows_of_the_csv_add_up_to_the_engines_net_present_value(client: Client, scenario: Scenario) -> None:
    client.force_login(scenario.project.members.first().user)
    rows = list(csv.DictReader(io.StringIO(client.get(address(scenario)).content.decode("utf-8-sig"))))
    case = roi.preset("support-desk")
    for option in roi.evaluate(case).options:
        own = [row for row in rows if row["option"] == option.name]
        worth = sum(float(row["present_value"]) for row in own if row["side"] != "net")
        assert worth == pytest.approx(option.npv.value, abs=0.01)
        net = next(row for row in own if row["side"] == "net")
        assert float(net["month_36"]) == pytest.approx(option.net[36], abs=0.001)
    assert set(rows[0]) >= {"month_0", "month_36"}
    assert "month_37" not in rows[0]


def test_text_that_looks_like_a_formula_is_text_in_every_file(
    client: Client, project: Project, people: dict[str, User]
) -> None:
    """`=`, `+`, `-`, `@`, tab and carriage return at the start of names, reasons and sources."""
    data = roi.preset("support-desk").data()
    starts = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
    for option, start in zip(data["options"][1:], starts, strict=False):
        option["name"] = start
    figures = list(data["work"].values())
    for figure, start in zip(figures, starts, strict=False):
        figure["provenance"] = {"kind": "assumed", "by": "", "why": start}
    case = roi.parse(data)
    stored = create_scenario(by=people["owner"], project=project, case=case)
    client.force_login(people["owner"])
    for format in ("csv", "assumptions"):
        rows = csv.reader(io.StringIO(client.get(address(stored, format)).content.decode("utf-8-sig"), newline=""))
        numbers = [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
        assert all(float(cell) < 0 for cell in numbers), format
    book = openpyxl.load_workbook(io.BytesIO(client.get(address(stored, "xlsx")).content))
    texts = [cell for row in book["Assumptions"].iter_rows(min_row=6) for cell in row if cell.column != 4]
    assert {cell.data_type for cell in texts} <= {"s", "n"}
    assert "=1+1" in {cell.value for cell in texts}


def test_the_pdf_has_two_pages_with_the_verdict_the_options_and_the_sources(client: Client) -> None:
    content = client.get(reverse("business:calculator-export"), {"preset": "claims-team", "format": "pdf"}).content
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
        size = document.get_page_size(0)
    finally:
        document.close()
    assert len(pages) == 2
    assert size == (612, 792)  # money is in US dollars
    assert "Claims team" in pages[0]
    assert "Options compared" in pages[0]
    assert "what they rest on" in pages[1]
    for option in roi.preset("claims-team").options:
        assert option.name.split(",")[0] in pages[0]


def test_a_long_name_in_any_script_makes_a_pdf(client: Client, project: Project, people: dict[str, User]) -> None:
    data = roi.preset("support-desk").data()
    data["name"] = "Ελληνικά Ключ 見積 " * 6
    data["currency"] = "JPY"
    data = json.loads(json.dumps(data).replace("USD", "JPY"))
    stored = create_scenario(by=people["owner"], project=project, case=roi.parse(data))
    client.force_login(people["owner"])
    for format, size in (("pdf", (595, 842)), ("pdf-letter", (612, 792))):
        document = pypdfium2.PdfDocument(client.get(address(stored, format)).content)
        assert tuple(round(side) for side in document.get_page_size(0)) == size
        assert "Ελληνικά Ключ 見積" in document[0].get_textpage().get_text_range()


HOSTILE = '\x01\x0b\x1b\x9f\ufffe\uffff_x0041_ ]]><a&b>\r\n"quoted", 見積 😀'


def test_what_no_file_can_hold_is_replaced_and_every_file_still_opens(
    client: Client, project: Project, people: dict[str, User]
) -> None:
    data = roi.preset("support-desk").data()
    data["name"] = f"見積 {HOSTILE}"
    for number, option in enumerate(data["options"]):
        option["name"] = "😀" * 40 + f"{number}'" if number == 1 else f"{HOSTILE}{number}"
    first, *_ = data["work"].values()
    first["provenance"] = {"kind": "assumed", "by": HOSTILE, "why": "x" * 2000}
    stored = create_scenario(by=people["owner"], project=project, case=roi.parse(data))
    client.force_login(people["owner"])
    assert roi.parse(client.get(address(stored, "json")).json()) == roi.parse(data)  # data keep every character
    shown = HOSTILE.translate(dict.fromkeys(map(ord, "\x01\x0b\x1b\x9f\ufffe\uffff"), "\N{REPLACEMENT CHARACTER}"))
    answer = client.get(address(stored, "assumptions"))
    assert "%E8%A6%8B%E7%A9%8D" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert f"{shown}: {'x' * 2000}" in {cell for row in rows for cell in row}
    book = client.get(address(stored, "xlsx")).content
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
    read = openpyxl.load_workbook(io.BytesIO(book))
    assert all(len(name.encode("utf-16-le")) <= 62 for name in read.sheetnames)
    assert {sheet.page_setup.paperSize for sheet in read} == {1}  # Letter: money is in US dollars
    assert read["Summary"]["A1"].value.replace("_x000D_", "\r").replace("\r\n", "\n") == f"見積 {shown}".replace(
        "\r\n", "\n"
    )
    assert client.get(address(stored, "pdf")).content.startswith(b"%PDF")


def test_a_figure_of_thousands_of_seen_values_fits_a_cell(
    client: Client, project: Project, people: dict[str, User]
) -> None:
    data = roi.preset("support-desk").data()
    name, figure = next(iter(data["work"].items()))
    data["work"][name] = {
        "kind": "empirical",
        "values": [1000.0 + number / 7 for number in range(9000)],
        "provenance": figure["provenance"],
    }
    stored = create_scenario(by=people["owner"], project=project, case=roi.parse(data))
    client.force_login(people["owner"])
    rows = csv.reader(io.StringIO(client.get(address(stored, "assumptions")).content.decode("utf-8-sig")))
    cells = [cell for row in rows for cell in row]
    assert "values 9000 from 1000 to 2285.5714, all of them in the JSON" in cells
    assert max(map(len, cells)) < 32_767
