"""Formulas of sampling, risk and evidence, each evaluated as it is written and compared with what the code computes."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import roi
from roi import sampling, sobol
from roi.draws import Draws
from roi.evidence_value import evpi, evppi, sample_information
from roi.formulas import EVIDENCE, FORMULAS, RISK, SAMPLING
from roi.test_time import best_samples, value_per_item

from .test_montecarlo import PRESET, beta, with_figures

FUNCTIONS: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "pi", "floor", "ceil", "comb", "prod")},
    **{"sum": sum, "max": max, "len": len, "abs": abs, "range": range, "zip": zip, "sorted": sorted},
    "normal_score": special.ndtri,
    "beta_quantile": special.betaincinv,
    "log_beta": special.betaln,
}


def compute(name: str, **names: Any) -> Any:
    return eval(FORMULAS[name].expression.removeprefix("0 == "), {"__builtins__": {}, **FUNCTIONS, **names})


@pytest.mark.parametrize("u", [0.003, 0.31, 0.62, 0.97])
def test_samples(u: float) -> None:
    at = np.array([u])
    given = {"low": 3.0, "mode": 4.0, "high": 9.0, "u": u}
    assert sampling.normal_range(3, 9)(at) == pytest.approx(compute("normal_range_sample", **given))
    assert sampling.lognormal_range(3, 9)(at) == pytest.approx(compute("lognormal_range_sample", **given))
    assert sampling.triangular(3, 4, 9)(at) == pytest.approx(compute("triangular_sample", **given))
    rate = roi.Beta(successes=84, trials=100)
    expected = compute("beta_sample", successes=84, trials=100, u=u)
    assert sampling.beta(*rate.shape)(at) == pytest.approx(expected, abs=1e-7)
    assert sampling.empirical([5, 1, 3])(at)[0] == compute("empirical_sample", values=[5, 1, 3], u=u)


def test_score_correlation_is_that_of_normals_with_the_rank_correlation() -> None:
    scores = np.random.default_rng(0).multivariate_normal(
        [0, 0], [[1, r := compute("score_correlation", rank=0.6)], [r, 1]], 200_000
    )
    assert stats.spearmanr(scores).statistic == pytest.approx(0.6, abs=0.005)


def test_what_the_trials_say() -> None:
    npvs = roi.npv_trials(PRESET, trials=500)
    simulation = roi.simulate(PRESET, trials=500)
    ordered = sorted(npvs[3].tolist())
    place = compute("percentile_place", level=0.9, ordered=ordered)
    found = simulation.options[3]
    assert found.npv.p90 == pytest.approx(compute("percentile", ordered=ordered, percentile_place=place))
    assert found.standard_error == pytest.approx(compute("standard_error", npvs=ordered, deviation=npvs[3].std()))
    assert found.chance_positive == compute("chance_positive", npvs=ordered)
    assert found.chance_best == pytest.approx(compute("chance_best", trials=npvs.T.tolist(), i=3))
    draws = Draws(PRESET)
    values = draws.values(draws.at(next(draws.blocks(500, seed=0, method="sobol"))))[3]
    paybacks = roi.cashflow.payback(values, draws.plan).tolist()
    assert found.chance_payback(14) == pytest.approx(compute("chance_payback", paybacks=paybacks, m=14))


def test_what_moves_the_outcome() -> None:
    bar = roi.tornado(PRESET, "peft").bars[0]
    assert bar.swing == compute("swing", npv_high=bar.npv_high, npv_low=bar.npv_low)
    path = "options[3].work.success_rate"
    rate = roi.switching_value(PRESET, "peft", path).value

    def npv_at(value: float) -> float:
        return roi.one_way(PRESET, "peft", path, values=[value]).npv[0]

    assert compute("switching_value", npv_at=npv_at, switching_value=rate) == pytest.approx(0, abs=1e-3)


def test_sobol_indices() -> None:
    """The estimators on 4,096 random points of x + 2 y, whose indices are 0.2 and 0.8."""
    a, b = np.random.default_rng(0).random((2, 2, 4096))
    mixed = np.stack([a[0], b[1]])
    f_a, f_b, f_mixed = (points[0] + 2 * points[1] for points in (a, b, mixed))
    names = {"f_a": f_a, "f_b": f_b, "f_mixed": f_mixed, "mean_b": f_b.mean(), "variance": f_a.var()}
    found = sobol.sobol_indices(lambda points: points[0] + 2 * points[1], 2)
    assert found.first is not None
    assert found.total is not None
    assert compute("sobol_first", **names) == pytest.approx(found.first[1], abs=0.05)
    assert compute("sobol_total", **names) == pytest.approx(found.total[1], abs=0.05)


def test_perfect_information() -> None:
    scenario = with_figures({"work.success_rate": beta(40, 50), "one_off.integration": 12_500})
    npvs = roi.npv_trials(scenario, trials=400)
    assert evpi(npvs) == pytest.approx(compute("evpi", trials=npvs.T.tolist()))
    # linear in its only uncertain figure: the expected NPV given it is the NPV
    rates = Draws(scenario).at(next(Draws(scenario).blocks(400, seed=0, method="sobol")))[0]
    assert evppi(npvs, rates) == pytest.approx(compute("evppi", expected=npvs.T.tolist()))


def test_sample_information() -> None:
    a, b, items, slope, turn = 7.5, 3.5, 12, 100.0, 0.7
    found = sample_information(a, b, [[0, 0], [-slope * turn, slope]], items=[items], price_per_item=0.25).curve[0]
    chance = [compute("chance_of_successes", a=a, b=b, items=items, k=k) for k in range(items + 1)]
    assert sum(chance) == pytest.approx(1)
    means = [compute("rate_moment", a=a, b=b, items=items, k=k, j=1) for k in range(items + 1)]
    after = [[0.0, slope * (mean - turn)] for mean in means]
    worth = compute("evsi", chance=chance, npv_after=after, npv_now=[0.0, slope * (a / (a + b) - turn)], items=items)
    assert found.value == pytest.approx(worth)
    assert found.net_value == pytest.approx(compute("net_value_of_items", evsi=worth, items=items, price_per_item=0.25))
    below = [special.betainc(a + k, b + items - k, turn) for k in range(items + 1)]
    sure = compute("expected_confidence", chance=chance, chance_best_after=[[p, 1 - p] for p in below], items=items)
    assert found.confidence == pytest.approx(sure)


def test_value_of_samples() -> None:
    money = {"price_per_sample": 0.02, "value_per_correct": 1.5, "cost_per_error": 4.0}
    found = best_samples([roi.MeasuredPoint(3, 0.8)], value_per_item(**money))
    assert found.value == pytest.approx(compute("value_of_samples", accuracy=0.8, samples=3, **money))


def test_every_formula_of_this_part_is_checked_above() -> None:
    checked = set(re.findall(r'compute\(\s*"(\w+)"', Path(__file__).read_text(encoding="utf-8")))
    assert {formula.name for formula in (*SAMPLING, *RISK, *EVIDENCE)} == checked
