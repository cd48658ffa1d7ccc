"""What every chart of the jobs pages is: a finding, a figure as plotly.js takes it, and the table beside it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.html import conditional_escape
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
        text = json.dumps(self.figure, separators=(",", ":"))
        for character, escape in _ESCAPES.items():
            text = text.replace(character, escape)
        return mark_safe(text)  # noqa: S308  # escaped here

    @cached_property
    def table(self) -> SafeString:
        """Head and body of the table: hundreds of cells, for which a template takes many times as long."""
        first, *others = (conditional_escape(column) for column in self.columns)
        head = f'<th scope="col">{first}</th>' + "".join(f'<th scope="col" class="num">{each}</th>' for each in others)
        body = "".join(f"<tr>{_row(row)}</tr>" for row in self.rows)
        return mark_safe(f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>")  # noqa: S308  # cells are escaped


def _row(row: tuple[str, ...]) -> str:
    first, *others = (conditional_escape(cell) for cell in row)
    return f'<th scope="row">{first}</th>' + "".join(f'<td class="num">{each}</td>' for each in others)


_ESCAPES = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"}
