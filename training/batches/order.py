"""Which rows an optimizer step takes: a pure function of seed, step and rank, so that a resumed job needs no state."""

import random
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class DataOrder:
    """An endless run of epochs, each its own shuffle of `rows` row numbers, cut into steps.

    step_rows: rows of one optimizer step over all ranks. last_row: rows in the whole training, so that the
    last step of a whole number of epochs takes no row of the next; None for no end.
    """

    rows: int
    step_rows: int
    seed: int
    last_row: int | None = None

    def rows_of_step(self, step: int, *, rank: int = 0, world: int = 1) -> list[int]:
        """The rows that `rank` of `world` takes in `step` (from 0). The ranks' rows together are the step's."""
        start = step * self.step_rows
        end = start + self.step_rows
        if self.last_row is not None:
            end = min(end, self.last_row)
        return [self._row_at(place) for place in range(start, end)][rank::world]

    def epoch_after(self, step: int) -> float:
        """Passes over the data after `step` steps."""
        taken = step * self.step_rows
        return (taken if self.last_row is None else min(taken, self.last_row)) / self.rows

    def _row_at(self, place: int) -> int:
        epoch, offset = divmod(place, self.rows)
        return _shuffled(self.rows, self.seed, epoch)[offset]


@lru_cache(maxsize=2)
def _shuffled(rows: int, seed: int, epoch: int) -> tuple[int, ...]:
    order = list(range(rows))
    random.Random(f"{seed}/{epoch}").shuffle(order)  # noqa: S311  # an order, not a secret
    return tuple(order)
