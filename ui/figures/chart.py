"""What a chart is: a figure, and the same facts as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from data.charts.subject import ChartSubject
from ui.theme import Scheme

Row = tuple[Any, ...]
Page = Literal["overview", "dora", "flow"]


def no_rows() -> tuple[Row, ...]:
    """Return the table of a chart without anything to draw."""
    return ()


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawn chart.

    Attributes:
        figure: plain plotly dict with ``data`` and ``layout``; text in it is escaped for plotly.
        columns: heads of the table twin and of the CSV.
        table: makes the rows when somebody looks at them; a figure is drawn far more often.
        note: one sentence under the chart, "" for none.
        empty: why there is nothing to draw, "" if there is something.
    """

    figure: dict[str, Any]
    columns: tuple[str, ...]
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
        build: draws it from the answers of a view.
    """

    id: str
    page: Page
    title: str
    help: str
    height: int
    build: Callable[[ChartSubject, Scheme], Chart]
