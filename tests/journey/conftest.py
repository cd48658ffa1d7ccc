"""One running product for all journeys."""

import csv
import json
import socket
from collections.abc import Iterator
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

SIZES = {"train": 240, "validation": 24, "test": 80}


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
def coding_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A part of the medical-coding sample as CSV files with the columns `diagnosis` and `department`, by split."""
    folder = tmp_path_factory.mktemp("coding")
    write_sample("medical-coding", folder / "rows")
    files = {}
    for split, size in SIZES.items():
        rows = [json.loads(line) for line in (folder / "rows" / f"{split}.jsonl").read_text().splitlines()[:size]]
        files[split] = folder / f"{split}.csv"
        with files[split].open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["diagnosis", "department"])
            writer.writerows([row["prompt"][-1]["content"], row["completion"][0]["content"]] for row in rows)
    return files
