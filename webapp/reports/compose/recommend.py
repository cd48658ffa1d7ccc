"""What the report recommends: rules over a few facts, the same for everybody, each with its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from webapp.ui import formats

from ..document import Choice, Said

LIKELY, UNLIKELY = 0.8, 0.2
"""From this chance of a positive NPV on, and up to that one, money speaks clearly."""

MOST_NAMED = 3
"""So many criteria are named in a sentence; the table of gates names all."""


@dataclass(frozen=True)
class Facts:
    """What the rules look at; None is not known.

    gain_is_real, gain_sentence: the newest study's best tuned model against the base model. failing, unsettled: labels
    of must-meet criteria of the first phase that is not passed. option: the one in front; is_tuned: whether it takes
    post-training at all. success_is_measured: whether the success rate of the option in front is bound to a
    measurement. The notes are footnotes of the study, the scenario and the roadmap, and of criteria by their label.
    """

    chance: float | None = None
    option: str = ""
    is_tuned: bool = True
    money_notes: tuple[int, ...] = ()
    success_is_measured: bool = False
    gain_is_real: bool | None = None
    gain_is_loss: bool = False
    gain_sentence: str = ""
    study_notes: tuple[int, ...] = ()
    overlapping_rows: int = 0
    phase: str = ""
    failing: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    killed: str = ""
    has_roadmap: bool = False
    plan_notes: tuple[int, ...] = ()
    criterion_notes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recommendation:
    """The choice, its sentence, and what speaks for it in order."""

    choice: Choice
    sentence: str
    reasons: tuple[Said, ...]


def recommend(facts: Facts) -> Recommendation:
    """Stop where a gate was decided so, money or measurements speak against; go where all speaks for; else hold."""
    against = _against(facts)
    if against:
        return Recommendation("stop", "Do not go on as planned.", tuple(against))
    held_back = _held_back(facts)
    if held_back:
        sentence = "Wait with larger commitments until what is named here is settled."
        return Recommendation("hold", sentence, (*_speaks_for(facts), *held_back))
    then = f" with the phase “{facts.phase}”" if facts.phase else ""
    return Recommendation("go", f"Go on{then}: evidence and money both speak for it.", tuple(_speaks_for(facts)))


def _against(facts: Facts) -> list[Said]:
    found = []
    if facts.killed:
        found.append(Said(text=facts.killed, notes=facts.plan_notes))
    if facts.chance is not None and facts.chance <= UNLIKELY:
        text = f"{facts.option} pays in only {formats.percent(facts.chance)} of simulated futures."
        found.append(Said(text=text, notes=facts.money_notes))
    if facts.gain_is_loss:
        found.append(Said(text=f"{facts.gain_sentence}.", notes=facts.study_notes))
    return found


def _speaks_for(facts: Facts) -> list[Said]:
    found = []
    if facts.gain_is_real and not facts.gain_is_loss:
        found.append(Said(text=f"{facts.gain_sentence}.", notes=facts.study_notes))
    if facts.chance is not None and facts.chance >= LIKELY:
        text = f"{facts.option} pays in {formats.percent(facts.chance)} of simulated futures."
        found.append(Said(text=text, notes=facts.money_notes))
    if facts.has_roadmap and facts.phase and not (facts.failing or facts.unsettled):
        found.append(
            Said(text=f"Every must-meet criterion of the phase “{facts.phase}” passes.", notes=facts.plan_notes)
        )
    return found


def _held_back(facts: Facts) -> list[Said]:
    """What keeps the answer from being go."""
    found: list[Said] = []
    if facts.gain_is_real is None:
        found.append(Said(text="No tuned model has been compared with the base model on held-out items yet."))
    elif not facts.gain_is_real:
        found.append(Said(text=f"{facts.gain_sentence}.", notes=facts.study_notes))
    if facts.overlapping_rows:
        rows = formats.count(facts.overlapping_rows, "row")
        text = f"{rows} of the training data stand in the held-out set too, so the accuracy is flattered."
        found.append(Said(text=text, notes=facts.study_notes))
    if facts.chance is None:
        found.append(Said(text="There is no business case to weigh the evidence against."))
    else:
        if UNLIKELY < facts.chance < LIKELY:
            text = f"{facts.option} pays in {formats.percent(facts.chance)} of simulated futures: not yet sure."
            found.append(Said(text=text, notes=facts.money_notes))
        if not facts.is_tuned:
            text = f"The option that is worth most, {facts.option}, needs no post-training."
            found.append(Said(text=text, notes=facts.money_notes))
        if not facts.success_is_measured:
            text = f"The success rate of {facts.option} in the business case is not bound to a measurement."
            found.append(Said(text=text, notes=facts.money_notes))
    if not facts.has_roadmap:
        found.append(Said(text="There is no roadmap whose gates could be judged."))
    found += _named(facts, facts.failing, "fails", "fail")
    found += _named(facts, facts.unsettled, "has not enough evidence", "have not enough evidence")
    again = (f"A gate that was passed is open again: {reason}" for reason in facts.reopened)
    return [*found, *(Said(text=text, notes=facts.plan_notes) for text in again)]


def _named(facts: Facts, labels: tuple[str, ...], does: str, do: str) -> Iterator[Said]:
    """A sentence that counts the criteria and names the first of them; none where there are none."""
    if not labels:
        return
    names = ", ".join(f"“{label}”" for label in labels[:MOST_NAMED])
    rest = f" and {formats.count(len(labels) - MOST_NAMED)} more" if len(labels) > MOST_NAMED else ""
    counted = formats.count(len(labels), "must-meet criterion,must-meet criteria")
    cited = {number for label in labels[:MOST_NAMED] for number in facts.criterion_notes.get(label, facts.plan_notes)}
    text = f"{counted} of the phase “{facts.phase}” {does if len(labels) == 1 else do}: {names}{rest}."
    yield Said(text=text, notes=tuple(sorted(cited)))
