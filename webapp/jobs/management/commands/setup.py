"""`manage.py setup`: what a first start needs, each step told with its usual time, each skipped once done."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from training.catalogue import DEFAULT_MODEL, models_at_hand
from training.speed import recorded
from webapp.jobs.first_study import launch_first_study
from webapp.projects.models import Project
from webapp.projects.samples import sample_project
from webapp.topics.services import publish_study


class Command(BaseCommand):
    help = "Prepare the base model, the database and the sample project; quick when they are there already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not any(model.name == DEFAULT_MODEL for model in models_at_hand()):
            self._step("Base model", "93 MB to fetch, then converted once; usually 1 to 2 min", _prepare_model)
        if recorded() is None:
            self._step("This machine's speed", "measured once, for predictions; usually 15 s", _measure)
        call_command("migrate", verbosity=0)
        if not Project.objects.exists():
            self._step("Sample project", "two datasets and a first study; usually under 20 s", _make_sample)

    def _step(self, what: str, usual: str, do: Callable[[], None]) -> None:
        self.stdout.write(f"{what}: {usual} ...")
        self.stdout.flush()
        started = time.monotonic()
        do()
        self.stdout.write(f"{what}: ready after {time.monotonic() - started:.0f} s")


def _prepare_model() -> None:
    # its own process, because converting needs torch and this one is to stay small
    subprocess.run([sys.executable, "-m", "training", "prepare", DEFAULT_MODEL], check=True)


def _measure() -> None:
    # without it predictions have a wide range, which is no reason not to start
    subprocess.run([sys.executable, "-m", "training", "speed"], check=False, stdout=subprocess.DEVNULL)


def _make_sample() -> None:
    # the broker starts after this command: that it is away is no news here, and the sweeper sends the jobs
    logging.getLogger("uplift.tasks").setLevel(logging.ERROR)
    # its rows are in the public domain, so its figures may stand beside the published claims
    publish_study(by=None, study=launch_first_study(sample_project()))
