"""The contact page for everybody, the inbox for the staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.projects.pages import person

from . import access, services
from .forms import HandleForm, InquiryForm
from .models import Inquiry, State

PAGE_ROWS = 50


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """The form. `?calculation=` fills in the link of a calculation, for the calculator's own link to this page."""
    if request.method != "POST":
        form = InquiryForm(initial={"calculation": request.GET.get("calculation", "")[:4000], **_known(request)})
        return render(request, "inquiries/contact.html", {"form": form})
    form = InquiryForm(request.POST)
    if form.is_robot():
        return redirect("inquiries:sent", "-")  # looks like success and keeps nothing
    if not form.is_valid():
        return render(request, "inquiries/contact.html", {"form": form}, status=422)
    wanted = {key: value for key, value in form.cleaned_data.items() if key not in ("consent", "website")}
    try:
        inquiry = services.send_inquiry(**wanted, address=request.META.get("REMOTE_ADDR", ""))
    except services.TooMany as refusal:
        return render(request, "inquiries/contact.html", {"form": form, "refusal": str(refusal)}, status=429)
    return redirect("inquiries:sent", access.own_key(inquiry))


def _known(request: HttpRequest) -> dict[str, str]:
    user = request.user
    return {"name": user.name, "email": user.email} if user.is_authenticated else {}


@login_not_required
@require_safe
def sent(request: HttpRequest, key: str) -> HttpResponse:
    """Thanks, and the way to have it deleted. A page that nobody else can find."""
    inquiry = None if key == "-" else access.get_own(key)
    context = {"key": key, "inquiry": inquiry, "deleted": inquiry is None and key != "-"}
    response = render(request, "inquiries/sent.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@require_POST
def delete_own(request: HttpRequest, key: str) -> HttpResponse:
    """Delete what one sent."""
    inquiry = access.get_own(key)
    if inquiry is not None:
        services.delete_inquiry(inquiry=inquiry)
    return redirect("inquiries:sent", key)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """All inquiries, or those of one state."""
    found = access.inbox(person(request))
    counts = dict(Inquiry.objects.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    if state in State.values:
        found = found.filter(state=state)
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    states = [("", "All", sum(counts.values())), *((each.value, each.label, counts.get(each, 0)) for each in State)]
    return render(request, "inquiries/inbox.html", {"page": page, "states": states, "state": state})


@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest, code: str) -> HttpResponse:
    """One inquiry; the second of two who change it is told."""
    user = person(request)
    found = access.get_inquiry(user, code)
    if request.method != "POST":
        return _inquiry(
            request, found, HandleForm(initial={"seen": found.state, "state": found.state, "note": found.note})
        )
    form = HandleForm(request.POST)
    if not form.is_valid():
        return _inquiry(request, found, form, status=422)
    try:
        services.handle_inquiry(by=user, inquiry=found, **form.cleaned_data)
    except services.ChangedMeanwhile:
        again = HandleForm({**request.POST.dict(), "seen": found.state})
        return _inquiry(request, found, again, status=409, conflict=True)
    messages.success(request, "Stored.")
    return redirect("inquiries:inbox")


def _inquiry(
    request: HttpRequest, found: Inquiry, form: HandleForm, *, status: int = 200, conflict: bool = False
) -> HttpResponse:
    context = {"inquiry": found, "form": form, "conflict": conflict}
    return render(request, "inquiries/inquiry.html", context, status=status)


@require_POST
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Delete one, as its sender asked; its name is typed, as it cannot be undone."""
    found = access.get_inquiry(person(request), code)
    if request.POST.get("confirm", "").strip() != found.name.strip():
        messages.error(request, "Not deleted: the name did not match.")
        return redirect("inquiries:inquiry", code)
    services.delete_inquiry(inquiry=found)
    messages.success(request, "Deleted.")
    return redirect("inquiries:inbox")
