"""The outcome of a case as plain data: the summary that is stored with each version, and the whole for the API."""

import copy
import hashlib
import threading
from collections import OrderedDict
from typing import Any

import roi
from roi.montecarlo import simulate
from roi.outcome import evaluate

TRIALS = 10_000
SEED = 0
"""Stored outcomes are all at this seed, so that two versions differ by their figures and not by luck."""

_REMEMBERED = 64
_summaries: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
_lock = threading.Lock()

_MEASURES = ("npv", "payback_months", "cost_per_item_correct", "cost_per_item_handled", "roi")


def summary(case: roi.Scenario) -> dict[str, Any]:
    """What lists, gates and the overview show of a case, for each option but doing nothing; None is undefined.

    `npv` and the other measures use each figure's central value; `npv_low` and `npv_high` are P5 and P95 of the trials,
    `p_npv_positive` and `p_best` shares of them. `best` is the key of the option of the highest `npv`.

    The same figures give the same summary, so the last few are remembered by a digest of everything that the case says.
    """
    digest = hashlib.sha256(case.model_dump_json().encode()).digest()
    with _lock:
        known = _summaries.get(digest)
        if known is not None:
            _summaries.move_to_end(digest)
    if known is None:
        known = _summarised(case)
        with _lock:
            _summaries[digest] = known
            while len(_summaries) > _REMEMBERED:
                _summaries.popitem(last=False)
    return copy.deepcopy(known)


def _summarised(case: roi.Scenario) -> dict[str, Any]:
    outcome, simulation = evaluate(case), simulate(case, trials=TRIALS, seed=SEED)
    options: dict[str, dict[str, Any]] = {}
    for option in case.options:
        if option.kind == "do_nothing":
            continue
        told, risk = outcome.option(option.key), simulation.option(option.key)
        options[option.key] = {
            "name": option.name,
            "kind": option.kind,
            **{name: getattr(told, name).value for name in _MEASURES},
            "npv_low": risk.npv.p5,
            "npv_high": risk.npv.p95,
            "p_npv_positive": risk.chance_positive,
            "p_best": risk.chance_best,
        }
    best = max(options, key=lambda key: options[key]["npv"]) if options else ""
    return {
        "best": best,
        "currency": case.currency,
        "trials": TRIALS,
        "seed": SEED,
        "horizon_months": case.time.horizon_months,
        "options": options,
    }


def evaluation(case: roi.Scenario, *, trials: int = TRIALS, seed: int = SEED) -> dict[str, Any]:
    """The whole outcome: monthly lines and measures with their formulas, and what the trials say."""
    return {
        "outcome": evaluate(case).data(),
        "simulation": simulate(case, trials=trials, seed=seed).to_dict(),
    }
