"""Settings, section 3: which Jira field stands for what, how sure that is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui.components.aria import aria
from ui.pages import settings_ids as ids
from ui.pages.settings_connection import section_head
from ui.pages.settings_workflow import save_row

Standing = Literal["mapped", "sure", "to check", "not mapped"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that may be the one: its name, how sure (0 to 1), why, what it holds, and where."""

    title: str
    confidence: float
    reasons: tuple[str, ...]
    samples: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One logical name.

    Attributes:
        name: as in the profile.
        title: for people.
        meaning: a sentence.
        needs: which metrics require it and which only use it.
        standing: how it stands.
        value: id of the chosen field, "" for none; not saved yet where it is only proposed.
        choices: id and label of every field that may be chosen.
        candidates: the best three, best first.
        origin: who set it, and when; "" where nobody did.
    """

    name: str
    title: str
    meaning: str
    needs: str
    standing: Standing
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    candidates: tuple[Candidate, ...] = ()
    origin: str = ""


def mapping_section(lines: Sequence[FieldLine], can_ask: bool, locked: str) -> Component:
    """Return the section of fields; candidates are asked for with a click, since that asks Jira.

    Args:
        lines: one per logical name.
        can_ask: there is a Jira to ask.
        locked: why nothing can be saved, "" if it can.
    """
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-mapping-title"),
        children=[
            section_head(
                "settings-mapping-title",
                "3",
                "Mapping",
                "Fields of your Jira that make some metrics better. Every metric works from the standard "
                "fields where it can; nothing here is needed to begin.",
            ),
            html.Div(
                className="settings-row",
                children=[
                    html.Button(
                        "Look for fields in Jira",
                        id=ids.MAPPING_LOAD,
                        type="button",
                        className="quiet-button",
                        disabled=not can_ask,
                    ),
                    html.Span("Reads the list of fields and a page of issues.", className="quiet"),
                ],
            ),
            html.Div(id=ids.MAPPING, children=field_lines(lines)),
            html.Div(id=ids.MAPPING_EFFECT, role="status", className="effect", **aria(live="polite")),
            save_row(ids.MAPPING_SAVE, "Save mapping", ids.MAPPING_SAVED, locked),
        ],
    )


def field_lines(lines: Sequence[FieldLine], told: str = "") -> list[Component]:
    """Return one line for each logical name; only those that somebody should look at are open."""
    head: list[Component] = [html.P(told, className="told")] if told else []
    return [*head, *map(_line, lines)]


def _line(line: FieldLine) -> Component:
    label = dict(line.choices).get(line.value, line.value) or "no field"
    return html.Details(
        className="map-line",
        open=line.standing == "to check",
        children=[
            html.Summary(
                [
                    html.Strong(line.title),
                    html.Span(line.standing, className=f"standing {line.standing.replace(' ', '-')}"),
                    html.Span(label, className="quiet"),
                ]
            ),
            html.P(line.meaning),
            html.P(line.needs, className="quiet"),
            dmc.Select(
                id={"kind": ids.FIELD, "name": line.name},
                label="Field",
                data=_options(line),
                value=line.value or None,
                clearable=True,
                searchable=True,
                placeholder="no field",
                maw=420,
                clearButtonProps={"aria-label": f"No field for {line.title}"},
            ),
            html.P(line.origin, className="quiet") if line.origin else None,
            html.Ul([_candidate(one) for one in line.candidates], className="candidates"),
        ],
    )


def _options(line: FieldLine) -> list[dict[str, Any]]:
    known = dict(line.choices)
    if line.value and line.value not in known:
        known = {line.value: line.value, **known}
    return [{"value": value, "label": label} for value, label in known.items()]


def _candidate(one: Candidate) -> Component:
    held = f"Holds {', '.join(one.samples)}" if one.samples else ""
    where = f"{', ' if held else ''}for instance in {one.example}" if one.example else ""
    sentences = [f"{'; '.join(one.reasons)}.", f"{held}{where}." if held or where else ""]
    return html.Li([html.Strong(f"{one.title}, {one.confidence:.0%} sure"), f": {' '.join(sentences)}"])
