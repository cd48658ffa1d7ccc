"""Projects: list, create, overview, settings, members, price book, audit log."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.links import invitation_link
from webapp.accounts.models import User
from webapp.business.worth import worth
from webapp.jobs.models import JobState
from webapp.roadmap.pages.standing import standing

from . import overview as facts
from . import services
from .access import get_project
from .forms import MemberForm, PriceForm, ProjectForm, RoleForm, SettingsForm
from .models import AuditEntry, Membership, Project, Role
from .next_step import next_step
from .pages import frame, person
from .prices import newest_prices

AUDIT_PAGE_ROWS = 50


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """One's projects with what goes on in each."""
    user = person(request)
    projects = (
        Project.objects.visible_to(user)
        .annotate(
            running=Count("jobs", filter=Q(jobs__state=JobState.RUNNING), distinct=True),
            dataset_count=Count("datasets", distinct=True),
            last_measured=Max("measurements__created_at"),
        )
        .order_by("name", "pk")
    )
    return render(request, "projects/list.html", {"projects": projects})


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new project, with oneself as its owner."""
    user = person(request)
    form = ProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        project = services.create_project(by=user, **form.cleaned_data)
        return redirect("projects:overview", project.code)
    return render(request, "projects/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """What was learned, what runs, what is next. With `HX-Request` from the page itself: only the part that changes."""
    project = get_project(person(request), code)
    open_jobs, is_live = facts.at_work(project)
    now = {"project": project, "open_jobs": open_jobs, "is_live": is_live}
    if request.headers.get("HX-Target") == "project-now":
        if is_live:
            return render(request, "projects/_now.html", now)
        # with the last job, findings and next step changed as well
        return HttpResponse(headers={"HX-Refresh": "true"})
    case, stands = worth(project), standing(project, timezone.localdate())
    context = {
        **frame(request, project, "overview"),
        **now,
        "findings": facts.newest_findings(project),
        "worth": case,
        "standing": stands,
        "next": next_step(project, stands=stands, has_case=case is not None),
    }
    return render(request, "projects/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, code: str) -> HttpResponse:
    """Name, task, base model and minimum effect; the second of two editors is told, and nothing is overwritten."""
    user = person(request)
    project = get_project(user, code, need=Role.VIEWER if request.method != "POST" else Role.EDITOR)
    if request.method != "POST":
        return _settings(request, project, SettingsForm(initial=_typed(project)))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _settings(request, project, form, status=422)
    changes = {name: form.cleaned_data[name] for name in services.SETTINGS}
    try:
        services.update_settings(by=user, project=project, seen_version=form.cleaned_data["version"], changes=changes)
    except services.EditConflict as conflict:
        # the form goes back with what they typed and the version as it stands, beside what the other person stored
        again = SettingsForm({**request.POST.dict(), "version": conflict.current.version})
        return _settings(request, conflict.current, again, status=409, conflict=_typed(conflict.current))
    messages.success(request, "The settings are stored.")
    return redirect("projects:settings", project.code)


def _typed(project: Project) -> dict[str, object]:
    """The settings as the form shows them."""
    effect = round(project.minimum_effect * 100, 4)
    return {
        "name": project.name,
        "task": project.task,
        "base_model": project.base_model,
        "minimum_effect": int(effect) if effect == int(effect) else effect,
        "version": project.version,
    }


def _settings(
    request: HttpRequest, project: Project, form: SettingsForm, *, status: int = 200, **shown: object
) -> HttpResponse:
    context = {**frame(request, project, "settings"), "form": form, "tab": "general", **shown}
    return render(request, "projects/settings.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, code: str) -> HttpResponse:
    """Who takes part; an owner adds by e-mail."""
    user = person(request)
    project = get_project(user, code, need=Role.VIEWER if request.method != "POST" else Role.OWNER)
    form = MemberForm(request.POST)
    if request.method != "POST":
        return _members(request, project, MemberForm())
    if not form.is_valid():
        return _members(request, project, form, status=422)
    asked = form.cleaned_data
    try:
        member = services.add_member(by=user, project=project, email=asked["email"], role=Role(asked["role"]))
    except services.ProjectRefused as refused:
        form.add_error("email", str(refused))
        return _members(request, project, form, status=422)
    if member.user.last_login is None and not member.user.has_usable_password() and user.is_superuser:
        link = invitation_link(member.user, request.build_absolute_uri("/"))
        return _members(request, project, MemberForm(), invited=member.user, invitation=link)
    messages.success(request, f"{member.user} is now {member.get_role_display().lower()}.")
    return redirect("projects:members", project.code)


def _members(
    request: HttpRequest, project: Project, form: MemberForm, *, status: int = 200, **shown: object
) -> HttpResponse:
    people = project.members.select_related("user")
    context = {**frame(request, project, "settings"), "form": form, "people": people, "roles": Role, "tab": "members"}
    return render(request, "projects/members.html", {**context, **shown}, status=status)


@require_POST
def change_role(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Another role for a member."""
    user = person(request)
    project = get_project(user, code, need=Role.OWNER)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose owner, editor or viewer.")
        return redirect("projects:members", project.code)
    role = Role(form.cleaned_data["role"])
    return _member_change(
        request,
        project,
        pk,
        lambda member: services.change_role(by=user, member=member, role=role),
        "The role is changed.",
    )


