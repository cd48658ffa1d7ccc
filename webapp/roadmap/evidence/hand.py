"""Everything of a project that gates may rest on, fetched once for all of them."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Job, Measurement
from webapp.projects.models import Project

from ..models import GateCriterion

MOST_MEASUREMENTS = 2000
"""The newest so many are looked at."""


@dataclass
class Hand:
    """The evidence of one project. Each part is one query, made when first asked for."""

    project: Project
    pairs: dict[tuple[int, int], Any] = field(default_factory=dict)
    """Comparisons made already, by the two measurements."""
    _counting: dict[frozenset[str], set[int]] = field(default_factory=dict)

    @cached_property
    def measurements(self) -> list[Measurement]:
        """Whole-set measurements, newest first, with their jobs."""
        found: QuerySet[Measurement] = Measurement.objects.filter(project=self.project, label="")
        return list(
            found.select_related("job")
            .defer("job__result", "job__prediction")
            .order_by("-created_at", "-pk")[:MOST_MEASUREMENTS]
        )

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of every job of the project by its code."""
        return dict(Job.objects.filter(project=self.project).values_list("code", "kind"))

    def gates_counting(self, names: frozenset[str]) -> set[int]:
        """Gates with a criterion that counts one of these."""
        if names not in self._counting:
            counted = GateCriterion.objects.filter(
                Q(gate__milestone__roadmap__project=self.project) | Q(gate__phase__roadmap__project=self.project),
                spec__counted__in=names,
            )
            self._counting[names] = set(counted.values_list("gate_id", flat=True))
        return self._counting[names]

    @cached_property
    def versions(self) -> list[DatasetVersion]:
        """Every dataset version of the project, newest first."""
        found = DatasetVersion.objects.filter(dataset__project=self.project).select_related("dataset")
        return list(found.order_by("-created_at", "-pk"))

    @cached_property
    def newest_versions(self) -> list[DatasetVersion]:
        """The newest version of each dataset, the one stored last first."""
        newest: dict[int, DatasetVersion] = {}
        for version in self.versions:
            kept = newest.get(version.dataset_id)
            if kept is None or version.number > kept.number:
                newest[version.dataset_id] = version
        return sorted(newest.values(), key=lambda version: (version.created_at, version.pk), reverse=True)

    def replaced_by(self, digest: str) -> tuple[DatasetVersion, DatasetVersion] | None:
        """(the version with this digest, the newer one that took its place); None if it is still the newest."""
        held = [version for version in self.versions if version.digest == digest]
        current = {version.dataset_id: version for version in self.newest_versions}
        if not held or any(current[version.dataset_id].pk == version.pk for version in held):
            return None
        return held[0], current[held[0].dataset_id]
