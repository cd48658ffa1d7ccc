"""The whole product as a person starts it: `manage.py setup`, then `manage.py up`, in a state folder of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from training.home import models_folder, state_folder

SOURCE = Path(__file__).resolve().parents[2]
MODEL = "smollm2-135m-instruct"


class Product:
    """A running installation; `url` is its address, `link` its one-time sign-in link."""

    def __init__(self, state: Path, port: int) -> None:
        self.state = state
        self.url = f"http://localhost:{port}"
        self.environment = {**os.environ, "UPLIFT_HOME": str(state), "PORT": str(port), "HF_HUB_OFFLINE": "1"}
        self.link = ""
        self._up: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """The base model (the one prepared on this machine, else prepared now), the database and the sample data."""
        subprocess.run([sys.executable, "-m", "training", "prepare", MODEL], cwd=SOURCE, check=True)
        subprocess.run([sys.executable, "-m", "training", "speed"], cwd=SOURCE, check=True, capture_output=True)
        (self.state / "models").mkdir(parents=True)
        shutil.copy(state_folder() / "speed.json", self.state)  # so that no worker measures beside the test
        (self.state / "models" / MODEL).symlink_to(models_folder() / MODEL)
        self.manage("migrate", "-v0")
        self.manage("sample_project")

    def manage(self, *arguments: str) -> str:
        """The output of a management command of this installation."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=SOURCE,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def start(self) -> None:
        """`manage.py up`; waits for its sign-in link."""
        log = self.state / "up.log"
        with log.open("wb") as output:
            self._up = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=SOURCE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 90
        while not (found := re.search(r"http://\S+/accounts/link/\S+", log.read_text())):
            assert self._up.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        self.link = found[0]

    def stop(self) -> None:
        """Ctrl-C, as a person ends it."""
        if self._up is not None:
            self._up.send_signal(signal.SIGINT)
            self._up.wait(60)

    def told(self) -> str:
        """The ends of the logs, for a test that failed."""
        logs = [self.state / "up.log", *sorted((self.state / "log").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs if log.exists())
