"""Calls on a project's roadmap: the plan as a document, milestones, gates, and what people sign."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Path, Router, Status

from webapp.accounts.models import User
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role
from webapp.roadmap.access import get_criterion, get_gate, get_milestone, get_roadmap
from webapp.roadmap.evaluation import evaluate
from webapp.roadmap.exchange.collect import collect
from webapp.roadmap.exchange.document import PlanDocument, parse_document
from webapp.roadmap.models import Choice, Gate, Milestone, Roadmap
from webapp.roadmap.pages.board import Board, Card, PhaseView, build
from webapp.roadmap.services import gates as verbs
from webapp.roadmap.services.adopt import adopt, start_roadmap
from webapp.roadmap.services.history import RoadmapRefused
from webapp.roadmap.services.plan import change_milestone
from webapp.roadmap.services.talk import comment
from webapp.roadmap.services.templates import template_document

from .callers import caller
from .roadmap_schemas import (
    AdoptedOut,
    CommentIn,
    DecisionIn,
    GateOut,
    MilestoneIn,
    MilestoneOut,
    ReviewIn,
    RoadmapOut,
    StartIn,
    WaiverIn,
)
from .schemas import DetailOut, FaultsOut

router = Router(tags=["roadmap"])

READ: dict[Any, Any] = {404: DetailOut}
WRITE: dict[Any, Any] = {403: DetailOut, 404: DetailOut, 422: FaultsOut}
Document = Annotated[dict[str, Any], Body()]
Key = Annotated[str, Path(max_length=60)]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


def _board(project: Project, roadmap: Roadmap) -> Board:
    return build(project, roadmap, timezone.localdate())


def _out(roadmap: Roadmap) -> RoadmapOut:
    return RoadmapOut.of(_board(roadmap.project, roadmap))


@router.get("/projects/{code}/roadmap", response={200: RoadmapOut, **READ})
def show_roadmap(request: HttpRequest, code: str) -> RoadmapOut:
    """Phases, milestones with their gates, what is critical, late and broken, and the progress by effort."""
    return _out(get_roadmap(caller(request), code))


@router.post("/projects/{code}/roadmap", response={201: RoadmapOut, **WRITE})
def start(request: HttpRequest, code: str, payload: StartIn) -> Status[RoadmapOut]:
    """Start the project's roadmap from a template."""
    user = caller(request)
    project = get_project(user, code, need=Role.EDITOR)
    name, document = template_document(payload.template)
    made = start_roadmap(by=user, project=project, starts=payload.starts, document=document, template=name)
    evaluate(made.pk)
    return Status(201, _out(made))


@router.get("/projects/{code}/roadmap/plan", response={200: PlanDocument, **READ})
def show_plan(request: HttpRequest, code: str) -> PlanDocument:
    """The plan as a document: what `PUT` takes, unchanged by a round trip."""
    return collect(get_roadmap(caller(request), code))


@router.put("/projects/{code}/roadmap/plan", response={200: AdoptedOut, **WRITE})
def put_plan(
    request: HttpRequest, code: str, payload: Body[dict[str, Any]], remove_missing: bool = False
) -> AdoptedOut:
    """Make the plan as the document says. Milestones that it does not mention stay, unless `remove_missing`."""
    user = caller(request)
    roadmap = get_roadmap(user, code, need=Role.EDITOR)
    done = adopt(by=user, roadmap=roadmap, document=parse_document(payload), remove_missing=remove_missing)
    evaluate(roadmap.pk)
    return AdoptedOut(**vars(done))


@router.post("/projects/{code}/roadmap/judge", response={200: RoadmapOut, **WRITE})
def judge(request: HttpRequest, code: str) -> RoadmapOut:
    """Judge every gate by the evidence as it stands now."""
    roadmap = get_roadmap(caller(request), code, need=Role.EDITOR)
    evaluate(roadmap.pk)
    return _out(roadmap)


@router.get("/projects/{code}/roadmap/milestones/{key}", response={200: MilestoneOut, **READ})
def show_milestone(request: HttpRequest, code: str, key: Key) -> MilestoneOut:
    """One milestone with its gate."""
    return _milestone(get_milestone(caller(request), code, key))


