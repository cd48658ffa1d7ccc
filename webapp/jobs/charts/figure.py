"""What every chart of the jobs pages is: a finding, a figure as plotly.js takes it, and the table beside it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString, mark_safe

from webapp.ui.figures import Figure


@dataclass(frozen=True)
class Chart:
    """A chart whose title is its finding. `columns` and `rows` hold the same figures as text.

    `shape` is as the template tag `chart` has it: wide, square, tall, or empty.
    """

    key: str
    finding: str
    figure: Figure
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]] = ()
    note: str = ""
    shape: str = ""

    @cached_property
    def json(self) -> SafeString:
        """The figure for a `<script type="application/json">`, with what could end the element escaped.

        Made once a chart: everybody who watches the same job is given the same text.
        """
        return mark_safe(json.dumps(self.figure, separators=(",", ":")).translate(_ESCAPES))  # noqa: S308  # escaped here


_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
