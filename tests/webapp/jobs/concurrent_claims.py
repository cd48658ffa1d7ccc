"""Twenty workers claim at the same moment. Run by `test_on_postgres`: SQLite lets one writer in at a time anyway."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.webapp import factories
from webapp.jobs.lease import claim
from webapp.jobs.models import Job, JobState
from webapp.projects.models import Project

WORKERS = 20


@pytest.mark.django_db(transaction=True)
def test_each_job_is_claimed_once(project: Project) -> None:
    assert connection.vendor == "postgresql"
    jobs = [factories.job(project, state=JobState.QUEUED, queue="cpu") for _ in range(5)]
    together = Barrier(WORKERS)

    def take_all(worker: int) -> list[int]:
        try:
            together.wait(30)
            return [job.pk for job in jobs if claim(job.pk, owner=f"w{worker}", queue="cpu") is not None]
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = Counter(pk for found in pool.map(take_all, range(WORKERS)) for pk in found)
    assert taken == Counter({job.pk: 1 for job in jobs})
    assert set(Job.objects.values_list("fence", "attempts", "state")) == {(1, 1, JobState.RUNNING)}
