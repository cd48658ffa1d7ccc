"""The jobs pages in a real browser: live, both themes, three widths, keyboard, without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Axe, Look, eventually
from tests.webapp import factories
from tests.webapp.jobs.pages import rows
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, JobState, Study, Worker
from webapp.jobs.studies import settle
from webapp.projects.models import Project

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _state(settings: Settings, tmp_path: Path) -> None:
    settings.STATE = tmp_path


@pytest.fixture
def project(live_server: LiveServer, faults: list[str], sign_in: Callable[[User], None]) -> Project:
    """A project whose owner is signed in."""
    owner = factories.user("ada@example.com", name="Ada Lind")
    sign_in(owner)
    return factories.project(owner=owner, name="Medical coding")


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return factories.dataset_version(project, name="ICD-10 chapters")


@pytest.fixture
def running(project: Project, version: DatasetVersion) -> Job:
    """A job at step 60 of 100, with a health alert."""
    job = rows.training(project, version, steps=100, started_at=timezone.now())
    rows.happened(
        job,
        ("started", {"kind": "sft", "pid": 7, "devices": 1}),
        *(("step", rows.step(number, total=100)) for number in range(1, 61)),
        ("eval", {"step": 30, "validation_loss_nats": 0.8}),
        ("warning", {"text": "The loss is flat.", "remedy": "Raise optim.learning_rate.", "code": "loss_flat"}),
    )
    return job


@pytest.fixture
def study(project: Project, version: DatasetVersion) -> Study:
    """A finished study of base, LoRA and full."""
    made = rows.study(project, version)
    rows.evaluation(project, version, study=made, role="eval:base", right=98, n=200, name="Evaluate the base model")
    for method, right, flops in (("lora", 178, 0.7e15), ("full", 190, 2.1e15)):
        result = {"flops": flops, "trainable_parameters": 4_884_480, "train_tokens": 41_500, "train_seconds": 60.0}
        rows.training(
            project,
            version,
            study=made,
            role=f"train:{method}",
            state=JobState.DONE,
            result=result,
            name=f"Train {method}",
        )
        rows.evaluation(
            project, version, study=made, role=f"eval:{method}", right=right, n=200, name=f"Evaluate {method}"
        )
    settle(made.pk)
    return made


def opened(page: Page, live_server: LiveServer, project: Project, address: str) -> Page:
    page.goto(f"{live_server.url}/projects/{project.code}/{address}", wait_until="domcontentloaded")
    return page


def test_a_running_job(page: Page, live_server: LiveServer, running: Job, look: Look) -> None:
    opened(page, live_server, running.project, f"jobs/{running.code}/")
    expect(page.locator(".js-plotly-plot")).to_have_count(5)
    look(page, "job-running")


def test_a_study_with_its_result(page: Page, live_server: LiveServer, study: Study, look: Look) -> None:
    opened(page, live_server, study.project, f"studies/{study.code}/")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_contain_text("LoRA gains 40.0 points over the base model")
    look(page, "study-result")


@pytest.mark.parametrize("part", ["list", "queue", "models", "compare", "choose", "sft", "evaluate", "study"])
def test_pages_around_it(
    part: str, page: Page, live_server: LiveServer, running: Job, study: Study, look: Look
) -> None:
    rows.left(study.jobs.get(role="train:lora"), "adapter/a.safetensors", "x", name="adapter")
    Worker.objects.create(name="worker-1", queue="cpu", cores=2, memory_bytes=24_000_000_000, seen_at=timezone.now())
    rows.training(running.project, study.dataset_version, state=JobState.QUEUED, name="Next one")
    evaluations = ",".join(study.jobs.filter(kind="evaluate").values_list("code", flat=True))
    address = {
        "list": "jobs/",
        "queue": "jobs/queue/",
        "models": "models/",
        "compare": f"jobs/compare/?jobs={evaluations}",
        "choose": "jobs/launch/",
    }.get(part, f"jobs/launch/{part}/")
    opened(page, live_server, running.project, address)
    look(page, f"jobs-{part}")


@pytest.mark.parametrize("tab", ["samples", "data", "items", "config", "log", "artifacts"])
def test_tabs_of_a_job(tab: str, page: Page, live_server: LiveServer, running: Job, look: Look) -> None:
    sample = {"step": 30, "index": 0, "prompt": "Chapter:", "completion": "Neoplasms", "expected": "Neoplasms"}
    rows.happened(running, ("sample", sample))
    rows.left(
        running, "first_batch.json", '{"rows": [{"row": 3, "tokens": [{"token": "Chapter:", "learned": false}]}]}'
    )
    opened(page, live_server, running.project, f"jobs/{running.code}/?tab={tab}")
    look(page, f"job-{tab}")


def test_an_evaluation(page: Page, live_server: LiveServer, study: Study, look: Look) -> None:
    job = study.jobs.get(role="eval:lora")
    opened(page, live_server, study.project, f"jobs/{job.code}/")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    look(page, "job-evaluation")
    beside = study.jobs.get(role="eval:base").code
    opened(page, live_server, study.project, f"jobs/{job.code}/?tab=items&beside={beside}&show=differs")
    look(page, "job-answers")


def test_a_failed_job(page: Page, live_server: LiveServer, project: Project, version: DatasetVersion, axe: Axe) -> None:
    failure = {
        "what": "The job ran out of memory",
        "why": "6 GB",
        "remedy": "Lower optim.batch_size.",
        "exit_status": 4,
    }
    job = rows.training(project, version, state=JobState.FAILED, failure=failure)
    opened(page, live_server, project, f"jobs/{job.code}/")
    expect(page.get_by_role("alert").first).to_contain_text("The job ran out of memory")
    axe(page)


def test_the_page_follows_the_job_and_stops_when_it_ends(page: Page, live_server: LiveServer, running: Job) -> None:
    opened(page, live_server, running.project, f"jobs/{running.code}/")
    expect(page.locator("#loss .js-plotly-plot")).to_be_visible()
    page.locator("#loss details summary").click()
    page.evaluate("document.querySelector('#loss-plot').dataset.mine = 'kept'")
    rows.happened(running, *(("step", rows.step(number, total=100)) for number in range(61, 81)))
    expect(page.locator("#job-live")).to_contain_text("Step 80 of 100")
    # the plot is redrawn in place, and what the reader opened stays open
    eventually(page, "document.querySelector('#loss-plot').data[0].x.at(-1) === 80")
    assert page.evaluate("document.querySelector('#loss-plot').dataset.mine") == "kept"
    expect(page.locator("#loss details")).to_have_attribute("open", "")
    expect(page.locator("#loss-table")).to_contain_text("80")
    expect(page.locator("#job-said")).to_have_text("Running, 80% done, 1 health alert")
    running.state = JobState.DONE
    running.save()
    expect(page.locator("#job-live")).to_contain_text("done")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert not [url for url in asked if "/jobs/" in url]


def test_a_waiting_job_gets_its_charts_without_a_reload(
    page: Page, live_server: LiveServer, project: Project, version: DatasetVersion
) -> None:
    job = rows.training(project, version, state=JobState.QUEUED)
    opened(page, live_server, project, f"jobs/{job.code}/")
    expect(page.locator("#tab-live")).to_contain_text("The curves begin with the first step")
    job.state = JobState.RUNNING
    rows.happened(job, *(("step", rows.step(number)) for number in (1, 2, 3)))
    expect(page.locator(".js-plotly-plot")).to_have_count(5)


def test_a_running_study_lights_up_its_stations(
    page: Page, live_server: LiveServer, project: Project, version: DatasetVersion, look: Look
) -> None:
    made = rows.study(project, version)
    job = rows.training(project, version, study=made, role="train:lora", state=JobState.QUEUED)
    opened(page, live_server, project, f"studies/{made.code}/")
    expect(page.locator(".station-queued")).to_have_count(1)
    job.state = JobState.RUNNING
    rows.happened(job, ("step", rows.step(5)))
    expect(page.locator(".station-running")).to_contain_text("5 of 20")
    look(page, "study-running")


def test_the_card_follows_the_form(page: Page, live_server: LiveServer, version: DatasetVersion) -> None:
    project = version.dataset.project
    opened(page, live_server, project, "jobs/launch/sft/")
    button = page.locator("#readiness button[value=launch]")
    expect(button).to_have_text("Still missing: training rows")
    page.get_by_label("Training rows").select_option(label="ICD-10 chapters v1, train (40 rows)")
    expect(button).to_contain_text("Run 1 job")
    page.get_by_label("Learning rate").fill("3")
    expect(page.locator("#readiness")).to_contain_text("Learning rate must be less than or equal to 1")
    page.get_by_label("Learning rate").fill("1e-4, 1e-3")
    page.get_by_role("checkbox", name="DoRA").check()
    expect(button).to_contain_text("Run 4 jobs")
    page.get_by_label("Learning rate").fill("1e-4")
    page.get_by_role("checkbox", name="DoRA").uncheck()
    expect(button).to_contain_text("Run 1 job")
    button.dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("lora on ICD-10 chapters v1")
    assert Job.objects.count() == 1


@pytest.mark.parametrize("by", ["mouse", "space"])
def test_a_press_counts_although_the_card_is_renewed_under_it(
    by: str, page: Page, live_server: LiveServer, version: DatasetVersion
) -> None:
    """The card answers the last change of the form while the button is held down."""
    opened(page, live_server, version.dataset.project, "jobs/launch/sft/")
    page.get_by_label("Training rows").select_option(label="ICD-10 chapters v1, train (40 rows)")
    button = page.locator("#readiness button[value=launch]")
    expect(button).to_contain_text("Run 1 job")
    button.evaluate("button => { window.pressed = button; }")
    if by == "mouse":
        page.get_by_label(re.compile("^Steps")).fill("7")
        button.hover()
        page.mouse.down()
    else:
        button.focus()
        page.keyboard.down(" ")
        page.get_by_label(re.compile("^Steps")).evaluate(
            "field => { field.value = '7'; field.dispatchEvent(new Event('change', { bubbles: true })); }"
        )
    page.wait_for_function("() => !window.pressed.isConnected")
    page.mouse.up() if by == "mouse" else page.keyboard.up(" ")
    expect(page.get_by_role("heading", level=1)).to_contain_text("lora on ICD-10 chapters v1")
    assert Job.objects.get().spec["optim"]["max_steps"] == 7


def test_a_study_by_keyboard_alone(page: Page, live_server: LiveServer, version: DatasetVersion) -> None:
    project = version.dataset.project
    opened(page, live_server, project, "jobs/launch/study/")
    page.get_by_label("Question").focus()
    page.keyboard.type("Does it pay?")
    expect(page.locator("#readiness button[value=launch]")).to_contain_text("Run 5 jobs")
    page.locator("#readiness button[value=launch]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Does it pay?")
    assert Study.objects.get().jobs.count() == 5


def test_without_javascript(
    browser: Browser, page: Page, live_server: LiveServer, running: Job, version: DatasetVersion
) -> None:
    cookies = page.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]  # playwright gives and takes two names of one shape
    plain = context.new_page()
    base = f"{live_server.url}/projects/{running.project.code}"
    plain.goto(f"{base}/jobs/{running.code}/")
    plain.get_by_role("link", name="Log", exact=True).click()
    expect(plain.locator(".log")).to_contain_text("The loss is flat.")
    plain.goto(f"{base}/jobs/launch/sft/")
    plain.get_by_label("Training rows").select_option(label="ICD-10 chapters v1, train (40 rows)")
    plain.get_by_role("button", name="Work it out again").click()
    expect(plain.locator("#readiness")).to_contain_text("Run 1 job")
    plain.locator("#readiness button[value=launch]").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("lora on ICD-10 chapters v1")
    context.close()
