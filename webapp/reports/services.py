"""What can be done with reports: issue, share, revoke."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from webapp.accounts.models import User
from webapp.projects.audit import record
from webapp.projects.models import Project

from .access import digest_of
from .compose import compose
from .models import Report, ShareLink


def issue_report(*, by: User, project: Project, note: str = "") -> Report:
    """Freeze the report as the data stand now, with the next number."""
    document = compose(project, timezone.localdate())
    with transaction.atomic():
        # one at a time takes the next number
        Project.objects.select_for_update().get(pk=project.pk)
        last = Report.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
        report = Report.objects.create(
            project=project,
            number=last + 1,
            document=document.content(),
            digest=document.digest(),
            note=note,
            issued_by=by,
        )
        record(by, "report.issued", report, project=project, number=report.number, digest=report.digest)
    return report


@transaction.atomic
def share_report(*, by: User, report: Report, days: int, label: str = "") -> str:
    """Make a link that opens the report for `days`; returns its key, which is told once and not kept."""
    key = secrets.token_urlsafe(24)
    expires_at = timezone.now() + timedelta(days=days)
    ShareLink.objects.create(
        report=report, key_digest=digest_of(key), label=label, expires_at=expires_at, created_by=by
    )
    record(by, "report.shared", report, project=report.project, number=report.number, days=days, label=label)
    return key


@transaction.atomic
def revoke_link(*, by: User, link: ShareLink) -> None:
    """Close a link now; one that is closed stays so."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(by, "report.link_revoked", link.report, project=link.report.project, label=link.label)
