"""Projects: settings that two people edit, members, prices, the audit log, the overview."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.jobs.models import JobState, Measurement, Study
from webapp.projects import overview, services
from webapp.projects.models import AuditEntry, DevicePrice, Membership, Project, Role
from webapp.projects.next_step import next_step
from webapp.projects.prices import newest_prices, usd_per_hour
from webapp.roadmap.pages.standing import standing
from webapp.roadmap.services.adopt import start_roadmap


def _settings(project: Project, **changes: Any) -> dict[str, Any]:
    shown = {"name": project.name, "task": project.task, "base_model": project.base_model, "minimum_effect": "2"}
    return {**shown, "version": project.version, **changes}


def test_the_second_of_two_editors_is_told(project: Project, people: dict[str, User]) -> None:
    first, second = Client(), Client()
    first.force_login(people["owner"])
    second.force_login(people["editor"])
    address = reverse("projects:settings", args=[project.code])
    assert first.post(address, _settings(project, name="First")).status_code == 302
    told = second.post(address, _settings(project, name="Second", task="Mine"))
    assert told.status_code == 409
    text = told.content.decode()
    assert "Somebody else changed" in text
    assert 'value="Second"' in text, "what the person typed is still in the form"
    assert Project.objects.get().name == "First"

    # the form that came back holds the newer version, so storing it again is a decision
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    assert second.post(address, _settings(project, name="Second", version=version[1])).status_code == 302
    assert Project.objects.get().name == "Second"


def test_settings_are_noted_with_old_and_new(project: Project, people: dict[str, User]) -> None:
    services.update_settings(by=people["editor"], project=project, seen_version=1, changes={"minimum_effect": 0.05})
    entry = AuditEntry.objects.get(verb="project.changed")
    assert entry.details == {"changes": {"minimum_effect": [0.02, 0.05]}}


def test_codes_are_free_and_not_names_of_pages(people: dict[str, User]) -> None:
    names = ["New", "New", "Überblick", "!!!"]
    codes = [factories.project(owner=people["owner"], name=name).code for name in names]
    assert codes == ["new-2", "new-3", "uberblick", "project"]


def test_the_last_owner_stays(project: Project, people: dict[str, User]) -> None:
    owner = project.members.get(user=people["owner"])
    for change in (
        lambda: services.remove_member(by=people["owner"], member=owner),
        lambda: services.change_role(by=people["owner"], member=owner, role=Role.EDITOR),
    ):
        with pytest.raises(services.ProjectRefused, match="needs an owner"):
            change()
    other = project.members.get(user=people["editor"])
    services.change_role(by=people["owner"], member=other, role=Role.OWNER)
    services.remove_member(by=people["owner"], member=owner)
    assert not Membership.objects.filter(pk=owner.pk).exists()


def test_an_owner_adds_people_who_have_an_account(project: Project, people: dict[str, User], client: Client) -> None:
    client.force_login(people["owner"])
    address = reverse("projects:members", args=[project.code])
    assert client.post(address, {"email": "STRANGER@example.com", "role": "viewer"}).status_code == 302
    assert project.members.get(user=people["stranger"]).role == Role.VIEWER
    again = client.post(address, {"email": "stranger@example.com", "role": "editor"})
    assert "is a member already" in again.content.decode()
    unknown = client.post(address, {"email": "unknown@example.com", "role": "viewer"})
    assert unknown.status_code == 422
    assert "Ask an administrator" in unknown.content.decode()
    assert not User.objects.filter(email="unknown@example.com").exists()


def test_an_administrator_invites_somebody_new(project: Project, people: dict[str, User], client: Client) -> None:
    User.objects.filter(pk=people["owner"].pk).update(is_superuser=True)
    client.force_login(User.objects.get(pk=people["owner"].pk))
    page = client.post(reverse("projects:members", args=[project.code]), {"email": "new@example.com", "role": "editor"})
    link = re.search(r"http://testserver(/accounts/link/[^<\s]+/)", page.content.decode())
    assert link is not None
    guest = Client()
    assert guest.post(link[1]).status_code == 302
    assert guest.get(reverse("projects:overview", args=[project.code])).status_code == 200
    assert Client().post(link[1]).status_code == 410


def test_prices_keep_their_history_and_the_newest_counts(project: Project, people: dict[str, User]) -> None:
    assert usd_per_hour(project, "cpu") == 0.1
    assert "Assumed" in newest_prices(project)["cpu"].source
    for usd in ("2.5", "3.25"):
        services.add_price(
            by=people["editor"],
            project=project,
            device_class="h200",
            usd_per_hour=Decimal(usd),
            source="contract",
            read_on=date(2026, 11, 1),
        )
    assert usd_per_hour(project, "h200") == 3.25
    assert usd_per_hour(project, "tpu") is None
    assert DevicePrice.objects.count() == 3


def test_a_price_of_the_future_is_refused(project: Project, people: dict[str, User], client: Client) -> None:
    client.force_login(people["editor"])
    tomorrow = timezone.localdate() + timedelta(days=2)
    page = client.post(
        reverse("projects:prices", args=[project.code]),
        {"device_class": "cpu", "usd_per_hour": "1", "source": "x", "read_on": tomorrow.isoformat()},
    )
    assert page.status_code == 422
    assert "in the future" in page.content.decode()


def test_the_audit_log_filters_and_has_pages(project: Project, people: dict[str, User], client: Client) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(project=project, by=people["editor"], verb="job.launched", subject=f"j{number}")
        for number in range(60)
    )
    client.force_login(people["viewer"])
    address = reverse("projects:audit", args=[project.code])
    everything = client.get(address)
    assert everything.context["page"].paginator.count == 61
    assert len(everything.context["page"]) == 50
    only = client.get(address, {"verb": "project.created", "by": people["owner"].pk})
    assert [entry.verb for entry in only.context["page"]] == ["project.created"]
    assert client.get(address, {"by": "x' or 1", "page": "999"}).status_code == 200


def _measured(project: Project, role: str, value: float, low: float, high: float) -> Measurement:
    job = factories.job(project, name=role, role=role, kind="evaluate", spec={"model": project.base_model})
    return Measurement.objects.create(
        project=project, job=job, metric="choice", value=value, low=low, high=high, n=300, model="m", data_digest="d"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.85, 0.92, "LoRA gains 40.0 points over the base model."),
        (0.5, 0.95, "LoRA and the base model cannot be told apart by their intervals."),
    ],
)
def test_the_overview_claims_no_more_than_the_intervals_show(
    project: Project, low: float, high: float, said: str
) -> None:
    _measured(project, "eval:base", 0.49, 0.434, 0.546)
    _measured(project, "eval:lora", 0.89, low, high)
    finding = overview.newest_findings(project)[0]
    assert finding.sentence == said
    assert [(row.label, row.tone) for row in finding.rows] == [("Base model", "plain"), ("LoRA", "")]
    assert finding.baseline_value == 0.49


def test_what_runs_now_is_asked_for_alone(project: Project, people: dict[str, User], client: Client) -> None:
    factories.job(project, name="lora", state=JobState.RUNNING, step=1, total_steps=4, stage="Training")
    client.force_login(people["viewer"])
    place = reverse("projects:overview", args=[project.code])
    part = client.get(place, headers={"HX-Request": "true", "HX-Target": "project-now"}).content.decode()
    assert part.startswith('<section id="project-now"')
    assert "every 5s" in part
    assert "25%" in part
    asked = {"HX-Request": "true", "HX-Target": "project-now"}
    project.jobs.update(state=JobState.DONE, ended_at=timezone.now())
    assert client.get(place, headers=asked)["HX-Refresh"] == "true", "what was found stands elsewhere on the page"
    study = Study.objects.create(
        project=project, question="?", launch_key="1", dataset_version=factories.dataset_version(project)
    )
    project.jobs.update(study=study, role="eval:lora")
    assert "Comparing the results" in client.get(place, headers=asked).content.decode()


def test_a_viewer_is_offered_nothing_they_may_not_do(project: Project, people: dict[str, User], client: Client) -> None:
    shown = {}
    for who in ("editor", "viewer"):
        client.force_login(people[who])
        page = client.get(reverse("projects:overview", args=[project.code])).content.decode()
        shown[who] = "Bring the data" in page, "Upload a file" in page
    assert shown == {"editor": (True, True), "viewer": (True, False)}


def test_projects_stand_by_name(people: dict[str, User], client: Client) -> None:
    for name in ("Zebra", "Apple", "Mango"):
        factories.project(owner=people["owner"], name=name)
    client.force_login(people["owner"])
    page = client.get(reverse("projects:list"))
    assert [each.name for each in page.context["projects"]] == ["Apple", "Mango", "Zebra"]


def test_what_is_next(project: Project, people: dict[str, User]) -> None:
    assert next_step(project).title == "Bring the data"
    factories.stored_version(project, people["owner"])
    assert next_step(project).title == "Measure the base model and an adapted one"
    factories.job(project, name="lora", state=JobState.FAILED, ended_at=timezone.now(), failure={"what": "No memory"})
    step = next_step(project)
    assert (step.title, step.why, step.is_urgent) == ("“lora” failed", "No memory", True)
    factories.upload(project, people["owner"], '{"prompt": "a", "completion": "b"}\n', name="more.jsonl")
    assert next_step(project).title == "Decide on the upload “more”"


def test_what_is_next_once_something_is_measured(project: Project, people: dict[str, User]) -> None:
    """Money, then the plan, then what the plan's next gate lacks."""
    factories.stored_version(project, people["owner"])
    factories.job(project, name="lora", state=JobState.DONE, ended_at=timezone.now())
    assert next_step(project).title == "Work out what it is worth"
    assert next_step(project, has_case=True).title == "Plan the path"
    start_roadmap(by=people["owner"], project=project, starts=timezone.localdate())
    stands = standing(project, timezone.localdate())
    assert stands is not None
    first = stands.phases[0]
    assert (first.milestones, first.passed, first.is_current) == (6, 0, True)
    step = next_step(project, stands=stands, has_case=True)
    assert step.title == f"Show: {stands.open_criterion}"


