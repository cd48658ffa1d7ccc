"""`manage.py up` as a person meets it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from .installation import SOURCE, Installation
from .ledger import check_counted_once

pytestmark = [pytest.mark.faults, pytest.mark.alone]  # how long a start takes is told to people

SECOND_START_SECONDS = 10.0
STEPS = 40


@pytest.fixture(scope="module")
def whole() -> Iterator[Installation]:
    """With the web server, in a folder whose path is too long for a socket and has spaces."""
    made = Installation(only="broker,train,default,beat,web", from_scratch=True)
    made.state = made.root / ("a state folder " + "x" * 90)
    made.state.mkdir()
    made.environment |= {"UPLIFT_HOME": str(made.state), "XDG_RUNTIME_DIR": ""}
    assert not made.socket.is_relative_to(made.state)
    try:
        made.start()
        yield made
    finally:
        made.remove()


def up(installation: Installation, **environment: str) -> str:
    """What another `up` says when it cannot start."""
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        env={**installation.environment, **environment},
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_tells_the_address_and_everything_answers(whole: Installation) -> None:
    output = whole.state / "up.log"
    whole.wait_until(lambda: "Sign in" in output.read_text(), 30, "the sign-in link")
    assert f"http://localhost:{whole.port}/accounts/link/" in output.read_text()
    with urllib.request.urlopen(f"http://127.0.0.1:{whole.port}/healthz") as answer:
        health = json.load(answer)
    assert {name: part["ok"] for name, part in health.items()} == dict.fromkeys(
        ("web", "database", "broker", "workers"), True
    )


def test_metrics_are_in_the_form_that_prometheus_reads(whole: Installation) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{whole.port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    assert 'uplift_workers{queue="cpu"} 1.0' in lines
    assert any(line.startswith("uplift_build_info{") for line in lines)


def test_health_says_what_is_wrong(whole: Installation) -> None:
    whole.kill("broker", signal.SIGSTOP)
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{whole.port}/healthz", timeout=20)
    finally:
        whole.kill("broker", signal.SIGCONT)
    assert refused.value.code == 503
    health = json.loads(refused.value.read())
    assert (health["broker"]["ok"], health["database"]["ok"]) == (False, True)
    assert health["broker"]["why"]


def test_a_second_start_in_the_same_folder_says_so(whole: Installation) -> None:
    assert f"already running in {whole.state}" in up(whole)


def test_a_taken_port_is_told(whole: Installation, tmp_path: Path) -> None:
    assert f"Port {whole.port} on 127.0.0.1 cannot be used" in up(whole, UPLIFT_HOME=str(tmp_path))


def test_ctrl_c_puts_the_job_back_and_the_second_start_goes_on(whole: Installation) -> None:
    (code,) = whole.launch({"steps": STEPS, "step_seconds": 0.1})
    whole.wait_until(lambda: whole.job(code)["step"] >= 3, 20, "some steps")
    took = whole.stop()
    assert whole.processes() == {}
    job = whole.job(code)
    assert (job["state"], job["owner"], job["attempts"]) == ("queued", "", 0)
    step = json.loads((whole.folder(code) / "checkpoints" / "count.json").read_text())["step"]
    assert job["step"] == step
    started = time.monotonic()
    whole.start()
    restart = time.monotonic() - started
    print(f"stopped in {took:.1f} s, started again in {restart:.1f} s")
    whole.wait_for_end(code)
    check_counted_once(whole, code, STEPS)
    assert restart < SECOND_START_SECONDS


def test_a_killed_launcher_leaves_no_orphan(whole: Installation) -> None:
    (code,) = whole.launch({"steps": STEPS, "step_seconds": 0.1})
    whole.wait_until(lambda: whole.job(code)["step"] >= 3, 20, "some steps")
    whole.kill("launcher")
    whole.wait_until(lambda: not whole.processes(), 20, "the end of all its processes")
    whole.start()
    whole.wait_for_end(code)
    check_counted_once(whole, code, STEPS)


def test_it_ends_whole_where_a_socket_in_its_folder_could_not_be(whole: Installation) -> None:
    (code,) = whole.launch({"steps": 5})
    whole.wait_for_end(code)
    check_counted_once(whole, code, 5)
    whole.stop()
    assert whole.processes() == {}


def test_pages_are_served_while_the_broker_is_away(whole: Installation) -> None:
    """In the same folder, when everything else there has ended."""
    (whole.state / "log" / "web.log").unlink()
    with socket.socket() as nobody:  # bound, not listening: nothing answers there
        nobody.bind(("127.0.0.1", 0))
        refused = nobody.getsockname()[1]
        started = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--only", "web,default"],
            env={
                **whole.environment,
                "REDIS_URL": f"redis://127.0.0.1:{refused}/0",
                "PORT": str(whole.port),
            },
            cwd=SOURCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            whole.wait_until(lambda: _page_answers(whole.port), 40, "the web server")
        finally:
            os.kill(started.pid, signal.SIGINT)
            output, _ = started.communicate(timeout=60)
    assert "Traceback" not in output
    assert Path(whole.state / "log" / "web.log").exists()


def _page_answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
    except urllib.error.HTTPError as error:
        return bool(error.code == 503)
    except OSError:
        return False
    return True
