"""Settings, section 4: which Jira field stands for what, how sure that is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui.components.aria import aria
from ui.pages.settings import ids
from ui.pages.settings.connection import section_head

Standing = Literal["mapped", "sure", "to check", "not mapped"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that may be the one.

    Attributes:
        title: its name in Jira.
        confidence: from 0, a guess, to 1, certain.
        reasons: what speaks for it and against it, each as a clause.
        samples: some of its values.
        example: key of an issue that has a value, "" for none.
        filled: issues that have a value.
        askable: issues whose type uses the field.
        effect: what choosing it would do to the numbers, in sentences; "" where nobody asked.
    """

    title: str
    confidence: float
    reasons: tuple[str, ...]
    samples: tuple[str, ...]
    example: str
    filled: int = 0
    askable: int = 0
    effect: str = ""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One logical name.

    Attributes:
        name: as in the profile.
        title: for people.
        meaning: a sentence.
        effect: which numbers exist only with it, and which it makes better.
        standing: how it stands.
        value: id of the chosen field, "" for none; not saved yet where it is only proposed.
        choices: id and label of every field that may be chosen.
        candidates: the best three, best first.
        origin: who set it, and when; "" where nobody did.
    """

    name: str
    title: str
    meaning: str
    effect: str
    standing: Standing
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    candidates: tuple[Candidate, ...] = ()
    origin: str = ""


def mapping_section(lines: Sequence[FieldLine], can_ask: bool) -> Component:
    """Return the section of fields; candidates are asked for with a click, since that asks Jira.

    Args:
        lines: one per logical name.
        can_ask: there is a Jira to ask.
    """
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-mapping-title"),
        children=[
            section_head(
                "settings-mapping-title",
                "4",
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
        ],
    )


def field_lines(lines: Sequence[FieldLine], told: str = "") -> list[Component]:
    """Return one line for each logical name; only those that somebody should look at are open."""
    head: list[Component] = [html.P(told, className="told")] if told else []
    return [*head, *map(_draw_line, lines)]


def _draw_line(line: FieldLine) -> Component:
    label = dict(line.choices).get(line.value, line.value) or "no field"
    about = f"{line.meaning} {line.origin}".strip()
    return html.Details(
        className="map-line",
        open=line.standing == "to check",
        children=[
            html.Summary(
                [
                    html.Strong(line.title),
                    html.Span(line.standing, className=f"standing {line.standing.replace(' ', '-')}"),
                    html.Span(label, className="quiet"),
                    html.Span(line.effect, className="quiet"),
                ]
            ),
            html.P(about, className="quiet"),
            dmc.Select(
                id={"kind": ids.FIELD, "name": line.name},
                label=f"Field for {line.title.lower()}",
                openOnFocus=False,  # a link lands here, and the table below is to be read first
                data=_list_options(line),
                value=line.value or None,
                clearable=True,
                searchable=True,
                placeholder="no field",
                maw=420,
                clearButtonProps={"aria-label": f"No field for {line.title}"},
            ),
            _draw_candidates(line) if line.candidates else None,
        ],
    )


def _list_options(line: FieldLine) -> list[dict[str, Any]]:
    known = dict(line.choices)
    if line.value and line.value not in known:
        known = {line.value: line.value, **known}
    return [{"value": value, "label": label} for value, label in known.items()]


def _draw_candidates(line: FieldLine) -> Component:
    """Return the likely fields as a table, the likeliest first."""
    heads = ("Likely field", "Sure", "Filled", "Sample", "Effect", "What speaks for it")
    return html.Div(
        html.Table(
            className="candidates",
            **aria(label=f"Likely fields for {line.title}"),
            children=[
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([_draw_candidate(one) for one in line.candidates]),
            ],
        ),
        className="candidates-box",
        tabIndex=0,
        role="region",
        **aria(label=f"Table of the likely fields for {line.title}"),
    )


def _draw_candidate(one: Candidate) -> Component:
    filled = f"{one.filled} of {one.askable}" if one.askable else "in no issue"
    where = f" ({one.example})" if one.example and one.samples else ""
    return html.Tr(
        [
            html.Th(one.title, scope="row"),
            html.Td(f"{one.confidence:.0%}"),
            html.Td(filled),
            html.Td(f"{', '.join(one.samples)}{where}" if one.samples else "nothing yet"),
            html.Td(one.effect, className="effect"),
            html.Td("; ".join(one.reasons), className="quiet"),
        ]
    )
