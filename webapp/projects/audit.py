"""The audit log: one row a change."""

from django.db.models import Model

from webapp.accounts.models import User

from .models import AuditEntry, Project


def record(
    by: User | None, verb: str, subject: Model, *, project: Project | None = None, **details: object
) -> AuditEntry:
    """Note that `by` did `verb` (such as `job.launched`) to `subject`; `by` is None for the product itself."""
    found = project or (subject if isinstance(subject, Project) else getattr(subject, "project", None))
    return AuditEntry.objects.create(
        project=found,
        by=by,
        verb=verb,
        subject_type=subject._meta.model_name or "",
        subject=str(getattr(subject, "code", None) or subject)[:200],
        details=details,
    )
