"""The report: as the data stand, as it was issued, on paper, and for those who have a link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from webapp.business.exports.pdf.sizes import chosen
from webapp.projects.access import get_project
from webapp.projects.models import Project, Role
from webapp.projects.pages import frame, person

from . import access, services
from .compose import compose
from .differences import changes
from .document import Document, canonical
from .forms import IssueForm, ShareForm
from .models import Report
from .pages import shown

MOST_CHANGES = 40


@require_safe
def report(request: HttpRequest, code: str) -> HttpResponse:
    """The report as the data stand, and those that were issued."""
    return _draft(request, get_project(person(request), code), IssueForm())


def _draft(request: HttpRequest, project: Project, form: IssueForm, *, status: int = 200) -> HttpResponse:
    context = {
        **frame(request, project, "report"),
        "shown": shown(compose(project, timezone.localdate())),
        "form": form,
        "issued": Report.objects.filter(project=project).select_related("issued_by").defer("document"),
    }
    return render(request, "reports/report.html", context, status=status)


@require_POST
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Freeze it."""
    user = person(request)
    project = get_project(user, code, need=Role.EDITOR)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _draft(request, project, form, status=422)
    made = services.issue_report(by=user, project=project, note=form.cleaned_data["note"])
    messages.success(request, f"Report {made.number} is issued and will not change.")
    return redirect("reports:issued", code, made.number)


@require_safe
def issued(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A report as it was issued."""
    return _issued(request, access.get_report(person(request), code, number), ShareForm())


def _issued(request: HttpRequest, found: Report, form: ShareForm, *, link: str = "", status: int = 200) -> HttpResponse:
    document = found.read()
    context = {
        **frame(request, found.project, "report"),
        "shown": shown(document) if document else None,
        "report": found,
        "is_intact": found.is_intact,
        "form": form,
        "link": link,
        "links": found.links.select_related("created_by"),
    }
    return render(request, "reports/issued.html", context, status=status)


@require_safe
def since(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What today's data say differently: a part of the issued report's page, or a page of its own."""
    found = access.get_report(person(request), code, number)
    changed = changes(_document(found), compose(found.project, timezone.localdate()))
    is_part = request.headers.get("HX-Request") == "true"
    context = {
        **frame(request, found.project, "report"),
        "report": found,
        "changes": changed[:MOST_CHANGES],
        "total": len(changed),
        "is_part": is_part,
        "more": max(0, len(changed) - MOST_CHANGES),
    }
    return render(request, "reports/_since.html" if is_part else "reports/since.html", context)


@require_safe
def issued_json(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What is stored, byte for byte as its digest is taken: `sha256sum` of the file is the digest."""
    found = access.get_report(person(request), code, number)
    response = HttpResponse(canonical(found.document), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.project.code}-report-{number}.json"'
    return response


@require_POST
def share(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Make a link and show it, once."""
    user = person(request)
    found = access.get_report(user, code, number, need=Role.EDITOR)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _issued(request, found, form, status=422)
    key = services.share_report(by=user, report=found, **form.cleaned_data)
    address = request.build_absolute_uri(reverse("reports:shared", args=[key]))
    return _issued(request, found, ShareForm(), link=address)


@require_POST
def revoke(request: HttpRequest, code: str, number: int, link: int) -> HttpResponse:
    """Close a link."""
    user = person(request)
    services.revoke_link(by=user, link=access.get_link(user, code, number, link))
    messages.success(request, "The link is closed.")
    return redirect(f"{reverse('reports:issued', args=[code, number])}#sharing")


@require_safe
def draft_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The report as the data stand, on paper, marked as a draft."""
    project = get_project(person(request), code)
    document = compose(project, timezone.localdate())
    return _paper(request, document, f"{project.code}-draft", stand="Draft, not issued")


@require_safe
def issued_pdf(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A report as it was issued, on paper."""
    found = access.get_report(person(request), code, number)
    return _paper(request, _document(found), f"{found.project.code}-report-{number}", stand=_stand(found))


@login_not_required
@require_safe
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """A report for who has its link: no links into the project, nothing for search engines."""
    found = _open(key)
    if found is None:
        return _closed(request)
    context = {
        "shown": shown(_document(found)),
        "report": found,
        "is_shared": True,
        "is_intact": found.is_intact,
        "key": key,
    }
    return _private(render(request, "reports/shared.html", context))


@login_not_required
@require_safe
def shared_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The same on paper."""
    found = _open(key)
    if found is None:
        return _closed(request)
    return _private(_paper(request, _document(found), f"report-{found.number}", stand=_stand(found)))


def _open(key: str) -> Report | None:
    try:
        return access.shared_report(key)
    except Http404:
        return None


def _closed(request: HttpRequest) -> HttpResponse:
    """The same for a link that never was, has ended or was closed; it tells outsiders what they can do."""
    return _private(render(request, "reports/closed.html", status=404))


def _document(found: Report) -> Document:
    """What was issued; `Http404` where what is stored is no report any more."""
    document = found.read()
    if document is None:
        raise Http404("What is stored cannot be read as a report")
    return document


def _stand(found: Report) -> str:
    return f"Report {found.number}, issued {found.issued_at.date().isoformat()}, digest {found.digest[:12]}"


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def _paper(request: HttpRequest, document: Document, name: str, *, stand: str) -> HttpResponse:
    """The PDF on the paper that `?paper=` names, else on what is usual where money is in the document's currency."""
    from .paper import printed

    size = chosen(request.GET.get("paper", ""), currency=document.currency)
    response = HttpResponse(printed(document, stand=stand, size=size), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
