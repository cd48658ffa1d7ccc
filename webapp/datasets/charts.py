"""Pictures of a version's statistics."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.data.stats import HISTOGRAM_EDGES
from webapp.ui import figures as f
from webapp.ui import formats

MOST_LABELS = 25
MOST_BUCKETS = len(HISTOGRAM_EDGES)


def length_histogram(splits: Mapping[str, Mapping[str, Any]]) -> f.Figure:
    """Rows by their length in tokens, one series a split. `splits`: name to its stored statistics."""
    counts = {name: _padded(each["tokens"]["histogram"]) for name, each in splits.items()}
    used = [place for place in range(MOST_BUCKETS) if any(rows[place] for rows in counts.values())]
    shown = range(used[0], used[-1] + 1) if used else range(0)
    names = [_bucket(place) for place in shown]
    traces = [
        f.bars(name, names, [rows[place] for place in shown], series=number)
        for number, (name, rows) in enumerate(counts.items(), 1)
    ]
    return f.figure(traces, x=f.axis("Length of a row", unit="tokens"), y=f.axis("Rows"), stacked=True)


def length_finding(splits: Mapping[str, Mapping[str, Any]]) -> str:
    """What the histogram shows, in a sentence."""
    main = splits.get("train") or next(iter(splits.values()))
    tokens = main["tokens"]
    longest = max(each["tokens"]["longest"] for each in splits.values())
    return (
        f"Half of the rows have up to {formats.count(tokens['median'])} tokens, 95% up to "
        f"{formats.count(tokens['p95'])}; the longest has {formats.count(longest)}."
    )


def label_counts(labels: Mapping[str, int]) -> f.Figure:
    """Rows by label, the most frequent on top, at most `MOST_LABELS` of them."""
    shown = list(labels.items())[:MOST_LABELS][::-1]
    bars = f.bars("Rows", [count for _, count in shown], [label for label, _ in shown], horizontal=True)
    return f.figure([bars], x=f.axis("Rows", zero=True), y=f.axis("Label"))


def label_finding(labels: Mapping[str, int]) -> str:
    """How even the labels are, in a sentence."""
    most, least = max(labels.values()), min(labels.values())
    common = max(labels, key=lambda label: labels[label])
    share = most / sum(labels.values())
    if most <= 1.5 * least:
        return f"The {len(labels)} labels are about equally frequent."
    return (
        f"“{common}” is the most frequent of {len(labels)} labels: "
        f"always answering it would be right in {formats.percent(share)} of the rows."
    )


def _bucket(place: int) -> str:
    first = HISTOGRAM_EDGES[place]
    if place + 1 == MOST_BUCKETS:
        return f"{first:,} and more"
    return f"{first:,} to {HISTOGRAM_EDGES[place + 1] - 1:,}"


def _padded(histogram: Sequence[Mapping[str, Any]]) -> list[int]:
    """Rows in each of the buckets that there can be, by where they begin."""
    rows = {bucket["from"]: bucket["rows"] for bucket in histogram}
    return [rows.get(edge, 0) for edge in HISTOGRAM_EDGES]
