"""Where files lie on this machine."""

from pathlib import Path

from django.conf import settings


def is_remote() -> bool:
    """Whether the files' home is a bucket, and what lies here is a copy."""
    return str(settings.ARTIFACTS_URL).startswith("s3://")


def is_shared() -> bool:
    """Whether other machines write into the same folders."""
    return bool(settings.ARTIFACTS_URL) and not is_remote()


def files_root() -> Path:
    """The folder that holds `jobs/` and `datasets/` on this machine; what `DatasetVersion.folder` is relative to."""
    return Path(settings.ARTIFACTS_URL) if is_shared() else Path(settings.STATE)


def cache_root() -> Path:
    """Copies of single files from the bucket; may be deleted at any time."""
    return Path(settings.STATE) / "cache"
