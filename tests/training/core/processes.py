"""Start real job processes of the `probe` kind and read what they leave."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.events import read_events

DRIVER = Path(__file__).with_name("job_driver.py")
ROOT = DRIVER.parents[3]


def write_spec(folder: Path, **fields: Any) -> Path:
    path = folder / "given.json"
    path.write_text(json.dumps({"kind": "probe", **fields}))
    return path


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{DRIVER.parent}", **changes}


def start(*arguments: object, **changes: str) -> subprocess.Popen[str]:
    """The driver with its three streams on pipes; `changes` go to its environment."""
    return subprocess.Popen(
        [sys.executable, DRIVER, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**changes),
        start_new_session=True,
    )


def start_job(spec: Path, folder: Path, **changes: str) -> subprocess.Popen[str]:
    return start("run", spec, "--out", folder, **changes)


def run_to_end(spec: Path, folder: Path, **changes: str) -> tuple[int, str, str]:
    process = start_job(spec, folder, **changes)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def events(folder: Path) -> list[dict[str, Any]]:
    return list(read_events(folder / "events.jsonl"))


def types(folder: Path) -> list[str]:
    return [event["type"] for event in events(folder)]


def wait_until(is_so: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
