"""`python -m training`, command by command."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from training.cli import main
from training.progress import Progress, duration
from training.spec import KINDS

from .processes import DRIVER, environment, run_to_end, write_spec


def test_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kinds"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_printed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", kind]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["kind"]["const"] == kind
    assert "model" in schema["required"]


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["schema", "nothing"], ["run"], ["data"]])
def test_a_wrong_command_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m training" in capsys.readouterr().err


def test_data_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"prompt": "a", "completion": "b"}\nnot json\n')
    assert main(["data", "check", str(file)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["rows_kept"] == 1
    assert [fault["line"] for fault in report["faults"]] == [2]


def test_data_without_usable_rows_or_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("not json\n")
    assert main(["data", "check", str(file)]) == 3
    assert main(["data", "check", str(tmp_path / "gone")]) == 3
    assert "no such file" in capsys.readouterr().err


def test_models_and_prepare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path))
    assert main(["models"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["prepare", "no such model"]) == 2
    assert "There is no model no such model" in capsys.readouterr().err


def test_estimate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "t.jsonl"
    rows.write_text('{"prompt": "a", "completion": "b"}\n' * 3)
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"kind": "sft", "model": "smollm2-135m-instruct", "data": {"train": "t.jsonl"}}))
    assert main(["estimate", str(spec)]) == 0
    assert json.loads(capsys.readouterr().out)["prediction"]["steps"] == 100
    rows.unlink()
    assert main(["estimate", str(spec)]) == 3
    spec.write_text("{}")
    assert main(["estimate", str(spec)]) == 2
    spec.write_text("{")
    assert main(["estimate", str(spec)]) == 2


def test_paths_are_looked_for_here_and_then_beside_the_spec(tmp_path: Path) -> None:
    """The job's own copy of the spec holds absolute paths, so that it can be resumed from anywhere."""
    beside, here = tmp_path / "beside", tmp_path / "here"
    for folder in (beside, here):
        folder.mkdir()
        (folder / "both.jsonl").write_text("")
    (beside / "one.jsonl").write_text("")
    spec = beside / "spec.json"
    data = {"train": "both.jsonl", "validation": "one.jsonl"}
    spec.write_text(json.dumps({"kind": "sft", "model": "./missing", "data": data}))
    command = [sys.executable, DRIVER, "run", spec, "--out", tmp_path / "job"]
    done = subprocess.run(command, cwd=here, env=environment(), capture_output=True, text=True, timeout=30)
    assert done.returncode == 3
    assert "model (./missing)" in done.stderr
    kept = json.loads((tmp_path / "job/spec.json").read_text())["data"]
    assert (kept["train"], kept["validation"]) == (str(here / "both.jsonl"), str(beside / "one.jsonl"))


def test_plain_progress_says_what_happens(tmp_path: Path) -> None:
    _, out, err = run_to_end(write_spec(tmp_path), tmp_path / "job")
    assert "started probe" in err
    assert err.count("step ") == 1
    assert "done: results in" in out


def test_a_terminal_shows_one_live_line(tmp_path: Path) -> None:
    main_end, terminal = pty.openpty()
    command = [sys.executable, DRIVER, "run", write_spec(tmp_path), "--out", tmp_path / "job"]
    done = subprocess.run(command, env=environment(), stdout=subprocess.DEVNULL, stderr=terminal, timeout=30)
    os.close(terminal)
    shown = os.read(main_end, 100_000).decode()
    os.close(main_end)
    assert done.returncode == 0
    assert shown.count("\r") >= 5
    assert "step 5  loss 0.2000" in shown


def test_each_event_reads_as_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("training.progress.PLAIN_EVERY_SECONDS", 0.0)
    progress = Progress(stream)
    for event in (
        {"type": "started", "kind": "sft"},
        {
            "type": "step",
            "step": 3,
            "total_steps": 50,
            "loss_nats": 2.5,
            "tokens_per_second": 1234.5,
            "eta_seconds": 65,
        },
        {"type": "eval", "step": 3, "validation_loss_nats": 2.25},
        {"type": "step", "step": 1, "items_done": 16, "items_total": 400},
        {"type": "checkpoint", "step": 3},
        {"type": "warning", "text": "The loss is flat.", "remedy": "Raise it."},
        {"type": "sample", "text": "not shown"},
        {"type": "failed", "what": "The disk is full", "why": "", "remedy": "Free space."},
    ):
        progress(event)
    assert stream.getvalue().splitlines() == [
        "started sft",
        "step 3/50  loss 2.5000  1,234 tokens/s  1 min 05 s left",
        "validation at step 3  loss 2.2500",
        "item 16/400",
        "checkpoint at step 3",
        "warning: The loss is flat. Raise it.",
        "The disk is full. Free space.",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (7800, "2 h 10 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
