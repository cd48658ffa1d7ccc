"""Digests and the record of where a result comes from, without torch."""

import hashlib
import subprocess
import sys
from pathlib import Path

from training.disk import folder_digest, size_bytes
from training.home import SOURCE_ROOT
from training.provenance import artifact, code_version, provenance, spec_digest
from training.spec import SftSpec


def spec(**changes: object) -> SftSpec:
    return SftSpec.parse({"kind": "sft", "model": "m", "data": {"train": "t.jsonl"}, **changes})


def test_spec_digest_changes_with_any_field_and_with_nothing_else() -> None:
    assert spec_digest(spec()) == spec_digest(spec(seed=0))
    assert spec_digest(spec()) != spec_digest(spec(seed=1))


def test_folder_digest_by_hand(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("2")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/c").write_text("1")
    lines = "".join(f"{name}\0{hashlib.sha256(text).hexdigest()}\n" for name, text in (("a/c", b"1"), ("b", b"2")))
    assert folder_digest(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()
    assert size_bytes(tmp_path) == 2


def test_record(tmp_path: Path) -> None:
    data = tmp_path / "t.jsonl"
    data.write_text("{}\n")
    record = provenance(spec(), data={"train": data}, model_digest="abc")
    assert record["data_sha256"] == {"train": hashlib.sha256(b"{}\n").hexdigest()}
    assert record["model_digest"] == "abc"
    assert record["code_version"] == code_version()
    assert {"torch", "transformers", "peft"} <= record["libraries"].keys()
    assert record["machine"]["cores"] >= 1
    found = artifact(tmp_path, data, name="rows", kind="data")
    assert (found.path, found.bytes, found.sha256) == ("t.jsonl", 3, record["data_sha256"]["train"])


def test_torch_is_not_imported() -> None:
    code = "import sys, training.provenance, training.health, training.disk; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=SOURCE_ROOT, check=False).returncode == 0
