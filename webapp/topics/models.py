"""Which studies everybody may see."""

from django.conf import settings
from django.db import models

from webapp.jobs.models import Study


class Publication(models.Model):
    """An owner's word that the figures of a study may stand on the public pages.

    Figures only: rows, answers, people and the project's name stay where they are.
    """

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="publication")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return str(self.study)
