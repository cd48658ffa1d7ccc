"""From the criteria of a gate to the gate."""

from collections.abc import Sequence
from dataclasses import dataclass

from .criteria import Level
from .evidence import Verdict


@dataclass(frozen=True)
class Standing:
    """One criterion of a gate: how much it matters and how it stands. A waived one counts as met."""

    level: Level
    verdict: Verdict
    is_waived: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it holds the gate up no longer."""
        return self.is_waived or self.verdict == Verdict.PASSES


def shoulds_needed(count: int, asked: int | None) -> int:
    """How many of `count` should-meet criteria have to be met: as many as asked for, else half of them, rounded up."""
    return min(count, (count + 1) // 2 if asked is None else asked)


def combined(standings: Sequence[Standing], *, should_needed: int | None = None) -> Verdict:
    """The gate's verdict. A gate without a criterion never passes by itself.

    It passes if every must-meet criterion and enough should-meet ones are met; it fails if a must-meet one fails, or so
    many should-meet ones that the rest is too few; anything else is not enough evidence.
    """
    musts = [each for each in standings if each.level == Level.MUST]
    shoulds = [each for each in standings if each.level == Level.SHOULD]
    needed = shoulds_needed(len(shoulds), should_needed)
    met = sum(each.is_met for each in shoulds)
    lost = sum(not each.is_met and each.verdict == Verdict.FAILS for each in shoulds)
    if any(not each.is_met and each.verdict == Verdict.FAILS for each in musts) or len(shoulds) - lost < needed:
        return Verdict.FAILS
    if not standings or not (musts or needed):
        return Verdict.NOT_ENOUGH
    return Verdict.PASSES if all(each.is_met for each in musts) and met >= needed else Verdict.NOT_ENOUGH
