"""Makes and dispatches jobs: reads a JSON list of specs from standard input, prints their codes as JSON."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from webapp.jobs.models import Job  # noqa: E402 - needs the setup above
from webapp.jobs.tasks import dispatch  # noqa: E402
from webapp.projects.models import Project  # noqa: E402


def main() -> None:
    """One project, one job a spec."""
    project, _ = Project.objects.get_or_create(code="faults", defaults={"name": "Faults"})
    codes = []
    for spec in json.load(sys.stdin):
        job = Job.objects.create(project=project, name=spec["kind"], kind=spec["kind"], spec=spec, queue="cpu")
        dispatch(job)
        codes.append(job.code)
    print(json.dumps(codes))


main()
