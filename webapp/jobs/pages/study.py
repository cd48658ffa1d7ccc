"""A study while it runs: its jobs as a pipeline."""

from dataclasses import dataclass

from django.utils import timezone

from ..models import Job, JobState, Study
from ..sweep import UNTOLD_UNTIL
from .listing import study_state
from .queue import seconds_left

GOING = ("running", "queued", "waiting")
"""States of a study in which a job of it is at work, or its turn is to come."""


@dataclass(frozen=True)
class Lane:
    """One method's jobs in the order they run."""

    name: str
    jobs: list[Job]


@dataclass(frozen=True)
class Pipeline:
    """The study's jobs, with their progress as a whole.

    is_comparing: all have ended and the outcome is to come; is_left: it should have come long ago.
    """

    lanes: list[Lane]
    state: str
    done: int
    total: int
    eta_seconds: float | None
    usd: float | None
    broken: list[Job]
    version: str
    is_comparing: bool
    is_left: bool

    @property
    def is_live(self) -> bool:
        """Whether the page keeps asking: a job is at work or its turn is to come, or the results are to be compared."""
        return self.state in GOING or self.is_comparing


def pipeline(study: Study) -> Pipeline:
    """The pipeline of a study; two queries."""
    jobs = list(study.jobs.order_by("pk").defer("spec", "result"))
    numbers = {state: sum(job.state == state for job in jobs) for state in JobState.values}
    lanes: dict[str, list[Job]] = {}
    for job in jobs:
        lanes.setdefault(lane_of(job), []).append(job)
    state = study_state(numbers)
    is_unsettled = state not in GOING and not study.is_settled(jobs)
    ended = max((job.ended_at for job in jobs if job.ended_at), default=None)
    is_left = is_unsettled and ended is not None and ended < timezone.now() - UNTOLD_UNTIL
    costs = [job.usd for job in jobs if job.usd is not None]
    return Pipeline(
        lanes=[Lane(name, found) for name, found in lanes.items()],
        state=state,
        done=numbers[JobState.DONE],
        total=len(jobs),
        eta_seconds=_seconds_left(jobs),
        usd=sum(costs) if costs else None,
        broken=[job for job in jobs if job.state in (JobState.FAILED, JobState.CANCELLED)],
        version=".".join(
            [*(f"{job.state[0]}{job.last_seq}" for job in jobs), "l" if is_left else "u" if is_unsettled else "s"]
        ),
        is_comparing=is_unsettled and not is_left,
        is_left=is_left,
    )


def lane_of(job: Job) -> str:
    """The method that a job of the study belongs to: what follows the step in its role."""
    return job.role.partition(":")[2] or job.name


def _seconds_left(jobs: list[Job]) -> float | None:
    """What the open jobs still need one after another; None if of one of them nothing can be said."""
    left = [seconds_left(job) for job in jobs if not job.has_ended]
    known = [seconds for seconds in left if seconds is not None]
    return sum(known) if known and len(known) == len(left) else None
