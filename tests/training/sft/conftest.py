"""A tiny model on disk, and a folder of rows for a job."""

from pathlib import Path

import pytest

from tests.training.sft.job import Job, write_rows
from tests.training.sft.tiny import save_tiny_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with random weights."""
    return save_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def job(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Rows and a spec; state lies in the test's own folder."""
    monkeypatch.setenv("UPLIFT_HOME", str(tmp_path / "home"))
    write_rows(tmp_path / "train.jsonl", 35)
    write_rows(tmp_path / "validation.jsonl", 9, first=100)
    return Job(tmp_path, tiny_model)
