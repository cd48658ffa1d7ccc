"""The curves of a job as its page shows them: read once, then only what is new, whoever watches."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from training.events import EventType

from ..charts.curves import EVAL_FIELDS, STEP_FIELDS, training_charts
from ..charts.figure import Chart
from ..charts.series import History
from ..models import Job, JobEvent

_JOBS_HELD = 8
_READ_AT_ONCE = 2000


@dataclass
class _Known:
    """What was read of one job up to event `seq`, and the charts that were made of it."""

    seq: int = 0
    steps: History = field(default_factory=lambda: History(STEP_FIELDS))
    evals: History = field(default_factory=lambda: History(EVAL_FIELDS))
    charts: list[Chart] = field(default_factory=list)

    def read(self, job: Job) -> None:
        """Take in the events since the last reading."""
        for kind, history in ((EventType.STEP, self.steps), (EventType.EVAL, self.evals)):
            rows = JobEvent.objects.filter(job_id=job.pk, type=kind, seq__gt=self.seq, seq__lte=job.last_seq)
            history.extend(rows.order_by("seq").values_list("payload", flat=True).iterator(chunk_size=_READ_AT_ONCE))
        self.seq = job.last_seq
        self.charts = training_charts(self.steps, self.evals)


_known: OrderedDict[tuple[int, str, int], _Known] = OrderedDict()
_lock = threading.Lock()


def charts(job: Job) -> list[Chart]:
    """The job's curves up to its newest event; many watchers of one process share the work."""
    # a claim may drop the last events of the one before it, and a number can come again in a new database
    key = (job.pk, job.code, job.fence)
    with _lock:
        known = _known.pop(key, None)
        if known is None or known.seq > job.last_seq:
            known = _Known()
        if known.seq < job.last_seq:
            known.read(job)
        _known[key] = known
        while len(_known) > _JOBS_HELD:
            _known.popitem(last=False)
        return known.charts
