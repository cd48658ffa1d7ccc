"""What the end of a job's process means for the job. Pure: no database, no files."""

import signal
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from training.events import Event, EventType
from training.faults import ExitStatus

from .models import JobState


class Stop(Enum):
    """Why the supervisor stopped the process."""

    CANCEL = "cancel"
    DRAIN = "drain"
    LOST = "lost"


@dataclass(frozen=True)
class Verdict:
    """The state the job goes to, and for a failure what, why and remedy."""

    state: JobState
    failure: dict[str, Any] = field(default_factory=dict)


_TOLD_BY_STATUS = {
    ExitStatus.BAD_SPEC: ("The spec has faults", "Launch a corrected one with “New from this one”."),
    ExitStatus.BAD_DATA: ("The job cannot use its data", "Check the dataset; the log names the row."),
    ExitStatus.OUT_OF_RESOURCES: (
        "Memory or disk ran out",
        "Free space in the state folder (UPLIFT_HOME), or lower optim.batch_size; then resume.",
    ),
    ExitStatus.OVER_BUDGET: ("The job reached its limit", "Raise the limit of minutes or cost and resume."),
}


def judge(
    returncode: int, *, final: Event | None, stop: Stop | None, attempts: int, max_attempts: int, log_tail: str = ""
) -> Verdict:
    """What became of the job.

    `final` is the final event that this attempt wrote, if it wrote one. A process that died without a word is tried
    again up to `max_attempts` times without a new checkpoint in between.
    """
    told = None if final is None else final["type"]
    if told == EventType.DONE or returncode == ExitStatus.DONE:
        return Verdict(JobState.DONE)
    if told == EventType.FAILED and final is not None:
        return Verdict(JobState.FAILED, {key: final.get(key, "") for key in ("what", "why", "remedy", "exit_status")})
    if stop is Stop.CANCEL:
        return Verdict(JobState.CANCELLED)
    if stop is not None:
        return Verdict(JobState.QUEUED)
    known = {int(status) for status in _TOLD_BY_STATUS}
    if told is None and returncode in known:
        what, remedy = _TOLD_BY_STATUS[ExitStatus(returncode)]
        return Verdict(JobState.FAILED, _failure(what, log_tail, remedy, returncode))
    if attempts < max_attempts:
        return Verdict(JobState.QUEUED)
    return Verdict(JobState.FAILED, _died(returncode, attempts, log_tail))


def died_with_worker(attempts: int) -> dict[str, Any]:
    """The failure of a job whose worker died too often while it ran."""
    return _failure(
        "The worker that ran the job died each time",
        f"{attempts} attempts ended without a checkpoint in between; most likely the machine ran out of memory.",
        "Lower optim.batch_size or max_tokens, or choose lora; then resume.",
        int(ExitStatus.OTHER),
    )


def _died(returncode: int, attempts: int, log_tail: str) -> dict[str, Any]:
    times = f"{attempts} attempts ended without a new checkpoint in between."
    if returncode == -signal.SIGKILL:
        return _failure(
            "The system killed the job's process",
            f"{times} Most likely the machine's memory ran out.",
            "Lower optim.batch_size (raise gradient_accumulation to keep the same step) or max_tokens, or choose lora; "
            "then resume.",
            returncode,
        )
    how = signal.Signals(-returncode).name if returncode < 0 else f"exit status {returncode}"
    return _failure(
        f"The job's process died ({how})",
        f"{times} {log_tail}".strip(),
        "The log has what it printed last. Resume tries again.",
        returncode,
    )


def _failure(what: str, why: str, remedy: str, exit_status: int) -> dict[str, Any]:
    return {"what": what, "why": why, "remedy": remedy, "exit_status": exit_status}
