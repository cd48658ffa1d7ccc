"""`/healthz` and `/metrics`: for machines, without sign-in, and without a word about people or projects."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from .health import health
from .metrics import exposition


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503; the body says what does not and why."""
    found = health()
    return JsonResponse(found, status=200 if all(part["ok"] for part in found.values()) else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Jobs, queues and workers in Prometheus' text format."""
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
