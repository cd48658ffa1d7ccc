"""What somebody else did between opening a page and sending it is said plainly, and what was entered is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import roi
from webapp.accounts.models import User
from webapp.business import arrange, services
from webapp.business.models import DeletedScenario, Scenario
from webapp.business.services import delete_scenario, duplicate_scenario, stored_case, update_scenario
from webapp.jobs.models import Measurement
from webapp.projects.models import Project

from .conftest import study
from .test_pages import SUCCESS, address, editor, typed
from .test_who_may import API, speak

__all__ = ["editor"]


@pytest.fixture
def gone(scenario: Scenario, people: dict[str, User]) -> Scenario:
    """A scenario that its owner has just deleted."""
    delete_scenario(by=people["owner"], scenario=Scenario.objects.get(pk=scenario.pk))
    return scenario


@pytest.mark.parametrize("page", ["scenario", "edit", "history", "bind"])
def test_a_deleted_scenario_is_told_with_who_deleted_it(editor: Client, gone: Scenario, page: str) -> None:
    answer = editor.get(address(page, gone))
    assert answer.status_code == 410
    assert "Owner" in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("bind", {"version": 1, "figure": SUCCESS, "measurement": "17"}),
        ("renew", {"version": 1, "figure": SUCCESS}),
        ("duplicate", {"name": "Kept words"}),
        ("main", {}),
        ("delete", {"confirm": "Support desk"}),
    ],
)
def test_an_act_on_a_deleted_scenario_tells_what_was_sent(
    editor: Client, gone: Scenario, page: str, sent: dict[str, Any]
) -> None:
    answer = editor.post(address(page, gone), sent)
    assert answer.status_code == 410
    assert all(str(text) in answer.content.decode() for name, text in sent.items() if name != "version")


def test_what_was_typed_over_a_deleted_scenario_is_kept_and_stored_as_a_new_one(
    editor: Client, gone: Scenario, people: dict[str, User]
) -> None:
    form = typed(gone, **{"work.coverage": "40", "note": "Kept words", "store": "1"})
    answer = editor.post(address("edit", gone), form)
    page = answer.content.decode()
    assert answer.status_code == 410
    for kept in ('name="work.coverage" value="40"', "Kept words", "Store as a new scenario", "Owner"):
        assert kept in page
    preview = editor.post(address("edit", gone), form, headers={"HX-Request": "true", "HX-Target": "summary"})
    assert (preview.status_code, Scenario.objects.count()) == (200, 0)
    del form["store"]
    assert editor.post(address("edit", gone), {**form, "again": "1"}).status_code == 302
    made = Scenario.objects.get()
    assert (stored_case(made).work.coverage.mean, made.versions.get().note) == (pytest.approx(0.4), "Kept words")
    editor.force_login(people["viewer"])
    assert editor.post(address("edit", gone), {**form, "again": "1"}).status_code == 403


def test_a_deleted_scenario_comes_back_for_a_day(editor: Client, gone: Scenario) -> None:
    assert editor.post(address("bring-back", gone)).status_code == 302
    assert Scenario.objects.get().document == gone.document
    DeletedScenario.objects.update(deleted_at=timezone.now() - services.KEPT - timedelta(minutes=1))
    assert editor.post(address("bring-back", gone)).status_code == 404
    assert editor.get(address("scenario", gone)).status_code == 404


def test_only_people_of_the_project_hear_of_it(client: Client, gone: Scenario, people: dict[str, User]) -> None:
    client.force_login(people["stranger"])
    assert client.get(address("scenario", gone)).status_code == 404
    client.force_login(people["viewer"])
    assert "Bring it back" not in client.get(address("scenario", gone)).content.decode()


def test_services_say_that_a_scenario_is_gone(gone: Scenario, people: dict[str, User]) -> None:
    """Deleted after access was asked: the last line of defence, also behind the API."""
    by = people["editor"]
    with pytest.raises(services.ScenarioGone):
        update_scenario(by=by, scenario=gone, seen_version=1, case=stored_case(gone))
    with pytest.raises(services.ScenarioGone):
        services.make_main(by=by, scenario=gone)
    with pytest.raises(services.ScenarioGone):
        delete_scenario(by=by, scenario=gone)
    body = {"case": gone.document, "version": 1}
    put = speak(by).put(f"{API}/scenarios/{gone.code}", body, content_type="application/json")
    assert put.status_code == 404


def test_a_choice_stays_when_somebody_changed_the_scenario(
    editor: Client, project: Project, scenario: Scenario, people: dict[str, User]
) -> None:
    """The owner moves the option up: the choice follows it. Then takes it out: that is said."""
    study(project)
    chosen = Measurement.objects.get(job__role="eval:lora", metric="choice")
    case = stored_case(scenario)
    moved = arrange.with_options(case, [case.options[0], case.options[3], *case.options[1:3]])
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=moved)
    sent = {"version": 1, "figure": SUCCESS, "measurement": chosen.pk}
    answer = editor.post(address("bind", scenario), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Order of the options" in page
    assert '<option value="options[1].work.success_rate" selected>' in page
    assert f'<option value="{chosen.pk}" selected>' in page
    update_scenario(
        by=people["owner"], scenario=scenario, seen_version=2, case=arrange.taken_out(moved, [case.options[3].key])
    )
    answer = editor.post(address("bind", scenario), {**sent, "version": 2, "figure": "options[1].work.success_rate"})
    assert (answer.status_code, "went with its option" in answer.content.decode()) == (409, True)


def test_a_reading_that_a_newer_one_replaced_is_said(editor: Client, project: Project, scenario: Scenario) -> None:
    old = Measurement.objects.get(study=study(project), job__role="eval:lora", metric="choice")
    study(project, methods={"lora": 0.95})
    answer = editor.post(address("bind", scenario), {"version": 1, "figure": SUCCESS, "measurement": old.pk})
    assert (answer.status_code, "a newer one took its place" in answer.content.decode()) == (422, True)
    assert f'<option value="{SUCCESS}" selected>' in answer.content.decode()


def test_what_was_typed_for_an_option_that_is_gone_is_told(
    editor: Client, scenario: Scenario, people: dict[str, User]
) -> None:
    case = arrange.taken_out(stored_case(scenario), ["peft"])
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=case)
    answer = editor.post(address("edit", scenario), typed(scenario, **{"peft.work.success_rate": "81.5"}))
    page = answer.content.decode()
    assert answer.status_code == 409
    for said in ("Option taken out", "no longer in the scenario", "Tuned small model (LoRA): <strong>81.5</strong>"):
        assert said in page


def test_a_comparison_says_how_many_are_missing(
    editor: Client, project: Project, scenario: Scenario, people: dict[str, User]
) -> None:
    copy = duplicate_scenario(by=people["owner"], scenario=scenario)
    page = editor.get(reverse("business:compare", args=[project.code]), {"s": [scenario.code, copy.code, "gone"]})
    assert "1 scenario of those chosen is not here any more" in page.content.decode()


def test_a_figure_that_the_first_changed_is_named(editor: Client, scenario: Scenario, people: dict[str, User]) -> None:
    theirs = roi.replace(stored_case(scenario), {"work.coverage": 0.4})
    update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=theirs)
    page = editor.post(address("edit", scenario), typed(scenario, **{"work.coverage": "30"})).content.decode()
    assert "Share offered to the model: " in page
    assert "became 40.0%" in page
    assert 'name="work.coverage" value="30"' in page, "mine stands in the field, theirs in the message"
