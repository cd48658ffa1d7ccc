"""The numbers that stand for things in Microsoft's schema (mspdi_pj12.xsd), as far as a plan has them."""

from ...schedule import LinkKind

NAMESPACE = "http://schemas.microsoft.com/project"
HOURS_A_DAY = 8
"""Working time of a day, and of a person-day."""

FIXED_DURATION = 1
START_NO_EARLIER, MUST_START = 4, 2
"""Constraints of a task. The second holds a date even against a link."""

DAYS = 7
"""Durations and lags shown in days of working time."""
ELAPSED_FORMATS = frozenset({4, 6, 8, 10, 12, 36, 38, 40, 42, 44})
PERCENT_FORMATS = frozenset({19, 20, 51, 52})
"""Lags in time that runs day and night, and in percent of the earlier task. Codes above 34 are estimated values."""

LINK_KINDS = {"1": LinkKind.FINISH_TO_START, "3": LinkKind.START_TO_START}
LINK_CODES = {kind: code for code, kind in LINK_KINDS.items()}

KEY, SERVES, PART = ("188743731", "Text1", "Key"), ("188743734", "Text2", "Serves"), ("188743737", "Text3", "Part")
"""Custom fields of a task: id, name, and what they are called here."""
PHASE = "phase"
"""The Part of a phase: programs take a summary task without tasks below for a task."""
