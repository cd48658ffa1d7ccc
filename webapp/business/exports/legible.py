"""A case as files for people can hold it: XML and spreadsheets know no control characters."""

import re
from typing import Any

import roi
from roi import Scenario

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""What no XML 1.0 document may hold (Char, section 2.2) and the other control characters; tabs and line ends stay."""


def legible(scenario: Scenario) -> Scenario:
    """The scenario with a replacement character for each that cannot be written. The JSON export keeps it as it is."""
    data = scenario.data()
    clean = _clean(data)
    return scenario if clean == data else roi.parse(clean)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value
