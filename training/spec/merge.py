"""`merge`: write a trained adapter into its base model's weights."""

from typing import Literal

from .base import JobSpec, setting


class MergeSpec(JobSpec):
    """A whole model from a base and an adapter."""

    kind: Literal["merge"] = "merge"
    adapter: str = setting(
        ...,
        title="Adapter",
        basic=True,
        min_length=1,
        max_length=1000,
        help="Folder of a trained adapter of the base model.",
    )
