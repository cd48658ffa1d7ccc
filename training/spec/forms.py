"""What a form or a document needs to show of a kind's fields, flattened from the specs themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from . import KINDS
from .base import JobSpec, SpecPart

FieldType = Literal["text", "integer", "number", "boolean", "choice", "list"]


@dataclass(frozen=True)
class Bounds:
    """Hard limits: a value outside is refused. None is no limit; `above` and `below` are exclusive."""

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    shortest: int | None = None
    longest: int | None = None

    def __str__(self) -> str:
        """`from 1 to 4096`, `above 0`; empty where there is no numeric limit."""
        low = high = ""
        if self.above is not None or self.least is not None:
            low = f"above {_number(self.above)}" if self.above is not None else f"from {_number(self.least)}"
        if self.below is not None or self.most is not None:
            high = f"below {_number(self.below)}" if self.below is not None else f"to {_number(self.most)}"
        return " ".join(part for part in (low, high) if part)


@dataclass(frozen=True)
class Field:
    """One leaf of a spec. `path` reads like `optim.learning_rate`, `group` is the title of the part it stands in.

    `default` is None where the field may be left out or must be given (`is_required`). `typical` is the range that
    no warning comes for. A `basic` field stands in the short form. `names` is `file`, `folder` or `model` where the
    value names one, else empty.
    """

    path: str
    title: str
    help: str
    type: FieldType
    group: str
    choices: tuple[str, ...]
    default: Any
    unit: str
    typical: tuple[float, float] | None
    bounds: Bounds
    basic: bool
    is_required: bool
    is_optional: bool
    names: str

    def warning(self, value: object) -> str:
        """Why a value that is allowed is unusual; empty if it is not."""
        if self.typical is None or isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        low, high = self.typical
        if low <= value <= high:
            return ""
        unit = f" {self.unit}" if self.unit else ""
        side = "below" if value < low else "above"
        return (
            f"{self.title} {_number(value)}{unit} is {side} the usual range of {_number(low)} to {_number(high)}{unit}."
        )


def fields(kind: str) -> list[Field]:
    """The fields of a kind in the order of its spec, nested parts in their place, without `kind` itself."""
    return list(_all_fields(KINDS[kind].spec))


@cache
def _all_fields(spec: type[JobSpec]) -> tuple[Field, ...]:
    return tuple(_fields_of(spec, "", ""))


def warnings_for(spec: JobSpec) -> list[tuple[str, str]]:
    """`(path, message)` for each value outside its typical range. They are questions, not faults."""
    warned = ((field.path, field.warning(value_at(spec, field.path))) for field in fields(spec.kind))
    return [(path, message) for path, message in warned if message]


def value_at(spec: SpecPart, path: str) -> Any:
    """The value of a spec at a dotted path."""
    value: Any = spec
    for name in path.split("."):
        value = getattr(value, name)
    return value


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"optim.batch_size": 8}` as `{"optim": {"batch_size": 8}}`: from a form's fields to a raw spec."""
    whole: dict[str, Any] = {}
    for path, value in flat.items():
        *parts, last = path.split(".")
        place = whole
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = value
    return whole


def flattened(raw: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The reverse of `nested`; lists stay values."""
    flat: dict[str, Any] = {}
    for name, value in raw.items():
        if isinstance(value, Mapping):
            flat.update(flattened(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def _number(value: float | None) -> str:
    """`0.05`, `10,000,000`, `1e-06`."""
    return f"{value:,.10g}" if value is not None else ""


def _fields_of(part: type[SpecPart], prefix: str, group: str) -> Iterator[Field]:
    for name, info in part.model_fields.items():
        if name == "kind":
            continue
        kind = _without_none(info.annotation)
        if isinstance(kind, type) and issubclass(kind, SpecPart):
            title = info.title or name.replace("_", " ").capitalize()
            yield from _fields_of(kind, f"{prefix}{name}.", title)
        else:
            yield _field(prefix + name, info, kind, group)


def _field(path: str, info: FieldInfo, kind: Any, group: str) -> Field:
    shown = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    typical: Any = shown.get("typical")
    type_, choices = _type_of(kind)
    default = info.get_default(call_default_factory=True, validated_data={})
    return Field(
        path=path,
        title=info.title or path,
        help=info.description or "",
        type=type_,
        group=group,
        choices=choices,
        default=None if default is PydanticUndefined else default,
        unit=str(shown.get("unit", "")),
        typical=(float(typical[0]), float(typical[1])) if typical else None,
        bounds=_bounds(info),
        basic=bool(shown.get("basic")),
        is_required=info.is_required(),
        is_optional=kind is not info.annotation,
        names=str(shown.get("path", "")),
    )


def _type_of(kind: Any) -> tuple[FieldType, tuple[str, ...]]:
    if get_origin(kind) is Literal:
        return "choice", tuple(map(str, get_args(kind)))
    if get_origin(kind) is list:
        return "list", ()
    types: dict[Any, FieldType] = {bool: "boolean", int: "integer", float: "number", str: "text"}
    return types[kind], ()


def _without_none(annotation: Any) -> Any:
    """`X` for `X | None`, anything else as it is."""
    if get_origin(annotation) in (Union, UnionType):
        rest = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(rest) == 1:
            return rest[0]
    return annotation


def _bounds(info: FieldInfo) -> Bounds:
    found: dict[str, Any] = {}
    for rule in info.metadata:
        match rule:
            case annotated_types.Ge(ge=limit):
                found["least"] = limit
            case annotated_types.Gt(gt=limit):
                found["above"] = limit
            case annotated_types.Le(le=limit):
                found["most"] = limit
            case annotated_types.Lt(lt=limit):
                found["below"] = limit
            case annotated_types.MinLen(min_length=limit):
                found["shortest"] = limit
            case annotated_types.MaxLen(max_length=limit):
                found["longest"] = limit
    return Bounds(**found)
