"""What an evaluation and a study found."""

import json

import pytest
from django.test import Client

from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Study
from webapp.jobs.studies import settle
from webapp.projects.models import Project

from . import rows

HTMX = {"HX-Request": "true"}


def get(client: Client, job: Job, query: str = "") -> str:
    answer = client.get(f"/projects/{job.project.code}/jobs/{job.code}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_headline_carries_its_interval(project: Project, version: DatasetVersion, editor: Client) -> None:
    page = get(editor, rows.evaluation(project, version, right=5))
    assert "62.5%" in page
    assert "[30.0, 90.0] n=8" in page
    assert "The most frequent mistake takes" in page
    assert "<h2>By label</h2>" in page
    assert "Multiple choice" in page


def test_wrong_answers_come_first(project: Project, version: DatasetVersion, editor: Client) -> None:
    page = get(editor, rows.evaluation(project, version, right=5), "?tab=items")
    assert page.index("Letter 5 asks") < page.index("Letter 7 asks") < page.index("Letter 0 asks")
    assert page.count("wrong</span>") == 3


def test_answers_are_filtered_and_searched(project: Project, version: DatasetVersion, editor: Client) -> None:
    job = rows.evaluation(project, version, right=5)
    assert "Letter 0 asks" not in get(editor, job, "?tab=items&show=wrong")
    page = get(editor, job, "?tab=items&q=letter+6")
    assert "Letter 6 asks" in page
    assert "Letter 5 asks" not in page


def test_two_models_stand_side_by_side(project: Project, version: DatasetVersion, editor: Client) -> None:
    """The first is right on items 0 to 4, the other on 0 to 6: they differ on 5 and 6."""
    job = rows.evaluation(project, version, right=5)
    other = rows.evaluation(project, version, right=7, name="Evaluate full")
    page = get(editor, job, f"?tab=items&beside={other.code}&show=differs")
    assert "2 items of 8" in page
    assert "Evaluate full" in page
    assert "Letter 7 asks" not in page


def test_an_evaluation_of_other_rows_is_not_offered_beside(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    job = rows.evaluation(project, version)
    other = rows.evaluation(project, version, name="On other rows")
    other.spec["data"]["test"] = "dataset:" + "0" * 64 + "/test"
    other.save()
    assert "On other rows" not in get(editor, job, "?tab=items")


@pytest.fixture
def study(project: Project, version: DatasetVersion) -> Study:
    """Base right on 60 of 200 items, LoRA on 180, full on 184."""
    made = rows.study(project, version)
    rows.evaluation(project, version, study=made, role="eval:base", right=60, n=200, name="Evaluate the base model")
    for method, right, flops in (("lora", 180, 1e12), ("full", 184, 3e12)):
        result = {
            "trainable_parameters": 1_000_000,
            "train_tokens": 40_000,
            "flops": flops,
            "train_seconds": 60.0,
            "peak_memory_bytes": 2_000_000_000,
            "cost": {"usd": 0.02},
        }
        train = rows.training(
            project,
            version,
            study=made,
            role=f"train:{method}",
            state=JobState.DONE,
            result=result,
            name=f"Train {method}",
        )
        evaluated = rows.evaluation(
            project, version, study=made, role=f"eval:{method}", right=right, n=200, name=f"Evaluate {method}"
        )
        evaluated.after.add(train)
    return made


def page_of(client: Client, study: Study, query: str = "") -> str:
    answer = client.get(f"/projects/{study.project.code}/studies/{study.code}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_result_of_a_study(study: Study, editor: Client) -> None:
    settle(study.pk)
    page = page_of(editor, study)
    study.refresh_from_db()
    title = page.partition("<h1>")[2].partition("</h1>")[0]
    assert title == study.outcome["headline"]
    assert "LoRA gains 60.0 points" in title
    assert "exact McNemar, Holm-adjusted" in page
    assert "real: the interval excludes zero" in page
    assert "not settled" in page
    for words in ("92% accuracy", "30% improvement", "80% less computational cost", "not held"):
        assert words in page
    figure = json.loads(page.partition('id="cost-data" type="application/json">')[2].partition("</script>")[0])
    names = [trace["name"] for trace in figure["data"]]
    assert names == ["frontier", "base model", "LoRA", "full fine-tuning"]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Accuracy"
    assert figure["layout"]["xaxis"]["title"]["text"] == "Training compute (TFLOP)"
    assert figure["data"][1]["x"] == [0.0]


def test_a_running_study_shows_its_jobs(project: Project, version: DatasetVersion, editor: Client) -> None:
    made = rows.study(project, version)
    train = rows.training(project, version, study=made, role="train:lora", step=5)
    rows.training(
        project, version, study=made, role="eval:lora", state=JobState.WAITING, name="Evaluate LoRA"
    ).after.add(train)
    page = page_of(editor, made)
    assert 'hx-trigger="every 2s"' in page
    assert "0 of 2 jobs done" in page
    assert "5 of 20" in page
    seen = page.partition("?seen=")[2].partition('"')[0]
    address = f"/projects/{project.code}/studies/{made.code}/"
    assert editor.get(address, {"seen": seen}, headers=HTMX).status_code == 204
    rows.happened(train, ("step", rows.step(6)))
    part = editor.get(address, {"seen": seen}, headers=HTMX).content.decode()
    assert "6 of 20" in part
    assert "<html" not in part


def test_a_failed_child_is_retried_without_the_others(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    made = rows.study(project, version)
    done = rows.evaluation(project, version, study=made, role="eval:base")
    failure = {"what": "The disk is full", "remedy": "Free space.", "exit_status": 4}
    failed = rows.training(project, version, study=made, role="train:lora", state=JobState.FAILED, failure=failure)
    settle(made.pk)
    page = page_of(editor, made)
    assert "The disk is full" in page
    assert "Retry what failed" in page
    assert 'hx-trigger="every 2s"' not in page
    editor.post(f"/projects/{project.code}/studies/{made.code}/retry/")
    failed.refresh_from_db()
    done.refresh_from_db()
    assert failed.state == JobState.QUEUED
    assert done.state == JobState.DONE


def test_a_study_can_be_cancelled(project: Project, version: DatasetVersion, editor: Client) -> None:
    made = rows.study(project, version)
    queued = rows.training(project, version, study=made, role="train:lora", state=JobState.QUEUED)
    editor.post(f"/projects/{project.code}/studies/{made.code}/cancel/")
    queued.refresh_from_db()
    assert queued.state == JobState.CANCELLED


def test_what_is_missing_from_a_result_is_told(study: Study, editor: Client) -> None:
    job = study.jobs.get(role="train:full")
    job.state = JobState.FAILED
    job.save()
    study.jobs.filter(role="eval:full").update(state=JobState.CANCELLED)
    settle(study.pk)
    page = page_of(editor, study)
    assert "Without a result, so not compared: Train full, Evaluate full." in page


def test_a_running_evaluation_tells_how_it_stands(project: Project, version: DatasetVersion, editor: Client) -> None:
    job = rows.evaluation(project, version, state=JobState.RUNNING, result={})
    rows.happened(job, ("step", {**rows.step(1), "items_done": 40, "items_total": 80, "accuracy": 0.75}))
    page = get(editor, job)
    assert "75.0%" in page
    assert "[59.8, 85.8] n=40" in page
    assert "So far." in page


def test_an_evaluation_that_only_reads_shows_its_hardest_rows(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    job = rows.evaluation(project, version)
    job.spec["metric"] = "perplexity"
    job.save()
    answers = [
        {
            "index": index,
            "prompt": f"Letter {index} asks:",
            "expected": "bill",
            "predicted": None,
            "correct": None,
            "loglik_nats": -2.0 * index,
            "tokens": 2,
        }
        for index in range(5)
    ]
    rows.left(job, "predictions.jsonl", "".join(json.dumps(answer) + "\n" for answer in answers))
    page = get(editor, job, "?tab=items")
    assert page.index("Hardest held-out rows") < page.index("Letter 4 asks") < page.index("Letter 0 asks")
    assert "wrong" not in page.partition('id="tab-live"')[2].replace("wrong labels", "")
