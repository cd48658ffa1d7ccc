"""Monte Carlo of a business case: a plain-Python loop and a straightforward numpy version beside this project.

    python benchmarks/roi_monte_carlo.py                    # 100,000 trials x 60 months x 4 options
    python benchmarks/roi_monte_carlo.py --trials 20000 --repeats 3

The work is the preset *support desk* over 60 months: NPV percentiles of every option, chances of being positive and of
being the best, and a tornado each. All three get the same drawn figures, so that their NPVs must agree to 1e-9 of the
largest; drawing them is timed for this project only. The plain loop values a share of the trials, one month at a time,
and its seconds are scaled up. The numpy version holds arrays [trials, months] of each line, as one would first write
it. This project is timed whole: `roi.simulate`, which also gives the NPV band by month, payback and histogram, and
`roi.tornado` of each option. Best of the repeats. All three use one thread: the target is for processor seconds, which
are the seconds of an idle machine; those of the clock are printed beside them. 1,000,000 trials run in a process of
their own, whose peak memory is printed. Exit status 1 if a target or the agreement is missed.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

import roi  # noqa: E402
from roi.draws import Draws  # noqa: E402

MONTHS = 60
TARGET_SECONDS = 0.3
TARGET_MIB = 300
TOLERANCE = 1e-9
LEVELS = [5, 10, 50, 90, 95]


def main() -> int:
    """Run all, print the table and the JSON; returns the exit status."""
    options = parse()
    if options.peak_only:
        roi.simulate(case(), trials=options.peak_trials)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return 0
    # first, while this process is small: a child's peak counts what its parent held when it was made
    peak = peak_mib(options.peak_trials)
    scenario = case()
    draws = Draws(scenario)
    drawn = draws.at(np.concatenate(list(draws.blocks(options.trials, seed=0, method="sobol")), axis=1))
    share = max(1, options.trials // options.plain_share)
    plain_seconds, _, plain = timed(1, lambda: plain_npvs(draws, drawn, share))
    numpy_seconds, _, straightforward = timed(options.repeats, lambda: numpy_all(draws, drawn, options.trials))
    ours_seconds, clock_seconds, ours = timed(options.repeats, lambda: ours_all(scenario, options.trials))
    found = {
        "plain_python_s": plain_seconds * options.trials / share,
        "numpy_s": numpy_seconds,
        "uplift_s": ours_seconds,
        "uplift_clock_s": clock_seconds,
        "largest_difference": disagreement(scenario, options.trials, plain, straightforward, ours),
        "peak_mib_at_1e6": peak,
    }
    return report(found, options, share)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--plain-share", type=int, default=100, help="the plain loop values one trial in so many")
    parser.add_argument("--peak-trials", type=int, default=1_000_000)
    parser.add_argument("--peak-only", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def case() -> roi.Scenario:
    """Four options, of which one does nothing, over 60 months."""
    return roi.replace(roi.preset("support-desk"), {"time.horizon_months": MONTHS})


def timed(repeats: int, work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Fewest seconds of the processor and of the clock among the repeats, and the last result."""
    processor = clock = math.inf
    for _ in range(repeats):
        start, start_clock = time.process_time(), time.perf_counter()
        result = work()
        processor = min(processor, time.process_time() - start)
        clock = min(clock, time.perf_counter() - start_clock)
    return processor, clock, result


def ours_all(scenario: roi.Scenario, trials: int) -> roi.Simulation:
    """What the product does."""
    simulation = roi.simulate(scenario, trials=trials)
    for option in scenario.options:
        roi.tornado(scenario, option.key)
    return simulation


# a straightforward numpy version


def numpy_all(draws: Draws, drawn: list[Any], trials: int) -> dict[str, Any]:
    """NPVs [options, trials], percentiles, chances and tornados from arrays [trials, months]."""
    values = draws.values(drawn)
    npvs = np.array([numpy_npv(figures, draws, place, trials) for place, figures in enumerate(values)])
    best = np.bincount(npvs.argmax(axis=0), minlength=len(npvs)) / trials
    swings = {option.key: numpy_swings(draws, place) for place, option in enumerate(draws.options)}
    percentiles = np.percentile(npvs, LEVELS, axis=1).T
    return {"npvs": npvs, "percentiles": percentiles, "positive": (npvs > 0).mean(axis=1), "best": best, "t": swings}


