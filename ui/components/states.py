"""The states of a panel that are not its numbers: empty, partial, out of date, failed."""

from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from ui.components.aria import action, aria
from ui.format import age, day

CONNECT = ("Connect a Jira", "/settings")
LONGER = ("Show the last 365 days", "?days=365")
SETTINGS = ("Look at the settings", "/settings")


def way_out_of(why: str) -> tuple[str, str]:
    """Return what to do where a period holds nothing: a longer one, unless no period would hold more."""
    return SETTINGS if "change history" in why else LONGER


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a panel can be trusted as a picture of now.

    Attributes:
        as_of: T in epoch milliseconds, None over an empty store.
        synced_at: when the data were read, None if nobody knows.
        now: epoch milliseconds.
        complete: False while a first fetch still fills the store.
        failed: the last attempt to read newer data failed.
    """

    as_of: int | None
    synced_at: int | None
    now: int
    complete: bool = True
    failed: bool = False


def age_line(freshness: Freshness) -> str:
    """Return the age of the data in words, "" where there are none."""
    if freshness.as_of is None:
        return ""
    read = "" if freshness.synced_at is None else f", read {age(freshness.synced_at, freshness.now)}"
    return f"Data as of {day(freshness.as_of)}{read}"


def tags(freshness: Freshness) -> list[Component]:
    """Return what marks a panel whose numbers are not the last word."""
    marks: list[Component] = []
    if not freshness.complete:
        marks.append(
            html.Span("still reading", className="state partial", title="More issues are on their way.")
        )
    if freshness.failed:
        marks.append(
            html.Span("not refreshed", className="state stale", title="The last sync failed; see above.")
        )
    return marks


def empty_state(why: str, link: tuple[str, str]) -> Component:
    """Return why there is nothing to see, and the one thing to do about it.

    Args:
        why: a sentence.
        link: what to do, and where.
    """
    text, href = link
    return html.Div(
        className="state-box empty",
        children=[html.P(why), html.A(text, href=href, className="quiet-button")],
    )


def error_state(
    cause: str, remedy: str, reference: str, *, retry: Any = None, subject: str = ""
) -> Component:
    """Return what went wrong in one panel, what helps, and a button that tries this panel again.

    Args:
        cause: a sentence.
        remedy: a sentence.
        reference: where the log tells more.
        retry: id of the button if the server answers it; without one the browser asks again.
        subject: what is tried again, for those who hear the button.
    """
    button: dict[str, Any] = action("retry") if retry is None else {"id": retry}
    return html.Div(
        className="state-box failed",
        children=[
            html.P(html.Strong(cause)),
            html.P(remedy),
            html.P(f"Log reference: {reference}", className="reference"),
            html.Button(
                "Try again",
                type="button",
                className="quiet-button",
                **button,
                **aria(label=f"Try again: {subject}" if subject else "Try again"),
            ),
        ],
    )
