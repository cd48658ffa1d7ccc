"""The same path through the HTTP API: send a file, decide, train, evaluate, read the measurement."""

import json
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest

from .product import MODEL, Product

pytestmark = [pytest.mark.training, pytest.mark.alone]

TOKEN_CODE = (
    "from webapp.accounts.models import User; from webapp.accounts.tokens import issue; "
    "print('TOKEN', issue(User.objects.get(is_superuser=True), 'journey'))"
)


class Api:
    """Calls with a bearer token, by the standard library alone."""

    def __init__(self, product: Product) -> None:
        told = product.manage("shell", "-v0", "-c", TOKEN_CODE)
        self._token = told.split("TOKEN ")[1].split()[0]
        self._base = f"{product.url}/api/v1"

    def call(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Any:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": content_type}
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def send_files(self, path: str, name: str, files: list[Path]) -> Any:
        boundary = uuid.uuid4().hex
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'.encode()]
        for file in files:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n'
            parts.append(head.encode() + b"Content-Type: text/csv\r\n\r\n" + file.read_bytes() + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return self.call("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def wait(self, path: str, *states: str, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while True:
            told = self.call("GET", path)
            if told["state"] in states:
                return told
            assert told["state"] not in ("failed", "cancelled"), told
            assert time.monotonic() < deadline, told
            time.sleep(0.5)


def test_upload_train_and_evaluate(product: Product, coding_files: dict[str, Path]) -> None:
    api = Api(product)
    project = "/projects/medical-coding"
    sent = api.send_files(f"{project}/datasets", "Departments by API", list(coding_files.values()))
    upload = f"{project}/uploads/{sent['code']}"
    ready = api.wait(upload, "ready", seconds=60)
    assert ready["report"]["faults_total"] == 0
    api.call("POST", f"{upload}/store", {})
    references = api.wait(upload, "stored", seconds=60)["version"]["references"]

    optim = {"max_steps": 3, "batch_size": 8}
    data = {"train": references["train"]}
    sft = {"kind": "sft", "model": MODEL, "data": data, "optim": optim}
    training = api.call("POST", f"{project}/jobs", {"spec": sft, "launch_key": "api-journey"})
    again = api.call("POST", f"{project}/jobs", {"spec": sft, "launch_key": "api-journey"})
    assert again["code"] == training["code"]
    test = {"test": references["test"], "max_rows": 16}
    adapter = f"job:{training['code']}/adapter"
    evaluate = {"kind": "evaluate", "model": MODEL, "adapter": adapter, "data": test, "metric": "choice"}
    evaluation = api.call("POST", f"{project}/jobs", {"spec": evaluate})
    assert evaluation["state"] == "waiting"

    done = api.wait(f"/jobs/{evaluation['code']}", "done", seconds=600)
    assert done["result"]["measurements"][0]["n"] == 16
    told = api.call("GET", f"/jobs/{training['code']}/events?limit=5000")["events"]
    assert [event["step"] for event in told if event["type"] == "step"] == [1, 2, 3]
    measured = api.call("GET", f"{project}/measurements?metric=choice")
    assert measured[0]["job"] == evaluation["code"]
    assert measured[0]["low"] <= measured[0]["value"] <= measured[0]["high"]
