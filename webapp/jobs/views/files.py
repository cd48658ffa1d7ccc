"""What a job leaves, to take along: its spec and its artifacts."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.files.bucket import FilesFault

from ..access import get_job
from ..downloads import artifact_response
from ..references import resolved_spec
from .request import SignedInRequest


@require_safe
def spec(request: SignedInRequest, code: str, job: str) -> HttpResponse:
    """The spec as `python -m training run` takes it on this machine."""
    found = get_job(request.user, job, project=code)
    filename = f"{found.kind}-{found.code}.json"
    return JsonResponse(
        resolved_spec(found),
        json_dumps_params={"indent": 1},
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


@require_safe
def artifact(request: SignedInRequest, code: str, job: str, name: str) -> HttpResponseBase:
    """One artifact: a file as it is, a folder as a zip that is made while it is sent."""
    found = get_job(request.user, job, project=code)
    try:
        return artifact_response(found, name.replace("\x00", ""))
    except FilesFault as fault:
        messages.error(request, " ".join(part for part in (f"{fault.what}.", fault.why, fault.remedy) if part))
        return redirect(f"{reverse('jobs:job', args=[code, job])}?tab=artifacts")
