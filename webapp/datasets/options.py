"""What a person decides about an upload before it is stored, and why something about data is refused."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.data.splits import SplitPlan


class DataRefused(Exception):
    """An upload, a version or a decision about one cannot be taken; the message says why and what to do."""


class InUse(DataRefused):
    """The version is read by jobs or studies, so it stays."""


class StoreOptions(BaseModel):
    """The decision: how to split, whether to leave the faulty rows out, whether to mask personal data.

    `plan` is ignored for an upload of several files, each of which is one split.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    leave_out_faulty: bool = Field(False, description="Store the rows that are fit and leave the faulty ones out.")
    mask_personal_data: bool = Field(False, description="Replace what was found by its kind, such as [EMAIL].")
    drop_overlap: bool = Field(True, description="Leave out training rows that also stand in a split measured with.")
    source: str = Field("", max_length=300, description="Where the rows come from.")
    licence: str = Field("", max_length=200, description="Under which licence they may be used.")
    plan: SplitPlan = Field(default_factory=SplitPlan)

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> Self:
        """The options in `raw`; raises `DataRefused` with every fault."""
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise DataRefused("; ".join(_fault(item) for item in error.errors(include_url=False))) from error


def _fault(item: Any) -> str:
    path = ".".join(map(str, item["loc"]))
    return f"{path}: {str(item['msg']).removeprefix('Value error, ')}"
