"""Which tests of training need what runs in the job process."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
WITH_TORCH = tuple(HERE / name for name in ("evaluate", "merge", "models", "sft"))
"""Their tests import torch, which takes longer than most of them: `make quick` passes these folders over."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in these folders carry the mark `training`."""
    for item in items:
        if any(folder in item.path.parents for folder in WITH_TORCH):
            item.add_marker(pytest.mark.training)
