"""Everything a job can end with that is not success: an exit status, what, why, and what to do.

A job raises one of these; the process turns it into the `failed` or `cancelled` event and its exit status.
"""

import errno
from enum import IntEnum
from typing import ClassVar

from .spec.base import SpecFaults


class ExitStatus(IntEnum):
    """Exit status of `python -m training run`."""

    DONE = 0
    OTHER = 1
    BAD_SPEC = 2
    BAD_DATA = 3
    OUT_OF_RESOURCES = 4
    CANCELLED = 5
    OVER_BUDGET = 6


class JobFault(Exception):
    """A job's end with a reason. `what` happened, `why`, and `remedy`: what the person can change."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.OTHER

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__(". ".join(part for part in (what, why, remedy) if part))
        self.what = what
        self.why = why
        self.remedy = remedy

    def fields(self) -> dict[str, object]:
        """The fields of the `failed` event."""
        return {
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "exit_status": int(self.exit_status),
        }


class BadSpec(JobFault):
    """The spec names something that is not there or cannot be combined."""

    exit_status = ExitStatus.BAD_SPEC


class BadData(JobFault):
    """A data file is missing, empty, or not in a form the job can use."""

    exit_status = ExitStatus.BAD_DATA


class OutOfResources(JobFault):
    """Memory or disk ran out."""

    exit_status = ExitStatus.OUT_OF_RESOURCES


class Cancelled(JobFault):
    """SIGTERM or a lost parent: the work so far is in a checkpoint."""

    exit_status = ExitStatus.CANCELLED


class OverBudget(JobFault):
    """The job reached the minutes or the money it was given."""

    exit_status = ExitStatus.OVER_BUDGET


_OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "can't start new thread",
)
_OUT_OF_DISK = ("no space left on device", "os error 28", "disk quota exceeded", "os error 122")


def as_fault(error: BaseException) -> JobFault:
    """The reason behind any exception, in words that name what to change."""
    if isinstance(error, JobFault):
        return error
    if isinstance(error, SpecFaults):
        return BadSpec("The spec has faults", why=str(error), remedy="Correct the named fields.")
    if isinstance(error, KeyboardInterrupt):
        return Cancelled("The job was interrupted", remedy="Resume it to go on from its last checkpoint.")
    why = f"{type(error).__name__}: {error}"[:2000]
    text = why.lower()
    is_disk = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if is_disk or any(sign in text for sign in _OUT_OF_DISK):
        return OutOfResources(
            "The disk is full",
            why=why,
            remedy="Free space in the state folder (UPLIFT_HOME), or raise checkpoint_every_steps; then resume.",
        )
    is_memory = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
    if is_memory or any(sign in text for sign in _OUT_OF_MEMORY):
        return OutOfResources(
            "The job ran out of memory",
            why=why,
            remedy="Lower optim.batch_size (and raise optim.gradient_accumulation to keep the same step), "
            "lower max_tokens, choose adaptation.method lora, or raise UPLIFT_JOB_MEMORY_BYTES, the job's limit.",
        )
    return JobFault("The job stopped on an error", why=why, remedy="The log has the whole trace.")