@router.patch("/projects/{code}/roadmap/milestones/{key}", response={200: MilestoneOut, 409: DetailOut, **WRITE})
def patch_milestone(request: HttpRequest, code: str, key: Key, payload: MilestoneIn) -> MilestoneOut:
    """Change what is given, if the milestone is still as it was seen (`version`); `push` moves what waits for it."""
    user = caller(request)
    found = get_milestone(user, code, key, edit=True)
    changes: dict[str, Any] = payload.model_dump(exclude_unset=True, exclude={"version", "push", "owner", "phase"})
    changes = {name: value for name, value in changes.items() if value is not None}
    if "owner" in payload.model_fields_set:
        changes["owner"] = _member(found.roadmap.project, payload.owner)
    if payload.phase is not None:
        phase = found.roadmap.phases.filter(number=payload.phase).first()
        if phase is None:
            raise RoadmapRefused("There is no phase of this number.", "phase")
        changes["phase"] = phase
    change_milestone(by=user, milestone=found, seen_version=payload.version, changes=changes, push=payload.push)
    return _milestone(found)


def _member(project: Project, email: str | None) -> User | None:
    if not email:
        return None
    people: QuerySet[User] = User.objects.filter(memberships__project=project)
    found = people.filter(email__iexact=email).first()
    if found is None:
        raise RoadmapRefused("There is no member with this address.", "owner")
    return found


def _milestone(milestone: Milestone) -> MilestoneOut:
    board = _board(milestone.roadmap.project, milestone.roadmap)
    return MilestoneOut.of(board.by_key[milestone.key])


@router.post("/projects/{code}/roadmap/milestones/{key}/comments", response={201: DetailOut, **WRITE})
def say(request: HttpRequest, code: str, key: Key, payload: CommentIn) -> Status[DetailOut]:
    """Comment on a milestone; `@name` mentions a member."""
    user = caller(request)
    made = comment(by=user, milestone=get_milestone(user, code, key, edit=True), text=payload.text)
    told = ", ".join(str(person) for person in made.mentions.all())
    return Status(201, DetailOut(detail=f"Stored; told {told}." if told else "Stored."))


@router.post("/projects/{code}/roadmap/gates/{gate}/decisions", response={201: GateOut, **WRITE})
def decide(request: HttpRequest, code: str, gate: Id, payload: DecisionIn) -> Status[GateOut]:
    """Sign go, hold, recycle or kill. Owners only; going past a gate that is shut needs a waiver first."""
    user = caller(request)
    found = get_gate(user, code, gate, need=Role.OWNER)
    verbs.decide(by=user, gate=found, choice=Choice(payload.choice), note=payload.note)
    return Status(201, _judged(found))


@router.post("/projects/{code}/roadmap/criteria/{criterion}/reviews", response={201: GateOut, **WRITE})
def review(request: HttpRequest, code: str, criterion: Id, payload: ReviewIn) -> Status[GateOut]:
    """Sign a review criterion, or refuse to and say why."""
    user = caller(request)
    row = get_criterion(user, code, criterion)
    verbs.sign(by=user, row=row, is_approved=payload.is_approved, note=payload.note)
    return Status(201, _judged(row.gate))


@router.post("/projects/{code}/roadmap/criteria/{criterion}/waivers", response={201: GateOut, **WRITE})
def waive(request: HttpRequest, code: str, criterion: Id, payload: WaiverIn) -> Status[GateOut]:
    """Let a criterion count as met until a day, on one's own name. Owners only."""
    user = caller(request)
    row = get_criterion(user, code, criterion, need=Role.OWNER)
    verbs.waive(by=user, row=row, reason=payload.reason, until=payload.until)
    return Status(201, _judged(row.gate))


def _judged(gate: Gate) -> GateOut:
    """The gate after it was judged anew."""
    roadmap = verbs.roadmap_of(gate)
    evaluate(roadmap.pk, gates=[gate.pk])
    board = _board(roadmap.project, roadmap)
    views: list[Card | PhaseView] = [*board.cards, *board.phases]
    return GateOut.of(next(view for view in views if view.gate.pk == gate.pk))