def numpy_npv(figures: dict[str, Any], draws: Draws, place: int, trials: int) -> Any:
    """NPV [trials] by the whole cash-flow table."""
    if draws.options[place].kind == "do_nothing":
        return np.zeros(trials)
    f = {name.partition(".")[2]: np.broadcast_to(np.asarray(value, float), (trials,))[:, None]
         for name, value in figures.items()}  # fmt: skip
    month = np.arange(1, draws.plan.months + 1)
    handled = (1 + f["growth"]) ** ((month - 1) / 12) * np.clip(
        (month - 0.5 - f["months_to_start"]) / np.maximum(f["ramp_months"], 1e-9), 0, 1
    )
    in_use = np.clip(month - f["months_to_start"], 0, 1)
    due = np.floor(month / f["retraining_every_months"]) > np.floor((month - 1) / f["retraining_every_months"])
    due = due & (month < draws.plan.months)
    wage = f["labour_cost_per_hour"] / 60
    offered = f["items_per_month"] * f["coverage"] * handled
    right, wrong = offered * f["success_rate"], offered * (1 - f["success_rate"])
    unnoticed = wrong * (1 - f["noticed_share"]) * (1 - f["checked_share"] * f["catch_rate"])
    tokens = f["tokens_in_per_item"] * f["price_per_million_tokens_in"]
    tokens = (tokens + f["tokens_out_per_item"] * f["price_per_million_tokens_out"]) / 1e6
    device = f["device_seconds_per_item"] * f["price_per_device_hour"] / 3600
    benefits = right * f["minutes_per_item"] * wage + right * f["human_error_rate"] * f["cost_per_error"]
    benefits = benefits + f["savings_per_month"] * in_use
    costs = offered * f["samples_per_item"] * (tokens + device)
    costs = costs + offered * f["checked_share"] * f["minutes_per_check"] * wage + unnoticed * f["cost_per_error"]
    costs = costs + f["platform_per_month"] + f["monitoring_per_month"] + f["support_per_month"]
    costs = costs + f["retraining_cost"] * due
    once = f["experiment_device_hours"] * f["experiment_price_per_device_hour"]
    once = once + f["labelled_items"] * f["minutes_per_label"] / 60 * f["labelling_cost_per_hour"]
    once = once + f["integration"] + f["change_management"] + f["evaluation"] + f["risk_review"]
    net = benefits * (1 - f["benefit_reduction"]) - costs * (1 + f["cost_increase"])
    discounted = (net * (1 + f["discount_rate"]) ** (-month / 12)).sum(axis=1)
    return discounted - (once * (1 + f["optimism_bias"]) * (1 + f["cost_increase"]))[:, 0]


def numpy_swings(draws: Draws, place: int) -> list[float]:
    """The tornado, one evaluation an end."""
    swings = []
    for index in draws.used_by(draws.options[place].key):
        ends = []
        for level in (0.1, 0.9):
            inputs: list[Any] = [item.quantity.mean for item in draws.inputs]
            inputs[index] = float(draws.inputs[index].inverse(np.array([level]))[0])
            ends.append(float(numpy_npv(draws.values(inputs)[place], draws, place, 1)[0]))
        swings.append(abs(ends[1] - ends[0]))
    return sorted(swings, reverse=True)


# a plain-Python loop


def plain_npvs(draws: Draws, drawn: list[Any], trials: int) -> list[list[float]]:
    """NPVs of the first trials, option by option, one month at a time."""
    columns = [column[:trials].tolist() for column in drawn]
    values = [
        {name.partition(".")[2]: value for name, value in figures.items()}
        for figures in draws.values(columns)  # type: ignore[arg-type]
    ]
    npvs = []
    for option, figures in zip(draws.options, values, strict=True):
        if option.kind == "do_nothing":
            npvs.append([0.0] * trials)
            continue
        fixed = {name: value for name, value in figures.items() if not isinstance(value, list)}
        varied = {name: value for name, value in figures.items() if isinstance(value, list)}
        npvs.append([
            plain_npv({**fixed, **{name: column[trial] for name, column in varied.items()}}, draws.plan.months)
            for trial in range(trials)
        ])  # fmt: skip
    return npvs


