"""One job: its head and the open tab, whole or only what is new."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from training.faults import ExitStatus
from webapp.projects.access import may_edit

from ..access import get_job
from ..models import Job
from ..pages.head import JobHead, job_head, version_of
from ..pages.listing import kind_title
from ..pages.onward import uses
from ..pages.tabcontent import tab_content
from ..pages.tabs import Tab, open_tab, tabs_of
from ..pages.tiles import said, step_label, tiles
from .request import SignedInRequest

NOTHING_NEW = 204


@require_safe
def job(request: SignedInRequest, code: str, job: str) -> HttpResponse:
    """The job's page. The page asks again at the same address with `seen`, the version it shows.

    Nothing new since then is an empty answer, which costs four short queries and no template.
    """
    found = get_job(request.user, job, project=code)
    tab = open_tab(found, request.GET.get("tab", ""))
    if request.htmx and "seen" in request.GET:
        return _what_is_new(request, found, tab)
    return render(request, "jobs/job.html", {**_page(request, found, tab), **_context(request, found, tab)})


def _what_is_new(request: SignedInRequest, job: Job, tab: Tab) -> HttpResponse:
    if request.GET["seen"] == version_of(job):
        return HttpResponse(status=NOTHING_NEW)
    if job.has_ended:
        # the whole page, once: an ended job has other buttons, tabs and findings
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "jobs/_live.html", {**_context(request, job, tab), "is_part": True})


def _context(request: SignedInRequest, job: Job, tab: Tab) -> dict[str, object]:
    """What changes while the job runs."""
    head = job_head(job)
    content = tab_content(job, tab, request.GET) if tab.live or not request.htmx else {}
    return {
        "project": job.project,
        "job": job,
        "head": head,
        "said": said(job, head),
        "step_label": step_label(job),
        "tiles": tiles(job, head),
        "tab": tab,
        "poll_query": _poll_query(request.GET, tab, head, content),
        **content,
    }


def _page(request: SignedInRequest, job: Job, tab: Tab) -> dict[str, object]:
    """What stands around it."""
    return {
        "may_edit": may_edit(request.user, job.project),
        "kind_title": kind_title(job.kind),
        "over_budget": job.failure.get("exit_status") == ExitStatus.OVER_BUDGET,
        "tab_links": [
            {"label": each.label, "href": f"?tab={each.key}", "current": each == tab} for each in tabs_of(job)
        ],
        "uses": uses(job),
    }


def _poll_query(query: QueryDict, tab: Tab, head: JobHead, content: dict[str, object]) -> str:
    """What the page asks next: the same tab and search, what it shows now."""
    asked = QueryDict(mutable=True)
    asked.update({"tab": tab.key, "seen": head.version})
    asked.update({name: str(query[name]) for name in ("q", "before", "whole") if query.get(name)})
    if content.get("shown"):
        asked["shown"] = str(content["shown"])
    return asked.urlencode()
