"""Pictures of a version's statistics."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.ui import figures as f
from webapp.ui import formats

MOST_LABELS = 25


def length_histogram(splits: Mapping[str, Mapping[str, Any]]) -> f.Figure:
    """Rows by their length in tokens, one series a split. `splits`: name to its stored statistics."""
    longest: Sequence[Mapping[str, Any]] = max(
        (each["tokens"]["histogram"] for each in splits.values()), key=len, default=[]
    )
    names = [_bucket(bucket) for bucket in longest]
    traces = [
        f.bars(
            name, names, _padded([bucket["rows"] for bucket in each["tokens"]["histogram"]], len(names)), series=number
        )
        for number, (name, each) in enumerate(splits.items(), 1)
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


def _bucket(bucket: Mapping[str, Any]) -> str:
    if bucket["below"] is None:
        return f"{bucket['from']:,} and more"
    return f"{bucket['from']:,} to {bucket['below'] - 1:,}"


def _padded(values: Sequence[int], length: int) -> list[int]:
    return [*values, *[0] * (length - len(values))]
