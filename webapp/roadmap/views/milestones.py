"""One milestone: its page, its dates and links, and what is said about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.jobs.views.request import SignedInRequest
from webapp.projects.models import Project, Role

from ..access import get_attachment, get_dependency, get_milestone, get_roadmap
from ..forms.gates import AttachForm, CommentForm
from ..forms.plan import DatesForm, LinkForm, MilestoneForm
from ..models import Milestone
from ..pages.milestone import milestone_page
from ..schedule import LinkKind
from ..services import plan as verbs
from ..services import talk
from ..services.history import EditConflict, RoadmapRefused
from .common import page, to_milestone

FIELDS = ("name", "phase", "owner", "start", "finish", "effort_days", "description", "serves")


@require_safe
def milestone(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """Its gate, what serves it, what it waits for, what was said and changed. Who looks has read what mentions them."""
    found = get_milestone(request.user, code, key)
    if request.method == "GET":
        talk.read_mentions(by=request.user, milestone=found)
    return _page(request, found)


def _page(request: SignedInRequest, found: Milestone, status: int = 200, **forms: Any) -> HttpResponse:
    project = found.roadmap.project
    given = {
        "link_form": LinkForm(found),
        "comment_form": CommentForm(),
        "attach_form": AttachForm(project),
        "dates_form": _dates_form(found),
        **forms,
    }
    context = {**milestone_page(found, timezone.localdate()), **given}
    return page(request, project, "milestone.html", context, status=status)


def _dates_form(found: Milestone) -> DatesForm:
    return DatesForm(initial={"start": found.start, "finish": found.finish, "version": found.version})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, code: str) -> HttpResponse:
    """A milestone more; `?phase=2` chooses its phase."""
    roadmap = get_roadmap(request.user, code, need=Role.EDITOR)
    if request.method != "POST":
        asked = request.GET.get("phase", "")
        phase = roadmap.phases.filter(number=int(asked)).first() if asked.isdecimal() and len(asked) < 5 else None
        today = timezone.localdate()
        return _edit(request, roadmap.project, MilestoneForm(roadmap, initial={"phase": phase, "start": today}))
    form = MilestoneForm(roadmap, request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in FIELDS}
        try:
            made = verbs.add_milestone(by=request.user, roadmap=roadmap, **given)
        except RoadmapRefused as refused:
            _told(form, refused)
        else:
            return to_milestone(made, roadmap.project)
    return _edit(request, roadmap.project, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """Everything of a milestone but its gate; the second of two editors is told, and nothing is overwritten."""
    found = get_milestone(request.user, code, key, edit=True)
    project, roadmap = found.roadmap.project, found.roadmap
    if request.method != "POST":
        initial = {name: getattr(found, name) for name in (*FIELDS, "version")}
        return _edit(request, project, MilestoneForm(roadmap, initial=initial, also=found.serves), milestone=found)
    form = MilestoneForm(roadmap, request.POST, also=found.serves)
    if not form.is_valid():
        return _edit(request, project, form, status=422, milestone=found)
    changes = {name: form.cleaned_data[name] for name in FIELDS}
    seen = form.cleaned_data["version"] or 0
    try:
        verbs.change_milestone(by=request.user, milestone=found, seen_version=seen, changes=changes)
    except EditConflict as conflict:
        again = MilestoneForm(roadmap, {**_listed(request), "version": conflict.current.version}, also=found.serves)
        return _edit(request, project, again, status=409, milestone=found, conflict=conflict.current)
    except RoadmapRefused as refused:
        _told(form, refused)
        return _edit(request, project, form, status=422, milestone=found)
    messages.success(request, "The milestone is stored.")
    return to_milestone(found, project)


def _listed(request: SignedInRequest) -> dict[str, Any]:
    """What was posted, several choices as a list."""
    return {**request.POST.dict(), "serves": request.POST.getlist("serves")}


def _edit(
    request: SignedInRequest, project: Project, form: MilestoneForm, status: int = 200, **shown: Any
) -> HttpResponse:
    return page(request, project, "edit.html", {"form": form, **shown}, status=status)


def _told(form: Any, refused: RoadmapRefused) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, str(refused))


@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """New dates. What they would break is said first: htmx asks with GET and gets the foretelling alone.

    Without JavaScript, a change that breaks a link comes back with what it breaks, to be sent again or pushed along.
    """
    found = get_milestone(request.user, code, key, edit=True)
    if request.method != "POST":
        form = DatesForm(request.GET if "start" in request.GET else None, initial=_dates_form(found).initial)
        return _foretold(request, found, form)
    form = DatesForm(request.POST)
    if not form.is_valid():
        return _foretold(request, found, form, status=422)
    given = form.cleaned_data
    changes = {"start": given["start"], "finish": given["finish"]}
    broken, _ = verbs.foretell(milestone=found, **changes)
    if broken and not given["push"] and not request.POST.get("anyway"):
        return _foretold(request, found, form, status=422)
    try:
        verbs.change_milestone(
            by=request.user, milestone=found, seen_version=given["version"], changes=changes, push=given["push"]
        )
    except RoadmapRefused as refused:
        form.add_error(None, str(refused))
        return _foretold(request, found, form, status=409)
    messages.success(request, f"{found.name} is moved.")
    back = request.POST.get("back", "")
    return redirect("roadmap:timeline", code) if back == "timeline" else to_milestone(found, found.roadmap.project)


def _foretold(request: SignedInRequest, found: Milestone, form: DatesForm, status: int = 200) -> HttpResponse:
    """What the dates in the form would break; the part alone for htmx, else with the form around it."""
    context: dict[str, Any] = {"milestone": found, "dates_form": form, "back": request.GET.get("back", "")}
    if form.is_bound and form.is_valid():
        start, finish = form.cleaned_data["start"], form.cleaned_data["finish"]
        broken, pushed = verbs.foretell(milestone=found, start=start, finish=finish)
        names = dict(found.roadmap.milestones.values_list("key", "name"))
        context |= {
            "asked": True,
            "broken": [(names[one.link.before], names[one.link.after], one) for one in broken],
            "pushed": [(names[each], *days) for each, days in pushed.items()],
            "unchanged": (start, finish) == (found.start, found.finish),
        }
    if request.htmx:
        return render(request, "roadmap/_foretold.html", {**context, "project": found.roadmap.project})
    return page(request, found.roadmap.project, "dates.html", context, status=status)


@require_POST
def remove(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """Take it out; the name has to be typed."""
    found = get_milestone(request.user, code, key, edit=True)
    if request.POST.get("confirm", "").strip() != found.name:
        messages.error(request, "To remove the milestone, type its name.")
        return to_milestone(found, found.roadmap.project)
    verbs.remove_milestone(by=request.user, milestone=found)
    messages.success(request, f"{found.name} is removed. Its history stays.")
    return redirect("roadmap:board", code)


@require_POST
def link(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """Let it wait for another one."""
    found = get_milestone(request.user, code, key, edit=True)
    form = LinkForm(found, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            verbs.link(
                by=request.user,
                before=given["before"],
                after=found,
                kind=LinkKind(given["kind"]),
                lag_days=given["lag_days"],
            )
        except RoadmapRefused as refused:
            _told(form, refused)
        else:
            return to_milestone(found, found.roadmap.project, "links")
    return _page(request, found, status=422, link_form=form)


@require_POST
def unlink(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Let it wait no longer."""
    found = get_dependency(request.user, code, pk)
    after = found.after
    verbs.unlink(by=request.user, dependency=found)
    return to_milestone(after, after.roadmap.project, "links")


@require_POST
def comment(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """Say something."""
    found = get_milestone(request.user, code, key, edit=True)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, comment_form=form)
    talk.comment(by=request.user, milestone=found, text=form.cleaned_data["text"])
    return to_milestone(found, found.roadmap.project, "comments")


@require_POST
def attach(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """Put a job, study or scenario beside it."""
    found = get_milestone(request.user, code, key, edit=True)
    form = AttachForm(found.roadmap.project, request.POST)
    if form.is_valid():
        try:
            talk.attach(by=request.user, milestone=found, ref=form.cleaned_data["ref"])
        except RoadmapRefused as refused:
            _told(form, refused)
        else:
            return to_milestone(found, found.roadmap.project, "attached")
    return _page(request, found, status=422, attach_form=form)


@require_POST
def detach(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take an attachment away."""
    found = get_attachment(request.user, code, pk)
    milestone = found.milestone
    talk.detach(by=request.user, attachment=found)
    return to_milestone(milestone, milestone.roadmap.project, "attached")
