"""Every flow by its key."""

from collections.abc import Mapping

from .map import Flow
from .rlhf import RLHF

FLOWS: Mapping[str, Flow] = {flow.key: flow for flow in (RLHF,)}
