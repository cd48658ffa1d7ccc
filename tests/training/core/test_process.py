"""The job process from outside: real processes, signals, limits and exit statuses, with a job that needs no torch."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .processes import DRIVER, environment, events, run_to_end, start_job, types, wait_until, write_spec

FINAL = {"done", "failed", "cancelled"}

pytestmark = pytest.mark.faults


def assert_one_end(folder: Path, type_: str) -> dict[str, Any]:
    """Numbers run 1, 2, 3 ... and the only final event is the last, of this type."""
    log = events(folder)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert [event["type"] for event in log if event["type"] in FINAL] == [type_]
    assert log[-1]["type"] == type_
    return log[-1]


def test_done_leaves_result_events_and_a_line_that_says_where(tmp_path: Path) -> None:
    status, out, err = run_to_end(write_spec(tmp_path), tmp_path / "job")
    assert status == 0, err
    assert "result.json" in out
    last = assert_one_end(tmp_path / "job", "done")
    assert last["exit_status"] == 0
    result = json.loads((tmp_path / "job/result.json").read_text())
    assert result["steps"] == 5
    assert not (tmp_path / "job/reserve").exists()


def test_a_done_folder_answers_at_once_and_adds_no_event(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    run_to_end(spec, tmp_path / "job")
    before = events(tmp_path / "job")
    assert run_to_end(spec, tmp_path / "job")[0] == 0
    assert events(tmp_path / "job") == before


def test_a_crash_between_result_and_event_is_made_good(tmp_path: Path) -> None:
    spec, folder = write_spec(tmp_path), tmp_path / "job"
    run_to_end(spec, folder)
    log = folder / "events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    assert run_to_end(spec, folder)[0] == 0
    assert_one_end(folder, "done")


def test_another_spec_is_not_answered_with_this_job(tmp_path: Path) -> None:
    run_to_end(write_spec(tmp_path), tmp_path / "job")
    status, _, err = run_to_end(write_spec(tmp_path, steps=6), tmp_path / "job")
    assert status == 2
    assert "steps: differs" in err
    assert_one_end(tmp_path / "job", "done")


def test_a_job_goes_on_where_its_files_have_moved(tmp_path: Path) -> None:
    """Another machine may have them in another place; another file is another job."""
    spec = {"kind": "sft", "model": "m", "data": {"train": "rows.jsonl"}}
    folder = tmp_path / "job"
    (folder / "checkpoints" / "step-1").mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps({**spec, "data": {"train": "/elsewhere/rows.jsonl"}}))
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec))
    assert run_to_end(path, folder)[0] == 3  # gone on to look for the file
    (folder / "spec.json").write_text(json.dumps({**spec, "data": {"train": "/elsewhere/others.jsonl"}}))
    status, _, err = run_to_end(path, folder)
    assert status == 2
    assert "data.train: differs" in err


def test_every_fault_of_a_spec_at_once(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, seed=-1, devices=0, unknown=1, budget={"max_usd": 1})
    status, _, err = run_to_end(spec, tmp_path / "job")
    assert status == 2
    last = assert_one_end(tmp_path / "job", "failed")
    assert {fault["path"] for fault in last["faults"]} == {"seed", "devices", "unknown", "budget.max_usd"}
    assert all(err.count(f"{fault['path']}: ") == 1 for fault in last["faults"])


def test_a_spec_that_is_not_json(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text("{")
    status, _, err = run_to_end(path, tmp_path / "job")
    assert status == 2
    assert "cannot be read as JSON" in err


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(
        json.dumps({"kind": "sft", "model": "m", "data": {"train": "gone.jsonl", "validation": "too.jsonl"}})
    )
    status, _, _ = run_to_end(path, tmp_path / "job")
    assert status == 3
    last = assert_one_end(tmp_path / "job", "failed")
    assert "data.train (gone.jsonl), data.validation (too.jsonl)" in last["what"]
    assert str(tmp_path) in last["why"]
    assert last["remedy"]


@pytest.mark.parametrize(
    ("stage", "status", "word"),
    [("disk", 4, "checkpoint_every_steps"), ("bug", 1, "log")],
)
def test_failures_say_what_to_change(tmp_path: Path, stage: str, status: int, word: str) -> None:
    assert run_to_end(write_spec(tmp_path, stage=stage), tmp_path / "job")[0] == status
    last = assert_one_end(tmp_path / "job", "failed")
    assert last["exit_status"] == status
    assert word in last["remedy"]
    assert not (tmp_path / "job/result.json").exists()


def test_a_disk_that_is_full_to_the_last_byte_still_takes_the_last_event(tmp_path: Path) -> None:
    """A real file system of 1 MiB, mounted for this process alone where the system lets users do so."""
    small = tmp_path / "small"
    small.mkdir()
    mount = f"mount -t tmpfs -o size=1m tmpfs {small}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("this system gives users no mounts of their own")
    spec = write_spec(tmp_path, stage="fill")
    command = f"{sys.executable} {DRIVER} run {spec} --out {small}/job; echo $? > {tmp_path}/status"
    script = f"{mount} && {command}; cp {small}/job/events.jsonl {tmp_path}"
    subprocess.run(["unshare", "-rm", "sh", "-c", script], env=environment(), capture_output=True, timeout=30)
    assert (tmp_path / "status").read_text().strip() == "4"
    last = assert_one_end(tmp_path, "failed")
    assert last["what"] == "The disk is full"


def test_memory_limit(tmp_path: Path) -> None:
    """4 GiB under a limit of 1 GiB."""
    spec = write_spec(tmp_path, stage="memory")
    status, _, _ = run_to_end(spec, tmp_path / "job", UPLIFT_JOB_MEMORY_BYTES=str(1024**3))
    assert status == 4
    last = assert_one_end(tmp_path / "job", "failed")
    assert "memory" in last["what"]
    assert "optim.batch_size" in last["remedy"]


def test_a_bad_memory_limit_is_told(tmp_path: Path) -> None:
    assert run_to_end(write_spec(tmp_path), tmp_path / "job", UPLIFT_JOB_MEMORY_BYTES="2G")[0] == 2
    assert "UPLIFT_JOB_MEMORY_BYTES" in assert_one_end(tmp_path / "job", "failed")["what"]


@pytest.mark.parametrize("stage", ["train", "load"])
def test_budget_of_minutes(tmp_path: Path, stage: str) -> None:
    """0.01 minutes are 0.6 s; the load never asks, and is ended all the same."""
    spec = write_spec(tmp_path, stage=stage, steps=500, budget={"max_minutes": 0.01})
    started = time.monotonic()
    assert run_to_end(spec, tmp_path / "job")[0] == 6
    assert time.monotonic() - started < 4
    assert "0.01 minutes" in assert_one_end(tmp_path / "job", "failed")["what"]


def test_budget_of_money_counts_earlier_attempts(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, steps=500, budget={"max_usd": 0.5, "usd_per_device_hour": 3600})
    assert run_to_end(spec, tmp_path / "job")[0] == 6
    first = events(tmp_path / "job")[-1]
    assert first["usd"] == pytest.approx(0.5, abs=0.3)
    assert run_to_end(spec, tmp_path / "job")[0] == 6
    steps = [event["step"] for event in events(tmp_path / "job") if event["type"] == "step"]
    assert steps == list(range(1, len(steps) + 1))


def test_a_number_that_json_lacks_does_not_lose_the_result(tmp_path: Path) -> None:
    assert run_to_end(write_spec(tmp_path, stage="nan"), tmp_path / "job")[0] == 0
    assert json.loads((tmp_path / "job/result.json").read_text())["measurements"][0]["value"] is None


@pytest.mark.parametrize(("stage", "status"), [("train", 0), ("bug", 1), ("disk", 4)])
def test_a_log_that_cannot_be_written_changes_nothing(tmp_path: Path, stage: str, status: int) -> None:
    command = [sys.executable, DRIVER, "run", write_spec(tmp_path, stage=stage), "--out", tmp_path / "job"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, env=environment(), stdout=full, stderr=full, timeout=30)
    assert done.returncode == status
    assert_one_end(tmp_path / "job", "failed" if status else "done")


@pytest.mark.parametrize("stage", ["load", "train", "save"])
def test_cancel_is_answered_within_three_seconds(tmp_path: Path, stage: str) -> None:
    steps = 5 if stage == "save" else 1000
    process = start_job(write_spec(tmp_path, stage=stage, steps=steps), tmp_path / "job")
    marker = {"load": "log", "train": "step", "save": "step"}[stage]
    wait_until(lambda: types(tmp_path / "job").count(marker) >= (5 if stage == "save" else 1))
    asked = time.monotonic()
    process.terminate()
    assert process.wait(10) == 5
    assert time.monotonic() - asked < 3
    assert_one_end(tmp_path / "job", "cancelled")
    process.communicate()


def test_cancelled_at_any_moment_resumes_and_ends_once(tmp_path: Path) -> None:
    """SIGTERM at ten moments of one job: each attempt ends once, each step is counted once."""
    spec, folder = write_spec(tmp_path, steps=60), tmp_path / "job"
    moments = random.Random(7)
    for _ in range(10):
        process = start_job(spec, folder)
        time.sleep(moments.uniform(0.0, 0.8))
        process.terminate()
        process.communicate(timeout=10)
        assert process.returncode in (5, 0, -signal.SIGTERM)  # the last: before the program could install its answer
    assert run_to_end(spec, folder)[0] == 0
    log = events(folder)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert types(folder).count("done") == 1
    assert types(folder)[-1] == "done"
    assert [event["step"] for event in log if event["type"] == "step"] == list(range(1, 61))


def test_killed_at_any_moment_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    spec, folder = write_spec(tmp_path, steps=60), tmp_path / "job"
    moments = random.Random(11)
    for _ in range(10):
        process = start_job(spec, folder)
        time.sleep(moments.uniform(0.2, 0.9))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
    assert run_to_end(spec, folder)[0] == 0
    assert_one_end(folder, "done")
    steps = {event["step"] for event in events(folder) if event["type"] == "step"}
    assert steps == set(range(1, 61))


def test_ctrl_c_stops_after_a_checkpoint(tmp_path: Path) -> None:
    process = start_job(write_spec(tmp_path, steps=1000), tmp_path / "job")
    wait_until(lambda: "step" in types(tmp_path / "job"))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=5)
    assert process.returncode == 5
    assert "press Ctrl-C again" in err
    assert_one_end(tmp_path / "job", "cancelled")


def test_the_death_of_the_supervisor_stops_the_job(tmp_path: Path) -> None:
    process = start_job(write_spec(tmp_path, steps=1000), tmp_path / "job", UPLIFT_WATCH_PARENT="1")
    wait_until(lambda: "step" in types(tmp_path / "job"))
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(5) == 5
    assert_one_end(tmp_path / "job", "cancelled")
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    """The second waits for the first, then finds the job done: no step is doubled."""
    spec = write_spec(tmp_path, steps=40)
    first = start_job(spec, tmp_path / "job")
    wait_until(lambda: "step" in types(tmp_path / "job"))
    second = start_job(spec, tmp_path / "job")
    assert second.wait(20) == 0
    assert first.wait(1) == 0
    assert_one_end(tmp_path / "job", "done")
    assert types(tmp_path / "job").count("step") == 40
    first.communicate()
    second.communicate()


def test_only_the_first_of_several_processes_writes(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    assert run_to_end(spec, tmp_path / "job", RANK="1", WORLD_SIZE="2") == (0, "", "")
    assert not (tmp_path / "job/events.jsonl").exists()
    assert not (tmp_path / "job/result.json").exists()


def test_the_fault_of_a_sibling_process_is_the_jobs_fault(tmp_path: Path) -> None:
    """The launcher stops the first process when the second fails; that is a failure, not a cancellation."""
    folder = tmp_path / "job"
    first = start_job(write_spec(tmp_path, steps=1000), folder, RANK="0", WORLD_SIZE="2")
    wait_until(lambda: "step" in types(folder))
    second = write_spec(tmp_path, steps=1000, budget={"max_minutes": 0.001})
    assert run_to_end(second, folder, RANK="1", WORLD_SIZE="2")[0] == 6
    first.terminate()
    assert first.wait(5) == 6
    assert "0.001 minutes" in assert_one_end(folder, "failed")["what"]
    first.communicate()
