"""Which row goes to train, validation and test: as given, by a column, or by the hash of its text or group."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SPLITS = ("train", "validation", "test")
_OTHER_NAMES = {
    "training": "train",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "eval": "validation",
}
_BUCKET_BITS = 16


class SplitPlan(BaseModel):
    """How rows are split.

    `random` keeps rows with the same normalised input together, `group` rows with the same value in `column`:
    both are reproducible from the seed alone, and meet the fractions to the row (groups: as near as they allow).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    how: Literal["none", "given", "column", "random", "group"] = Field(
        "random", description="none: all rows are train; given: one file a split; column: it names the split."
    )
    column: str = Field("", description="Column with the split's or the group's name.")
    fractions: dict[str, float] = Field(default_factory=lambda: {"train": 0.8, "validation": 0.1, "test": 0.1})
    seed: int = Field(0, ge=0, le=2**32 - 1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.how in ("column", "group") and not self.column:
            raise ValueError("choose the column")
        if self.how in ("random", "group"):
            unknown = [name for name in self.fractions if name not in SPLITS]
            if unknown:
                raise ValueError(f"splits are train, validation and test, not {', '.join(unknown)}")
            if any(part < 0 for part in self.fractions.values()) or abs(sum(self.fractions.values()) - 1) > 1e-6:
                raise ValueError("the fractions must be positive and add up to 1")
        return self


def split_name(name: object) -> str | None:
    """train, validation or test, from the ways people write it; None if it is none of them."""
    spelled = str(name).strip().lower()
    spelled = _OTHER_NAMES.get(spelled, spelled)
    return spelled if spelled in SPLITS else None


def unit_of(seed: int, what: int | str) -> int:
    """A uniform 64-bit number that depends on the seed and on a digest or group name alone."""
    return int.from_bytes(blake2b(f"{seed}\x1f{what}".encode("utf-8", "replace"), digest_size=8).digest(), "big")


def boundaries(units: Callable[[], Iterable[int]], count: int, fractions: Sequence[float]) -> list[int]:
    """The units at which one split ends and the next begins: `bisect_right` of a row's unit gives its split.

    `units` is gone through twice and never held: a row's rank is counted in buckets, then sorted out in one.
    """
    ranks, share = [], 0.0
    for fraction in fractions[:-1]:
        share += fraction
        ranks.append(round(share * count))
    counts = [0] * (1 << _BUCKET_BITS)
    for unit in units():
        counts[unit >> (64 - _BUCKET_BITS)] += 1
    wanted = [_bucket_of(rank, counts) for rank in ranks]
    inside: dict[int, list[int]] = {bucket: [] for bucket, _ in wanted}
    for unit in units():
        if unit >> (64 - _BUCKET_BITS) in inside:
            inside[unit >> (64 - _BUCKET_BITS)].append(unit)
    for within in inside.values():
        within.sort()
    return [
        inside[bucket][place] if bucket in inside and place < len(inside[bucket]) else 1 << 64
        for bucket, place in wanted
    ]


def split_places(units: Iterable[int], edges: Sequence[int]) -> Iterator[int]:
    """For each unit the number of its split."""
    return (bisect_right(edges, unit) for unit in units)


def _bucket_of(rank: int, counts: Sequence[int]) -> tuple[int, int]:
    """The bucket that holds the row of this rank, and the row's place in it."""
    ends = list(accumulate(counts))
    bucket = bisect_right(ends, rank)
    return (bucket, rank - ends[bucket] + counts[bucket]) if bucket < len(counts) else (bucket, 0)