@require_POST
def remove_member(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """End a member's part: an owner anybody's, everybody their own."""
    user = person(request)
    project = get_project(user, code)
    own = project.members.filter(pk=pk, user=user).exists()
    if not own:
        get_project(user, code, need=Role.OWNER)
    response = _member_change(
        request,
        project,
        pk,
        lambda member: services.remove_member(by=user, member=member),
        "They are no longer a member.",
    )
    still_member = project.members.filter(user=user).exists()
    return response if still_member else redirect("projects:list")


def _member_change(
    request: HttpRequest, project: Project, pk: int, change: Callable[[Membership], object], done: str
) -> HttpResponse:
    member = project.members.filter(pk=pk).first()
    if member is None:
        raise Http404("No such member")
    try:
        change(member)
    except services.ProjectRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("projects:members", project.code)


@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, code: str) -> HttpResponse:
    """The price book: device-hour prices with source and date; the newest of each class counts."""
    user = person(request)
    project = get_project(user, code, need=Role.VIEWER if request.method != "POST" else Role.EDITOR)
    form = PriceForm(request.POST) if request.method == "POST" else PriceForm(initial={"read_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        price = services.add_price(by=user, project=project, **form.cleaned_data)
        messages.success(
            request, f"From now on an hour of {price.device_class} costs ${price.usd_per_hour.normalize():f}."
        )
        return redirect("projects:prices", project.code)
    current = newest_prices(project)
    counting = {price.pk for price in current.values()}
    history = project.prices.select_related("created_by").order_by("-created_at", "-pk")[:200]
    context = {**frame(request, project, "settings"), "form": form, "history": history, "counting": counting}
    return render(request, "projects/prices.html", {**context, "tab": "prices"}, status=422 if form.errors else 200)


@require_safe
def audit(request: HttpRequest, code: str) -> HttpResponse:
    """Who did what when; filtered by person and by kind of change."""
    project = get_project(person(request), code)
    entries = AuditEntry.objects.filter(project=project).select_related("by")
    verb, by = request.GET.get("verb", ""), request.GET.get("by", "")
    if verb:
        entries = entries.filter(verb=verb)
    if by.isdecimal() and len(by) < 19:
        entries = entries.filter(by=int(by))
    verbs = AuditEntry.objects.filter(project=project).order_by("verb").values_list("verb", flat=True).distinct()
    people = User.objects.filter(pk__in=AuditEntry.objects.filter(project=project).values("by")).order_by("email")
    page = Paginator(entries, AUDIT_PAGE_ROWS).get_page(request.GET.get("page"))
    chosen = {"verb": verb, "by": by, "verbs": verbs, "people": people, "page": page, "tab": "audit"}
    return render(request, "projects/audit.html", {**frame(request, project, "settings"), **chosen})
