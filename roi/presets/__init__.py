"""Complete examples to start from: a support desk, a claims team and a coding team.

They are plain data for `parse`. What is `published` names a source that was read; everything else is assumed and
says why.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..scenario import Scenario, parse
from .claims_team import CLAIMS_TEAM
from .coding_team import CODING_TEAM
from .support_desk import SUPPORT_DESK

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "support-desk": SUPPORT_DESK,
    "claims-team": CLAIMS_TEAM,
    "coding-team": CODING_TEAM,
}
"""Plain data of each example by its key."""


@cache
def preset(key: str) -> Scenario:
    """The example of that key. `KeyError` where there is none."""
    return parse(PRESETS[key])
