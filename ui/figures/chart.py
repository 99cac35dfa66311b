"""What a chart is: a design that is made once, and the data of a view, which are also a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from data.charts.subject import ChartSubject
from ui.design import Design, fill
from ui.theme import CHART, Scheme

Row = tuple[Any, ...]
Page = Literal["overview", "dora", "flow"]


def no_rows() -> tuple[Row, ...]:
    """Return the table of a chart without anything to draw."""
    return ()


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of one view.

    Attributes:
        data: what goes into the places of its design, by name: numbers, texts and columns of them.
            Foreign texts are as Jira has them; the design makes them harmless.
        table: makes the rows when somebody asks for all of them.
        note: one sentence under the chart, "" for none.
        empty: why there is nothing to draw, "" if there is something.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    table: Callable[[], tuple[Row, ...]] = no_rows
    note: str = ""
    empty: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same facts as rows: numbers unrounded, text as Jira has it, missing = None."""
        return self.table()


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One chart that a page can show.

    Attributes:
        id: as in addresses and exports.
        page: where it stands.
        title: its head.
        help: one or two plain sentences for whoever asks what it shows.
        height: pixels, fixed, so that a chart that arrives late moves nothing.
        columns: heads of the table twin and of the CSV.
        cells: by column, the design of its cells.
        design: of the figure, as plotly knows it.
        build: makes its data from the answers of a view.
    """

    id: str
    page: Page
    title: str
    help: str
    height: int
    columns: tuple[str, ...]
    cells: tuple[Design, ...]
    design: Mapping[str, Design]
    build: Callable[[ChartSubject], Chart]

    def figure(self, data: Mapping[str, Any], scheme: Scheme) -> dict[str, Any]:
        """Return a figure as the browser draws it, a plain plotly dict, of the data of chart and weeks."""
        figure: dict[str, Any] = fill(dict(self.design), travelled(data), CHART[scheme])
        return figure


def travelled(data: Mapping[str, Any]) -> Any:
    """Return data as they are on the other side: columns as lists, what is not a number as None."""
    return orjson.loads(packed(data))


def packed(data: Any) -> bytes:
    """Return data as JSON: columns of numbers as lists, NaN as null."""
    return orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY)
