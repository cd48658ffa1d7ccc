"""Cancel and resume."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ..access import get_job
from ..forms.resume import ResumeForm
from ..models import Job
from ..services import LaunchRefused, cancel_job, resume_job
from .request import SignedInRequest


@require_POST
def cancel(request: SignedInRequest, code: str, job: str) -> HttpResponse:
    """Stop the job; what it did so far stays in a checkpoint."""
    found = get_job(request.user, job, project=code, edit=True)
    if found.has_ended:
        messages.info(request, f"{found.name} had already ended.")
    else:
        cancel_job(by=request.user, job=found)
        messages.success(request, f"{found.name} is being stopped. Resume it to go on from its last checkpoint.")
    return _to(found)


@require_POST
def resume(request: SignedInRequest, code: str, job: str) -> HttpResponse:
    """Queue the job again, with raised limits where it ran over them."""
    found = get_job(request.user, job, project=code, edit=True)
    form = ResumeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
        return _to(found)
    try:
        resume_job(by=request.user, job=found, **form.cleaned_data)
    except LaunchRefused as refused:
        messages.error(request, " ".join(fault.message for fault in refused.faults))
    else:
        messages.success(request, f"{found.name} is queued again and goes on from its last checkpoint.")
    return _to(found)


def _to(job: Job) -> HttpResponse:
    return redirect("jobs:job", code=job.project.code, job=job.code)
