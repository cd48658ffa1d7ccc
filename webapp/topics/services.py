"""Showing a study's figures on the public pages, and taking them back."""

from django.db import transaction

from webapp.accounts.models import User
from webapp.jobs.models import Study
from webapp.projects.audit import record

from .models import Publication


@transaction.atomic
def publish_study(*, by: User | None, study: Study) -> Publication:
    """Let everybody see the study's figures; once is enough, and a study without a result shows when it has one."""
    publication, is_new = Publication.objects.get_or_create(study=study, defaults={"by": by})
    if is_new:
        record(by, "study.published", study)
    return publication


@transaction.atomic
def withdraw_study(*, by: User, study: Study) -> None:
    """Take the study's figures off the public pages."""
    gone, _ = Publication.objects.filter(study=study).delete()
    if gone:
        record(by, "study.withdrawn", study)
