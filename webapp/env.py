"""Settings from the environment. A bad value stops the start with its name, its value and what is allowed."""

import os

from django.core.exceptions import ImproperlyConfigured

_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool) -> bool:
    """A yes-or-no variable."""
    raw = os.environ.get(name)
    if not raw:
        return default
    try:
        return _BOOLEANS[raw.strip().lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name}={raw!r}: allowed are {', '.join(_BOOLEANS)}") from None


def whole(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number between `low` and `high`, both allowed."""
    raw = os.environ.get(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r}: must be a whole number from {low} to {high}") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name}={raw!r}: must be from {low} to {high}")
    return value


def words(name: str, default: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def numbers(name: str) -> list[int]:
    """Comma-separated whole numbers from 0; none when unset."""
    raw = os.environ.get(name, "")
    try:
        found = [int(part) for part in raw.split(",") if part.strip()]
    except ValueError:
        found = [-1]
    if any(number < 0 for number in found):
        raise ImproperlyConfigured(f"{name}={raw!r}: must be numbers from 0, such as 0,1")
    return found
