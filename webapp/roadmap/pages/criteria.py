"""A criterion as people read it: its verdict, its reason, where the figure is from, and what would settle it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from training.spec import KINDS
from webapp.jobs.models import Artifact, Job, JobState, Measurement
from webapp.jobs.pages.onward import launch_address
from webapp.jobs.references import artifact_reference
from webapp.projects.models import Project
from webapp.ui import formats

from ..evidence.counts import COUNTERS
from ..gates import Level, Verdict
from ..gates.criteria import CountCriterion, Criterion, MeasurementCriterion, ReviewCriterion
from ..models import GateCriterion, Waiver

_NEWEST_MODELS = 50


@dataclass(frozen=True)
class Remedy:
    """What a person can do about a criterion that is open: the words on the button, and where it leads."""

    text: str
    url: str


@dataclass(frozen=True)
class Line:
    """One criterion of a gate. `badge` is a verdict, or `waived`."""

    row: GateCriterion
    criterion: Criterion
    badge: str
    href: str
    waiver: Waiver | None
    remedy: Remedy | None
    rows_short: int = 0
    """How many held-out rows are missing for the evaluation that would settle it."""

    @property
    def reason(self) -> str:
        """The finding's sentence without the figure, which stands above it."""
        sentence = self.row.sentence or "Not judged yet."
        text = str(self.row.figure.get("text") or "")
        return sentence.removeprefix(f"{text}: ") if text else sentence

    @property
    def is_should(self) -> bool:
        """Whether the gate can pass without it."""
        return self.criterion.level == Level.SHOULD

    @property
    def is_review(self) -> bool:
        """Whether a person signs it."""
        return isinstance(self.criterion, ReviewCriterion)

    @property
    def is_met(self) -> bool:
        """Whether it holds the gate up no longer."""
        return self.badge in ("passes", "waived")


def lines(project: Project, rows: Iterable[GateCriterion], today: date, known: "Known | None" = None) -> list[Line]:
    """The criteria with what is known of each. No query where what was signed is at hand."""
    return [_line(project, row, today, known or Known()) for row in rows]


def _line(project: Project, row: GateCriterion, today: date, known: "Known") -> Line:
    criterion = row.criterion
    waiver = next((one for one in row.waivers.all() if one.counts_on(today)), None)
    passes = row.verdict == Verdict.PASSES
    badge = "waived" if waiver and not passes else row.verdict
    short = known.rows_short.get(row.pk, 0)
    remedy = None if passes else _remedy(project, row, criterion, short, known.unmeasured)
    return Line(row, criterion, badge, address(project, str(row.figure.get("ref", ""))), waiver, remedy, short)


def address(project: Project, ref: str) -> str:
    """The page of what a reference names; nothing where there is none."""
    kind, _, code = ref.partition(":")
    places = {"job": "jobs:job", "study": "jobs:study", "scenario": "business:scenario", "dataset": "datasets:version"}
    if kind not in places or not code:
        return ""
    try:
        return reverse(places[kind], args=[project.code, *code.split("/")])
    except NoReverseMatch:
        return ""


def _remedy(
    project: Project, row: GateCriterion, criterion: Criterion, short: int, unmeasured: Mapping[str, str]
) -> Remedy | None:
    """The one thing that would settle it."""
    if isinstance(criterion, CountCriterion) and criterion.counted not in COUNTERS:
        return _external(project, criterion.counted)
    if not isinstance(criterion, MeasurementCriterion):
        return None
    kind, _, code = str(row.figure.get("ref", "")).partition(":")
    if kind == "job" and row.more_items and short:
        text = f"Bring {formats.count(short, 'more held-out row')}"
        return Remedy(text, reverse("datasets:list", args=[project.code]))
    if kind == "job" and row.more_items:
        items = int(row.figure.get("n") or 0) + row.more_items
        again = urlencode({"from": code, "data.max_rows": items})
        text = f"Evaluate {formats.count(row.more_items, 'more item')}"
        return Remedy(text, f"{reverse('jobs:launch-job', args=[project.code, 'evaluate'])}?{again}")
    if row.verdict == Verdict.FAILS:
        return None
    if kind == "job":
        place = reverse("jobs:launch-job", args=[project.code, "evaluate"])
        return Remedy("Evaluate again", f"{place}?{urlencode({'from': code, 'data': 'newest'})}")
    return _first(project, criterion, unmeasured)


def _first(project: Project, criterion: MeasurementCriterion, unmeasured: Mapping[str, str]) -> Remedy:
    """How to get the first figure: the job that makes or measures it, or evidence from elsewhere."""
    family, _, rest = criterion.subject.partition(":")
    kinds: list[str] = [kind for kind in rest.split(",") if kind in KINDS] if family == "made" else []
    if family == "base":
        place = reverse("jobs:launch-job", args=[project.code, "evaluate"])
        return Remedy("Evaluate the base model", f"{place}?{urlencode({'model': project.base_model})}")
    waiting = next((unmeasured[kind] for kind in kinds if kind in unmeasured), "")
    if waiting:
        return Remedy("Evaluate what was made", waiting)
    if kinds:
        return Remedy(f"Launch: {KINDS[kinds[0]].title}", reverse("jobs:launch-job", args=[project.code, kinds[0]]))
    return _external(project, criterion.metric)


def _external(project: Project, metric: str) -> Remedy:
    place = reverse("roadmap:evidence", args=[project.code])
    return Remedy("Enter external evidence", f"{place}?{urlencode({'metric': metric})}")


@dataclass(frozen=True)
class Known:
    """What remedies need to know of a project: see `rows_short` and `unmeasured`."""

    rows_short: Mapping[int, int] = field(default_factory=dict)
    unmeasured: Mapping[str, str] = field(default_factory=dict)


def known_of(project: Project, rows: Iterable[GateCriterion]) -> Known:
    """What the remedies of these criteria need, in four queries."""
    return Known(rows_short(project, rows), unmeasured(project))


def unmeasured(project: Project) -> dict[str, str]:
    """By job kind: the form that evaluates the newest model of such a job that nobody has measured. Two queries."""
    made = Artifact.objects.filter(job__project=project, job__state=JobState.DONE, kind__in=("adapter", "model"))
    measured = set(Measurement.objects.filter(project=project).values_list("model", flat=True))
    found: dict[str, str] = {}
    for artifact in made.select_related("job__project").order_by("-job__pk", "kind")[:_NEWEST_MODELS]:
        job = artifact.job
        if job.kind not in found and artifact_reference(job, artifact.name) not in measured:
            found[job.kind] = launch_address(job, "evaluate", artifact)
    return found


def rows_short(project: Project, rows: Iterable[GateCriterion]) -> dict[int, int]:
    """By criterion: how many held-out rows are missing for the evaluation that would settle it. One query."""
    wanted = {
        str(row.figure["ref"]).removeprefix("job:"): row
        for row in rows
        if row.more_items and str(row.figure.get("ref", "")).startswith("job:")
    }
    found = {}
    jobs = Job.objects.filter(project=project, code__in=wanted).prefetch_related("data__version")
    for job in jobs:
        row = wanted[job.code]
        held = [each.version.splits.get(each.split, 0) for each in job.data.all() if each.field == "data.test"]
        missing = int(row.figure.get("n") or 0) + int(row.more_items or 0) - sum(held)
        if held and missing > 0:
            found[row.pk] = missing
    return found
