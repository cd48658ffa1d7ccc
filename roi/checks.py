"""Faults between fields of a scenario's plain data, and what may be left out there.

They work on data that may have other faults, so that one reading names all of them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .faults import Fault
from .figures import GROUPS, REGISTRY, FigureSpec

MAX_OPTIONS = 12

_ROUNDING = 1e-9
"""How far below 0 an eigenvalue may be computed that is 0."""


def complete(raw: dict[str, Any]) -> list[Fault]:
    """Write units and default figures into `raw`, in place; faults where a stated unit is not the figure's own."""
    faults: list[Fault] = []
    for group in GROUPS:
        raw.setdefault(group, {})
    currency = raw.get("currency")
    for prefix, holder in _holders(raw):
        for spec in REGISTRY.values():
            stated = holder.get(spec.group)
            if not isinstance(stated, dict):
                continue
            if not prefix and spec.default is not None:
                stated.setdefault(spec.key, _default(spec))
            if spec.key in stated:
                stated[spec.key] = _with_unit(
                    stated[spec.key], spec, currency if isinstance(currency, str) else "", prefix, faults
                )
    return faults


def cross_faults(raw: dict[str, Any]) -> list[Fault]:
    """Faults between fields that are each fine alone."""
    options = raw.get("options")
    if not isinstance(options, list | tuple):
        return list(_correlation_faults(raw, []))
    return [*_option_faults(options), *_correlation_faults(raw, options)]


def explain(fault: Fault) -> Fault:
    """A figure that an option may not replace is told as that."""
    _, _, name = fault.path.rpartition("].")
    spec = REGISTRY.get(name)
    if spec is not None and spec.shared and fault.path.startswith("options[") and "can stand here" in fault.message:
        return Fault(fault.path, f"is the same for every option: state it once, as {name}")
    return fault


def _holders(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The scenario itself and each of its options, with the beginning of their paths."""
    yield "", raw
    options = raw.get("options")
    for index, option in enumerate(options if isinstance(options, list | tuple) else []):
        if isinstance(option, dict):
            yield f"options[{index}].", option


def _default(spec: FigureSpec) -> dict[str, Any]:
    return {"kind": "fixed", "value": spec.default, "provenance": spec.default_provenance.model_dump(mode="json")}


def _with_unit(quantity: Any, spec: FigureSpec, currency: str, prefix: str, faults: list[Fault]) -> Any:
    if isinstance(quantity, float | int) and not isinstance(quantity, bool):
        quantity = {"kind": "fixed", "value": quantity}
    elif not isinstance(quantity, dict):
        return quantity
    unit = spec.unit_in(currency)
    stated = quantity.get("unit") or unit
    if isinstance(stated, str) and stated != unit:
        faults.append(Fault(f"{prefix}{spec.name}.unit", f"must be {unit}: nothing is converted, not {stated[:60]!r}"))
    return {**quantity, "unit": stated}


def _option_faults(options: Any) -> Iterator[Fault]:
    seen: set[str] = set()
    idle: list[int] = []
    for index, option in enumerate(options):
        if not isinstance(option, dict):
            continue
        key = option.get("key")
        if isinstance(key, str):
            if key in seen:
                yield Fault(f"options[{index}].key", f"is the key of another option: {key[:60]!r}")
            seen.add(key)
        if option.get("kind") == "do_nothing":
            idle.append(index)
            for group in GROUPS:
                if option.get(group):
                    yield Fault(
                        f"options[{index}].{group}", "must be left out: doing nothing has no figures of its own"
                    )
    if not 2 <= len(options) <= MAX_OPTIONS:
        yield Fault("options", f"must be 2 to {MAX_OPTIONS}, doing nothing among them, not {len(options)}")
    elif not idle:
        yield Fault("options", "needs one option of kind do_nothing, which all others are judged against")
    for index in idle[1:]:
        yield Fault(f"options[{index}].kind", "is do_nothing a second time: all others are judged against one")


def _correlation_faults(raw: dict[str, Any], options: Any) -> Iterator[Fault]:
    correlations = raw.get("correlations")
    known = set(REGISTRY)
    for index, option in enumerate(options):
        if isinstance(option, dict):
            known |= {
                f"options[{index}].{name}"
                for name, spec in REGISTRY.items()
                if isinstance(option.get(spec.group), dict) and spec.key in option[spec.group]
            }
    pairs: set[frozenset[str]] = set()
    for index, item in enumerate(correlations if isinstance(correlations, list | tuple) else []):
        if not isinstance(item, dict):
            continue
        ends = [item.get("first"), item.get("second")]
        for side, path in zip(("first", "second"), ends, strict=True):
            if isinstance(path, str) and path not in known:
                yield Fault(f"correlations[{index}].{side}", f"is not the path of a figure stated here: {path[:60]!r}")
        if all(isinstance(path, str) for path in ends):
            pair = frozenset(map(str, ends))
            if len(pair) == 1:
                yield Fault(f"correlations[{index}].second", "must be another figure than the first")
            elif pair in pairs:
                yield Fault(f"correlations[{index}]", "names a pair that is already correlated")
            pairs.add(pair)
    yield from _contradictions(raw)


def _contradictions(raw: dict[str, Any]) -> Iterator[Fault]:
    """Correlations that no figures can have together: their matrix has an eigenvalue below 0."""
    try:
        stated = {(item["first"], item["second"]): float(item["rank"]) for item in raw.get("correlations") or ()}
        paths = sorted({path for pair in stated for path in pair})
        matrix = np.eye(len(paths))
        for (first, second), rank in stated.items():
            row, column = paths.index(first), paths.index(second)
            matrix[row, column] = matrix[column, row] = rank
        lowest = float(np.linalg.eigvalsh(matrix)[0]) if paths else 0.0
    except (TypeError, ValueError, KeyError, AttributeError, np.linalg.LinAlgError):
        return  # their own faults are told
    if all(abs(rank) <= 1 for rank in stated.values()) and lowest < -_ROUNDING:
        yield Fault("correlations", "contradict each other: no figures can have all of them at once")
