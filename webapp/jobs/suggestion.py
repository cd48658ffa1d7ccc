"""How answers should be judged, from the form of the data: the same for a study and for a single evaluation."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any

from training.data.messages import text_of
from training.metrics import METRICS
from webapp.datasets.models import DatasetVersion
from webapp.files.bucket import FilesFault
from webapp.ui.formats import count

from .references import split_path

MOST_CHOICES = 50
"""With more labels than this a task is no longer a choice among them."""

_LOOKED_AT = 50
_NUMBER = re.compile(r"[-+]?[$€£]?\d[\d,]*(\.\d+)?%?")
_TOLD_LABELS = 3


@dataclass(frozen=True)
class Suggestion:
    """A metric, the labels where it is a choice among them, and the reason in a sentence."""

    metric: str
    choices: tuple[str, ...]
    why: str

    @property
    def title(self) -> str:
        """The metric as people see it."""
        return METRICS[self.metric].title


def suggested_metric(version: DatasetVersion, split: str) -> Suggestion:
    """By the labels of all splits, else by the first answers of this one."""
    labels = labels_of(version)
    if labels:
        named = ", ".join(labels[:_TOLD_LABELS]) + (" …" if len(labels) > _TOLD_LABELS else "")
        why = f"the answers of {version} are {count(len(labels), 'label')} ({named}): the likeliest one counts"
        return Suggestion("choice", tuple(labels), why)
    answers = _first_answers(version, split)
    if answers and all(_NUMBER.fullmatch(answer) for answer in answers):
        return Suggestion("numeric", (), f"the answers of {version} are numbers: the last number written counts")
    return Suggestion("normalised", (), f"the answers of {version} are free text: case and punctuation do not count")


def labels_of(version: DatasetVersion) -> list[str]:
    """The labels among which the rows choose, most frequent first; empty if the answers are free text."""
    splits: dict[str, Any] = version.manifest.get("splits", {})
    counts: Counter[str] = Counter()
    for split in splits.values():
        counts.update(split["statistics"]["labels"])
    labels = [label for label, _ in counts.most_common()]
    return labels if 2 <= len(labels) <= MOST_CHOICES else []


def _first_answers(version: DatasetVersion, split: str) -> list[str]:
    try:
        with split_path(version, split).open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in islice(file, _LOOKED_AT)]
    except (FilesFault, OSError):
        return []
    return [text_of(row["completion"]).strip() for row in rows if "completion" in row]
