"""The report of a project with nothing, with half of it and with all: what is said, and what is not invented."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp import factories
from tests.webapp.business.scenarios.conftest import measured
from webapp.accounts.models import User
from webapp.business.models import Scenario
from webapp.projects.models import Project
from webapp.reports.compose import compose
from webapp.reports.differences import changes
from webapp.reports.document import Document, Said, content_digest
from webapp.reports.pages import no_risks
from webapp.roadmap.evaluation import evaluate
from webapp.roadmap.models import Choice, GateCriterion, Roadmap
from webapp.roadmap.services.gates import decide, sign, waive

from . import rows


@pytest.fixture
def owner(people: dict[str, User]) -> User:
    return people["owner"]


def test_an_empty_project_says_what_is_missing_and_no_figure(project: Project) -> None:
    said = compose(project, rows.TODAY)
    assert said.choice == "hold"
    assert len(said.missing) == 3
    assert {figure.value for figure in said.figures} == {"not known"}
    assert (said.pictures, said.notes, said.risks) == ((), (), ())
    assert len(said.steps) == 3
    assert no_risks(said).startswith("Nothing has been judged")
    assert all(not table.rows and table.empty for table in said.tables)


def test_half_a_project_says_what_it_has_and_names_the_rest(project: Project, owner: User) -> None:
    rows.half_filled(project, owner)
    said = compose(project, rows.TODAY)
    assert said.choice == "hold"
    assert said.missing == (
        "The success rate in the business case is not measured.",
        "No roadmap has been started, so no gate could be judged.",
    )
    assert said.risks[0].text.startswith(f"{rows.OVERLAPPING} training rows also stand in the held-out set")
    assert {picture.key for picture in said.pictures} == {"npv-band", "study", "tornado", "options"}
    assert any("worth up to $" in step.text for step in said.steps)


def test_a_full_project_rests_every_number_on_a_footnote(project: Project, owner: User) -> None:
    scenario = rows.filled(project, owner)
    said = compose(project, rows.TODAY)
    assert said.missing == ()
    numbers = {note.number for note in said.notes}
    sources = [note.text for note in said.notes]
    assert numbers == set(range(1, len(numbers) + 1))
    assert f"Scenario “{scenario.name}”, version 1" in sources
    with_figures = (said.reasons, said.figures, said.steps, said.risks, *(table.rows for table in said.tables))
    cited = [each.notes for part in with_figures for each in part]  # type: ignore[attr-defined]  # all have them
    assert all(cited)
    assert numbers == {number for notes in cited for number in notes}
    evidence = said.table("evidence").rows
    assert [row.cells[2] for row in evidence] == ["90.7% [87.7, 93.7]", "90.0% [87.0, 93.0]", "50.0% [47.0, 53.0]"]
    assert {row.badge for row in said.table("claims").rows} == {"held", "not held", "not settled"}


def test_a_waiver_and_a_decision_to_end_it_stand_in_the_report(project: Project, owner: User) -> None:
    rows.filled(project, owner)
    row = GateCriterion.objects.filter(gate__milestone__roadmap__project=project).first()
    assert row is not None
    waiver = waive(by=owner, row=row, reason="The board agreed", until=_soon())
    waived = compose(project, waiver.until)
    assert any("waived by Owner until" in risk.text and "The board agreed" in risk.text for risk in waived.risks)
    assert waived.table("gates").rows[0].badge == "waived"
    assert not any("is waived by" in risk.text for risk in compose(project, waiver.until + timedelta(days=1)).risks)
    decide(by=owner, gate=row.gate, choice=Choice.KILL, note="No budget")
    ended = compose(project, rows.TODAY)
    assert ended.choice == "stop"
    assert "No budget" in ended.reasons[0].text


def test_each_criterion_rests_on_its_own_source(project: Project, owner: User) -> None:
    scenario = rows.filled(project, owner)
    signed = GateCriterion.objects.filter(gate__milestone__roadmap__project=project, spec__kind="review").first()
    assert signed is not None
    owner.name = ""
    owner.save()
    sign(by=owner, row=signed, is_approved=True, note="Read them all")
    evaluate(Roadmap.objects.get(project=project).pk)
    said = compose(project, rows.TODAY)
    texts = {note.number: note for note in said.notes}
    found = {row.cells[1]: [texts[number] for number in row.notes] for row in said.table("gates").rows}
    (job,) = found["The base model is measured"]
    assert job.text.startswith("Job “Evaluate base model”")
    assert "/jobs/" in job.href
    (case,) = found["P(NPV > 0) ≥ 80%"]
    assert case.text == f"Scenario “{scenario.name}”, version 1"
    (signature,) = found[signed.criterion.label]
    assert signature.text.startswith("Signed by owner on ")
    assert [note.text for note in found["At least 200 ratings"]] == ["Roadmap"]
    failing = next(risk for risk in said.risks if "fails" in risk.text)
    assert [texts[number].text for number in failing.notes] == [case.text]
    assert owner.email not in said.model_dump_json()


def test_a_report_from_before_currencies_were_kept_has_its_digest(project: Project) -> None:
    said = compose(project, rows.TODAY)
    stored = said.content()
    assert "currency" not in stored
    assert Document.model_validate(stored).digest() == content_digest(stored)


def _soon() -> date:
    return timezone.localdate() + timedelta(days=5)


def test_the_same_data_give_the_same_document_and_digest(project: Project, owner: User) -> None:
    rows.filled(project, owner)
    first, second = compose(project, rows.TODAY), compose(project, rows.TODAY)
    assert first == second
    assert first.digest() == second.digest()
    stored = json.loads(json.dumps(first.content()))
    assert content_digest(stored) == first.digest()
    assert Document.model_validate(stored).digest() == first.digest()


def test_the_digest_does_not_hang_on_how_a_database_spells_numbers() -> None:
    assert content_digest({"a": [1.0, -0.0, 1e22]}) == content_digest({"a": [1, 0, 10**22]})
    assert content_digest({"a": True}) != content_digest({"a": 1})
    assert content_digest({"a": 0.1}) != content_digest({"a": 0.1000001})


def test_queries_do_not_grow_with_the_project(project: Project, owner: User) -> None:
    rows.filled(project, owner)
    before = _queries(project)
    roadmap = Roadmap.objects.get(project=project)
    for number in range(10):
        measured(factories.job(project, name=f"Evaluate {number}"), "choice", 0.5, 300)
    for row in GateCriterion.objects.filter(gate__milestone__roadmap=roadmap)[:5]:
        waive(by=owner, row=row, reason="Agreed", until=_soon())
    assert _queries(project) == before
    assert before < 30


def _queries(project: Project) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        compose(project, rows.TODAY)
    return len(asked)


def test_a_changed_figure_changes_the_report(project: Project, owner: User) -> None:
    """What was worked out for the figures before is not said of those now."""
    scenario = rows.filled(project, owner)
    before = compose(project, rows.TODAY)
    scenario.document["work"]["items_per_month"] |= {"low": 170.0, "high": 230.0}
    Scenario.objects.filter(pk=scenario.pk).update(document=scenario.document)
    after = compose(project, rows.TODAY)
    assert after.figures[0].value != before.figures[0].value
    assert compose(project, rows.TODAY) == after


def test_sentences_that_are_nearly_alike_are_one_that_is_said_otherwise(project: Project) -> None:
    said = compose(project, rows.TODAY)
    now = Said(text="17 milestones should be done by now; the oldest is 3 days late.")
    then = Said(text="16 milestones should be done by now; the oldest is 2 days late.")
    other = Said(text="Nobody is there.")
    before, after = (said.model_copy(update={"risks": risks}) for risks in ((then,), (other, now)))
    assert changes(before, after) == [("Risk", then.text, now.text), ("Risk", "", other.text)]
    many = [said.model_copy(update={"risks": tuple(Said(text=f"{way} {n}") for n in range(60))}) for way in "ab"]
    assert len(changes(*many)) == 120


def test_changes_tell_what_is_said_differently_and_nothing_else(project: Project, owner: User) -> None:
    empty = compose(project, rows.TODAY)
    assert changes(empty, compose(project, rows.TODAY + timedelta(days=3))) == []
    rows.filled(project, owner)
    full = compose(project, rows.TODAY)
    told = {change.what: change for change in changes(empty, full)}
    assert told["Net present value"].then.startswith("not known")
    assert "$" in told["Net present value"].now
    model = "What was measured: Evaluate LoRA, Accuracy, choosing among the labels"
    assert told[model].then == ""
    assert told[model].now == "90.0% [87.0, 93.0] · 300 · 2026-03-02"
    back = {change.what: change for change in changes(full, empty)}
    assert (back[model].then, back[model].now) == (told[model].now, "")
