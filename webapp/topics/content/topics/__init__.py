"""The topics of the public site: a new one is a module here and its name in this list."""

from ..schema import Branch, Topic
from . import (
    distillation,
    domain_adaptation,
    peft,
    preference_methods,
    reward_models,
    rlhf,
    search,
    self_consistency,
    strategies,
    supervised,
    verifiable_rewards,
)

TOPICS: dict[str, Topic] = {
    module.TOPIC.key: module.TOPIC
    for module in (
        supervised,
        peft,
        domain_adaptation,
        distillation,
        rlhf,
        reward_models,
        preference_methods,
        verifiable_rewards,
        strategies,
        self_consistency,
        search,
    )
}
"""In the order of reading, branch after branch."""


def topics_of(branch: Branch) -> tuple[Topic, ...]:
    """The topics of a branch, in the order of reading."""
    return tuple(topic for topic in TOPICS.values() if topic.branch == branch)
