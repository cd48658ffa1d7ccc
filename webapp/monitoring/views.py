"""`/healthz` and `/metrics`."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from .health import health


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503; the body says what does not and why."""
    found = health()
    return JsonResponse(found, status=200 if all(part["ok"] for part in found.values()) else 503)
