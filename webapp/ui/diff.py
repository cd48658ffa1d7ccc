"""What differs between two settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """One setting that differs; `before` or `after` is None where that side does not have it."""

    name: str
    before: str | None
    after: str | None


def _flat(value: object, name: str = "") -> dict[str, object]:
    if isinstance(value, Mapping) and value:
        found: dict[str, object] = {}
        for key, inner in value.items():
            found.update(_flat(inner, f"{name}.{key}" if name else str(key)))
        return found
    return {name: value}


def _text(value: object) -> str | None:
    if value is _ABSENT:
        return None
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value) or "empty"
    return str(value)


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[Difference]:
    """The settings whose values differ, nested ones as `optim.learning_rate`, in order of `after`, then `before`."""
    old, new = _flat(before), _flat(after)
    names = [*new, *(name for name in old if name not in new)]
    return [
        Difference(name, _text(old.get(name, _ABSENT)), _text(new.get(name, _ABSENT)))
        for name in names
        if name and old.get(name, _ABSENT) != new.get(name, _ABSENT)
    ]
