"""What a job leaves, to take along: its spec and its artifacts."""

from django.http import FileResponse, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

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
def artifact(request: SignedInRequest, code: str, job: str, name: str) -> FileResponse:
    """One artifact: a file as it is, a folder as a zip that is made while it is sent."""
    return artifact_response(get_job(request.user, job, project=code), name.replace("\x00", ""))
