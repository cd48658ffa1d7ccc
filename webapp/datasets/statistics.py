"""Statistics over all splits of a version, out of those of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any


def by_count(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts, the highest first and equal ones by name. (Postgres does not keep the order of what it stores.)"""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def merged(splits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows, tokens and label counts of all splits together (each is `training.data.stats.Statistics.to_json()`).

    Medians cannot be merged and are left out.
    """
    labels: Counter[str] = Counter()
    for each in splits:
        labels.update(each["labels"])
    return {
        "rows": sum(each["rows"] for each in splits),
        "characters": sum(each["characters"] for each in splits),
        "tokens": {
            "estimated": any(each["tokens"]["estimated"] for each in splits),
            "total": sum(each["tokens"]["total"] for each in splits),
            "longest": max((each["tokens"]["longest"] for each in splits), default=0),
            "histogram": merged_histogram([each["tokens"]["histogram"] for each in splits]),
        },
        "labels": dict(labels.most_common()),
    }


def merged_histogram(histograms: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The sum of histograms over the same edges; buckets have `from` (inclusive), `below` (None: no end), `rows`."""
    longest = max(histograms, key=len, default=[])
    return [
        {**bucket, "rows": sum(each[place]["rows"] for each in histograms if place < len(each))}
        for place, bucket in enumerate(longest)
    ]
