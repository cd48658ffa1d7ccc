"""What is wrong with a scenario: every fault at once, each with the path of the figure that must change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

QUANTITY_KINDS = ("fixed", "range", "triangular", "beta", "empirical")
PROVENANCE_KINDS = ("assumed", "published", "measured")


@dataclass(frozen=True)
class Fault:
    """One thing wrong. `path` reads like `options[2].run.price_per_device_hour`; `message` says what is allowed."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ScenarioFaults(ValueError):
    """Every fault of one scenario."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))


def faults_of(error: ValidationError) -> list[Fault]:
    """The faults behind a validation error, in the order of the fields, none twice."""
    return list(dict.fromkeys(_fault(item) for item in error.errors(include_url=False)))


def path_of(location: Sequence[int | str]) -> str:
    """`("options", 2, "run")` as `options[2].run`; `scenario` for the whole.

    The name of a kind that pydantic puts between a quantity and its field (`work.coverage.fixed.value`) is left out.
    """
    path = ""
    for index, step in enumerate(location):
        if isinstance(step, int):
            path += f"[{step}]"
        elif not (index and step in (*QUANTITY_KINDS, *PROVENANCE_KINDS)):
            path += f".{step}" if path else step
    return path or "scenario"


def _fault(item: Any) -> Fault:
    path = path_of(item["loc"])
    kind, message = str(item["type"]), str(item["msg"])
    if kind == "extra_forbidden":
        return Fault(path, "is not a figure that can stand here")
    if kind == "missing":
        return Fault(path, "is required")
    if kind in ("value_error", "assertion_error"):
        return Fault(path, message.removeprefix("Value error, "))
    if kind == "union_tag_not_found":
        return Fault(path, f"needs a kind: {', '.join(_kinds(path))}")
    if kind == "union_tag_invalid":
        return Fault(f"{path}.kind", f"must be one of {', '.join(_kinds(path))}, not {_short(item['ctx']['tag'])}")
    return Fault(path, _plain(kind, message, item))


def _kinds(path: str) -> tuple[str, ...]:
    return PROVENANCE_KINDS if path.endswith("provenance") else QUANTITY_KINDS


_WORDS = {
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "finite_number": "must be a finite number",
}
_TYPES = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "a number, or an object with a kind",
}


def _plain(kind: str, message: str, item: Any) -> str:
    """Pydantic's message in the words of this engine, with what was given where that helps."""
    if kind in _WORDS:
        return _WORDS[kind].format(**{name: f"{value:,.12g}" for name, value in item.get("ctx", {}).items()})
    if kind in _TYPES:
        return f"must be {_TYPES[kind]}, not {_short(item['input'])}"
    return message.replace("Input should be", "must be").replace("String should", "must") + (
        f", not {_short(item['input'])}"
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
