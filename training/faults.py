"""Everything a job can end with that is not success: an exit status, what, why, and what to do.

A job raises one of these; the process turns it into the `failed` or `cancelled` event and its exit status.
"""

from enum import IntEnum
from typing import ClassVar


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
        super().__init__(what)
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
