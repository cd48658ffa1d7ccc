"""One running product for all journeys."""

import csv
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.browser.conftest import (  # noqa: F401 - fixtures
    axe,
    base_url,
    browser_type_launch_args,
    shot,
)
from training.data.samples import write_sample

from .product import Product

SIZES = {"train": 240, "validation": 24, "test": 60}

Coding = Callable[[str, Mapping[str, int]], dict[str, Path]]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its sample project, started as a person starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Product(tmp_path_factory.mktemp("product"), port)
    running.prepare()
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def coding(tmp_path_factory: pytest.TempPathFactory) -> Coding:
    """Writes parts of the medical-coding sample as CSV files with columns `diagnosis` and `department`, by split."""
    rows = tmp_path_factory.mktemp("coding") / "rows"
    write_sample("medical-coding", rows)

    def write(name: str, sizes: Mapping[str, int]) -> dict[str, Path]:
        folder = tmp_path_factory.mktemp(name)
        return {split: _as_csv(rows / f"{split}.jsonl", folder / f"{split}.csv", size) for split, size in sizes.items()}

    return write


def _as_csv(source: Path, target: Path, size: int) -> Path:
    """The first `size` rows of a canonical split as CSV."""
    rows = [json.loads(line) for line in source.read_text().splitlines()[:size]]
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["diagnosis", "department"])
        writer.writerows([row["prompt"][-1]["content"], row["completion"][0]["content"]] for row in rows)
    return target


@pytest.fixture(scope="session")
def coding_files(coding: Coding) -> dict[str, Path]:
    """What most journeys upload."""
    return coding("files", SIZES)
