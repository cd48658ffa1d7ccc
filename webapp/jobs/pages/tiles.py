"""The figures in the head of a job's page, each with what was predicted beside what was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from webapp.ui.formats import NOTHING, count, duration, filesize, money

from ..models import Job, JobState
from .foretold import Foretold, foretold, summed_parts
from .head import JobHead

_Show = Callable[[object], str]


@dataclass(frozen=True)
class Fact:
    """A figure as text; `note` says what was predicted."""

    label: str
    value: str
    note: str = ""


def counted(job: Job) -> str:
    """What the job counts."""
    return "item" if job.kind == "evaluate" else "step"


def step_label(job: Job) -> str:
    """What the progress bar says."""
    if not job.step:
        return job.stage or "Starting"
    of = f" of {count(job.total_steps)}" if job.total_steps else ""
    return f"{counted(job).capitalize()} {count(job.step)}{of}"


def said(job: Job, head: JobHead) -> str:
    """The state for those who hear the page; changes by tenths, so that it is not spoken every two seconds."""
    words = [str(JobState(job.state).label)]
    if job.state == JobState.RUNNING and job.total_steps:
        words.append(f"{int(10 * job.progress) * 10}% done")
    if head.alerts:
        words.append(count(len(head.alerts), "health alert"))
    return ", ".join(words)


def tiles(job: Job, head: JobHead) -> list[Fact]:
    """Time, cost, memory, work: so far, and in the end."""
    return list(_tiles(job, head))


def _tiles(job: Job, head: JobHead) -> Iterator[Fact]:
    expected = foretold(job.prediction)
    if head.is_live and job.eta_seconds is not None:
        yield Fact("Left", duration(job.eta_seconds))
    if job.state in (JobState.WAITING, JobState.QUEUED):
        made_of = ", ".join(
            f"{what.lower()} {duration(seconds, exact=True)}" for what, seconds in summed_parts([expected])
        )
        yield Fact("Predicted time", _range(expected.seconds, duration) or NOTHING, made_of)
        yield Fact("Predicted cost", _range(expected.usd, money) or NOTHING)
        yield Fact("Predicted memory", _range(expected.memory_bytes, filesize) or NOTHING)
        return
    yield Fact("Time", duration(head.elapsed_seconds, exact=True), _beside(expected.seconds, duration))
    yield Fact("Cost", money(head.usd), _beside(expected.usd, money))
    memory = job.result.get("peak_memory_bytes")
    if memory is not None:
        yield Fact("Peak memory", filesize(memory), _beside(expected.memory_bytes, filesize))
    if job.step:
        of = f"of {count(job.total_steps)}" if job.total_steps and job.state != JobState.DONE else ""
        yield Fact(f"{counted(job).capitalize()}s", count(job.step), of)
    if job.result.get("trainable_parameters"):
        share = job.result["trainable_parameters"] / max(1, job.result.get("total_parameters") or 0)
        note = f"{100 * share:.2g}% of the model" if job.result.get("total_parameters") else ""
        yield Fact("Trained parameters", count(job.result["trainable_parameters"]), note)


def _range(found: Foretold | None, show: _Show) -> str:
    if found is None:
        return ""
    if found.low is None or found.high is None or show(found.low) == show(found.high):
        return show(found.value)
    return f"{show(found.low).removeprefix('about ')} to {show(found.high).removeprefix('about ')}"


def _beside(found: Foretold | None, show: _Show) -> str:
    text = _range(found, show)
    return f"predicted {text}" if text else ""
