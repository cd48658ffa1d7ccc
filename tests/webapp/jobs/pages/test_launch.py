"""Launching from the forms: nothing typed is lost, nothing runs twice, and what will happen is said before."""

import json
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp import factories
from training.devices import MEASURED_SPREAD
from training.spec import KINDS, parse_spec
from training.spec.forms import fields
from webapp.datasets.models import DatasetVersion
from webapp.jobs.forecast import forecast
from webapp.jobs.forms.choices import offers
from webapp.jobs.forms.spec import LEFT_OUT, SpecForm, initial_from
from webapp.jobs.models import Job, JobState, Study, Worker
from webapp.jobs.references import dataset_reference, split_path
from webapp.jobs.services import check_spec
from webapp.projects.models import Project

from . import rows

HTMX = {"HX-Request": "true"}


def sft_form(version: DatasetVersion, **typed: Any) -> dict[str, Any]:
    return {
        "launch_key": "once",
        "model": rows.MODEL,
        "data.train": dataset_reference(version, "train"),
        "data.validation": dataset_reference(version, "validation"),
        "adaptation.method": ["lora"],
        "optim.max_steps": "20",
        **typed,
    }


def post(client: Client, project: Project, typed: dict[str, Any], kind: str = "sft", **more: Any) -> Any:
    return client.post(f"/projects/{project.code}/jobs/launch/{kind}/", typed, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_spec_stands_in_its_form(kind: str, project: Project, editor: Client) -> None:
    page = editor.get(f"/projects/{project.code}/jobs/launch/{kind}/").content.decode()
    for field in fields(kind):
        if field.path not in LEFT_OUT:
            assert f'name="{field.path}"' in page


def test_a_job_is_launched(project: Project, version: DatasetVersion, editor: Client) -> None:
    answer = post(editor, project, sft_form(version, name="First try", **{"optim.learning_rate": "5e-4"}))
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/projects/{project.code}/jobs/{job.code}/"
    assert (job.name, job.state) == ("First try", JobState.QUEUED)
    assert job.spec["optim"] | {"learning_rate": 5e-4, "max_steps": 20} == job.spec["optim"]
    assert job.data.count() == 2


def test_a_double_press_launches_once(project: Project, version: DatasetVersion, editor: Client) -> None:
    first, second = (post(editor, project, sft_form(version)) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Job.objects.count() == 1


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    typed = sft_form(version, **{"optim.learning_rate": "3", "optim.batch_size": "many", "name": "My run"})
    answer = post(editor, project, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert Job.objects.count() == 0
    assert 'id="id_optim.learning_rate_error"' in page
    assert "Must be less than or equal to 1, not 3.0." in page
    assert 'id="id_optim.batch_size_error"' in page
    for value in ('value="3"', 'value="many"', 'value="My run"', 'value="20"'):
        assert value in page
    assert f'<option value="{typed["data.train"]}" selected>' in page
    assert 'name="launch_key" value="once"' in page


def test_a_fault_in_a_folded_setting_opens_its_fold(project: Project, version: DatasetVersion, editor: Client) -> None:
    page = post(editor, project, sft_form(version, **{"optim.weight_decay": "7"})).content.decode()
    fold = page.rpartition('id="id_optim.weight_decay"')[0].rpartition("<details")[2]
    assert " open" in fold.partition(">")[0]


def test_several_values_make_a_grid(project: Project, version: DatasetVersion, editor: Client) -> None:
    """Two methods and three rates: six jobs, said before and launched once."""
    typed = sft_form(version, **{"adaptation.method": ["lora", "dora"], "optim.learning_rate": "1e-4, 5e-4,1e-3"})
    card = post(editor, project, {**typed, "do": "check"}, headers=HTMX).content.decode()
    assert "Run 6 jobs" in card
    assert "3 optim.learning_rate" in card
    assert Job.objects.count() == 0
    for _ in range(2):
        assert post(editor, project, typed).headers["Location"] == f"/projects/{project.code}/jobs/"
    assert Job.objects.count() == 6
    settings = {(job.spec["adaptation"]["method"], job.spec["optim"]["learning_rate"]) for job in Job.objects.all()}
    assert settings == {(method, rate) for method in ("lora", "dora") for rate in (1e-4, 5e-4, 1e-3)}


def test_checking_a_grid_asks_each_question_once(
    project: Project,
    version: DatasetVersion,
    editor: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """64 jobs take the queries of 2, and under 0.3 s of processor time."""

    def check(rates: int) -> None:
        typed = sft_form(version, **{"optim.learning_rate": ",".join(f"{n}e-5" for n in range(1, rates + 1))})
        card = post(editor, project, {**typed, "do": "check"}, headers=HTMX).content.decode()
        assert f"Run {rates} jobs" in card

    with CaptureQueriesContext(connection) as few:
        check(2)
    began = time.process_time()
    with django_assert_num_queries(len(few)):
        check(64)
    assert time.process_time() - began < 0.3


def test_a_grid_with_a_fault_launches_nothing(project: Project, version: DatasetVersion, editor: Client) -> None:
    answer = post(editor, project, sft_form(version, **{"optim.learning_rate": "1e-4, 3"}))
    assert answer.status_code == 422
    assert "not 3.0" in answer.content.decode()
    assert Job.objects.count() == 0


def test_a_grid_too_large_is_refused(project: Project, version: DatasetVersion, editor: Client) -> None:
    seeds = ", ".join(map(str, range(65)))
    answer = post(editor, project, sft_form(version, seed=seeds))
    assert "at most 64 are allowed" in answer.content.decode()


def test_the_card_follows_along(project: Project, version: DatasetVersion, editor: Client) -> None:
    card = post(editor, project, {**sft_form(version), "do": "check"}, headers=HTMX).content.decode()
    assert "<html" not in card
    assert "Run 1 job" in card
    assert "Letters v1, train" in card
    assert "40 training rows are few" in card
    assert "No cpu worker has been heard from" in card


def test_the_time_says_what_it_is_made_of(project: Project, version: DatasetVersion, editor: Client) -> None:
    typed = {**sft_form(version), "do": "check"}
    card = post(editor, project, typed, headers=HTMX).content.decode()
    assert "What it is made of" in card
    for part in ("Load the model, encode the rows", "Train", "Validate, and answer samples", "Checkpoints, and saving"):
        assert f"<span>{part}</span>" in card
    assert "Jobs one after another" not in card
    grid = post(editor, project, {**typed, "seed": "1, 2"}, headers=HTMX).content.decode()
    assert "Jobs one after another, as on one worker." in grid


def test_a_worker_that_was_measured_narrows_the_prediction(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    def predicted() -> dict[str, Any]:
        raw = {"kind": "sft", "model": rows.MODEL, "data": {"train": dataset_reference(version, "train")}}
        checked = check_spec(project, raw)
        return forecast(checked.spec, checked.data, "cpu").to_json()

    guessed = predicted()
    speed = dict.fromkeys(("learning_flops_per_second", "reading_flops_per_second"), 100000000000.0)
    speed |= {"weights_per_second": 5e9, "updates_per_second": 3e8, "written_bytes_per_second": 5e8}
    told = {**speed, "device": "cpu", "precision": "float32", "layer_seconds": 1e-3, "start_seconds": 6.0}
    worker = Worker.objects.create(
        name="w", queue="cpu", cores=2, seen_at=timezone.now(), speed={**told, "read": "2026-11-22"}
    )
    measured = predicted()
    assert measured["seconds"]["high"] / measured["seconds"]["low"] == pytest.approx(MEASURED_SPREAD**2)
    assert measured["seconds"]["high"] - measured["seconds"]["low"] < guessed["seconds"]["high"]
    assert measured["basis"] == ["speed: measured on this cpu in float32 (2026-11-22)"]
    worker.speed = {"from": "another version"}
    worker.save()
    assert predicted()["basis"] != measured["basis"]


def test_finished_jobs_correct_what_is_foretold_after_them(project: Project, version: DatasetVersion) -> None:
    raw = {"kind": "sft", "model": rows.MODEL, "data": {"train": dataset_reference(version, "train")}}
    checked = check_spec(project, raw)
    first = forecast(checked.spec, checked.data, "cpu").to_json()
    kept = {"project": project, "queue": "cpu", "state": JobState.DONE, "ended_at": timezone.now()}
    factories.job(**kept, prediction={"uncalibrated_seconds": 1.0}, elapsed_seconds=500.0)
    assert forecast(checked.spec, checked.data, "cpu").to_json()["calibrated_on"] == 0
    for _ in range(4):
        factories.job(**kept, prediction=first, elapsed_seconds=2 * first["seconds"]["value"])
    later = forecast(checked.spec, checked.data, "cpu").to_json()
    assert later["calibrated_on"] == 4
    assert later["seconds"]["value"] == pytest.approx(first["seconds"]["value"] * 2 ** (4 / 6), rel=1e-3)
    assert later["uncalibrated_seconds"] == pytest.approx(first["seconds"]["value"])


def test_the_button_says_what_is_missing(project: Project, version: DatasetVersion, editor: Client) -> None:
    typed = sft_form(version, **{"data.train": "", "model": ""})
    card = post(editor, project, {**typed, "do": "check"}, headers=HTMX).content.decode()
    assert "Still missing:" in card
    assert "training rows" in card
    assert "base model" in card


def test_a_learning_rate_of_three_is_answered_before_the_press(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    typed = sft_form(version, **{"optim.learning_rate": "3", "do": "check"})
    card = post(editor, project, typed, headers=HTMX).content.decode()
    assert "Learning rate must be less than or equal to 1, not 3.0 (usual: 1e-06 to 0.05)." in card
    assert "1 setting to change first" in card
    unusual = post(editor, project, {**typed, "optim.learning_rate": "0.3"}, headers=HTMX).content.decode()
    assert "above the usual range" in unusual


def test_without_javascript_the_check_is_a_page(project: Project, version: DatasetVersion, editor: Client) -> None:
    page = post(editor, project, {**sft_form(version), "do": "check"}).content.decode()
    assert "<html" in page
    assert "Run 1 job" in page
    assert Job.objects.count() == 0


def test_the_spec_can_be_downloaded_instead(project: Project, version: DatasetVersion, editor: Client) -> None:
    answer = post(editor, project, {**sft_form(version), "do": "spec"})
    assert "attachment" in answer.headers["Content-Disposition"]
    spec = json.loads(answer.content)
    assert parse_spec(spec).kind == "sft"
    assert spec["data"]["train"].endswith("train.jsonl")
    assert Job.objects.count() == 0


def test_new_from_this_one(project: Project, version: DatasetVersion, editor: Client) -> None:
    job = rows.training(project, version, steps=37, state=JobState.DONE)
    page = editor.get(f"/projects/{project.code}/jobs/launch/sft/?from={job.code}").content.decode()
    assert 'value="37"' in page
    assert f'<option value="{dataset_reference(version, "train")}" selected>' in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_filled_in_from_a_spec_gives_that_spec(kind: str, project: Project, version: DatasetVersion) -> None:
    """Every setting survives the way into the form and out of it."""
    made_by = rows.training(project, version, state=JobState.DONE)
    whole = {
        "sft": lambda: rows.sft_spec(version, method="dora", seed=7, packing=False),
        "evaluate": lambda: rows.evaluate_spec(version),
        "merge": lambda: parse_spec(
            {"kind": "merge", "model": rows.MODEL, "adapter": f"job:{made_by.code}/adapter"}
        ).model_dump(mode="json"),
    }[kind]()
    form = SpecForm(kind, offers(project), initial=initial_from(kind, whole))
    assert parse_spec(form.spec()).model_dump(mode="json") == whole


def test_choices_are_one_a_line(project: Project, version: DatasetVersion, editor: Client) -> None:
    typed = {
        "launch_key": "k",
        "model": rows.MODEL,
        "data.test": dataset_reference(version, "test"),
        "metric": ["choice"],
        "choices": "bill, late\r\nrefund\r\n",
    }
    post(editor, project, typed, kind="evaluate")
    assert Job.objects.get().spec["choices"] == ["bill, late", "refund"]


def test_the_data_suggests_how_answers_are_judged(project: Project, version: DatasetVersion, editor: Client) -> None:
    """Labels: a choice among them. Numbers: by number. Free text, or no data yet: a normalised match."""
    place = f"/projects/{project.code}/jobs/launch/evaluate/"
    assert "is said here once held-out rows are chosen" in editor.get(place).content.decode()
    chosen = {
        "launch_key": "k",
        "model": rows.MODEL,
        "data.test": dataset_reference(version, "test"),
        "metric": ["auto"],
    }

    def suggested() -> tuple[str, dict[str, Any]]:
        card = post(editor, project, {**chosen, "do": "check"}, kind="evaluate", headers=HTMX).content.decode()
        form = SpecForm("evaluate", offers(project), chosen)
        return card, form.spec()

    card, spec = suggested()
    assert 'id="why-metric"' in card
    assert "<strong>Normalised match</strong>: the answers of Letters v1 are free text" in card
    assert (spec["metric"], "choices" in spec) == ("normalised", False)

    split_path(version, "test").write_text(
        '{"prompt": "1 + 1", "completion": " 2"}\n{"prompt": "3", "completion": "-1,200.5"}\n'
    )
    card, spec = suggested()
    assert "<strong>Numeric match</strong>: the answers of Letters v1 are numbers" in card
    assert spec["metric"] == "numeric"

    version.manifest = {"splits": {"test": {"statistics": {"labels": {"refund": 5, "bill": 3}}}}}
    version.save()
    card, spec = suggested()
    assert "<strong>Multiple choice</strong>: the answers of Letters v1 are 2 labels (refund, bill)" in card
    assert (spec["metric"], spec["choices"]) == ("choice", ["refund", "bill"])
    page = editor.get(place, {"data.test": chosen["data.test"]}).content.decode()
    assert "are 2 labels" in page
    post(editor, project, {**chosen, "metric": ["auto", "exact"]}, kind="evaluate")
    assert {job.spec["metric"] for job in Job.objects.all()} == {"choice", "exact"}


def test_a_path_from_the_form_is_refused(project: Project, version: DatasetVersion, editor: Client) -> None:
    typed = sft_form(version, **{"data.train": "/etc/passwd", "model": "../../etc"})
    answer = post(editor, project, typed)
    assert answer.status_code == 422
    assert Job.objects.count() == 0


def test_an_unknown_kind_is_not_found(project: Project, editor: Client) -> None:
    assert editor.get(f"/projects/{project.code}/jobs/launch/magic/").status_code == 404


def study_form(version: DatasetVersion, **typed: Any) -> dict[str, Any]:
    return {
        "launch_key": "study once",
        "question": "Does it pay?",
        "version": version.digest,
        "model": rows.MODEL,
        "methods": ["lora", "full"],
        "max_steps": "10",
        "batch_size": "8",
        "rank": "8",
        "metric": "auto",
        "max_new_tokens": "8",
        "test_rows": "",
        "seed": "0",
        **typed,
    }


def post_study(client: Client, project: Project, typed: dict[str, Any], **more: Any) -> Any:
    return client.post(f"/projects/{project.code}/jobs/launch/study/", typed, **more)


def test_a_study_is_launched_with_one_press(project: Project, version: DatasetVersion, editor: Client) -> None:
    card = post_study(editor, project, study_form(version, do="check"), headers=HTMX).content.decode()
    assert "Run 5 jobs" in card
    for _ in range(2):
        answer = post_study(editor, project, study_form(version))
        study = Study.objects.get()
        assert answer.headers["Location"] == f"/projects/{project.code}/studies/{study.code}/"
    assert study.question == "Does it pay?"
    assert study.jobs.count() == 5
    assert study.jobs.get(role="train:lora").spec["adaptation"]["rank"] == 8


def test_the_study_form_starts_ready(project: Project, version: DatasetVersion, editor: Client) -> None:
    page = editor.get(f"/projects/{project.code}/jobs/launch/study/").content.decode()
    assert "Run 5 jobs" in page
    assert f'<option value="{version.digest}" selected>' in page


def test_a_project_without_data_is_sent_to_the_data(project: Project, editor: Client) -> None:
    page = editor.get(f"/projects/{project.code}/jobs/launch/study/").content.decode()
    assert "A study needs data first" in page


def test_faults_of_a_study_stand_beside_their_fields(project: Project, version: DatasetVersion, editor: Client) -> None:
    answer = post_study(editor, project, study_form(version, methods=[], max_steps="0"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert Study.objects.count() == 0
    assert 'id="id_max_steps_error"' in page
    assert 'id="id_methods_error"' in page
    assert 'value="Does it pay?"' in page
    fold = page.rpartition('id="id_max_steps"')[0].rpartition("<details")[2]
    assert " open" in fold.partition(">")[0]


def test_data_without_held_out_rows_is_refused(project: Project, version: DatasetVersion, editor: Client) -> None:
    version.splits = {"train": 40}
    version.save()
    answer = post_study(editor, project, study_form(version))
    assert "It has no rows in its split test" in answer.content.decode()
    assert Study.objects.count() == 0


@pytest.mark.parametrize("address", ["sft", "study"])
def test_a_method_that_cannot_run_says_why(
    address: str, project: Project, version: DatasetVersion, editor: Client
) -> None:
    page = f"/projects/{project.code}/jobs/launch/{address}/"
    assert "Not here: it needs a worker with a CUDA device" in editor.get(page).content.decode()
    Worker.objects.create(name="gpu", queue="cuda", seen_at=timezone.now())
    assert "Not here" not in editor.get(page).content.decode()


def test_every_setting_of_the_trainings_can_be_changed(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    typed = {"training.optim.weight_decay": "0.05", "training.packing": ["no"], "rate.lora": "2e-4"}
    answer = post_study(editor, project, study_form(version, **typed))
    assert answer.status_code == 302
    study = Study.objects.get()
    assert study.plan["sft"] == {"optim": {"weight_decay": 0.05}, "packing": False}
    lora, full = (study.jobs.get(role=f"train:{method}").spec for method in ("lora", "full"))
    assert lora["optim"] | {"weight_decay": 0.05, "learning_rate": 2e-4, "max_steps": 10} == lora["optim"]
    assert full["optim"]["learning_rate"] is None
    assert not full["packing"]


def test_a_fault_of_a_training_stands_beside_its_setting(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    answer = post_study(editor, project, study_form(version, **{"training.optim.weight_decay": "7"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_training.optim.weight_decay_error"' in page
    assert Study.objects.count() == 0


@pytest.mark.parametrize("typed", [{"name": "a\x00b"}, {"name": "x" * 200}])
def test_a_name_that_cannot_be_is_told(
    typed: dict[str, str], project: Project, version: DatasetVersion, editor: Client
) -> None:
    answer = post(editor, project, sft_form(version, **typed))
    assert answer.status_code == 422
    assert 'id="id_name_error"' in answer.content.decode()


def test_nonsense_in_every_field_is_answered(project: Project, version: DatasetVersion, editor: Client) -> None:
    for kind in KINDS:
        typed = {field.path: ["\x00<b>", "nan", "1e999"] for field in fields(kind)}
        assert post(editor, project, {"launch_key": "k", **typed}, kind=kind).status_code == 422
        assert post(editor, project, {**typed, "do": "check"}, kind=kind, headers=HTMX).status_code == 200
    assert Job.objects.count() == 0