def plain_npv(f: dict[str, float], months: int) -> float:
    """One trial of one option."""
    wage = f["labour_cost_per_hour"] / 60
    tokens = f["tokens_in_per_item"] * f["price_per_million_tokens_in"]
    tokens = (tokens + f["tokens_out_per_item"] * f["price_per_million_tokens_out"]) / 1e6
    device = f["device_seconds_per_item"] * f["price_per_device_hour"] / 3600
    once = f["experiment_device_hours"] * f["experiment_price_per_device_hour"]
    once += f["labelled_items"] * f["minutes_per_label"] / 60 * f["labelling_cost_per_hour"]
    once += f["integration"] + f["change_management"] + f["evaluation"] + f["risk_review"]
    npv = -once * (1 + f["optimism_bias"]) * (1 + f["cost_increase"])
    for month in range(1, months + 1):
        ramp = (month - 0.5 - f["months_to_start"]) / max(f["ramp_months"], 1e-9)
        items = f["items_per_month"] * f["coverage"] * (1 + f["growth"]) ** ((month - 1) / 12)
        items *= min(1.0, max(0.0, ramp))
        right, wrong = items * f["success_rate"], items * (1 - f["success_rate"])
        unnoticed = wrong * (1 - f["noticed_share"]) * (1 - f["checked_share"] * f["catch_rate"])
        benefits = right * f["minutes_per_item"] * wage + right * f["human_error_rate"] * f["cost_per_error"]
        benefits += f["savings_per_month"] * min(1.0, max(0.0, month - f["months_to_start"]))
        costs = items * f["samples_per_item"] * (tokens + device)
        costs += items * f["checked_share"] * f["minutes_per_check"] * wage + unnoticed * f["cost_per_error"]
        costs += f["platform_per_month"] + f["monitoring_per_month"] + f["support_per_month"]
        span = f["retraining_every_months"]
        if math.floor(month / span) > math.floor((month - 1) / span) and month < months:
            costs += f["retraining_cost"]
        net = benefits * (1 - f["benefit_reduction"]) - costs * (1 + f["cost_increase"])
        npv += net * (1 + f["discount_rate"]) ** (-month / 12)
    return npv


# agreement, memory, report


def disagreement(
    scenario: roi.Scenario, trials: int, plain: list[list[float]], straightforward: dict[str, Any], ours: roi.Simulation
) -> float:
    """The largest difference of any NPV, percentile and swing, over the largest NPV; infinite where chances differ."""
    npvs = roi.npv_trials(scenario, trials=trials)
    size = float(np.abs(npvs).max())
    differences = [
        np.abs(npvs - straightforward["npvs"]).max() / size,
        np.abs(npvs[:, : len(plain[0])] - np.array(plain)).max() / size,
    ]
    for option, levels in zip(ours.options, straightforward["percentiles"], strict=True):
        p = option.npv
        differences.append(np.abs(np.array([p.p5, p.p10, p.p50, p.p90, p.p95]) - levels).max() / size)
        swings = [bar.swing for bar in roi.tornado(scenario, option.key).bars]
        differences.append(np.abs(np.array(swings) - straightforward["t"][option.key]).max(initial=0.0) / size)
    same = np.allclose([o.chance_best for o in ours.options], straightforward["best"]) and np.allclose(
        [o.chance_positive for o in ours.options], straightforward["positive"]
    )
    return float(max(differences)) if same else math.inf


def peak_mib(trials: int) -> float:
    """Peak resident memory of a process that imports the engine and simulates."""
    command = [sys.executable, __file__, "--peak-only", "--peak-trials", str(trials)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def report(found: dict[str, float], options: argparse.Namespace, share: int) -> int:
    """Print the table and the verdicts."""
    ours = found["uplift_s"]
    print(f"{options.trials:,} trials x {MONTHS} months x 4 options, percentiles, comparison and tornados")
    print(f"  plain Python loop   {found['plain_python_s']:9.2f} s   ratio {ours / found['plain_python_s']:.5f}"
          f"   (scaled up from {share:,} trials, without percentiles and tornados)")  # fmt: skip
    print(f"  numpy [n, months]   {found['numpy_s']:9.3f} s   ratio {ours / found['numpy_s']:.3f}")
    print(f"  this project        {ours:9.3f} s   ({found['uplift_clock_s']:.3f} s by the clock)")
    agrees = found["largest_difference"] <= TOLERANCE
    held = {
        "agreement": agrees,
        "seconds": ours <= TARGET_SECONDS or options.trials > 100_000,
        "memory": found["peak_mib_at_1e6"] <= TARGET_MIB or options.peak_trials > 1_000_000,
    }
    print(f"  largest difference {found['largest_difference']:.1e} of the largest NPV;"
          f" peak at {options.peak_trials:,} trials {found['peak_mib_at_1e6']:.0f} MiB")  # fmt: skip
    print("; ".join(f"{name}: {'held' if ok else 'NOT HELD'}" for name, ok in held.items()))
    print(json.dumps({"trials": options.trials, "months": MONTHS, **found, "held": all(held.values())}))
    return 0 if all(held.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
