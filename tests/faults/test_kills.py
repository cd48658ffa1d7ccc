"""kill -9 of job process, worker, broker and launcher at random moments: each job ends once, each step counts once.

UPLIFT_TEST_SEED gives other moments.
"""

import os
import random
import signal
import time
from collections import Counter

import pytest

from .installation import Installation
from .ledger import check_counted_once

pytestmark = pytest.mark.faults

JOBS = 16
STEPS = 60
KILLS = ["job"] * 6 + ["worker"] * 6 + ["broker"] * 5 + ["launcher"] * 3


def test_twenty_kills_at_random_moments(installation: Installation) -> None:
    chance = random.Random(os.environ.get("UPLIFT_TEST_SEED", "20"))
    order = [*KILLS]
    chance.shuffle(order)
    hits: Counter[str] = Counter()
    installation.start()
    codes = installation.launch(*({"steps": STEPS, "step_seconds": 0.1} for _ in range(JOBS)))
    for victim in order:
        installation.wait_until(lambda: bool(installation.pids("training run")), 30, "a running job")
        time.sleep(chance.uniform(0.0, 1.5))
        hits[victim] += installation.kill(victim)
        if victim == "launcher":
            time.sleep(chance.uniform(0.0, 0.5))
            installation.start()
    assert set(hits) == set(KILLS)
    assert hits.total() >= 0.8 * len(KILLS), f"a victim may have ended just then, but not often: {hits}"
    installation.wait_for_end(*codes, seconds=90)
    for code in codes:
        check_counted_once(installation, code, STEPS)
    installation.stop()
    assert installation.processes() == {}


def test_everything_told_to_stop_mid_job_then_started_again(installation: Installation) -> None:
    steps = 4 * STEPS  # so long that none is done before everything is told to stop, however busy the machine is
    installation.start()
    codes = installation.launch(*({"steps": steps} for _ in range(3)))
    installation.wait_until(lambda: all(installation.job(code)["step"] > 5 for code in codes), 30, "some steps")
    for victim in ("job", "worker", "default", "broker", "launcher"):
        installation.kill(victim, signal.SIGTERM)
    assert installation.processes() == {}
    assert {installation.job(code)["state"] for code in codes} <= {"queued", "running"}
    installation.start()
    installation.wait_for_end(*codes)
    for code in codes:
        check_counted_once(installation, code, steps)
