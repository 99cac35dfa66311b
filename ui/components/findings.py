"""What to know about the data behind the numbers, and what a click can do about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.model.metric import QualityFinding
from ui import ids, places
from ui.components.aria import aria
from ui.format import SHOWN_KEYS, counted, finding_title, key_list, number

SHOWN = 5
OVERVIEW = "overview"
NAMED = 2
_SETTING = r"\b(?P<name>\w+_source|not_delivered|flow_types\.\w+|deployments\.\w+|incidents\.\w+)\b"
_CODE = r"\b(?P<name>github\.repositories|gitlab\.projects|git\.paths)\b"
# Names of settings that a remedy may speak of, the section of the Settings page that has them, their address.
_WAYS = (
    (re.compile(r"\bworkflow(\.|\'s )"), "Workflow", places.section(places.WORKFLOW)),
    (re.compile(r"\bfields\.(?P<name>\w+)"), "Mapping", places.field("{name}")),
    (re.compile(r"\bfields(\.(?!\w)| in the profile)"), "Mapping", places.section(places.MAPPING)),
    (re.compile(_CODE), "Code", places.section(places.CODE)),
    (re.compile(_SETTING), "Rules", places.rule("{name}")),
)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as the page shows it.

    Attributes:
        finding: what was met.
        touched: titles of the metrics whose numbers it touches.
        repairs: what a click would do about it, as buttons say it; empty where nothing can be done here.
    """

    finding: QualityFinding
    touched: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


def findings_list(lines: Sequence[FindingLine], stored: int, page: str = "") -> list[Component]:
    """Return one entry per finding, its keys folded away; nothing found or nothing there is said.

    Args:
        lines: in the order in which they are shown.
        stored: how many issues the store holds.
        page: where the list stands; names the buttons apart.
    """
    if not stored and not lines:
        return [html.P("There are no data to look at yet.", className="quiet")]
    if not lines:
        return [html.P("Nothing odd was found in the data.", className="quiet")]
    first, rest = lines[:SHOWN], lines[SHOWN:]
    entries = [_draw_entry(line, page) for line in first]
    return [*entries, _draw_rest(rest, page)] if rest else entries


def _draw_rest(lines: Sequence[FindingLine], page: str) -> Component:
    """Return what touches fewer numbers, folded."""
    return html.Details(
        [
            html.Summary(f"{counted(len(lines), 'more finding')}"),
            *(_draw_entry(line, page) for line in lines),
        ],
        className="finding-rest",
    )


def repair_effect(
    summary: str, sentences: Sequence[str], note: str, save: Mapping[str, Any], locked: str
) -> Component:
    """Return what a repair would change, and the button that saves it.

    Args:
        summary: of what changes, in one line; "": no number would.
        sentences: of the metrics that would change.
        note: what it costs, "" if nothing.
        save: parts of the ids of the button and of what it says afterwards.
        locked: why nothing can be saved, "" if it can.
    """
    button = html.Button(
        "Save this setting",
        id={"kind": ids.REPAIR_SAVE, **save},
        type="button",
        className="quiet-button",
        n_clicks=0,
    )
    return html.Div(
        [
            html.P(summary or "No number of this view would change."),
            html.Ul([html.Li(sentence) for sentence in sentences]),
            html.P(note) if note else None,
            html.P(locked) if locked else button,
            html.Span(id={"kind": ids.REPAIR_SAVED, **save}, role="status", **aria(live="polite")),
        ]
    )


def _draw_entry(line: FindingLine, page: str) -> Component:
    finding = line.finding
    few = len(line.touched) <= NAMED
    touched = " and ".join(line.touched) if few else counted(len(line.touched), "number")
    # What explains a missing number leads here; on another page it would be there twice.
    place: dict[str, Any] = {"id": f"finding-{finding.code}"} if page == OVERVIEW else {}
    return html.Details(
        className="finding",
        **place,
        children=[
            html.Summary(
                [
                    html.Span(number(finding.n), className="count"),
                    html.Span(finding_title(finding.code), className="code"),
                    html.Span(finding.message, className="message"),
                    html.Span(f"touches {touched}", className="touched") if touched else None,
                ]
            ),
            html.P([html.Strong("Touches: "), ", ".join(line.touched)]) if line.touched else None,
            html.P([html.Strong("What helps: "), finding.remedy, *_draw_way(finding.remedy)]),
            *(_draw_repair(page, finding.code, title) for title in line.repairs),
            html.P(key_list(finding.first_keys(SHOWN_KEYS), finding.n), className="keys"),
        ],
    )


def _draw_repair(page: str, code: str, title: str) -> Component:
    own = {"page": page, "code": code, "title": title}
    return html.Div(
        className="repair",
        children=[
            html.Button(
                f"{title}: what would it change?",
                id={"kind": ids.REPAIR, **own},
                type="button",
                className="quiet-button",
                n_clicks=0,
            ),
            html.Div(id={"kind": ids.REPAIR_EFFECT, **own}, role="status", **aria(live="polite")),
        ],
    )


def _draw_way(remedy: str) -> list[str | Component]:
    """Return the way to the setting that a remedy names first, if it names one."""
    met = [
        (found.start(), section, href.format(**found.groupdict()))
        for words, section, href in _WAYS
        if (found := words.search(remedy))
    ]
    return [" ", html.A(f"Settings, {min(met)[1]}", href=min(met)[2])] if met else []
