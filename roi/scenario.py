"""A scenario: one set of figures with their provenance, and the options that are compared on it.

`parse` reads one from plain data, `quantities` lists its figures, `replace` changes some of them.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, create_model

from . import checks
from .faults import Fault, ScenarioFaults, faults_of
from .figures import GROUPS, REGISTRY, FigureSpec, Group, OneOff, Recurring, Risk, Run, Time, Work
from .quantity import Part, Quantity
from .same import Same

OptionKind = Literal["do_nothing", "prompted", "peft", "full", "aligned", "distilled", "hosted"]

Name = Annotated[str, Field(min_length=1, max_length=200)]


def _changes(group: str) -> Any:
    """The group as an option states it: only figures that options may replace, each of them optional."""
    fields: dict[str, Any] = {}
    for spec in REGISTRY.values():
        if spec.group == group and not spec.shared:
            stated: Any = GROUPS[group].model_fields[spec.key].json_schema_extra
            fields[spec.key] = (
                Quantity | None,
                Field(None, title=spec.label, description=spec.help, json_schema_extra=stated),
            )
    name = f"{GROUPS[group].__name__}Changes"
    return create_model(name, __base__=Group, __doc__="Figures in which the option differs.", **fields)


if TYPE_CHECKING:
    WorkChanges = Work
    RunChanges = Run
    OneOffChanges = OneOff
    RecurringChanges = Recurring
    TimeChanges = Time
    RiskChanges = Risk
else:
    WorkChanges, RunChanges, OneOffChanges, RecurringChanges, TimeChanges, RiskChanges = map(_changes, GROUPS)


class Option(Part):
    """One way to do the work. It states only the figures in which it differs; all others are the scenario's."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$", description="Short name, unique in the scenario.")
    name: Name
    kind: OptionKind
    work: WorkChanges | None = None
    run: RunChanges | None = None
    one_off: OneOffChanges | None = None
    recurring: RecurringChanges | None = None
    time: TimeChanges | None = None
    risk: RiskChanges | None = None


class Correlation(Part):
    """Rank correlation (Spearman) of two figures, each named by its path."""

    first: str
    second: str
    rank: float = Field(strict=True, ge=-1, le=1)


class Scenario(Part):
    """The figures of a business case, version 1. Made by `parse`, which reports every fault at once."""

    version: Literal[1] = 1
    name: Name
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217. Nothing is ever converted.")
    work: Work
    run: Run = Field(default_factory=Run)
    one_off: OneOff = Field(default_factory=OneOff)
    recurring: Recurring = Field(default_factory=Recurring)
    time: Time = Field(default_factory=Time)
    risk: Risk = Field(default_factory=Risk)
    options: tuple[Option, ...] = Field(description="Doing nothing and 1 to 11 others, each with its own key.")
    correlations: tuple[Correlation, ...] = Field((), max_length=100)

    def option(self, key: str) -> "ResolvedOption":
        """The option with each figure it takes from the scenario filled in. `KeyError` where there is none."""
        return _resolved(Same(self))[key]

    @property
    def do_nothing(self) -> Option:
        """The option that all others are judged against."""
        return next(option for option in self.options if option.kind == "do_nothing")

    def data(self) -> dict[str, Any]:
        """Plain data for JSON; `parse` reads it back to an equal scenario."""
        return self.model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True)
class ResolvedOption:
    """An option with all its figures, by their names (`work.success_rate`).

    `paths` says where each stands: the same path in two options is the same figure, and is sampled once for both.
    """

    key: str
    name: str
    kind: OptionKind
    quantities: Mapping[str, Quantity]
    paths: Mapping[str, str]

    def means(self) -> dict[str, float]:
        """The central value of every figure, for the caller to change."""
        return dict(self._means)

    @cached_property
    def _means(self) -> dict[str, float]:
        return {name: quantity.mean for name, quantity in self.quantities.items()}


@dataclass(frozen=True)
class Place:
    """A figure in a scenario: what it means, its limits, and what is stated there.

    `path` is unique (`work.coverage`, `options[2].work.coverage`), `name` is the same in the base and in every option.
    `option` is the key of the option that states it, None for the base. `unit` has the scenario's currency in it.
    """

    path: str
    name: str
    group: str
    key: str
    option: str | None
    label: str
    unit: str
    help: str
    typical_low: float
    typical_high: float
    hard_low: float
    hard_high: float
    shared: bool
    quantity: Quantity


def parse(data: object) -> Scenario:
    """The scenario in plain data, complete: units and defaults filled in. Raises `ScenarioFaults` with every fault."""
    if not isinstance(data, Mapping):
        raise ScenarioFaults([Fault("scenario", "must be a JSON object")])
    raw = copy.deepcopy(dict(data))
    faults = checks.complete(raw)
    try:
        scenario = Scenario.model_validate(raw)
    except ValidationError as error:
        faults = [*map(checks.explain, faults_of(error)), *faults, *checks.cross_faults(raw)]
        raise ScenarioFaults(_one_a_path(faults)) from error
    faults += checks.cross_faults(raw)
    if faults:
        raise ScenarioFaults(_one_a_path(faults))
    return scenario


