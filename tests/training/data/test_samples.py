"""The sample datasets: made from packages, the same every time, without leaks and without torch."""

import json
import os
import subprocess
import sys

import pytest

from training.data.manifest import Manifest, verify
from training.data.rows import read_rows
from training.data.samples import DEPARTMENTS, SAMPLES, write_sample

MAKE = """
import json, sys, tempfile
from pathlib import Path
from training.data.samples import SAMPLES, write_sample
with tempfile.TemporaryDirectory() as folder:
    digests = {name: write_sample(name, Path(folder) / name).digest for name in SAMPLES}
loaded = [name for name in ("torch", "django", "simple_icd_10_cm") if name in sys.modules]
print(json.dumps({"digests": digests, "loaded": loaded}))
"""


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    return {name: (folder / name, write_sample(name, folder / name)) for name in SAMPLES}


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_sample_is_a_whole_version_without_faults(versions, name):
    folder, manifest = versions[name]
    assert {split: info.rows for split, info in manifest.splits.items()} == {
        "train": 1600,
        "validation": 200,
        "test": 300,
    }
    assert (manifest.faults_total, manifest.overlap["rows"], manifest.personal_data["total"]) == (0, 0, 0)
    assert manifest.provenance["licence"]
    assert verify(folder) == []
    assert write_sample(name, folder) == manifest == Manifest.read(folder)


def test_medical_coding_has_eight_even_labels(versions):
    _, manifest = versions["medical-coding"]
    for info in manifest.splits.values():
        labels = info.statistics["labels"]
        assert set(labels) == set(DEPARTMENTS.values())
        assert max(labels.values()) - min(labels.values()) <= 1


def test_medical_coding_lists_its_labels_in_the_system_message(versions):
    row = next(read_rows(versions["medical-coding"][0] / "train.jsonl"))
    assert [message["role"] for message in row["prompt"]] == ["system", "user"]
    assert all(label in row["prompt"][0]["content"] for label in DEPARTMENTS.values())


def test_word_problems_have_numbers_as_answers(versions):
    folder, _ = versions["word-problems"]
    for line in (folder / "test.jsonl").read_text().splitlines():
        float(json.loads(line)["completion"][0]["content"])


def test_samples_are_the_same_in_another_process_and_need_no_torch(versions):
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    done = subprocess.run([sys.executable, "-c", MAKE], env=environment, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["digests"] == {name: manifest.digest for name, (_, manifest) in versions.items()}
    assert told["loaded"] == []
