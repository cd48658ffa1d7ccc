"""Lines of a cash-flow table: what an option earns and costs beyond doing nothing, and what each amount rests on."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Number = float | Array
"""A number where all that it rests on is certain, else one for each trial: plain numbers come to the same, sooner."""

Values = Mapping[str, Number]
Side = Literal["benefit", "cost"]
Profile = Literal["start", "handled", "in_use", "monthly", "retraining"]


class Line(NamedTuple):
    """A named stream of money. `each` is never negative; `side` says whether it is earned or paid.

    Profiles: `start` once, now; `handled` with the items that reach the model (an amount is that of the first month at
    full adoption); `in_use` each month from the first in use; `monthly` each month; `retraining` in the months of one.
    """

    key: str
    label: str
    side: Side
    profile: Profile
    each: Number

    @property
    def amount(self) -> Array:
        """The amount as an array [n] or [1]."""
        return np.atleast_1d(self.each)


def lines(values: Values) -> list[Line]:
    """The lines of an option beyond doing nothing, benefits first, each with its risk adjustment and bias in it.

    An item that the model gets right saves a person's time. One that it gets wrong is done by a person after all,
    whether the error showed by itself, a check found it, or it surfaced later; in that last case it costs
    `cost_per_error` on top. People's own unnoticed errors cost as much, so each item that the model gets right avoids
    its share of them.
    """
    get = values.__getitem__
    items = _items(get)
    offered, right = items["offered_items"], items["right_items"]
    wage_a_minute = get("work.labour_cost_per_hour") / 60
    earned = 1 - get("risk.benefit_reduction")
    paid = 1 + get("risk.cost_increase")
    error = get("work.cost_per_error")

    def benefit(key: str, label: str, profile: Profile, amount: Number) -> Line:
        return Line(key, label, "benefit", profile, amount * earned)

    def cost(key: str, label: str, profile: Profile, amount: Number) -> Line:
        return Line(key, label, "cost", profile, amount * paid)

    checks = offered * get("work.checked_share") * get("work.minutes_per_check") * wage_a_minute
    return [
        benefit("labour_saved", "Working time saved", "handled", right * get("work.minutes_per_item") * wage_a_minute),
        benefit("errors_avoided", "People's errors avoided", "handled", right * get("work.human_error_rate") * error),
        benefit("other_savings", "Other costs that fall away", "in_use", get("recurring.savings_per_month")),
        cost("inference", "Running the model", "handled", offered * items["cost_of_an_item"]),
        cost("checks", "Checks by people", "handled", checks),
        cost("errors", "Undetected errors", "handled", items["unnoticed_errors"] * error),
        cost("platform", "Platform", "monthly", get("recurring.platform_per_month")),
        cost("monitoring", "Monitoring", "monthly", get("recurring.monitoring_per_month")),
        cost("support", "Support", "monthly", get("recurring.support_per_month")),
        cost("retraining", "Retraining", "retraining", get("recurring.retraining_cost")),
        *(cost(key, label, "start", amount) for key, label, amount in _one_off(get)),
    ]


def items_of_a_month(values: Values) -> dict[str, Array]:
    """Items of the first month at full adoption, [n] each: offered to the model, right, wrong and unnoticed.

    With them `cost_of_an_item`, that of the model's answer to one.
    """
    return {name: np.atleast_1d(count) for name, count in _items(values.__getitem__).items()}


def _items(get: Callable[[str], Number]) -> dict[str, Number]:
    offered = get("work.items_per_month") * get("work.coverage")
    wrong = offered * (1 - get("work.success_rate"))
    unnoticed = wrong * (1 - get("work.noticed_share")) * (1 - get("work.checked_share") * get("work.catch_rate"))
    return {
        "offered_items": offered,
        "right_items": offered * get("work.success_rate"),
        "unnoticed_errors": unnoticed,
        "cost_of_an_item": _cost_of_an_item(get),
    }


def _cost_of_an_item(get: Callable[[str], Number]) -> Number:
    """Tokens and device time of all samples of an item."""
    tokens = (
        get("run.tokens_in_per_item") * get("run.price_per_million_tokens_in")
        + get("run.tokens_out_per_item") * get("run.price_per_million_tokens_out")
    ) / 1e6
    device = get("run.device_seconds_per_item") * get("run.price_per_device_hour") / 3600
    return get("run.samples_per_item") * (tokens + device)


def _one_off(get: Callable[[str], Number]) -> list[tuple[str, str, Number]]:
    raised = 1 + get("risk.optimism_bias")
    experiments = get("one_off.experiment_device_hours") * get("one_off.experiment_price_per_device_hour")
    labels = get("one_off.labelled_items") * get("one_off.minutes_per_label") / 60
    return [
        ("experiments", "Experiments", raised * experiments),
        ("labelling", "Labelling", raised * labels * get("one_off.labelling_cost_per_hour")),
        ("integration", "Integration", raised * get("one_off.integration")),
        ("change_management", "Change management", raised * get("one_off.change_management")),
        ("evaluation", "Evaluation", raised * get("one_off.evaluation")),
        ("risk_review", "Risk review", raised * get("one_off.risk_review")),
    ]


def by_profile(found: list[Line], side: Side) -> dict[Profile, Number]:
    """Amounts of the lines of one side, summed by profile."""
    sums: dict[Profile, Number] = dict.fromkeys(("start", "handled", "in_use", "monthly", "retraining"), 0.0)
    for line in found:
        if line.side == side:
            sums[line.profile] = sums[line.profile] + line.each
    return sums


def net_by_profile(values: Values) -> dict[Profile, Number]:
    """Benefits less costs, by profile."""
    found = lines(values)
    earned, paid = by_profile(found, "benefit"), by_profile(found, "cost")
    return {profile: earned[profile] - paid[profile] for profile in earned}
