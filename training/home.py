"""Where state lies on disk: `UPLIFT_HOME`, or `var/` beside the source."""

import os
from pathlib import Path

SOURCE_ROOT = Path(__file__).resolve().parent.parent


def state_folder() -> Path:
    """The folder that holds database, artifacts, models and broker; made if missing."""
    folder = Path(os.environ.get("UPLIFT_HOME") or SOURCE_ROOT / "var").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def models_folder() -> Path:
    """One sub-folder of safetensors a prepared model, named as specs name it."""
    folder = state_folder() / "models"
    folder.mkdir(exist_ok=True)
    return folder


def samples_folder() -> Path:
    """The sample datasets that come with the product, one JSONL file a split."""
    folder = state_folder() / "samples"
    folder.mkdir(exist_ok=True)
    return folder
