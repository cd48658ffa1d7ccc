"""What every spec has, and how its faults are told: all of them at once, each with its path.

A spec is plain data: the web form, the API and the command line are generated from these models.
Reward functions, judges and metrics are names from registries; no field carries code.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Precision = Literal["auto", "fp32", "bf16", "fp16"]
DeviceClass = Literal["auto", "cpu", "cuda", "mps"]


@dataclass(frozen=True)
class SpecFault:
    """One thing wrong with a spec. `path` reads like `optim.learning_rate`; `message` says what is allowed."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class SpecFaults(ValueError):
    """Every fault of one spec."""

    def __init__(self, faults: Iterable[SpecFault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))


def setting(
    default: Any,
    *,
    title: str,
    help: str,
    basic: bool = False,
    unit: str = "",
    typical: tuple[float, float] | None = None,
    path: Literal["", "file", "folder", "model"] = "",
    **bounds: Any,
) -> Any:
    """A field of a spec, with what a form needs to show it.

    `basic` fields stand in the short form. Outside the `typical` range a form warns; outside the
    hard bounds (`ge`, `le`, `gt`, `lt`) the spec is refused. `path` says that the value names a file or folder
    (see `paths.locate`). Pass `...` as default for a required field.
    """
    shown: dict[str, Any] = {"basic": basic}
    if unit:
        shown["unit"] = unit
    if typical:
        shown["typical"] = list(typical)
    if path:
        shown["path"] = path
    return Field(default, title=title, description=help, json_schema_extra=shown, **bounds)


class SpecPart(BaseModel):
    """A group of fields. Unknown fields are refused, numbers must be finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


class Budget(SpecPart):
    """Where a job must stop. Both limits end the job with exit status 6 after a checkpoint."""

    max_minutes: float | None = setting(
        None, title="Stop after", unit="minutes", gt=0, le=60 * 24 * 30, help="Wall-clock limit of the job."
    )
    max_usd: float | None = setting(
        None, title="Stop at cost", unit="USD", gt=0, help="Needs a device-hour price, from the project's price book."
    )
    usd_per_device_hour: float | None = setting(
        None,
        title="Price of a device-hour",
        unit="USD",
        ge=0,
        help="Taken from the project's price book when launched there.",
    )


class JobSpec(SpecPart):
    """The fields that all kinds share."""

    kind: str
    model: str = setting(
        ...,
        title="Base model",
        path="model",
        basic=True,
        min_length=1,
        max_length=300,
        help="A prepared model's name, a Hugging Face id, or a folder of safetensors.",
    )
    seed: int = setting(0, title="Seed", ge=0, le=2**32 - 1, help="Same spec, same seed, same machine: same result.")
    precision: Precision = setting(
        "auto", title="Precision", help="auto takes bfloat16 where the processor is faster in it, else float32."
    )
    device: DeviceClass = setting("auto", title="Device", help="auto takes a GPU where there is one.")
    devices: int = setting(1, title="Devices", ge=1, le=64, help="More than one goes through `accelerate launch`.")
    budget: Budget = Field(default_factory=Budget, title="Budget")

    def cross_faults(self) -> Iterable[SpecFault]:
        """Faults between fields that are each fine alone."""
        if self.budget.max_usd is not None and self.budget.usd_per_device_hour is None:
            yield SpecFault("budget.max_usd", "needs usd_per_device_hour, the price of a device-hour")

    typical_notes: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """The spec in `raw`; raises `SpecFaults` with every fault, also those between fields."""
        try:
            spec = cls.model_validate(raw)
        except ValidationError as error:
            faults = [_fault(item) for item in error.errors(include_url=False)]
            raise SpecFaults([*faults, *cls._cross_faults_of_the_rest(raw, error)]) from error
        crossed = list(spec.cross_faults())
        if crossed:
            raise SpecFaults(crossed)
        return spec

    @classmethod
    def _cross_faults_of_the_rest(cls, raw: Mapping[str, Any], error: ValidationError) -> list[SpecFault]:
        """Faults between the fields that did pass, so that mending one round of faults shows no new ones."""
        faulty = {".".join(map(str, item["loc"])) for item in error.errors(include_url=False)}
        mended: Any = deepcopy(dict(raw))
        for _ in range(_MENDING_ROUNDS):
            try:
                spec = cls.model_validate(mended)
            except ValidationError as left:
                for item in left.errors(include_url=False):
                    _mend(mended, item["loc"], item["type"])
            else:
                return [fault for fault in spec.cross_faults() if fault.path not in faulty]
        return []


_MENDING_ROUNDS = 5
"""A part that is no object is emptied, then its required fields are filled: each takes a round."""


def _fault(item: Any) -> SpecFault:
    path = ".".join(str(part) for part in item["loc"]) or "spec"
    message = str(item["msg"])
    if item["type"] == "extra_forbidden":
        message = "is not a field of this kind"
    elif item["type"] == "missing":
        message = "is required"
    else:
        message = message.replace("Input should be", "must be") + f", not {_short(item['input'])}"
    return SpecFault(path, message)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _mend(raw: Any, location: tuple[int | str, ...], fault: str) -> None:
    """Make `raw` pass at one fault: a missing value gets a stand-in, a part that is no object is emptied, any other
    faulty value is left out."""
    place = raw
    for step in location[:-1]:
        place = place.get(step) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        return  # inside a list or of a mixed type: the whole field is named by another fault or cannot be mended
    if fault == "missing":
        place[location[-1]] = "x"
    elif fault.startswith("model_"):
        place[location[-1]] = {}
    else:
        place.pop(location[-1], None)


Text = Annotated[str, Field(min_length=1, max_length=2000)]