def quantities(scenario: Scenario) -> list[Place]:
    """Every figure of the scenario in order: those of the base, then those that options replace."""
    places = [_place(scenario, spec, None, "", _get(scenario, spec)) for spec in REGISTRY.values()]
    for index, option in enumerate(scenario.options):
        for spec in REGISTRY.values():
            quantity = _get(option, spec)
            if quantity is not None:
                places.append(_place(scenario, spec, option.key, f"options[{index}].", quantity))
    return places


def replace(scenario: Scenario, changes: Mapping[str, Quantity | float | int | str]) -> Scenario:
    """The scenario with other figures, by path; a setting such as `time.horizon_months` is one too.

    A number becomes a fixed figure that is assumed. An option may be given a figure that it did not state. Raises
    `ScenarioFaults` for an unknown path and for every fault of the result.
    """
    changed: Scenario | None = scenario
    for path, value in changes.items():
        changed = changed and _with_one(changed, path, value)
    if changed is not None:
        return changed
    # all of it anew, for every fault at once
    data = scenario.data()
    faults = [Fault(path, "is not a figure") for path in changes if not _put(data, path, changes[path])]
    if faults:
        raise ScenarioFaults(faults)
    return parse(data)


def _with_one(scenario: Scenario, path: str, value: object) -> Scenario | None:
    """The scenario with another figure or setting where one is stated; None where `parse` has to judge.

    Only the group that holds it is checked again: rules between groups are about which figures are stated.
    """
    holder, _, name = path.rpartition("].")
    number = holder.removeprefix("options[")
    if holder and not (number.isdecimal() and int(number) < len(scenario.options)):
        return None
    place: BaseModel = scenario.options[int(number)] if holder else scenario
    group, _, key = name.partition(".")
    held = getattr(place, group, None) if group in GROUPS else None
    if held is None or getattr(held, key, None) is None:
        return None
    plain = _complete(value, REGISTRY[name].unit_in(scenario.currency)) if name in REGISTRY else value
    if plain is None:
        return None
    stated = {field: getattr(held, field) for field in type(held).model_fields} | {key: plain}
    try:
        update: dict[str, Any] = {group: type(held).model_validate(stated)}
    except ValidationError:
        return None
    if holder:
        options = list(scenario.options)
        options[int(number)] = options[int(number)].model_copy(update=update)
        update = {"options": tuple(options)}
    return scenario.model_copy(update=update)


def _complete(value: object, unit: str) -> object:
    """A figure's plain data with its unit; None where it states another one."""
    if not isinstance(value, BaseModel):
        return {"kind": "fixed", "value": value, "unit": unit}
    plain = value.model_dump(mode="json")
    return plain | {"unit": unit} if plain.get("unit") in ("", unit) else None


@lru_cache(maxsize=16)
def _resolved(scenario: Same[Scenario]) -> Mapping[str, ResolvedOption]:
    """The options by their keys: whoever asks for one of a scenario asks for it again."""
    base = {name: _get(scenario.value, spec) for name, spec in REGISTRY.items()}
    paths = {name: name for name in base}
    found: dict[str, ResolvedOption] = {}
    for index, option in enumerate(scenario.value.options):
        groups = {group: getattr(option, group) or () for group in GROUPS}
        own = {f"{group}.{key}": held for group, stated in groups.items() for key, held in stated if held is not None}
        replaced = {name: f"options[{index}].{name}" for name in own}
        found[option.key] = ResolvedOption(option.key, option.name, option.kind, base | own, paths | replaced)
    return found


def _get(holder: BaseModel, spec: FigureSpec) -> Any:
    return getattr(getattr(holder, spec.group), spec.key, None)


def _place(scenario: Scenario, spec: FigureSpec, option: str | None, prefix: str, quantity: Quantity) -> Place:
    return Place(
        path=prefix + spec.name,
        name=spec.name,
        group=spec.group,
        key=spec.key,
        option=option,
        label=spec.label,
        unit=spec.unit_in(scenario.currency),
        help=spec.help,
        typical_low=spec.typical[0],
        typical_high=spec.typical[1],
        hard_low=spec.limits[0],
        hard_high=spec.limits[1],
        shared=spec.shared,
        quantity=quantity,
    )


def _put(data: dict[str, Any], path: str, value: object) -> bool:
    """Set the figure or setting at `path`; False where there is none of that name."""
    holder, _, name = path.rpartition("].")
    place: dict[str, Any] = data
    if holder:
        number = holder.removeprefix("options[")
        if not (number.isdecimal() and int(number) < len(data["options"])):
            return False
        place = data["options"][int(number)]
    group, _, key = name.partition(".")
    known = name in REGISTRY or (not holder and group in GROUPS and key in GROUPS[group].model_fields)
    if not known:
        return False
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    place.setdefault(group, {})[key] = plain
    return True


def _one_a_path(faults: Iterable[Fault]) -> list[Fault]:
    """The first fault of each path: the second would only say the same in other words."""
    return list({fault.path: fault for fault in reversed(list(faults))}.values())[::-1]
