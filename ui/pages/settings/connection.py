"""Settings, sections 1 and 2: which Jira, as whom, and which of its issues."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui import places
from ui.components.aria import aria
from ui.pages.settings import ids

State = Literal["ok", "note", "failed"]
_MARKS: dict[State, str] = {"ok": "\u2713", "note": "!", "failed": "\u2717"}
_WORDS: dict[State, str] = {"ok": "ok", "note": "note", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """What stands in the fields when the page opens.

    Attributes:
        target: the profile that is edited.
        is_new: it is about to be created.
        url: address of the Jira.
        email: of the account.
        needs_email: the Jira is a Cloud, as far as is known without asking.
        token: one sentence about the saved token, never the token.
        jql: the query.
        projects: keys that the query names, where it names nothing else.
        connected: a Jira is read with the profile, so that the save bar saves what is changed.
        fixed: what the environment decides, by field, in words.
    """

    target: str
    is_new: bool = False
    url: str = ""
    email: str = ""
    needs_email: bool = False
    token: str = "not set"  # noqa: S105  # a sentence
    jql: str = ""
    projects: tuple[str, ...] = ()
    connected: bool = False
    fixed: dict[str, str] = field(default_factory=dict)


def connection_section(form: ConnectionForm) -> Component:
    """Return the section that connects a Jira; verified when a field is left."""
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-connection"),
        children=[
            section_head("settings-connection", "1", "Connection", _connection_note(form)),
            dmc.TextInput(
                id=ids.URL,
                label="Address of your Jira",
                placeholder="https://example.atlassian.net",
                value=form.url,
                debounce=True,
                autoComplete="off",
                spellCheck=False,
                **_fix_field(form, "url"),
            ),
            html.Div(
                id=ids.EMAIL_BOX,
                hidden=not form.needs_email,
                children=dmc.TextInput(
                    id=ids.EMAIL,
                    label="E-mail of the account",
                    value=form.email,
                    debounce=True,
                    autoComplete="off",
                    **_fix_field(form, "email"),
                ),
            ),
            dmc.PasswordInput(
                id=ids.TOKEN,
                label="Token",
                value="",
                debounce=True,
                autoComplete="new-password",
                **(_fix_field(form, "token") or {"description": form.token}),
            ),
            html.Div(
                className="settings-row",
                children=[
                    html.Button("Verify", id=ids.VERIFY, type="button", className="quiet-button"),
                    html.P("Leaving a field verifies it, too.", className="quiet"),
                ],
            ),
            html.Div(id=ids.VERDICT, role="status", className="verdict", **aria(live="polite")),
        ],
    )


def data_section(form: ConnectionForm) -> Component:
    """Return the section that chooses the issues, and the button that saves both sections."""
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-data"),
        children=[
            section_head("settings-data", "2", "Data", "Which issues the numbers are made of."),
            dmc.MultiSelect(
                id=ids.PROJECTS,
                label="Projects",
                data=list(form.projects),
                value=list(form.projects),
                placeholder="choose",
                searchable=True,
                clearable=True,
                hidePickedOptions=True,
                nothingFoundMessage="No such project, or the token is not verified yet",
                clearButtonProps={"aria-label": "Clear projects"},
                disabled="jql" in form.fixed,
            ),
            _query_box(form),
            html.Div(id=ids.PRICE, role="status", className="price", **aria(live="polite")),
            _save_row(form),
        ],
    )


def _query_box(form: ConnectionForm) -> Component:
    return html.Details(
        open=bool(form.jql and not form.projects),
        children=[
            html.Summary("Advanced: the query itself (JQL)"),
            dmc.Textarea(
                id=ids.JQL,
                label="Query",
                value=form.jql,
                debounce=True,
                autosize=True,
                minRows=2,
                spellCheck=False,
                **(
                    _fix_field(form, "jql")
                    or {"description": "Jira checks it, and says in its own words what is wrong."}
                ),
            ),
        ],
    )


def _save_row(form: ConnectionForm) -> Component:
    return html.Div(
        id=ids.CONNECT_ROW,
        className="settings-row",
        hidden=form.connected and not form.is_new,  # the bar saves what is connected
        children=[
            html.Button(
                "Save & sync" if form.connected else "Connect & analyse",
                id=ids.CONNECT,
                type="button",
                className="primary-button",
            ),
            html.Span("Asking Jira ...", id=ids.CONNECT_WAIT, className="quiet", hidden=True),
            html.Div(id=ids.SAVED, role="status", **aria(live="polite")),
        ],
    )


def section_head(section_id: str, number: str, title: str, note: Any = None) -> Component:
    """Return the heading of a section with its number and a line of explanation."""
    return html.Div(
        className="settings-head",
        children=[
            html.H2(
                [html.Span(number, className="number", **aria(hidden="true")), title],
                id=section_id,
            ),
            html.P(note, className="quiet") if note else None,
        ],
    )


def finding_lines(lines: Sequence[tuple[State, str, str]]) -> Component:
    """Return what a try of the connection found: state, sentence, remedy."""
    return html.Ul(
        className="check-lines",
        children=[
            html.Li(
                className=state,
                children=[
                    html.Span(_MARKS[state], className="mark-sign", **aria(label=_WORDS[state]), role="img"),
                    html.Span([text, html.Span(f" {hint}", className="quiet") if hint else None]),
                ],
            )
            for state, text, hint in lines
        ],
    )


def fault_lines(cause: str, remedy: str, link: str = "", gateway: str = "") -> Component:
    """Return what is wrong and what helps: a link to where the remedy lies, or a button that applies it."""
    return html.Div(
        className="fault",
        children=[
            html.P([html.Strong(f"{cause} ") if cause else None, remedy]),
            html.Div(
                className="settings-row",
                children=[
                    html.A("Open the page in Jira", href=link, target="_blank", rel="noopener noreferrer")
                    if link.startswith(("https://", "http://"))
                    else None,
                    html.Button(
                        "Use the gateway address",
                        id={"kind": ids.GATEWAY, "name": gateway},
                        type="button",
                        className="quiet-button",
                    )
                    if gateway
                    else None,
                ],
            ),
        ],
    )


def token_offer(prompt: str, origin: str) -> Component:
    """Return what to enter, and a button that lets the environment's token go to this one address."""
    return html.Div(
        className="fault",
        children=[
            html.P(
                f"{prompt} The environment holds one in JIRA_TOKEN and does not say for which Jira: "
                "it is sent nowhere until you say so."
            ),
            html.Button(
                f"Use it for {origin}",
                id={"kind": ids.AGREE, "name": origin},
                type="button",
                className="quiet-button",
            ),
        ],
    )


def review_banner(sure: int, doubtful: Sequence[str]) -> Component:
    """Return what stands above the first numbers: how many fields were mapped, and how many are in doubt.

    Args:
        sure: fields that were mapped.
        doubtful: logical names of those in doubt; the link leads to the first of them.
    """
    way = places.field(doubtful[0]) if doubtful else places.section(places.MAPPING)
    return html.Div(
        className="banner",
        role="status",
        children=[
            html.Strong("Your Jira is connected."),
            " ",
            html.A(f"Review mapping: {sure} sure, {len(doubtful)} to check", href=way),
        ],
    )


def _connection_note(form: ConnectionForm) -> str:
    if form.is_new:
        return f"Saved as the profile {form.target}; the sample data stays."
    return f"Of the profile {form.target}."


def _fix_field(form: ConnectionForm, name: str) -> dict[str, Any]:
    if name not in form.fixed:
        return {}
    return {"disabled": True, "description": form.fixed[name]}