def test_lists_ask_the_database_as_often_for_many_as_for_few(people: dict[str, User], client: Client) -> None:
    client.force_login(people["owner"])

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    project = factories.project(owner=people["owner"], name="One")
    factories.stored_version(project, people["owner"], rows=20)
    _measured(project, "eval:base", 0.5, 0.4, 0.6)
    factories.job(project, state=JobState.QUEUED)
    pages = [
        reverse("projects:list"),
        *(reverse(name, args=[project.code]) for name in _LISTS),
    ]
    before = {page: queries(page) for page in pages}
    for number in range(4):
        factories.project(owner=people["owner"], name=f"More {number}")
        factories.stored_version(project, people["owner"], name=f"set {number}", rows=20 + number)
        factories.upload(project, people["owner"], '{"a": 1}\n')
        _measured(project, f"eval:{number}", 0.5, 0.4, 0.6)
        factories.job(project, state=JobState.QUEUED)
        Membership.objects.create(project=project, user=factories.user(f"m{number}@example.com"))
        services.add_price(
            by=people["owner"],
            project=project,
            device_class=f"d{number}",
            usd_per_hour=Decimal(1),
            source="x",
            read_on=date(2026, 1, 1),
        )
    # an upload that waits ends the search for the next step earlier, so the overview may ask less often
    grown = {page: (before[page], now) for page in pages if (now := queries(page)) > before[page]}
    assert not grown


_LISTS = ("projects:overview", "projects:members", "projects:prices", "projects:audit", "datasets:list")


def test_the_overview_shows_how_well_models_answer_and_not_what_that_cost(project: Project) -> None:
    rate = _measured(project, "eval:base", 0.49, 0.434, 0.546)
    for metric, unit in (("seconds_per_item", "seconds"), ("trainable_parameters", "parameters")):
        Measurement.objects.create(project=project, job=rate.job, metric=metric, unit=unit, value=1, model="m")
    told = [finding.sentence for finding in overview.newest_findings(project)]
    assert told == ["The base model reaches 49.0%; nothing is measured against it yet."]
