"""`manage.py sample_project`: make or complete the sample project."""

from typing import Any

from django.core.management.base import BaseCommand

from webapp.projects.samples import sample_project


class Command(BaseCommand):
    help = "Makes the sample project with its datasets, from installed packages. Does nothing where it is complete."

    def handle(self, *args: Any, **options: Any) -> None:
        project = sample_project()
        datasets = ", ".join(project.datasets.values_list("name", flat=True))
        self.stdout.write(f"The sample project “{project}” is there, with: {datasets}.")
