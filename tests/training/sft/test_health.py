"""The rules that raise an alert, each on a curve made to break it and on one that is fine."""

import json
import math

import pytest

from training.faults import BadData, JobFault
from training.health import FLAT_FALL_FRACTION, WINDOW_STEPS, Health, check_labels


def codes(losses: list[float], norms: list[float] | None = None) -> list[str]:
    """Codes told over a whole curve, in order."""
    health = Health()
    told = []
    for step, loss in enumerate(losses, 1):
        norm = norms[step - 1] if norms else 1.0
        told += [alert.code for alert in health.after_step(step, loss, norm)]
    return told


def falling(steps: int) -> list[float]:
    return [1.0 + 3.0 * math.exp(-step / 20) for step in range(steps)]


def test_a_good_curve_is_silent() -> None:
    assert codes(falling(60)) == []


def test_flat_is_told_once() -> None:
    assert codes([2.0] * (6 * WINDOW_STEPS)) == ["loss_flat"]


def test_a_slow_fall_is_not_flat() -> None:
    steps = 3 * WINDOW_STEPS
    assert codes([2.0 * (1 - 3 * FLAT_FALL_FRACTION * step / steps) for step in range(steps)]) == []


def test_rising() -> None:
    assert codes([*falling(60), *[2.5] * WINDOW_STEPS]) == ["loss_rising"]


def test_one_bad_step_is_no_rise() -> None:
    assert codes([*falling(60), 4.0, *falling(80)[60:]]) == []


def test_gradient_norm_outside_its_range() -> None:
    assert codes(falling(10), [20.0] * 10) == ["grad_norm_high"]
    assert codes(falling(10), [0.01] * 10) == ["grad_norm_low"]
    assert codes(falling(10), [20.0, 1.0] * 5) == []


def test_a_learned_task_is_no_alarm() -> None:
    """Once the loss is near 0, a flat curve and small gradients are what one wants."""
    assert codes([0.001] * 100, [0.001] * 100) == []


@pytest.mark.parametrize(("loss", "norm"), [(math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan)])
def test_not_finite_ends_the_job(loss: float, norm: float) -> None:
    with pytest.raises(JobFault, match="not finite at step 7") as caught:
        Health().after_step(7, loss, norm)
    assert "learning_rate" in caught.value.remedy


def test_restored_state_goes_on_alike() -> None:
    """Told before, not told again; the window goes on where it was."""
    first = Health()
    for step in range(1, 61):
        first.after_step(step, 2.0, 1.0)
    second = Health()
    second.restore(**json.loads(json.dumps(first.to_json())))
    assert second == first
    assert second.after_step(61, 2.0, 1.0) == []
    assert [alert.code for step in range(62, 90) for alert in second.after_step(step, 4.0, 1.0)] == ["loss_rising"]


def test_labels() -> None:
    assert check_labels(4, 0) is None
    some = check_labels(4, 1)
    assert some is not None
    assert some.code == "labels_masked"
    with pytest.raises(BadData, match="All labels are masked"):
        check_labels(4, 4)
