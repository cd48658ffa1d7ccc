"""The engine's examples, as something to start a project's scenario from."""

import roi
from roi.presets import PRESETS, preset

PRESET_SUMMARIES = {
    "support-desk": "Tickets that a model answers first; a person takes over what it does not solve.",
    "claims-team": "Claims that a model sorts and drafts; people check what matters.",
    "coding-team": "Changes that a model proposes; engineers review each.",
}


def preset_titles() -> dict[str, str]:
    """The examples' names by key."""
    return {key: str(data["name"]) for key, data in PRESETS.items()}


def preset_case(key: str, *, name: str = "") -> roi.Scenario:
    """The example, under another name if one is given. `KeyError` where there is none."""
    found = preset(key)
    return found.model_copy(update={"name": name.strip()}) if name.strip() else found
