"""What the end of a process means for its job."""

import signal
from typing import Any

import pytest

from webapp.jobs.models import JobState
from webapp.jobs.verdict import Stop, Verdict, judge


def ended(returncode: int, final: dict[str, Any] | None = None, stop: Stop | None = None, attempts: int = 1) -> Verdict:
    return judge(returncode, final=final, stop=stop, attempts=attempts, max_attempts=3)


def told(type_: str, **fields: Any) -> dict[str, Any]:
    return {"seq": 9, "type": type_, **fields}


@pytest.mark.parametrize(
    ("returncode", "final", "stop", "state"),
    [
        (0, told("done"), None, JobState.DONE),
        (0, None, None, JobState.DONE),
        (-signal.SIGKILL, told("done"), None, JobState.DONE),  # killed after the job had ended
        (0, told("done"), Stop.CANCEL, JobState.DONE),  # done before it heard
        (1, told("failed", what="x"), None, JobState.FAILED),
        (4, told("failed", what="x"), Stop.CANCEL, JobState.FAILED),
        (2, None, None, JobState.FAILED),
        (3, None, None, JobState.FAILED),
        (4, None, None, JobState.FAILED),
        (6, None, None, JobState.FAILED),
        (5, told("cancelled"), Stop.CANCEL, JobState.CANCELLED),
        (1, told("cancelled"), Stop.CANCEL, JobState.CANCELLED),  # the answer of accelerate launch
        (-signal.SIGKILL, None, Stop.CANCEL, JobState.CANCELLED),  # grace was over
        (5, told("cancelled"), Stop.DRAIN, JobState.QUEUED),
        (-signal.SIGKILL, None, Stop.DRAIN, JobState.QUEUED),
        (5, told("cancelled"), None, JobState.QUEUED),  # somebody stopped the process alone
        (-signal.SIGTERM, None, None, JobState.QUEUED),
        (-signal.SIGKILL, None, None, JobState.QUEUED),
        (-signal.SIGSEGV, None, None, JobState.QUEUED),
        (1, None, None, JobState.QUEUED),  # the folder was still locked, or the interpreter broke
    ],
)
def test_state(returncode: int, final: dict[str, Any] | None, stop: Stop | None, state: JobState) -> None:
    assert ended(returncode, final, stop).state == state


@pytest.mark.parametrize("returncode", [-signal.SIGKILL, -signal.SIGSEGV, 1])
def test_what_dies_each_time_fails_with_what_why_and_remedy(returncode: int) -> None:
    verdict = ended(returncode, attempts=3)
    assert verdict.state == JobState.FAILED
    assert all(verdict.failure[key] for key in ("what", "why", "remedy"))
    assert verdict.failure["exit_status"] == returncode


def test_a_kill_by_the_system_is_told_as_memory() -> None:
    assert "memory" in ended(-signal.SIGKILL, attempts=3).failure["why"]


def test_a_failure_keeps_the_words_of_the_job() -> None:
    final = told("failed", what="a", why="b", remedy="c", exit_status=3, elapsed_seconds=1)
    assert ended(3, final).failure == {"what": "a", "why": "b", "remedy": "c", "exit_status": 3}
