"""`python -m roi`: results on standard output, faults on standard error, exit status 2 for bad input."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import roi
from roi.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def example(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["example"]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    return data


def written(folder: Path, content: str | bytes) -> str:
    path = folder / "scenario.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize("key", sorted(roi.PRESETS))
def test_every_example_can_be_evaluated(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", key]) == 0
    assert main(["evaluate", written(tmp_path, capsys.readouterr().out)]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["best"] in {option["key"] for option in outcome["options"]}
    assert outcome["options"][1]["npv"]["value"] == roi.evaluate(roi.preset(key)).options[1].npv.value


def test_trials_add_a_simulation_that_the_seed_decides(
    example: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, json.dumps(example))
    answers = []
    for seed in ("1", "1", "2"):
        assert main(["evaluate", path, "--trials", "256", "--seed", seed]) == 0
        answers.append(json.loads(capsys.readouterr().out)["simulation"])
    assert answers[0] == answers[1] != answers[2]
    assert answers[0]["trials"] == 256


def test_the_schema_knows_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    groups = json.loads(capsys.readouterr().out)["$defs"]
    for spec in roi.REGISTRY.values():
        field = groups[roi.GROUPS[spec.group].__name__]["properties"][spec.key]
        assert (field["title"], field["unit"], field["limits"]) == (spec.label, spec.unit, list(spec.limits))


def test_every_fault_is_printed_with_its_path(
    example: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example["options"][2]["run"]["price_per_device_hour"] = -1
    example["work"]["coverage"] = 1.4
    example["time"]["horizon_months"] = 0
    assert main(["evaluate", written(tmp_path, json.dumps(example))]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "work.coverage: must be at most 1",
        "time.horizon_months: must be at least 1",
        "options[2].run.price_per_device_hour: must be at least 0",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "scenario: must be a JSON object"),
        ("null", "scenario: must be a JSON object"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        ("[" * 100_000, "cannot be read"),
        ('{"name": ' + "9" * 5_000 + "}", "cannot be read"),
    ],
)
def test_what_is_no_scenario_is_refused(
    content: str | bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", written(tmp_path, content)]) == 2
    assert says in capsys.readouterr().err


def test_a_file_with_the_outcome_beside_the_scenario_is_read(
    example: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", written(tmp_path, json.dumps(example))]) == 0
    outcome = json.loads(capsys.readouterr().out)
    both = {"scenario": example, "outcome": outcome}
    assert main(["evaluate", written(tmp_path, json.dumps(both))]) == 0
    assert json.loads(capsys.readouterr().out) == outcome
    assert main(["evaluate", written(tmp_path, json.dumps({**both, "scenario": {**example, "currency": "usd"}}))]) == 2
    assert capsys.readouterr().err.startswith("currency: ")
    assert main(["evaluate", written(tmp_path, json.dumps(outcome))]) == 2
    assert "is an outcome, which does not hold its figures" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(tmp_path / "none.json")]) == 2
    assert "none.json: No such file" in capsys.readouterr().err


def test_standard_input_is_a_file_too(
    example: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(example)))
    assert main(["evaluate", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["currency"] == "USD"


@pytest.mark.parametrize("arguments", [["evaluate", "x", "--trials", "-1"], ["evaluate"], ["none"], []])
def test_a_wrong_command_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_an_evaluation_loads_neither_scipy_nor_pandas() -> None:
    """They take longer to import than everything else together."""
    code = "import sys, roi; roi.evaluate(roi.preset('claims-team')); print({'scipy', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_simulation_loads_only_the_special_functions_of_scipy() -> None:
    code = "import sys, roi; roi.simulate(roi.preset('claims-team'), trials=256); roi.best_samples; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "scipy.special" in loaded
    assert not {"scipy.stats", "scipy.interpolate", "scipy.optimize", "scipy.sparse"} & loaded
