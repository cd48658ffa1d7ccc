"""Reads `ARTIFACTS_URL`; used while the settings load, so it imports none."""

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def artifacts_url(given: str) -> str:
    """The checked value: empty, an absolute path of a folder that is there, or `s3://bucket/prefix`.

    Raises `ImproperlyConfigured`.
    """
    if not given:
        return ""
    if "://" in given:
        return _bucket_url(given)
    path = Path(given).expanduser()
    if not path.is_absolute():
        raise ImproperlyConfigured(f"ARTIFACTS_URL={given!r}: must be an absolute path or an s3:// URL")
    # a share that is not mounted must stop the start: made here, the folder would be this machine's alone
    if not path.is_dir():
        raise ImproperlyConfigured(f"ARTIFACTS_URL={given!r}: there is no such folder; mount or make it first")
    return str(path)


def _bucket_url(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"ARTIFACTS_URL={given!r}: must be a path or s3://bucket/prefix")
    if importlib.util.find_spec("boto3") is None:
        raise ImproperlyConfigured(
            f"ARTIFACTS_URL={given!r}: an s3:// URL needs the extra s3: pip install 'uplift[s3]'"
        )
    return given.rstrip("/")
