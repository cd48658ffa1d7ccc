"""What changes a roadmap: dates and links, baselines, signatures, templates, and the history of it all."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.projects.models import AuditEntry, Project
from webapp.roadmap.exchange.collect import collect
from webapp.roadmap.exchange.document import DocumentFaults, parse_document
from webapp.roadmap.gates import parse_criterion
from webapp.roadmap.models import Change, Choice, Gate, GateState, Milestone, Phase, PlanTemplate, Roadmap
from webapp.roadmap.schedule import LinkKind
from webapp.roadmap.services import adopt, baselines, gates, plan, talk, templates
from webapp.roadmap.services.history import EditConflict, RoadmapRefused
from webapp.roadmap.standard import standard_plan

from . import rows


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


def changes(milestone: Milestone) -> dict[str, tuple[str, str]]:
    found = Change.objects.filter(milestone=milestone).exclude(field="added").order_by("pk")
    return {change.field: (change.old, change.new) for change in found}


def test_the_standard_plan_names_no_currency() -> None:
    assert not set("$€£¥") & set(standard_plan().model_dump_json())


def test_a_roadmap_starts_on_the_day_and_only_once(project: Project, people: dict[str, User]) -> None:
    monday = date(2026, 9, 7)
    made = adopt.start_roadmap(by=people["editor"], project=project, starts=monday)
    assert min(made.milestones.values_list("start", flat=True)) == monday
    assert made.phases.count() == 3
    assert made.milestones.count() == len(standard_plan().milestones) == 17
    assert Gate.objects.count() == 20
    assert AuditEntry.objects.filter(verb="roadmap.started", project=project).exists()
    with pytest.raises(RoadmapRefused, match="already"):
        adopt.start_roadmap(by=people["editor"], project=project, starts=monday)


def test_a_change_is_stored_with_its_old_and_new_value(roadmap: Roadmap, people: dict[str, User]) -> None:
    found = rows.milestone(roadmap, "baseline")
    wanted = {"owner": people["editor"], "effort_days": 3.5, "name": found.name}
    plan.change_milestone(by=people["owner"], milestone=found, seen_version=1, changes=wanted)
    assert changes(found) == {"owner": ("", "Editor"), "effort_days": ("2.00", "3.50")}
    assert rows.fresh(found).version == 2


def test_the_second_of_two_editors_is_told(roadmap: Roadmap, people: dict[str, User]) -> None:
    found = rows.milestone(roadmap, "baseline")
    plan.change_milestone(by=people["owner"], milestone=found, seen_version=1, changes={"name": "First"})
    with pytest.raises(EditConflict) as conflict:
        plan.change_milestone(by=people["editor"], milestone=found, seen_version=1, changes={"name": "Second"})
    assert conflict.value.current.name == "First"
    assert rows.fresh(found).name == "First"


def test_what_would_break_is_foretold_and_pushed(roadmap: Roadmap, people: dict[str, User]) -> None:
    """The baseline ends a week later: the SFT model and the feedback each start too early by 7 days."""
    found = rows.milestone(roadmap, "baseline")
    late = found.finish + timedelta(days=7)
    broken, pushed = plan.foretell(milestone=found, start=found.start, finish=late)
    assert {(one.link.after, one.days_short) for one in broken} == {("fine-tuned", 7), ("human-feedback", 7)}
    assert rows.fresh(found).finish != late, "nothing is stored"
    tuned = rows.milestone(roadmap, "fine-tuned")
    plan.change_milestone(by=people["owner"], milestone=found, seen_version=1, changes={"finish": late}, push=True)
    assert rows.fresh(tuned).start == late + timedelta(days=1)
    assert not plan.plan_of(roadmap).broken()
    assert Change.objects.filter(milestone=tuned, note="Baseline evaluation moved").count() == 2
    assert set(pushed) >= {"fine-tuned", "human-feedback", "reward-model"}


def test_dates_owners_and_phases_that_cannot_be_are_refused(roadmap: Roadmap, people: dict[str, User]) -> None:
    found = rows.milestone(roadmap, "baseline")
    other = rows.started(factories.project(owner=people["owner"], name="Other"), people["owner"])
    for changed, field in (
        ({"finish": found.start - timedelta(days=1)}, "finish"),
        ({"owner": people["stranger"]}, "owner"),
        ({"phase": Phase.objects.filter(roadmap=other).first()}, "phase"),
    ):
        with pytest.raises(RoadmapRefused) as refused:
            plan.change_milestone(by=people["owner"], milestone=found, seen_version=1, changes=changed)
        assert refused.value.field == field


def test_a_circle_of_links_is_refused_by_name(roadmap: Roadmap, people: dict[str, User]) -> None:
    first, last = rows.milestone(roadmap, "data-agreed"), rows.milestone(roadmap, "fine-tuned")
    with pytest.raises(RoadmapRefused, match="Baseline evaluation") as refused:
        plan.link(by=people["owner"], before=last, after=first)
    assert "→" in str(refused.value)
    with pytest.raises(RoadmapRefused, match="itself"):
        plan.link(by=people["owner"], before=last, after=last)


def test_links_are_made_changed_and_taken_away(roadmap: Roadmap, people: dict[str, User]) -> None:
    ethics, tuned = rows.milestone(roadmap, "ethics"), rows.milestone(roadmap, "reward-model")
    made = plan.link(by=people["owner"], before=tuned, after=ethics)
    again = plan.link(by=people["owner"], before=tuned, after=ethics, kind=LinkKind.START_TO_START, lag_days=-2)
    assert (made.pk, again.lag_days) == (again.pk, -2)
    assert changes(ethics)["waits for"] == ("Reward model (finish to start)", "Reward model (start to start, -2 days)")
    plan.unlink(by=people["owner"], dependency=again)
    assert not ethics.waits_for.filter(before=tuned).exists()


def test_a_milestone_gets_a_key_and_goes_with_its_history_kept(roadmap: Roadmap, people: dict[str, User]) -> None:
    phase = roadmap.phases.get(number=1)
    day = date(2026, 5, 1)
    first = plan.add_milestone(
        by=people["editor"], roadmap=roadmap, phase=phase, name="Red team", start=day, finish=day
    )
    second = plan.add_milestone(
        by=people["editor"], roadmap=roadmap, phase=phase, name="Red team", start=day, finish=day
    )
    assert (first.key, second.key) == ("red-team", "red-team-2")
    assert first.gate.state == GateState.CLOSED
    plan.remove_milestone(by=people["editor"], milestone=first)
    assert Change.objects.filter(roadmap=roadmap, subject="Red team", field="removed").exists()


def test_baselines_are_named_once_and_never_change(roadmap: Roadmap, people: dict[str, User]) -> None:
    kept = baselines.keep_baseline(by=people["owner"], roadmap=roadmap, name="As agreed")
    assert len(baselines.baseline_dates(kept)) == 17
    with pytest.raises(RoadmapRefused, match="never change"):
        baselines.keep_baseline(by=people["owner"], roadmap=roadmap, name="As agreed")
    with pytest.raises(TypeError):
        kept.save()


def test_members_are_mentioned_by_name_or_address(roadmap: Roadmap, people: dict[str, User]) -> None:
    found = rows.milestone(roadmap, "baseline")
    made = talk.comment(by=people["viewer"], milestone=found, text="@Editor and @owner@example.com, see x@Viewer")
    assert set(made.mentions.all()) == {people["editor"], people["owner"]}
    assert not talk.mentioned(roadmap.project, "@Stranger @Edito @")
    people["viewer"].name = "Editor Two"
    people["viewer"].save()
    assert not talk.mentioned(roadmap.project, "@Editor"), "two could be meant"
    assert talk.mentioned(roadmap.project, "@editor two!") == [people["viewer"]]


def test_only_things_of_the_project_are_attached(roadmap: Roadmap, people: dict[str, User]) -> None:
    found = rows.milestone(roadmap, "baseline")
    job = factories.job(roadmap.project)
    talk.attach(by=people["editor"], milestone=found, ref=f"job:{job.code}")
    talk.attach(by=people["editor"], milestone=found, ref=f"job:{job.code}")
    assert found.attachments.count() == 1
    theirs = factories.job(factories.project(owner=people["stranger"], name="Theirs"))
    for ref in (f"job:{theirs.code}", "job:", "../x", "scenario:abc"):
        with pytest.raises(RoadmapRefused):
            talk.attach(by=people["editor"], milestone=found, ref=ref)


def test_going_on_past_a_shut_gate_needs_a_waiver(roadmap: Roadmap, people: dict[str, User]) -> None:
    gate = rows.milestone(roadmap, "served").gate
    with pytest.raises(RoadmapRefused, match="waive"):
        gates.decide(by=people["owner"], gate=gate, choice=Choice.GO)
    with pytest.raises(RoadmapRefused, match="Say why"):
        gates.decide(by=people["owner"], gate=gate, choice=Choice.HOLD)
    made = gates.decide(by=people["owner"], gate=gate, choice=Choice.HOLD, note="No budget until May.")
    assert (made.by, made.note) == (people["owner"], "No budget until May.")


def test_waivers_have_a_reason_and_an_end_in_reach(roadmap: Roadmap, people: dict[str, User]) -> None:
    [row] = rows.milestone(roadmap, "served").gate.criteria.all()
    today = timezone.localdate()
    for reason, until, field in (
        (" ", today, "reason"),
        ("x", today - timedelta(days=1), "until"),
        ("x", today + timedelta(days=400), "until"),
    ):
        with pytest.raises(RoadmapRefused) as refused:
            gates.waive(by=people["owner"], row=row, reason=reason, until=until)
        assert refused.value.field == field
    made = gates.waive(by=people["owner"], row=row, reason="Pilot", until=today)
    assert made.counts_on(today)
    assert not gates.withdraw(by=people["owner"], waiver=made).counts_on(today)


def test_a_review_needs_the_role_it_names(roadmap: Roadmap, people: dict[str, User]) -> None:
    adopted, measured = rows.milestone(roadmap, "ethics").gate.criteria.all()
    with pytest.raises(PermissionDenied):
        gates.sign(by=people["editor"], row=adopted, is_approved=True)
    with pytest.raises(RoadmapRefused, match="Say what"):
        gates.sign(by=people["owner"], row=adopted, is_approved=False)
    with pytest.raises(RoadmapRefused, match="evidence"):
        gates.sign(by=people["owner"], row=measured, is_approved=True)
    assert gates.sign(by=people["owner"], row=adopted, is_approved=True).is_approved


def test_another_criterion_starts_without_what_the_old_one_had(roadmap: Roadmap, people: dict[str, User]) -> None:
    [row] = rows.milestone(roadmap, "served").gate.criteria.all()
    gates.waive(by=people["owner"], row=row, reason="Pilot", until=timezone.localdate())
    same = gates.change_criterion(by=people["owner"], row=row, criterion=row.criterion)
    assert same.pk == row.pk
    other = parse_criterion({**row.spec, "role": "Security"})
    made = gates.change_criterion(by=people["owner"], row=row, criterion=other)
    assert not made.waivers.exists()
    assert made.gate.criteria.count() == 1


def test_templates_carry_the_plan_and_nobody(roadmap: Roadmap, project: Project, people: dict[str, User]) -> None:
    found = rows.milestone(roadmap, "baseline")
    plan.change_milestone(by=people["owner"], milestone=found, seen_version=1, changes={"owner": people["editor"]})
    asked = {"metric": "exact", "threshold": 0.8, "subject": "study:abcd2345"}
    rows.asks(people["owner"], found.gate, kind="measurement", **asked)
    made = templates.save_template(by=people["owner"], roadmap=roadmap, name="Ours")
    text = str(made.document)
    assert "example.com" not in text
    assert "study:abcd2345" not in text
    with pytest.raises(RoadmapRefused):
        templates.save_template(by=people["owner"], roadmap=roadmap, name="Ours")
    name, document = templates.template_document("Ours")
    other = factories.project(owner=people["owner"], name="Second")
    started = adopt.start_roadmap(
        by=people["owner"], project=other, starts=date(2027, 1, 4), document=document, template=name
    )
    assert started.milestones.count() == 17
    with pytest.raises(RoadmapRefused, match="Only the person"):
        templates.delete_template(by=people["stranger"], template=made)
    templates.delete_template(by=people["owner"], template=made)
    assert not PlanTemplate.objects.exists()


def test_adopting_ones_own_document_changes_nothing(roadmap: Roadmap, people: dict[str, User]) -> None:
    before = Change.objects.count()
    assert adopt.adopt(by=people["owner"], roadmap=roadmap, document=collect(roadmap)).is_nothing
    assert Change.objects.count() == before


def test_a_document_changes_what_it_says_and_keeps_signatures(roadmap: Roadmap, people: dict[str, User]) -> None:
    [row] = rows.milestone(roadmap, "served").gate.criteria.all()
    gates.sign(by=people["owner"], row=row, is_approved=True)
    raw = collect(roadmap).model_dump(mode="json")
    served = next(part for part in raw["milestones"] if part["key"] == "served")
    served["name"] = "Endpoint in service"
    served["gate"]["criteria"].append({"kind": "count", "counted": "jobs_done", "threshold": 1})
    raw["milestones"] = [part for part in raw["milestones"] if part["key"] != "cadence"]
    raw["links"] = [link for link in raw["links"] if "cadence" not in (link["before"], link["after"])]
    done = adopt.adopt(by=people["owner"], roadmap=roadmap, document=parse_document(raw), remove_missing=True)
    assert (done.added, done.changed, done.removed, done.gates) == (0, 1, 1, 1)
    assert rows.fresh(row).reviews.count() == 1


def test_an_owner_who_is_no_member_is_refused(roadmap: Roadmap, people: dict[str, User]) -> None:
    raw = collect(roadmap).model_dump(mode="json")
    raw["milestones"][0]["owner"] = "stranger@example.com"
    with pytest.raises(DocumentFaults, match="not a member"):
        adopt.adopt(by=people["owner"], roadmap=roadmap, document=parse_document(raw))
