"""What to know about the data behind the numbers."""

import re
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from data.metric import Finding
from ui.format import finding_title, number

SHOWN_KEYS = 60
# Names of settings that a remedy may speak of, and the section of the Settings page that has them.
_SECTIONS = (
    (re.compile(r"\bworkflow(\.|\'s )"), "Workflow"),
    (re.compile(r"\bfields(\.| in the profile)"), "Mapping"),
    (re.compile(r"\b(\w+_source|not_delivered|deployments\.\w+|incidents\.\w+)\b"), "Rules"),
)


def findings_list(findings: Sequence[Finding], stored: int) -> list[Component]:
    """Return one entry per finding, its keys folded away; nothing found or nothing there is said."""
    if not stored:
        return [html.P("There are no data to look at yet.", className="quiet")]
    if not findings:
        return [html.P("Nothing odd was found in the data.", className="quiet")]
    return [_entry(finding) for finding in findings]


def _entry(finding: Finding) -> Component:
    shown = ", ".join(finding.keys[:SHOWN_KEYS])
    rest = f" and {number(finding.n - SHOWN_KEYS)} more" if finding.n > SHOWN_KEYS else ""
    return html.Details(
        className="finding",
        children=[
            html.Summary(
                [
                    html.Span(number(finding.n), className="count"),
                    html.Span(finding_title(finding.code), className="code"),
                    html.Span(finding.message, className="message"),
                ]
            ),
            html.P([html.Strong("What helps: "), finding.remedy, *_way(finding.remedy)]),
            html.P(shown + rest, className="keys"),
        ],
    )


def _way(remedy: str) -> list[str | Component]:
    """Return the way to the section of the Settings page that a remedy names first, if it names one."""
    met = [(found.start(), section) for words, section in _SECTIONS if (found := words.search(remedy))]
    return [" ", html.A(f"Settings, {min(met)[1]}", href="/settings")] if met else []
