"""A job's page while it runs and when it has ended."""

import html
import json
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Worker
from webapp.jobs.pages import head as head_page
from webapp.jobs.pages.events import LOG_LINES, SAMPLES_SHOWN
from webapp.jobs.pages.head import job_head, version_of
from webapp.projects.models import Project

from . import rows

HTMX = {"HX-Request": "true"}


@pytest.fixture
def running(project: Project, version: DatasetVersion) -> Job:
    job = rows.training(project, version, started_at=timezone.now())
    rows.happened(job, ("started", {"kind": "sft", "pid": 7, "devices": 1}), ("step", rows.step(1)))
    return job


def address(job: Job, query: str = "") -> str:
    return f"/projects/{job.project.code}/jobs/{job.code}/{query}"


def text(client: Client, job: Job, query: str = "") -> str:
    answer = client.get(address(job, query))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_running_job_asks_every_two_seconds_and_says_where_it_is(running: Job, editor: Client) -> None:
    page = text(editor, running)
    assert 'hx-trigger="every 2s"' in page
    assert "Step 1 of 20" in page
    assert 'role="status"' in page


def test_nothing_new_is_an_empty_answer(
    running: Job, editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    editor.get(address(running))
    with django_assert_max_num_queries(4):
        answer = editor.get(address(running, f"?tab=charts&seen={version_of(running)}"), headers=HTMX)
    assert answer.status_code == 204
    assert not answer.content


def test_news_come_as_a_part(
    running: Job, editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seen = version_of(running)
    rows.happened(running, ("step", rows.step(2)), ("step", rows.step(3)))
    with django_assert_max_num_queries(9):
        answer = editor.get(address(running, f"?tab=charts&seen={seen}"), headers=HTMX)
    part = answer.content.decode()
    assert "Step 3 of 20" in part
    assert "<html" not in part
    assert 'id="tab-live"' in part


def test_charts_that_are_shown_already_get_only_their_figures(running: Job, editor: Client) -> None:
    shown = "loss,learning-rate,grad-norm,tokens-per-second,peak-memory-bytes"
    part = editor.get(address(running, f"?tab=charts&seen=0&shown={shown}"), headers=HTMX).content.decode()
    assert 'id="loss-data" type="application/json" hx-swap-oob="true"' in part
    assert 'id="tab-live"' not in part


def test_the_price_of_a_poll_does_not_grow_with_the_job(
    running: Job, editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows.happened(running, *(("step", rows.step(number, total=5000)) for number in range(2, 5000)))
    with django_assert_max_num_queries(9):
        assert editor.get(address(running, "?tab=charts&seen=0"), headers=HTMX).status_code == 200


def test_the_page_of_a_silent_job_still_moves(running: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version_of(running)
    monkeypatch.setattr(head_page, "REFRESH_SECONDS", 1e-6)
    assert version_of(running) != before


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_polling_stops_by_itself(state: str, running: Job, editor: Client) -> None:
    seen = version_of(running)
    running.state = state
    running.save()
    answer = editor.get(address(running, f"?seen={seen}"), headers=HTMX)
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-get" not in text(editor, running)


def test_a_failed_job_opens_on_its_reason_and_never_looks_finished(
    project: Project, version: DatasetVersion, editor: Client
) -> None:
    failure = {
        "what": "The job ran out of memory",
        "why": "tried to allocate 6 GB",
        "remedy": "Lower optim.batch_size.",
        "exit_status": 4,
    }
    job = rows.training(project, version, state=JobState.FAILED, failure=failure, step=3)
    page = text(editor, job)
    for words in (
        "The job ran out of memory",
        "tried to allocate 6 GB",
        "Lower optim.batch_size.",
        "New from this one",
    ):
        assert words in page
    assert page.index("The job ran out of memory") < page.index("Charts")
    assert "badge-warm" in page
    assert ">done<" not in page
    assert "100%" not in page


def test_a_job_over_its_limit_asks_for_a_new_one(project: Project, version: DatasetVersion, editor: Client) -> None:
    failure = {"what": "The job reached its limit of 1 minutes", "remedy": "Raise the limit", "exit_status": 6}
    job = rows.training(project, version, state=JobState.FAILED, failure=failure)
    assert 'name="max_minutes"' in text(editor, job)
    editor.post(address(job, "resume/"), {"max_minutes": "30"})
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert job.spec["budget"]["max_minutes"] == 30


def test_a_limit_that_is_no_number_is_told(project: Project, version: DatasetVersion, editor: Client) -> None:
    job = rows.training(project, version, state=JobState.FAILED, failure={"what": "x", "exit_status": 6})
    answer = editor.post(address(job, "resume/"), {"max_minutes": "soon"}, follow=True)
    assert b"Enter a number" in answer.content
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_cancelling_from_the_page(running: Job, editor: Client) -> None:
    editor.post(address(running, "cancel/"))
    page = text(editor, running)
    assert "It is stopping" in page
    assert f'action="{address(running, "cancel/")}"' not in page


def test_a_waiting_job_says_for_what(project: Project, version: DatasetVersion, running: Job) -> None:
    job = rows.training(project, version, state=JobState.WAITING, name="Evaluate LoRA")
    job.after.add(running)
    assert job_head(job).now == "Waits for “Train LoRA”."
    running.state = JobState.FAILED
    running.save()
    assert "which failed: resume that job first" in job_head(job).now


def test_a_queued_job_says_for_what(project: Project, version: DatasetVersion) -> None:
    first = rows.training(project, version, state=JobState.QUEUED)
    second = rows.training(project, version, state=JobState.QUEUED)
    assert "No cpu worker has been heard from" in job_head(first).now
    Worker.objects.create(name="w", queue="cpu", seen_at=timezone.now())
    assert job_head(first).now == "Next in line for a cpu worker."
    assert job_head(second).now == "Queued for a cpu worker, behind 1 other job."


def test_alerts_are_told_once_a_rule_with_their_remedy(running: Job, editor: Client) -> None:
    told = {"text": "The loss is flat.", "remedy": "Raise optim.learning_rate.", "code": "loss_flat"}
    rows.happened(running, ("warning", told), ("warning", {**told, "text": "The loss is still flat."}))
    alerts = job_head(running).alerts
    assert [(alert.text, alert.times) for alert in alerts] == [("The loss is still flat.", 2)]
    assert "Raise optim.learning_rate." in text(editor, running)


def test_predicted_stands_beside_actual(project: Project, version: DatasetVersion, editor: Client) -> None:
    prediction = {"seconds": {"value": 80, "low": 60, "high": 120}, "usd": {"value": 0.5, "low": 0.4, "high": 0.7}}
    job = rows.training(
        project, version, state=JobState.DONE, elapsed_seconds=68.0, usd=0.45, prediction=prediction, step=20
    )
    page = text(editor, job)
    assert "1 min 08 s" in page
    assert "predicted 1 min to 2 min" in page
    assert "predicted $0.40 to $0.70" in page


@pytest.mark.parametrize("tab", ["charts", "samples", "data", "items", "config", "log", "artifacts", "no such tab"])
@pytest.mark.parametrize("state", JobState.values)
def test_every_tab_opens_in_every_state(
    tab: str, state: str, project: Project, version: DatasetVersion, editor: Client
) -> None:
    assert "tabs" in text(editor, rows.training(project, version, state=state), f"?tab={tab}")


def test_samples_logs_and_their_search(running: Job, editor: Client) -> None:
    sample = {"step": 1, "index": 0, "prompt": "Letter 1 asks:", "completion": "a bill", "expected": "a refund"}
    rows.happened(
        running, ("sample", sample), ("log", {"text": "Loaded on cpu"}), ("log", {"text": "Packed <b>rows</b>"})
    )
    assert "a refund" in text(editor, running, "?tab=samples")
    page = text(editor, running, "?tab=log&q=packed")
    assert "Packed &lt;b&gt;rows&lt;/b&gt;" in page
    assert "Loaded on cpu" not in page
    assert "No line contains" in text(editor, running, "?tab=log&q=zzz")


def test_the_first_batch_shows_its_mask(running: Job, editor: Client) -> None:
    tokens = [
        {"token": "Letter", "learned": False},
        {"token": " re", "learned": True},
        {"token": "fund", "learned": True},
    ]
    rows.left(running, "first_batch.json", json.dumps({"rows": [{"row": 3, "tokens": tokens}]}))
    page = text(editor, running, "?tab=data")
    assert '<mark class="tok-learned" title="2 tokens, learned"> refund</mark>' in page
    assert "3 tokens, 2 learned" in page


def test_best_and_worst_validation_rows(running: Job, editor: Client) -> None:
    items = [{"index": n, "prompt": f"P{n}", "completion": "c", "loss_nats": n / 10, "n_tokens": 2} for n in range(10)]
    rows.left(running, "validation_items.jsonl", "".join(json.dumps(item) + "\n" for item in items))
    page = text(editor, running, "?tab=items")
    assert page.index("Hardest") < page.index(">P9<") < page.index("Easiest") < page.index(">P0<")
    assert page.count('<td class="clip">') == 10


def test_settings_that_differ(project: Project, version: DatasetVersion, editor: Client) -> None:
    first = rows.training(project, version, steps=20)
    second = rows.training(project, version, steps=50, name="Longer")
    page = text(editor, second, f"?tab=config&against={first.code}")
    assert "optim.max_steps" in page
    assert "<del>20</del>" in page
    assert "<ins>50</ins>" in page
    assert "adaptation.rank</th>" not in page


def test_the_model_of_a_finished_job_can_be_used(project: Project, version: DatasetVersion, editor: Client) -> None:
    job = rows.training(project, version, state=JobState.DONE)
    rows.left(job, "adapter", "x", name="adapter")
    page = text(editor, job)
    assert f"adapter=job%3A{job.code}%2Fadapter" in page
    answer = editor.get(
        f"/projects/{project.code}/jobs/launch/evaluate/?adapter=job:{job.code}/adapter&model={rows.MODEL}"
    )
    assert f'<option value="job:{job.code}/adapter" selected>' in answer.content.decode()


def test_the_page_of_a_long_job_stays_small(project: Project, version: DatasetVersion, editor: Client) -> None:
    """100,000 steps as they grow, with one spike and one loss that is no number: both on a page of at most 60 kB."""
    job = rows.training(project, version, steps=100_000)
    odd = {70_001: {"loss_nats": 99.5}, 80_003: {"loss_nats": None, "grad_norm": None}}
    for numbers in (range(1, 95_001), range(95_001, 100_001)):
        rows.stepped(job, numbers, odd)
        page = editor.get(address(job)).content
    assert len(page) < 60_000
    data = re.search(rb'id="loss-data"[^>]*>(.*?)</script>', page)
    assert data is not None
    traces = {trace["name"]: trace for trace in json.loads(data[1])["data"]}
    assert (70_001, 99.5) in zip(traces["each step"]["x"], traces["each step"]["y"], strict=True)
    assert traces["not a number"]["x"] == [80_003]
    assert b"at step 80,003 it was not a number" in page


def test_long_logs_samples_and_texts_come_in_pages(running: Job, editor: Client) -> None:
    for number in range(LOG_LINES + 1):
        rows.happened(running, ("log", {"text": f"Line <{number}>"}))
    page = text(editor, running, "?tab=log")
    assert "Line &lt;1&gt;" in page
    assert "Line &lt;0&gt;" not in page
    older = re.search(r'href="([^"]*before=\d+[^"]*)">Older lines', page)
    assert older is not None
    assert "Line &lt;0&gt;" in text(editor, running, html.unescape(older[1]))
    samples = [
        {"step": number, "index": 0, "prompt": f"P{number} " + "long " * 200, "completion": "c", "expected": "e"}
        for number in range(1, SAMPLES_SHOWN + 2)
    ]
    rows.happened(running, *(("sample", sample) for sample in samples))
    page = text(editor, running, "?tab=samples")
    assert "Step 2<" in page
    assert "Step 1<" not in page
    assert "more characters" in page
    assert "before=" in page
    assert "more characters" not in text(editor, running, "?tab=samples&whole=1")
    older = re.search(r'href="([^"]*before=\d+[^"]*)">Earlier answers', page)
    assert older is not None
    assert "Step 1<" in text(editor, running, html.unescape(older[1]))


def test_a_page_whose_session_is_over_goes_to_the_sign_in(running: Job, client: Client) -> None:
    """The part it asks for must not be the sign-in page, which would be drawn inside the job's."""
    answer = client.get(address(running, "?seen=0"), headers=HTMX)
    assert answer.headers["HX-Refresh"] == "true"
    assert not answer.content
    assert client.get(address(running)).headers["Location"].startswith("/accounts/sign-in/?next=")
