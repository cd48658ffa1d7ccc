"""Scenarios are versioned, told apart from what somebody else stored, audited, and announced."""

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

import roi
from webapp.accounts.models import User
from webapp.business import arrange, outcomes, services
from webapp.business.history import changes_between
from webapp.business.models import Scenario, ScenarioVersion
from webapp.business.presets import preset_case
from webapp.business.signals import scenario_changed
from webapp.projects.models import AuditEntry, Project

from .conftest import PRESET


def changed(scenario: Scenario, **changes: Any) -> roi.Scenario:
    """The stored case with other figures, by path with `__` for the point."""
    return roi.replace(
        services.stored_case(scenario), {path.replace("__", "."): value for path, value in changes.items()}
    )


def test_a_change_is_a_version_that_says_what_it_did_to_npv(scenario: Scenario, people: dict[str, User]) -> None:
    before = services.figures(scenario)["npv"]
    case = changed(scenario, work__labour_cost_per_hour=50, work__coverage=0.4)
    stored = services.update_scenario(by=people["editor"], scenario=scenario, seen_version=1, case=case, note="Payroll")
    version = stored.versions.get(number=2)
    assert (stored.version, version.created_by, version.note) == (2, people["editor"], "Payroll")
    effects = {change["path"]: change["effect"] for change in version.changes}
    assert effects["work.labour_cost_per_hour"] > 0 > effects["work.coverage"]
    one = roi.replace(preset_case(PRESET), {"work.labour_cost_per_hour": 50})
    alone = services.create_scenario(by=people["owner"], project=scenario.project, case=one)
    after = alone.latest_outcome["options"][services.figures(stored)["option"]]["npv"]
    assert effects["work.labour_cost_per_hour"] == pytest.approx(after - before)


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(
    scenario: Scenario, people: dict[str, User]
) -> None:
    first = changed(scenario, work__coverage=0.4)
    second = changed(scenario, work__minutes_per_item=9)
    services.update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=first)
    with pytest.raises(services.EditConflict) as told:
        services.update_scenario(by=people["editor"], scenario=scenario, seen_version=1, case=second)
    assert told.value.current.version == 2
    assert services.stored_case(told.value.current) == first
    assert ScenarioVersion.objects.count() == 2


def test_the_same_figures_again_are_no_version(scenario: Scenario, people: dict[str, User]) -> None:
    case = services.stored_case(scenario)
    assert services.update_scenario(by=people["owner"], scenario=scenario, seen_version=1, case=case).version == 1


def test_restoring_is_a_new_version_with_the_old_figures(scenario: Scenario, people: dict[str, User]) -> None:
    services.update_scenario(
        by=people["owner"], scenario=scenario, seen_version=1, case=changed(scenario, work__coverage=0.4)
    )
    first = scenario.versions.get(number=1)
    restored = services.restore_version(by=people["owner"], scenario=scenario, seen_version=2, version=first)
    assert (restored.version, restored.document, restored.latest_outcome) == (3, first.document, first.outcome)


def test_a_copy_has_a_history_of_its_own(scenario: Scenario, people: dict[str, User]) -> None:
    copy = services.duplicate_scenario(by=people["owner"], scenario=scenario)
    assert (copy.name, copy.version, copy.is_main) == ("Support desk (copy)", 1, False)
    assert copy.latest_outcome == scenario.latest_outcome


def test_one_scenario_is_the_main_one(scenario: Scenario, people: dict[str, User]) -> None:
    copy = services.duplicate_scenario(by=people["owner"], scenario=scenario)
    assert scenario.is_main
    services.make_main(by=people["owner"], scenario=copy)
    assert list(Scenario.objects.filter(is_main=True)) == [copy]
    services.delete_scenario(by=people["owner"], scenario=copy)
    assert list(Scenario.objects.filter(is_main=True)) == [scenario], "the one that is left takes its place"


def test_stored_figures_are_what_the_engine_says_now(scenario: Scenario) -> None:
    found = services.figures(scenario)
    assert set(found) >= {"p_npv_positive", "npv", "payback_months", "cost_per_item_correct"}
    assert 0 < found["p_npv_positive"] <= 1
    fresh = services.figures(Scenario.objects.get(pk=scenario.pk), option="nothing-of-that-name")
    assert fresh["npv"] is None


def test_every_change_is_audited_and_announced(
    project: Project,
    people: dict[str, User],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[dict[str, Any]] = []

    def listen(sender: type[Scenario], **told: Any) -> None:
        heard.append(told)

    scenario_changed.connect(listen, weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            scenario = services.create_scenario(by=people["owner"], project=project, case=preset_case(PRESET))
            services.update_scenario(
                by=people["owner"], scenario=scenario, seen_version=1, case=changed(scenario, work__coverage=0.4)
            )
            services.make_main(by=people["owner"], scenario=scenario)
            services.delete_scenario(by=people["owner"], scenario=scenario)
    finally:
        scenario_changed.disconnect(listen)
    verbs = list(AuditEntry.objects.filter(verb__startswith="scenario.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["scenario.created", "scenario.changed", "scenario.made_main", "scenario.deleted"]
    assert [told["deleted"] for told in heard] == [False, False, False, True]
    assert {told["project_id"] for told in heard} == {project.pk}


def test_a_version_never_changes(scenario: Scenario) -> None:
    version = scenario.versions.get()
    version.note = "another"
    with pytest.raises(TypeError):
        version.save()


def test_a_summary_is_remembered_by_everything_that_the_case_says() -> None:
    """What one caller does to its copy is not the next one's; another figure or name is another summary."""
    case = preset_case(PRESET)
    first = outcomes.summary(case)
    first["options"]["peft"]["npv"] = 0.0
    second = outcomes.summary(preset_case(PRESET))
    assert second == outcomes._summarised(case) != first
    dearer = roi.replace(case, {"work.labour_cost_per_hour": 50})
    assert outcomes.summary(dearer) == outcomes._summarised(dearer) != second
    renamed = arrange.with_options(case, [each.model_copy(update={"name": f"{each.name}!"}) for each in case.options])
    assert outcomes.summary(renamed)["options"]["peft"]["name"] == "Tuned small model (LoRA)!"


def test_only_so_many_summaries_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "_REMEMBERED", 2)
    for share in (0.3, 0.4, 0.5):
        outcomes.summary(roi.replace(preset_case(PRESET), {"work.coverage": share}))
    assert len(outcomes._summaries) == 2


def test_effects_are_those_of_the_whole_evaluation() -> None:
    before = preset_case(PRESET)
    after = roi.replace(before, {"work.coverage": 0.4, "time.horizon_months": 24})
    for change in changes_between(before, after):
        alone = roi.replace(before, {change.path: 24 if "horizon" in change.path else after.work.coverage})
        keys = [option.key for option in before.options if option.kind != "do_nothing"]
        best = max(keys, key=lambda key: roi.evaluate(after).option(key).npv.value or 0.0)
        gains = [roi.evaluate(case).option(best).npv.value or 0.0 for case in (alone, before)]
        assert change.effect == pytest.approx(gains[0] - gains[1], rel=1e-9)


def test_a_text_that_only_spells_a_character_out_is_stored(project: Project, people: dict[str, User]) -> None:
    case = preset_case(PRESET, name=r"Backslash \u0000")
    assert services.create_scenario(by=people["owner"], project=project, case=case).name == case.name
