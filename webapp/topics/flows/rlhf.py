"""The map of reinforcement learning from human feedback: one line of work, the SFT model's own line, and the way back.

The work runs down at x = 120, the SFT model beside it at x = 80, the loop outside both at x = 36.
"""

from webapp.topics.content.rlhf import STAGES

from .map import Flow, Line, Station

_GIVES = {
    "demonstrations": "prompts with good answers",
    "sft": "the SFT model",
    "preferences": "pairs of answers",
    "reward-model": "a score for any answer",
    "ppo": "the aligned model",
    "evaluation": "a decision with an interval",
    "feedback": "the next pairs",
}
_INTERCHANGES = ("sft", "ppo", "evaluation")
_TOP, _STEP, _WORK, _BESIDE = 40, 84, 120, 80


def _station(index: int, key: str) -> Station:
    stage = STAGES[index]
    width = _WORK - _BESIDE if key in _INTERCHANGES else 0
    return Station(stage, _WORK, _TOP + _STEP * index, _GIVES[key], width)


RLHF = Flow(
    key="rlhf",
    title="How RLHF works, station by station",
    lede="One line of work from demonstrations to use. The SFT model travels beside it, as the start, the reference "
    "and the yardstick; feedback closes the loop.",
    width=360,
    height=620,
    label_x=148,
    stations={stage.key: _station(index, stage.key) for index, stage in enumerate(STAGES)},
    lines=(
        Line(
            "work",
            "Line of work",
            "each stage hands its result to the next",
            "main",
            ("demonstrations", "sft", "preferences", "reward-model", "ppo", "evaluation", "feedback"),
            "M120 40 V544",
        ),
        Line(
            "reference",
            "The SFT model",
            "start and frozen reference of PPO, yardstick of the evaluation",
            "second",
            ("sft", "ppo", "evaluation"),
            "M80 124 V460",
        ),
        Line(
            "loop",
            "Way back",
            "feedback from use becomes new pairs",
            "loop",
            ("feedback", "preferences"),
            "M120 544 V562 Q120 570 114 576 L102 588 Q96 594 88 594 H68 Q60 594 54 588 L42 576 Q36 570 36 562 "
            "V240 Q36 232 42 226 L54 214 Q60 208 68 208 H120",
        ),
    ),
)
