"""Settings, section 5: what each status means to the flow of work."""

from collections.abc import Sequence
from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui.components.aria import aria, data
from ui.format import counted, number
from ui.pages.settings import ids
from ui.pages.settings.connection import section_head

STAGES = (
    ("not_started", "Not started"),
    ("active", "Active"),
    ("waiting", "Waiting"),
    ("done", "Done"),
)


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One status on the board.

    Attributes:
        key: what a change names it by.
        name: as people know it.
        stage: one of ``STAGES``.
        why: where the stage comes from.
        issues_now: issues that are in it.
        median_days: of the stays that have ended, None where none has.
    """

    key: str
    name: str
    stage: str
    why: str
    issues_now: int
    median_days: float | None


def workflow_section(lines: Sequence[StatusLine]) -> Component:
    """Return the board of statuses.

    Args:
        lines: in the order of the work.
    """
    board: Component = html.P("Statuses appear here with the first issues.", className="quiet")
    if lines:
        board = html.Div(
            [*(_draw_column(stage, title) for stage, title in STAGES), *map(_draw_card, lines)],
            className="board",
        )
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-workflow"),
        children=[
            section_head(
                "settings-workflow",
                "5",
                "Workflow",
                "What each status means. Drag a status to another column, or choose in its list.",
            ),
            board,
        ],
    )


def _draw_column(stage: str, title: str) -> Component:
    return html.Div(title, className=f"board-head stage-{stage}")


def _draw_card(line: StatusLine) -> Component:
    usual = "" if line.median_days is None else f", {number(line.median_days)} d median"
    return html.Div(
        id={"kind": ids.STATUS_CARD, "name": line.key},
        className=f"status-card stage-{line.stage}",
        draggable="true",
        **data(status=line.key),
        children=[
            html.Strong(line.name),
            html.P(f"{counted(line.issues_now, 'issue')} now{usual}", className="quiet"),
            dmc.Select(
                id={"kind": ids.STAGE, "name": line.key},
                data=[{"value": stage, "label": title} for stage, title in STAGES],
                value=line.stage,
                allowDeselect=False,
                size="xs",
                comboboxProps={"withinPortal": True},
                **aria(label=f"Stage of {line.name}"),
            ),
            html.P(line.why, className="why"),
        ],
    )
