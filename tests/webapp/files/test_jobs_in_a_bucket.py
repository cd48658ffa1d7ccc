"""Jobs and datasets over several machines whose files meet in a bucket alone."""

import io
import json
import os
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.webapp import factories
from training.result import write_json
from webapp.accounts.models import User
from webapp.accounts.tokens import issue
from webapp.datasets.folders import split_file
from webapp.datasets.services import delete_version
from webapp.files.bucket import Bucket, FileMissing, FilesFault, bucket
from webapp.jobs import shipment as shipments
from webapp.jobs.downloads import artifact_response
from webapp.jobs.folders import job_folder
from webapp.jobs.lease import Lease, LeaseLost, claim
from webapp.jobs.models import Artifact, Job, JobData, JobState
from webapp.jobs.pages.items import first_batch
from webapp.jobs.predictions import read_predictions
from webapp.jobs.published import is_left
from webapp.jobs.references import artifact_reference, dataset_reference, resolved_spec
from webapp.jobs.shipment import Shipment
from webapp.jobs.verdict import Verdict
from webapp.projects.models import Project

from .conftest import OnMachine

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DONE = Verdict(JobState.DONE)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipments, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(shipments, "PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(shipments, "PATIENCE_SECONDS", 0.0)


def claimed(job: Job) -> tuple[Shipment, Lease, Path]:
    """This machine's claim on the job with its files brought; a running claim counts as expired."""
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    lease = claim(job.pk, owner=f"machine {time.monotonic()}", queue=job.queue)
    assert lease is not None
    job = Job.objects.select_related("project").get(pk=job.pk)
    ship = Shipment(job, lease, job_folder(job), lambda ask: ask())
    ship.bring()
    return ship, lease, job_folder(job)


def trained(folder: Path, step: int) -> None:
    """What a training leaves at this step: one event a step, and a checkpoint."""
    (folder / "checkpoints" / f"step-{step}").mkdir(parents=True)
    (folder / "checkpoints" / f"step-{step}" / "weights.safetensors").write_bytes(b"w" * step)
    (folder / "events.jsonl").write_text("".join(f'{{"seq": {n}}}\n' for n in range(1, step + 1)))
    (folder / "log.txt").write_text("x")


def published(ship: Shipment) -> None:
    """Let the running job's publication come to its end."""
    ship.tick()
    while ship._transfer is not None:
        time.sleep(0.01)
        ship.tick()


def ended(folder: Path, job: Job, ship: Shipment, lease: Lease) -> None:
    """The job leaves an adapter, answers and a result, and is done."""
    (folder / "artifacts" / "adapter").mkdir(parents=True)
    (folder / "artifacts" / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "artifacts" / "adapter" / "adapter_config.json").write_text("{}")
    (folder / "artifacts" / "predictions.jsonl").write_text(json.dumps({"index": 0}) + "\n")
    write_json(folder / "result.json", {"kind": "sft"})
    assert ship.deliver(DONE) == DONE
    lease.end(JobState.DONE, {})
    for name, path in (("adapter", "artifacts/adapter"), ("predictions", "artifacts/predictions.jsonl")):
        Artifact.objects.create(job=job, name=name, kind=name, path=path)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_next_machine_goes_on_from_the_newest_published_checkpoint(on_machine: OnMachine, project: Project) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, _, folder = claimed(job)
    trained(folder, 10)
    published(ship)
    trained(folder, 20)
    published(ship)
    trained(folder, 30)  # the machine dies before this one is in the bucket
    on_machine("c")
    _, _, there = claimed(job)
    assert there != folder
    assert "checkpoints/step-20/weights.safetensors" in names(there)
    assert "checkpoints/step-30/weights.safetensors" not in names(there)
    assert len((there / "events.jsonl").read_text().splitlines()) == 20


def test_the_same_machine_goes_on_with_its_own_folder(on_machine: OnMachine, project: Project) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, _, folder = claimed(job)
    trained(folder, 10)
    published(ship)
    trained(folder, 20)
    claimed(job)
    assert "checkpoints/step-20/weights.safetensors" in names(folder)


def test_a_machine_that_was_overtaken_begins_from_what_is_published(on_machine: OnMachine, project: Project) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, _, folder = claimed(job)
    trained(folder, 10)
    published(ship)
    trained(folder, 40)
    on_machine("c")
    overtaking, _, there = claimed(job)
    trained(there, 20)
    published(overtaking)
    on_machine("b")
    claimed(job)
    assert names(folder) - {"lock", ".copy"} == {
        "checkpoints/step-10/weights.safetensors",
        "checkpoints/step-20/weights.safetensors",
        "events.jsonl",
        "log.txt",
    }


def test_a_worker_that_lost_its_claim_changes_nothing(on_machine: OnMachine, project: Project) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    stale, _, folder = claimed(job)
    trained(folder, 10)
    published(stale)
    on_machine("c")
    fresh, lease, there = claimed(job)
    trained(there, 20)
    ended(there, job, fresh, lease)
    job.refresh_from_db()
    truth, keys = job.published, sorted(bucket().keys("jobs/"))
    on_machine("b")
    trained(folder, 30)
    with pytest.raises(LeaseLost):
        published(stale)
    stale.close()
    with pytest.raises(LeaseLost):
        stale.deliver(DONE)
    job.refresh_from_db()
    assert job.published == truth
    assert set(keys) <= set(bucket().keys("jobs/"))
    on_machine("web")
    assert list(read_predictions(job)) == [{"index": 0}]


@pytest.mark.parametrize("broken", ["weights.safetensors", "2.json"])
def test_a_publication_that_breaks_off_is_never_seen(
    broken: str, on_machine: OnMachine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, _, folder = claimed(job)
    trained(folder, 10)
    published(ship)
    trained(folder, 20)
    put, put_text = Bucket.put, Bucket.put_text

    def breaking(write: Callable[..., None], where: int) -> Callable[..., None]:
        def attempt(self: Bucket, *args: Any) -> None:
            if str(args[where]).endswith(broken):
                raise FilesFault("the machine's network is gone")
            write(self, *args)

        return attempt

    monkeypatch.setattr(Bucket, "put", breaking(put, 1))
    monkeypatch.setattr(Bucket, "put_text", breaking(put_text, 1))
    ship.tick()
    assert ship._transfer is not None
    ship._transfer.join()
    ship.tick()
    on_machine("c")
    _, _, there = claimed(job)
    assert "checkpoints/step-10/weights.safetensors" in names(there)
    assert "checkpoints/step-20/weights.safetensors" not in names(there)


def test_the_web_machine_shows_a_running_job(on_machine: OnMachine, project: Project) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, _, folder = claimed(job)
    on_machine("web")
    job.refresh_from_db()
    assert first_batch(job) is None
    on_machine("b")
    (folder / "artifacts").mkdir()
    write_json(folder / "artifacts" / "first_batch.json", {"rows": [{"row": 0, "tokens": []}]})
    published(ship)
    on_machine("web")
    job.refresh_from_db()
    batch = first_batch(job)
    assert batch is not None
    assert batch.total == 1


def test_the_web_machine_hands_out_what_a_done_job_left(on_machine: OnMachine, project: Project) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, lease, folder = claimed(job)
    trained(folder, 10)
    published(ship)
    ended(folder, job, ship, lease)
    assert not [key for key in bucket().keys("jobs/") if "weights.safetensors" in key], "checkpoints are not kept"
    web = on_machine("web")
    job.refresh_from_db()
    assert is_left(job, "artifacts/adapter")
    assert not is_left(job, "artifacts/model")
    assert not list(web.rglob("*.safetensors")), "looking fetches nothing"
    response = artifact_response(job, "adapter")
    content = b"".join(response)  # type: ignore[arg-type]  # a sync response
    assert content.startswith(b"PK")
    assert b"adapter_model.safetensors" in content
    assert len(content) == int(response["Content-Length"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        stem = f"{job.code}-adapter"
        assert sorted(archive.namelist()) == [f"{stem}/adapter_config.json", f"{stem}/adapter_model.safetensors"]
        assert archive.read(f"{stem}/adapter_model.safetensors") == b"weights"
    response = artifact_response(job, "predictions")
    assert response["Content-Disposition"] == f'attachment; filename="{job.code}-predictions.jsonl"'
    assert b"".join(response) == b'{"index": 0}\n'  # type: ignore[arg-type]  # a sync response
    assert not list(web.rglob("*.safetensors")), "a download leaves nothing behind"


def test_a_worker_brings_what_the_spec_names(on_machine: OnMachine, project: Project, people: dict[str, User]) -> None:
    on_machine("web")
    version = factories.stored_version(project, people["editor"])
    on_machine("c")
    training = factories.job(project, state=JobState.QUEUED)
    ship, lease, folder = claimed(training)
    ended(folder, training, ship, lease)
    b = on_machine("b")
    data = {"test": dataset_reference(version, "test")}
    spec = {"kind": "evaluate", "model": "m", "adapter": artifact_reference(training, "adapter"), "data": data}
    job = factories.job(project, spec=spec, state=JobState.QUEUED)
    JobData.objects.create(job=job, version=version, field="data.test", split="test")
    ship, _, _ = claimed(job)
    ship.bring_inputs()
    resolved = resolved_spec(job)
    assert Path(resolved["data"]["test"]).is_relative_to(b)
    assert len(Path(resolved["data"]["test"]).read_text().splitlines()) == version.splits["test"]
    assert names(Path(resolved["adapter"])) == {"adapter_model.safetensors", "adapter_config.json"}


def test_a_version_can_be_read_anywhere_and_is_gone_everywhere_once_deleted(
    on_machine: OnMachine, project: Project, people: dict[str, User]
) -> None:
    on_machine("web")
    version = factories.stored_version(project, people["editor"])
    other = on_machine("other")
    assert split_file(version, "train").is_file()
    web = on_machine("web")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda call: call())
        delete_version(by=people["owner"], version=version)
    assert list(bucket().keys("datasets/")) == []
    assert not list(web.glob("datasets/*"))
    on_machine("other")
    (copied,) = (other / "datasets").iterdir()
    os.utime(copied, (0, 0))  # a day later
    claimed(factories.job(project, state=JobState.QUEUED))
    assert not copied.exists()


def test_data_that_is_not_in_the_bucket_is_named(on_machine: OnMachine, project: Project) -> None:
    on_machine("web")
    version = factories.dataset_version(project)  # stored before there was a bucket
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    JobData.objects.create(job=job, version=version, field="data.train", split="train")
    ship, _, _ = claimed(job)
    with pytest.raises(FileMissing, match=r"datasets/\w+/train.jsonl is not in s3://"):
        ship.bring_inputs()


def test_pages_and_the_api_say_that_files_are_out_of_reach(
    on_machine: OnMachine, project: Project, people: dict[str, User], client: Client
) -> None:
    on_machine("web")
    version = factories.dataset_version(project)
    on_machine("another web")
    client.force_login(people["viewer"])
    page = client.get(reverse("datasets:rows", args=[project.code, version.dataset.code, version.number]))
    assert page.status_code == 503
    assert "train.jsonl is not in s3://" in page.content.decode()
    token = issue(people["viewer"], "a script")
    path = f"/api/v1/projects/{project.code}/datasets/{version.dataset.code}/1/rows/train"
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 503
    assert "train.jsonl is not in s3://" in answer.json()["detail"]


def test_results_that_cannot_be_stored_are_no_good_end(
    on_machine: OnMachine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_machine("b")
    job = factories.job(project, state=JobState.QUEUED)
    ship, _, folder = claimed(job)
    trained(folder, 10)

    def refuse(*args: Any) -> None:
        raise FilesFault("the bucket is away", remedy="Check it.")

    monkeypatch.setattr(Bucket, "put", refuse)
    verdict = ship.deliver(DONE)
    assert verdict.state == JobState.FAILED
    assert verdict.failure["what"] == "the bucket is away"
    assert ship.deliver(Verdict(JobState.CANCELLED)).state == JobState.CANCELLED


def test_the_claim_is_kept_while_files_move(
    on_machine: OnMachine, project: Project, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    on_machine("b")
    settings.LEASE_SECONDS = 0.4
    job = factories.job(project, state=JobState.QUEUED)
    ship, lease, folder = claimed(job)
    trained(folder, 10)
    put, slow = Bucket.put, threading.Event()

    def slowly(self: Bucket, *args: Any) -> None:
        slow.wait(0.5)
        put(self, *args)

    monkeypatch.setattr(Bucket, "put", slowly)
    ship.deliver(DONE)
    assert claim(job.pk, owner="another", queue=job.queue) is None
    lease.write()
