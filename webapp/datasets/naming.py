"""Names: of uploads and datasets in addresses, of files as they are shown, and of splits in file names."""

import re
import secrets

from django.utils.text import slugify

from training.data.splits import split_name
from webapp.projects.models import Project

from .models import Dataset

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RESERVED = {"new", "uploads"}
_CODE_CHARS = 50


def new_upload_code() -> str:
    """12 of 31 characters, 59 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def shown_name(name: str, *, limit: int = 100) -> str:
    """A file's or dataset's name fit to be shown: its last part, without control characters, cut. Never a path."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    printable = "".join(char for char in last if char.isprintable()).strip()
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"


def guess_split(file_name: str) -> str:
    """The split that a file's name speaks of, such as `icd_train.jsonl`; empty if it speaks of none or of several."""
    words = re.split(r"[^a-z]+", shown_name(file_name).lower())
    found = {split for word in words if (split := split_name(word)) is not None}
    return found.pop() if len(found) == 1 else ""


def dataset_name_from(file_name: str) -> str:
    """A dataset's name made from a file's: `icd_train.jsonl.gz` gives `icd train`."""
    stem = shown_name(file_name).split(".", 1)[0]
    return " ".join(re.split(r"[\s_]+", stem)).strip() or "Dataset"


def free_dataset_code(project: Project, name: str) -> str:
    """A code for addresses that no dataset of the project has yet."""
    base = slugify(name)[:_CODE_CHARS].strip("-") or "dataset"
    taken = _RESERVED | set(
        Dataset.objects.filter(project=project, code__startswith=base).values_list("code", flat=True)
    )
    if base not in taken:
        return base
    return next(code for number in range(2, len(taken) + 3) if (code := f"{base}-{number}") not in taken)
