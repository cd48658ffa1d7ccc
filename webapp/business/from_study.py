"""A business case from what a study measured: one option a model, with its accuracy and its costs."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

import roi
from roi.quantity import Quantity
from webapp.jobs.adaptation import BASE, method_name
from webapp.jobs.models import Measurement, Study
from webapp.jobs.studies import FULL
from webapp.projects.models import DevicePrice
from webapp.projects.prices import newest_prices

from . import evidence, readings
from .feeds import MEASURED, RATES, SECONDS, TOKENS_IN, TOKENS_OUT
from .readings import PRICE_CURRENCY, Spent

_FIGURES = {
    SECONDS: "run.device_seconds_per_item",
    TOKENS_IN: "run.tokens_in_per_item",
    TOKENS_OUT: "run.tokens_out_per_item",
}
"""What an evaluation measures beside the share of right answers, and the figure that it feeds."""


class NotUsable(ValueError):
    """The study says nothing that a business case can stand on; the message says why."""


@dataclass(frozen=True)
class StudyOption:
    """One model of the study: its figures by name such as `work.success_rate`."""

    method: str
    key: str
    name: str
    kind: str
    figures: dict[str, Quantity]
    success: Measurement


def study_options(study: Study) -> list[StudyOption]:
    """What the study measured of each model, the base model first, adapters by accuracy, full fine-tuning last.

    Raises `NotUsable` where no model has a share of right answers. Three queries.
    """
    found = evidence.measurements(study.project).filter(study=study, metric__in=MEASURED, n__gt=0)
    by_method: dict[str, dict[str, Measurement]] = {}
    for measurement in found:
        step, _, method = evidence.job_of(measurement).role.partition(":")
        if step == "eval":
            kind = "success" if measurement.metric in RATES else measurement.metric
            by_method.setdefault(method, {}).setdefault(kind, measurement)
    jobs = {job.role: job for job in readings.spent(study.project) if job.study == study.code}
    prices = newest_prices(study.project)
    options = [_option(method, own, jobs, prices) for method, own in by_method.items() if "success" in own]
    if not options:
        raise NotUsable(
            "This study has no share of right answers yet. A business case stands on one: evaluate with a metric that "
            "tells right from wrong."
        )
    order = {BASE: 0, FULL: 2}
    return sorted(options, key=lambda option: (order.get(option.method, 1), -option.success.value))


def _option(
    method: str, own: dict[str, Measurement], jobs: dict[str, Spent], prices: dict[str, DevicePrice]
) -> StudyOption:
    success, trained = own["success"], jobs.get(f"train:{method}")
    figures: dict[str, Quantity] = {"work.success_rate": readings.of_measurement(success).quantity}
    for metric, name in _FIGURES.items():
        if metric in own:
            figures[name] = readings.of_measurement(own[metric]).quantity
    queue = evidence.job_of(own[SECONDS]).queue if SECONDS in own else ""
    if queue in prices:
        figures["run.price_per_device_hour"] = readings.of_price(prices[queue]).quantity
    if trained is not None:
        figures["one_off.experiment_device_hours"] = readings.of_job(trained).quantity
        if trained.queue in prices:
            figures["one_off.experiment_price_per_device_hour"] = readings.of_price(prices[trained.queue]).quantity
    names = {BASE: ("prompted", "Prompted base model", "prompted"), FULL: ("full", "Full fine-tuning", "full")}
    key, name, kind = names.get(method, (method, str(capfirst(method_name(method))), "peft"))
    return StudyOption(method, key, name, kind, figures, success)


def new_case(study: Study, preset: roi.Scenario, *, name: str) -> roi.Scenario:
    """The preset's figures about the work, with doing nothing and the study's models as the only options."""
    data = preset.data()
    made = [
        {**_merged(data, option, own), "key": option.key, "name": option.name}
        for option, own in _matched(data["options"], study_options(study))
    ]
    idle = [each for each in data["options"] if each["kind"] == "do_nothing"]
    return roi.parse({**data, "name": name, "options": idle + made, "correlations": []})


def updated_case(study: Study, case: roi.Scenario) -> roi.Scenario:
    """The case with what the study measured put into the options of the same kind; a model without one is added."""
    data = case.data()
    stated: dict[str, dict[str, Any]] = {each["key"]: each for each in data["options"]}
    for option, own in _matched(data["options"], study_options(study)):
        made = _merged(data, option, own)
        stated[made["key"]] = made
    return roi.parse({**data, "options": list(stated.values())})


_Matches = list[tuple[StudyOption, dict[str, Any] | None]]


def _matched(stated: list[dict[str, Any]], options: list[StudyOption]) -> _Matches:
    """Each model with the option of the case that is this model, if there is one; none is two models."""
    used: set[str] = set()
    matches: _Matches = []
    for option in options:
        own = _counterpart([each for each in stated if each["key"] not in used], option)
        if own is not None:
            used.add(own["key"])
        matches.append((option, own))
    return matches


def _counterpart(stated: list[dict[str, Any]], option: StudyOption) -> dict[str, Any] | None:
    """The option with this key, else one of the same kind that is not named for another method."""
    same = [each for each in stated if each["kind"] == option.kind]
    by_key = next((each for each in same if each["key"] == option.key), None)
    free = (each for each in same if each["key"] not in _METHODS)
    return by_key or next(free, None)


_METHODS = frozenset(("lora", "dora", "qlora", "ia3", "prompt"))


def _merged(data: dict[str, Any], option: StudyOption, own: dict[str, Any] | None) -> dict[str, Any]:
    """The option as plain data: what the case states for such a model, with the study's figures over it."""
    like = own
    if own is None and option.method != BASE:
        # another way to tune needs the same labels and retrainings, where nothing else is stated
        like = next((each for each in data["options"] if each["kind"] in ("peft", "full")), None)
    made: dict[str, Any] = {name: dict(group) for name, group in (like or {}).items() if isinstance(group, dict)}
    for name, quantity in option.figures.items():
        if "price" in name and data["currency"] != PRICE_CURRENCY:
            continue
        group, _, key = name.partition(".")
        made.setdefault(group, {})[key] = quantity.model_dump(mode="json")
    identity = own or {"key": option.key, "name": option.name}
    return {"key": identity["key"], "name": identity["name"], "kind": option.kind, **made}
