"""Gates open because something was shown, and re-open, with the reason, when what they rest on changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.external import ExternalFigure, record_external
from webapp.projects.models import Project
from webapp.projects.services import update_settings
from webapp.roadmap.evaluation import GONE, evaluate
from webapp.roadmap.gates import Verdict
from webapp.roadmap.models import Change, Gate, GateState, Milestone, Roadmap
from webapp.roadmap.services import gates as verbs
from webapp.roadmap.tasks import sweep

from . import rows


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    made = factories.dataset_version(project)
    made.splits = {**made.splits, "test": 300}
    made.manifest = {"overlap": {"rows": 0}}
    made.save()
    return made


def gate_of(roadmap: Roadmap, key: str) -> Gate:
    return rows.milestone(roadmap, key).gate


def told(gate: Gate) -> list[tuple[str, str, str]]:
    """What the history says about the gate, oldest first."""
    found = Change.objects.filter(field="gate", milestone=gate.milestone).order_by("pk")
    return [(change.old, change.new, change.note) for change in found]


def test_a_gate_opens_when_a_paired_comparison_shows_it(
    roadmap: Roadmap, project: Project, version: DatasetVersion
) -> None:
    gate = gate_of(roadmap, "fine-tuned")
    rows.evaluated(project, version, right=150, name="Evaluate base")
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.CLOSED
    rows.evaluated(project, version, right=240, of=rows.trained(project, version), name="Evaluate LoRA")
    moved = evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    [criterion] = gate.criteria.all()
    assert criterion.verdict == Verdict.PASSES
    assert criterion.sentence.startswith("+30.0 pts [+")
    assert criterion.figure["name"] == "Evaluate LoRA against Evaluate base"
    assert gate in [one.gate for one in moved]
    assert told(gate) == [("Not passed", "Passed", "What it asks for is shown.")]


def test_another_dataset_version_re_opens_it(roadmap: Roadmap, project: Project, version: DatasetVersion) -> None:
    gate = gate_of(roadmap, "baseline")
    rows.evaluated(project, version, right=150)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    rows.newer_version(version)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.REOPENED
    assert "version 2 has taken its place" in gate.reason
    assert told(gate)[-1] == ("Passed", "Re-opened", gate.reason)
    evaluate(roadmap.pk)
    assert len(told(gate)) == 2, "it is told once"


def test_another_model_re_opens_it_and_is_told_even_where_it_passes_again(
    roadmap: Roadmap, project: Project, version: DatasetVersion
) -> None:
    gate = gate_of(roadmap, "fine-tuned")
    rows.evaluated(project, version, right=150)
    rows.evaluated(project, version, right=240, of=rows.trained(project, version))
    evaluate(roadmap.pk)
    rows.evaluated(project, version, right=250, of=rows.trained(project, version, name="Train again"))
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    assert [(old, new) for old, new, _ in told(gate)] == [
        ("Not passed", "Passed"),
        ("Passed", "Re-opened"),
        ("Re-opened", "Passed"),
    ]
    assert told(gate)[1][2] == "It rests on another model now."


def test_a_worse_model_closes_it(roadmap: Roadmap, project: Project, version: DatasetVersion) -> None:
    gate = gate_of(roadmap, "fine-tuned")
    rows.evaluated(project, version, right=150)
    rows.evaluated(project, version, right=240, of=rows.trained(project, version))
    evaluate(roadmap.pk)
    rows.evaluated(project, version, right=152, of=rows.trained(project, version))
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.REOPENED
    assert "+0.67 pts" in gate.reason


def test_taking_the_newest_evidence_away_opens_nothing(
    roadmap: Roadmap, project: Project, version: DatasetVersion, people: dict[str, User]
) -> None:
    """The failing measurement is gone, and the older, kinder one does not take its place."""
    gate = gate_of(roadmap, "baseline")
    row = rows.asks(people["owner"], gate, kind="measurement", metric="choice", threshold=0.8, subject="base")
    rows.evaluated(project, version, right=290)
    worse = rows.evaluated(project, version, right=30)
    evaluate(roadmap.pk)
    assert rows.fresh(row).verdict == Verdict.FAILS
    worse.delete()
    evaluate(roadmap.pk)
    assert (rows.fresh(row).verdict, row.sentence) == (Verdict.NOT_ENOUGH, GONE)
    assert not rows.fresh(gate).is_passed


def test_evaluations_of_different_items_are_not_compared(
    roadmap: Roadmap, project: Project, version: DatasetVersion
) -> None:
    rows.evaluated(project, version, right=150)
    rows.evaluated(project, version, right=80, n=100, of=rows.trained(project, version))
    evaluate(roadmap.pk)
    [criterion] = gate_of(roadmap, "fine-tuned").criteria.all()
    assert criterion.verdict == Verdict.NOT_ENOUGH
    assert "answered different items" in criterion.sentence


def test_a_share_or_score_from_elsewhere_counts_only_with_its_items(
    roadmap: Roadmap, project: Project, people: dict[str, User]
) -> None:
    gate = gate_of(roadmap, "human-feedback")
    [row] = [each for each in gate.criteria.all() if each.spec.get("metric") == "rater_agreement"]
    for n, verdict in ((0, Verdict.NOT_ENOUGH), (240, Verdict.PASSES)):
        figure = ExternalFigure("rater_agreement", 0.72, "Partner's protocol, May", n=n, unit="score")
        record_external(by=people["editor"], project=project, figure=figure)
        evaluate(roadmap.pk)
        assert rows.fresh(row).verdict == verdict
        assert ("Enter it again with that number" in row.sentence) == (n == 0)


@pytest.mark.parametrize(
    ("changes", "is_stale"),
    [({"base_model": "other"}, True), ({"minimum_effect": 0.5}, True), ({"name": "Sorting"}, False), ({}, False)],
)
def test_another_base_model_or_minimum_effect_is_noticed_at_once(
    changes: dict[str, Any], is_stale: bool, roadmap: Roadmap, project: Project, people: dict[str, User]
) -> None:
    evaluate(roadmap.pk)
    assert rows.fresh(roadmap).stale_since is None
    update_settings(by=people["owner"], project=project, seen_version=project.version, changes=changes)
    assert (rows.fresh(roadmap).stale_since is not None) == is_stale


def test_a_larger_effect_that_matters_opens_a_passed_gate(
    roadmap: Roadmap, project: Project, version: DatasetVersion, people: dict[str, User]
) -> None:
    """30 points better passes where 2 matter, not where 50 do."""
    gate = gate_of(roadmap, "fine-tuned")
    rows.evaluated(project, version, right=150)
    rows.evaluated(project, version, right=240, of=rows.trained(project, version))
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    update_settings(by=people["owner"], project=project, seen_version=project.version, changes={"minimum_effect": 0.5})
    Roadmap.objects.filter(stale_since__isnull=False).update(stale_since=timezone.now() - timedelta(minutes=1))
    sweep()
    assert rows.fresh(gate).state == GateState.REOPENED


def test_external_evidence_counts_with_its_source(roadmap: Roadmap, project: Project, people: dict[str, User]) -> None:
    figure = ExternalFigure("pair_accuracy", 0.8, "Labelling partner, May", n=400, model="rm-7b")
    record_external(by=people["editor"], project=project, figure=figure)
    evaluate(roadmap.pk)
    gate = gate_of(roadmap, "reward-model")
    assert gate.is_passed
    [criterion] = gate.criteria.all()
    assert criterion.figure["source"] == "Labelling partner, May"
    # the interval of 320 of 400 is [75.8, 83.6]: wholly above 65%
    assert criterion.figure["text"].startswith("80.0% [75.8, 83.6]")


def test_counts_reviews_and_the_overlap_check(
    roadmap: Roadmap, project: Project, version: DatasetVersion, people: dict[str, User]
) -> None:
    gate = gate_of(roadmap, "data-agreed")
    evaluate(roadmap.pk)
    held_out, overlap, review = gate.criteria.all()
    assert (held_out.verdict, overlap.verdict, review.verdict) == ("passes", "passes", "not_enough_evidence")
    verbs.sign(by=people["editor"], row=review, is_approved=False, note="Too few complaints.")
    evaluate(roadmap.pk, gates=[gate.pk])
    assert rows.fresh(review).verdict == Verdict.FAILS
    assert "Too few complaints." in review.sentence
    verbs.sign(by=people["editor"], row=review, is_approved=True)
    evaluate(roadmap.pk, gates=[gate.pk])
    assert rows.fresh(gate).is_passed


def test_a_signature_about_data_ends_with_the_data(
    roadmap: Roadmap, project: Project, version: DatasetVersion, people: dict[str, User]
) -> None:
    gate = gate_of(roadmap, "data-agreed")
    review = gate.criteria.last()
    assert review is not None
    verbs.sign(by=people["editor"], row=review, is_approved=True)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    newer = factories.dataset_version(project, name="Other rows")
    DatasetVersion.objects.filter(pk=newer.pk).update(splits=version.splits, manifest=version.manifest)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.REOPENED
    assert [rows.fresh(row).verdict for row in gate.criteria.all()] == ["passes", "passes", "not_enough_evidence"]
    assert "sign again for these" in rows.fresh(review).sentence
    verbs.sign(by=people["editor"], row=review, is_approved=True)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed


def test_a_waiver_opens_a_gate_until_its_last_day(
    roadmap: Roadmap, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = gate_of(roadmap, "served")
    [row] = gate.criteria.all()
    until = timezone.localdate() + timedelta(days=3)
    verbs.waive(by=people["owner"], row=row, reason="The pilot runs on two machines.", until=until)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).is_passed
    assert "Waived: The endpoint is in service" in gate.reason
    later = timezone.localdate() + timedelta(days=4)
    monkeypatch.setattr("webapp.roadmap.evaluation.timezone.localdate", lambda: later)
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.REOPENED
    assert "The waiver by Owner ended on" in gate.reason


def test_a_phase_is_passed_with_all_of_its_milestones(roadmap: Roadmap, people: dict[str, User]) -> None:
    phase = roadmap.phases.get(number=3)
    evaluate(roadmap.pk)
    assert rows.fresh(phase.gate).reason.startswith("Not shown yet: Distilled model")
    until = timezone.localdate()
    for milestone in Milestone.objects.filter(phase=phase):
        for row in milestone.gate.criteria.all():
            verbs.waive(by=people["owner"], row=row, reason="Rehearsal.", until=until)
    evaluate(roadmap.pk)
    assert rows.fresh(phase.gate).is_passed
    assert Change.objects.filter(field="gate", milestone=None, subject=f"Gate of {phase.name}").count() == 1


def test_a_gate_that_asks_nothing_is_not_passed(roadmap: Roadmap) -> None:
    gate = gate_of(roadmap, "served")
    gate.criteria.all().delete()
    evaluate(roadmap.pk)
    assert rows.fresh(gate).state == GateState.CLOSED
    assert gate.reason == "No criterion says yet what has to be shown."


def test_new_evidence_makes_the_sweeper_judge(
    roadmap: Roadmap, project: Project, people: dict[str, User], version: DatasetVersion
) -> None:
    evaluate(roadmap.pk)
    assert rows.fresh(roadmap).stale_since is None
    rows.newer_version(version)
    assert rows.fresh(roadmap).stale_since is not None
    Roadmap.objects.update(stale_since=timezone.now() - timedelta(minutes=1))
    sweep()
    assert rows.fresh(roadmap).stale_since is None


def test_judging_asks_the_database_as_often_for_many_gates_as_for_few(
    roadmap: Roadmap, project: Project, version: DatasetVersion, django_assert_max_num_queries: Any
) -> None:
    rows.evaluated(project, version, right=150)
    evaluate(roadmap.pk)
    # 17 milestones, 3 phases and 25 criteria; scenario criteria ask for their scenario each
    with django_assert_max_num_queries(30):
        evaluate(roadmap.pk)
