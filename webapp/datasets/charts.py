"""Pictures of a version's statistics."""

from collections.abc import Mapping
from typing import Any

from webapp.ui import figures as f
from webapp.ui import formats

MOST_LABELS = 25


def length_histogram(splits: Mapping[str, Mapping[str, Any]]) -> f.Figure:
    """Rows by their length in tokens, one series a split. `splits`: name to its stored statistics."""
    stored = {name: each["tokens"]["histogram"] for name, each in splits.items()}
    ends = {bucket["from"]: bucket["below"] for buckets in stored.values() for bucket in buckets}
    counts = {name: {bucket["from"]: bucket["rows"] for bucket in buckets} for name, buckets in stored.items()}
    used = sorted(edge for edge in ends if any(rows.get(edge) for rows in counts.values()))
    shown = [edge for edge in sorted(ends) if used and used[0] <= edge <= used[-1]]
    names = [_bucket(edge, ends[edge]) for edge in shown]
    traces = [
        f.bars(name, names, [rows.get(edge, 0) for edge in shown], series=number)
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


def _bucket(first: int, below: int | None) -> str:
    return f"{first:,} and more" if below is None else f"{first:,} to {below - 1:,}"
