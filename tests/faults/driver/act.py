"""Acts on an installation's jobs as the site does: reads JSON requests, one a line, and prints each answer."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from django.db import close_old_connections  # noqa: E402 - needs the setup above

from training.spec import parse_spec  # noqa: E402 - needs the setup above
from webapp.accounts.links import first_user  # noqa: E402
from webapp.jobs import services  # noqa: E402
from webapp.jobs.models import Job  # noqa: E402
from webapp.jobs.tasks import dispatch, send  # noqa: E402
from webapp.projects.models import Project  # noqa: E402


def launch(specs: list[dict[str, Any]]) -> list[str]:
    """One project, one job a spec; returns their codes."""
    project, _ = Project.objects.get_or_create(code="faults", defaults={"name": "Faults"})
    codes = []
    for raw in specs:
        spec = parse_spec(raw).model_dump(mode="json")
        job = Job.objects.create(project=project, name=spec["kind"], kind=spec["kind"], spec=spec, queue="cpu")
        dispatch(job)
        codes.append(job.code)
    return codes


def cancel(codes: list[str]) -> None:
    """As the button does."""
    for code in codes:
        services.cancel_job(by=first_user(), job=Job.objects.get(code=code))


def resume(code: str) -> None:
    """As the button does."""
    services.resume_job(by=first_user(), job=Job.objects.get(code=code))


def repeat(code: str, times: int) -> int:
    """The same message again and again; returns how many were sent."""
    job = Job.objects.get(code=code)
    return sum(send(job.pk, job.queue, 1) for _ in range(times))


VERBS: dict[str, Callable[..., Any]] = {"launch": launch, "cancel": cancel, "resume": resume, "repeat": repeat}

for line in sys.stdin:
    close_old_connections()
    request = json.loads(line)
    try:
        answer = {"answer": VERBS[request.pop("verb")](**request)}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
