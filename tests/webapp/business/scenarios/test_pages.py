"""What the scenario pages do: store, tell, compare, go back; and that more scenarios cost no more queries."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import roi
from roi.cli import main
from tests.webapp import factories
from tests.webapp.jobs.pages import rows
from webapp.accounts.models import User
from webapp.business.bindings import bound
from webapp.business.models import Scenario
from webapp.business.pages.compare import comparison
from webapp.business.pages.working import working
from webapp.business.presets import preset_case
from webapp.business.services import create_scenario, duplicate_scenario, figures, stored_case, update_scenario
from webapp.business.words import figure_text
from webapp.jobs.models import Measurement
from webapp.jobs.studies import settle
from webapp.projects.models import Project
from webapp.ui import formats

from .conftest import PRESET, study

SUCCESS = "options[3].work.success_rate"


@pytest.fixture
def editor(client: Client, people: dict[str, User]) -> Client:
    client.force_login(people["editor"])
    return client


def address(name: str, scenario: Scenario, *more: object) -> str:
    return reverse(f"business:{name}", args=[scenario.project.code, scenario.code, *more])


def typed(scenario: Scenario, **changes: Any) -> dict[str, Any]:
    """A form that was sent with only these figures changed; all options stay."""
    options = [option.key for option in stored_case(scenario).options if option.kind != "do_nothing"]
    return {"version": scenario.version, "name": scenario.name, "note": "", "option": options, **changes}


def test_what_is_typed_is_stored_with_who_and_why(editor: Client, scenario: Scenario) -> None:
    sent = typed(scenario, **{"work.coverage": "40", "time.horizon_months": "24", "note": "Two teams only"})
    assert editor.post(address("edit", scenario), sent).status_code == 302
    case = stored_case(Scenario.objects.get())
    assert (case.work.coverage.mean, case.time.horizon_months) == (pytest.approx(0.4), 24)
    assert case.work.coverage.provenance == roi.Assumed(by="Editor", why="Two teams only")
    assert case.work.minutes_per_item == stored_case(scenario).work.minutes_per_item, "what was not typed stays"
    page = editor.get(address("history", scenario)).content.decode()
    assert "Two teams only" in page
    assert "Share offered to the model" in page


@pytest.mark.parametrize("text", ["140", "-1", "abc", "nan", "1e308", "", "=1+1"])
def test_bad_figures_are_answered_beside_the_field_and_nothing_typed_is_lost(
    editor: Client, scenario: Scenario, text: str
) -> None:
    sent = typed(scenario, **{"work.coverage": text, "work.minutes_per_item": "9.5", "note": "Kept words"})
    answer = editor.post(address("edit", scenario), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="faulty" value="work.coverage"' in page
    assert 'value="9.5"' in page
    assert "Kept words" in page
    assert Scenario.objects.get().version == 1


def test_the_second_of_two_editors_sees_both_changes(
    editor: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    theirs = roi.replace(stored_case(scenario), {"work.coverage": 0.4})
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=theirs, note="Owner was here")
    late = editor.post(address("edit", scenario), typed(scenario, **{"work.minutes_per_item": "9.5"}))
    page = late.content.decode()
    assert late.status_code == 409
    assert "Owner was here" in page
    assert 'name="version" value="2"' in page
    assert 'value="9.5"' in page
    assert stored_case(Scenario.objects.get()) == theirs
    again = {**typed(Scenario.objects.get(), **{"work.minutes_per_item": "9.5"}), "version": 2}
    assert editor.post(address("edit", scenario), again).status_code == 302
    both = stored_case(Scenario.objects.get())
    assert (both.work.coverage.mean, both.work.minutes_per_item.mean) == (0.4, pytest.approx(9.5))


def test_a_preview_stores_nothing(editor: Client, scenario: Scenario) -> None:
    sent = typed(scenario, **{"work.coverage": "40"})
    parts = {}
    for part in ("summary", "pictures"):
        answer = editor.post(address("edit", scenario), sent, headers={"HX-Request": "true", "HX-Target": part})
        assert answer.status_code == 200
        parts[part] = answer.content.decode()
    assert ('id="sentence"' in parts["summary"], '<figure class="chart"' in parts["summary"]) == (True, False)
    assert parts["pictures"].count('<figure class="chart"') == 6
    assert Scenario.objects.get().version == 1


def test_a_measurement_is_bound_and_renewed_from_the_pages(
    editor: Client, project: Project, scenario: Scenario
) -> None:
    first = study(project)
    old = Measurement.objects.get(study=first, job__role="eval:lora", metric="choice")
    sent = {"version": 1, "figure": SUCCESS, "measurement": old.pk}
    assert editor.post(address("bind", scenario), sent).status_code == 302
    assert "newer measurement" not in editor.get(address("scenario", scenario)).content.decode()
    study(project, methods={"lora": 0.93})
    assert "could stand on a newer measurement" in editor.get(address("scenario", scenario)).content.decode()
    assert Scenario.objects.get().version == 2, "nothing is taken unasked"
    editor.post(address("renew", scenario), {"version": 2, "figure": SUCCESS})
    found = stored_case(Scenario.objects.get()).option("peft").quantities["work.success_rate"]
    assert (found.kind, found.mean) == ("beta", pytest.approx(279.5 / 301))


def test_a_measurement_of_another_project_cannot_be_chosen(
    editor: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    theirs = study(factories.project(owner=people["stranger"], name="Theirs"))
    foreign = Measurement.objects.filter(study=theirs).first()
    assert foreign is not None
    sent = {"version": 1, "figure": SUCCESS, "measurement": foreign.pk}
    assert editor.post(address("bind", scenario), sent).status_code == 422


def test_a_study_makes_a_scenario_and_then_updates_it(editor: Client, project: Project) -> None:
    made = study(project)
    place = reverse("business:from-study", args=[project.code, made.code])
    assert editor.post(place, {"target": "new", "preset": PRESET}).status_code == 302
    scenario = Scenario.objects.get()
    assert (scenario.study, scenario.is_main) == (made, True)
    editor.post(place, {"target": scenario.code})
    assert Scenario.objects.get().version == 1, "the same figures make no version"
    assert editor.post(place, {"target": "new", "preset": "no such"}).status_code == 422


def test_the_result_of_a_study_leads_to_the_business_case(
    editor: Client, project: Project, people: dict[str, User]
) -> None:
    version = factories.dataset_version(project)
    made = rows.study(project, version)
    rows.evaluation(project, version, study=made, role="eval:base", right=60, n=200)
    settle(made.pk)
    place = reverse("business:from-study", args=[project.code, made.code])
    result = reverse("jobs:study", args=[project.code, made.code])
    assert place in editor.get(result).content.decode()
    assert "30.0%" in editor.get(place).content.decode()
    editor.force_login(people["viewer"])
    assert place not in editor.get(result).content.decode()


def test_a_file_is_read_or_its_faults_are_told(editor: Client, project: Project) -> None:
    place = reverse("business:upload", args=[project.code])

    def sent(content: bytes) -> Any:
        return editor.post(place, {"file": SimpleUploadedFile("case.json", content)})

    good = preset_case(PRESET).data()
    assert sent(json.dumps(good).encode()).status_code == 302
    assert stored_case(Scenario.objects.get()).data() == good
    for content, said in (
        (b"\xff\xfe\x00", "not a text file"),
        (b"{,}", "This is not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "cannot be read"),
        (json.dumps({**good, "time": {"horizon_months": 0}}).encode(), "time.horizon_months"),
        (b'{"name": NaN}', "name"),
        (json.dumps({**good, "name": "a\x00b"}).encode(), "character NUL"),
    ):
        answer = sent(content)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said
    assert Scenario.objects.count() == 1


def test_both_exports_are_read_by_the_command_line_and_by_the_site(
    editor: Client, project: Project, scenario: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = []
    for name in ("json", "outcome"):
        path = tmp_path / f"{name}.json"
        path.write_bytes(editor.get(address("export", scenario), {"format": name}).content)
        assert main(["evaluate", str(path)]) == 0
        answers.append(json.loads(capsys.readouterr().out))
        sent = SimpleUploadedFile(path.name, path.read_bytes())
        assert editor.post(reverse("business:upload", args=[project.code]), {"file": sent}).status_code == 302
    assert answers[0] == answers[1]
    assert len({json.dumps(each.document) for each in Scenario.objects.all()}) == 1
    outcome = SimpleUploadedFile("outcome.json", json.dumps(answers[0]).encode())
    refused = editor.post(reverse("business:upload", args=[project.code]), {"file": outcome})
    assert "is an outcome, which does not hold its figures" in refused.content.decode()


def test_names_are_text(editor: Client, project: Project, people: dict[str, User]) -> None:
    case = preset_case(PRESET, name="<script>alert(1)</script>")
    made = create_scenario(by=people["owner"], project=project, case=case)
    for page in (address("scenario", made), address("history", made), reverse("business:list", args=[project.code])):
        assert "<script>alert(1)" not in editor.get(page).content.decode()


def test_comparison_shows_only_what_differs(scenario: Scenario, people: dict[str, User]) -> None:
    copy = duplicate_scenario(by=people["owner"], scenario=scenario)
    case = roi.replace(stored_case(copy), {"work.coverage": 0.4, SUCCESS: 0.8})
    copy = update_scenario(by=people["owner"], scenario=copy, seen_version=1, case=case)
    found = comparison([scenario, copy])
    assert [(row.label, row.option) for row in found.figures] == [
        ("Share offered to the model", ""),
        ("Success rate", "Tuned small model (LoRA)"),
    ]
    assert [cell.differs for cell in found.figures[0].cells] == [False, True]
    worths = [figures(each)["npv"] for each in (scenario, copy)]
    told = next(row for row in found.outcomes if row.label == "Net present value").cells
    gap = formats.money(worths[1] - worths[0], "USD", short=True)
    assert [cell.gap for cell in told] == ["", gap if worths[1] < worths[0] else f"+{gap}"]


def test_many_options_stay_readable(editor: Client, scenario: Scenario, people: dict[str, User]) -> None:
    """The best is named, months are whole, and only the figures of the option in front are unfolded."""
    case = stored_case(scenario)
    columns = working(case, "hosted").options
    assert [column.name for column in columns if column.is_best] == [figures(scenario)["option_name"]]
    page = editor.get(address("scenario", scenario), {"option": "hosted"}).content.decode()
    assert '<details class="fold" open><summary>Hosted API' in page
    assert '<details class="fold"><summary>Prompted small model' in page
    months = next(row for row in working(case, "hosted").measures if row.label.startswith("First month"))
    assert all(cell.text.removesuffix(" months").isdecimal() for cell in months.cells if not cell.reason)


def test_deleting_needs_the_name(editor: Client, scenario: Scenario) -> None:
    editor.post(address("delete", scenario), {"confirm": "another"})
    assert Scenario.objects.exists()
    editor.post(address("delete", scenario), {"confirm": scenario.name})
    assert not Scenario.objects.exists()


def test_restoring_an_overtaken_page_changes_nothing(
    editor: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    case = roi.replace(stored_case(scenario), {"work.coverage": 0.4})
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=case)
    editor.post(address("restore", scenario, 1), {"version": 1})
    assert Scenario.objects.get().version == 2
    editor.post(address("restore", scenario, 1), {"version": 2})
    assert Scenario.objects.get().document == scenario.document


def test_more_of_everything_costs_no_more_queries(
    editor: Client,
    project: Project,
    scenario: Scenario,
    people: dict[str, User],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    study(project)
    found = Measurement.objects.get(job__role="eval:lora", metric="choice")
    case = stored_case(scenario)
    for index in (1, 2, 3):
        case = bound(case, f"options[{index}].work.success_rate", found)
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=case)
    for _ in range(3):
        duplicate_scenario(by=people["owner"], scenario=scenario)
    listing = reverse("business:list", args=[project.code])
    overview = reverse("projects:overview", args=[project.code])
    for page, most in (
        (listing, 6),
        (address("scenario", scenario), 10),
        (address("history", scenario), 8),
        (overview, 13),
    ):
        with django_assert_max_num_queries(most):
            assert editor.get(page).status_code == 200
    assert "What is it worth?" in editor.get(overview).content.decode()


@pytest.mark.parametrize(
    ("quantity", "unit", "text"),
    [
        (roi.Beta(successes=267, trials=300), "share", "88.9% (267 of 300)"),
        (roi.Range(low=38, high=52), "USD/hour", "$45.00/hour (P5 $38.00, P95 $52.00)"),
        (roi.Triangular(low=6, mode=8, high=10), "min/item", "8 min/item (6, likeliest 8, 10)"),
        (roi.Fixed(value=0.05), "share/year", "5.0% a year"),
        (roi.Fixed(value=12000), "items/month", "12,000 items/month"),
    ],
)
def test_figures_in_words(quantity: roi.Quantity, unit: str, text: str) -> None:
    assert figure_text(quantity, unit, "USD") == text
