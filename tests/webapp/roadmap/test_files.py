"""The page of files: plans out and in, baselines, templates."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.projects.models import AuditEntry, Project
from webapp.roadmap.exchange.collect import collect
from webapp.roadmap.exchange.xml import children, parsed, text_of
from webapp.roadmap.models import Change, Gate, GateState, Milestone, PlanTemplate, Roadmap
from webapp.roadmap.services import baselines, plan, templates
from webapp.roadmap.standard import NAME

from . import rows


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


def test_files_go_out_and_come_in_by_the_page(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    client.force_login(people["editor"])
    code = roadmap.project.code
    bring = reverse("roadmap:import", args=[code])
    before = collect(roadmap)
    for form, suffix in (("json", "json"), ("csv", "csv"), ("mspdi", "xml")):
        out = client.get(reverse("roadmap:export", args=[code, form]))
        assert out["Content-Disposition"] == f'attachment; filename="{code}-roadmap.{suffix}"'
        answer = client.post(bring, {"file": SimpleUploadedFile(f"plan.{suffix}", out.content)}, follow=True)
        assert "nothing changed" in answer.content.decode()
    assert collect(roadmap) == before
    bad = client.post(bring, {"file": SimpleUploadedFile("plan.csv", b"key,phase\na,b")})
    assert bad.status_code == 422
    assert "name is missing" in bad.content.decode()
    assert client.post(bring, {"file": SimpleUploadedFile("plan.csv", b"")}).status_code == 422
    assert client.get(reverse("roadmap:export", args=[code, "ics"]))["Content-Type"].startswith("text/calendar")
    assert client.get(reverse("roadmap:export", args=[code, "docx"])).status_code == 404


def test_a_baseline_shows_drift(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    client.force_login(people["editor"])
    code = roadmap.project.code
    client.post(reverse("roadmap:baseline", args=[code]), {"name": "As agreed"})
    again = client.post(reverse("roadmap:baseline", args=[code]), {"name": "As agreed"})
    assert "never change" in again.content.decode()
    last = rows.milestone(roadmap, "cadence")
    Milestone.objects.filter(pk=last.pk).update(finish=last.finish + timedelta(days=5))
    kept = roadmap.baselines.get()
    page = client.get(f"{reverse('roadmap:timeline', args=[code])}?baseline={kept.pk}").content.decode()
    assert "The plan ends 5 days later than in the baseline; 1 milestone finishes later." in page
    assert client.get(f"{reverse('roadmap:timeline', args=[code])}?baseline=%00").status_code == 200


def test_a_template_starts_another_project(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    client.force_login(people["owner"])
    templates.save_template(by=people["owner"], roadmap=roadmap, name="Ours", summary="How we do it")
    other = factories.project(owner=people["owner"], name="Second")
    assert "How we do it" in client.get(reverse("roadmap:board", args=[other.code])).content.decode()
    client.post(reverse("roadmap:start", args=[other.code]), {"template": "Ours", "starts": "2026-10-05"})
    assert Roadmap.objects.get(project=other).template == "Ours"


def test_a_baseline_gets_another_name_and_goes_its_dates_never_change(
    roadmap: Roadmap, people: dict[str, User], client: Client
) -> None:
    kept = baselines.keep_baseline(by=people["owner"], roadmap=roadmap, name="As agreed")
    baselines.keep_baseline(by=people["owner"], roadmap=roadmap, name="Second")
    code, dates = roadmap.project.code, dict(kept.dates)
    place, drop = (reverse(f"roadmap:{name}-baseline", args=[code, kept.pk]) for name in ("kept", "drop"))
    client.force_login(people["editor"])
    assert "Delete the baseline" not in client.get(place).content.decode(), "for owners only"
    taken = client.post(place, {"name": "Second"})
    assert taken.status_code == 422
    assert "There is a baseline named Second already." in taken.content.decode()
    assert "called “As told”" in client.post(place, {"name": "As told"}, follow=True).content.decode()
    assert (rows.fresh(kept).name, kept.dates) == ("As told", dates)
    assert Change.objects.filter(field="baseline", old="As agreed", new="As told", by=people["editor"]).exists()
    assert AuditEntry.objects.filter(verb="baseline.renamed").get().details == {"name": ["As agreed", "As told"]}
    client.force_login(people["owner"])
    assert "type its name" in client.post(drop, {"confirm": "?"}, follow=True).content.decode()
    client.post(drop, {"confirm": "As told"})
    assert [one.name for one in roadmap.baselines.all()] == ["Second"]
    assert Change.objects.filter(field="baseline", old="As told", new="").exists()


def test_who_saved_a_template_renames_and_deletes_it(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    ours = templates.save_template(by=people["editor"], roadmap=roadmap, name="Ours")
    templates.save_template(by=people["owner"], roadmap=roadmap, name="Other")
    place, drop = (
        reverse(f"roadmap:{name}-template", args=[roadmap.project.code, ours.pk]) for name in ("kept", "drop")
    )
    client.force_login(people["owner"])
    assert (client.get(place).status_code, client.post(drop).status_code) == (403, 403), "it is the editor's"
    client.force_login(people["editor"])
    for name in ("Other", NAME.upper()):
        again = client.post(place, {"name": name, "summary": "typed"})
        assert again.status_code == 422
        assert 'value="typed"' in again.content.decode()
    client.post(place, {"name": "Ours, again", "summary": "Shorter"})
    assert (rows.fresh(ours).name, ours.summary) == ("Ours, again", "Shorter")
    assert AuditEntry.objects.filter(verb="template.renamed").exists()
    assert "type its name" in client.post(drop, follow=True).content.decode()
    client.post(drop, {"confirm": "Ours, again"})
    assert [one.name for one in PlanTemplate.objects.all()] == ["Other"]


def test_passed_gates_are_complete_in_project_xml(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    """Baseline (2 days of effort) of all in its phase: 2 of 2 + 6 + 8 + ... person-days, rolled up by effort."""
    found = rows.milestone(roadmap, "baseline")
    Gate.objects.filter(pk=found.gate.pk).update(state=GateState.PASSED)
    client.force_login(people["viewer"])
    out = client.get(reverse("roadmap:export", args=[roadmap.project.code, "mspdi"]))
    tasks = {text_of(task, "Name"): task for task in children(parsed(out.content), "Tasks", "Task")}
    done = {name: text_of(task, "PercentComplete") for name, task in tasks.items()}
    assert [name for name, share in done.items() if share == "100"] == [found.name]
    efforts = list(found.phase.milestones.values_list("effort_days", flat=True))
    assert done[found.phase.name] == str(round(100 * found.effort_days / sum(efforts)))


def test_what_a_plan_cannot_hold_is_told_when_it_comes_in(
    roadmap: Roadmap, people: dict[str, User], client: Client
) -> None:
    client.force_login(people["editor"])
    out = client.get(reverse("roadmap:export", args=[roadmap.project.code, "mspdi"])).content
    half = out.replace(b"<LinkLag>33600<", b"<LinkLag>36000<")
    bring = reverse("roadmap:import", args=[roadmap.project.code])
    page = client.post(bring, {"file": SimpleUploadedFile("plan.xml", half)}, follow=True).content.decode()
    assert "nothing changed" in page
    assert "a lag of 7.50 days is taken as 7" in page


def test_pasted_control_characters_break_no_file(roadmap: Roadmap, people: dict[str, User], client: Client) -> None:
    """A word processor's line breaks become plain ones, other control characters go, from rows of old as well."""
    client.force_login(people["editor"])
    found = rows.milestone(roadmap, "baseline")
    wanted = {"name": "One\x0btwo\x07", "description": "A\u2028B\x0bC\x00D"}
    plan.change_milestone(by=people["editor"], milestone=found, seen_version=1, changes=wanted)
    kept = rows.fresh(found)
    assert (kept.name, kept.description) == ("One two", "A\nB\nCD")
    Milestone.objects.filter(pk=found.pk).update(name="Old\x07 row")
    for form in ("json", "csv", "mspdi", "ics"):
        assert client.get(reverse("roadmap:export", args=[roadmap.project.code, form])).status_code == 200
    assert collect(roadmap).milestones[1].name == "Old row"
