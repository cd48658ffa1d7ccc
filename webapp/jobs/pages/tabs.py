"""The tabs of a job's page: which there are for its kind, and which is open."""

from dataclasses import dataclass

from ..models import Job


@dataclass(frozen=True)
class Tab:
    """A part of the job page. `live` parts change while the job runs."""

    key: str
    label: str
    live: bool = False

    @property
    def template(self) -> str:
        """The fragment that draws it."""
        return f"jobs/tabs/_{self.key}.html"


CHARTS = Tab("charts", "Charts", live=True)
SAMPLES = Tab("samples", "Samples", live=True)
DATA = Tab("data", "Data as the model sees it")
RESULTS = Tab("results", "Results", live=True)
ITEMS = Tab("items", "Items")
CONFIG = Tab("config", "Config")
LOG = Tab("log", "Log", live=True)
ARTIFACTS = Tab("artifacts", "Artifacts")

_TRAINING = (CHARTS, SAMPLES, DATA, ITEMS, CONFIG, LOG, ARTIFACTS)
_MEASURING = (RESULTS, ITEMS, CONFIG, LOG, ARTIFACTS)
_OF_KIND = {"evaluate": _MEASURING}


def tabs_of(job: Job) -> tuple[Tab, ...]:
    """The job's tabs, the one that opens by itself first."""
    return _OF_KIND.get(job.kind, _TRAINING)


def open_tab(job: Job, asked: str) -> Tab:
    """The tab that was asked for, else the first."""
    tabs = tabs_of(job)
    return next((tab for tab in tabs if tab.key == asked), tabs[0])
