"""The states of a panel that are not its numbers: empty, partial, out of date, failed."""

import re
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from ui import places
from ui.components.aria import action, aria
from ui.design import Design, when
from ui.format import age, day

CONNECT = ("Connect a Jira", places.section(places.CONNECTION))
SETTINGS = ("Look at the settings", "/settings")
USUAL = ("Show the last 90 days", "?days=90&step=")
EVERYTHING = ("Show all issues", "?project=&type=&label=&component=&epic=&fix_version=")
NOTHING_PASSES = "No issue passes the filters."
YEAR = 365
MOST = 3650


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a number is not there, in a sentence that fits a card, and the one thing to do about it.

    Attributes:
        words: the whole of it, for whoever has room.
        short: its first clause.
        action: what to do.
        href: where that is done.
    """

    words: str
    short: str
    action: str
    href: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a view reaches.

    Attributes:
        days: civil days of its period.
        filtered_out: no issue passes its filters, so that no period would hold one.
    """

    days: int
    filtered_out: bool = False


# By what a sentence of the data layer says. A longer period helps none of these.
_REMEDIES = (
    (re.compile("^No issues are stored beside"), *CONNECT),
    (re.compile("^No deployment was found"), "Say what a deployment is", places.rule("deployments.source")),
    (re.compile("sounds like production"), "Name production", places.rule("deployments.environments")),
    (re.compile("so nothing tells when work began"), "Count from creation", places.rule("start_source")),
    (re.compile("change history"), "How to get it", "/#finding-history_missing"),
    (re.compile("one in which work waits"), "Name what waits", places.section(places.WORKFLOW)),
    (
        re.compile("^No incident of these projects"),
        "Say what an incident is",
        places.rule("incidents.types"),
    ),
    # The sentence names the field: its row is where the link leads.
    (re.compile(r"is mapped to (?P<name>\w+)"), "Map it", places.field("{name}")),
    (re.compile("had been started before"), "Look at the workflow", places.section(places.WORKFLOW)),
)
_CLAUSE = re.compile(r"^(.+?)(?:: |; |, (?:so|and|nor) )")


def silence_of(why: str, reach: Reach) -> Silence:
    """Return what a panel without its number says: each reason has a remedy of its own.

    Args:
        why: the sentence of the data layer.
        reach: of the view, so that a longer period is offered only where there is one.
    """
    if reach.filtered_out:
        return Silence(NOTHING_PASSES, NOTHING_PASSES, *EVERYTHING)
    known = explanation_of(why)
    if known is not None:
        return known
    if reach.days < YEAR:
        return Silence(why, why, "Show the last 365 days", f"?days={YEAR}")
    longer = ("Show ten years", f"?days={MOST}") if reach.days < MOST else SETTINGS
    return Silence(why, why, *longer)


def explanation_of(why: str) -> Silence | None:
    """Return a reason with its remedy if it is one that no other period would change, else None."""
    for words, action_, href in _REMEDIES:
        met = words.search(why)
        if met:
            clause = _CLAUSE.match(why)
            short = f"{clause[1]}." if clause else why
            return Silence(why, short, action_, href.format(**met.groupdict()))
    return None


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
    return f"{_as_of_words(freshness)}{read}"


def _as_of_words(freshness: Freshness) -> str:
    return "" if freshness.as_of is None else f"Data as of {day(freshness.as_of)}"


def freshness_data(freshness: Freshness) -> dict[str, Any]:
    """Return what panels say of the age of their data, which changes while the numbers stay."""
    return {
        "age": age_line(freshness),
        "as_of": _as_of_words(freshness),
        "partial_data": not freshness.complete,
        "stale": freshness.failed,
        "nothing": freshness.as_of is None,
    }


def design_tags() -> list[Design]:
    """Return the design of what marks a panel whose numbers are not the last word."""
    reading = html.Span("still reading", className="state partial", title="More issues are on their way.")
    stale = html.Span("not refreshed", className="state stale", title="The last sync failed; see above.")
    return [when("partial_data", reading), when("stale", stale)]


def design_empty() -> Component:
    """Return the design of why there is nothing to see, and the one thing to do about it."""
    text_out, href = CONNECT
    link = html.A(
        when("nothing", text_out, "$way_out"), href=when("nothing", href, "$href"), className="quiet-button"
    )
    return html.Div([html.P("$empty"), link], className="state-box empty")


def page_failed(cause: str, remedy: str, reference: str, retry: Any) -> Component:
    """Return what stands in place of all panels of a page that cannot be shown: one sentence, not twelve.

    Args:
        cause: a sentence.
        remedy: a sentence.
        reference: where the log tells more.
        retry: id of the button; None where trying again would change nothing, because the address is wrong.
    """
    shown = (
        error_state(cause, remedy, reference, retry=retry, label="Try again: the page")
        if retry
        else html.Div(
            [
                html.P(html.Strong(cause)),
                html.P(remedy),
                html.A(USUAL[0], href=USUAL[1], className="quiet-button"),
            ],
            className="state-box failed",
        )
    )
    return html.Div(shown, className="page-failed", role="alert")


def error_state(
    cause: Design, remedy: Design, reference: Design, *, retry: Any = None, label: Design = "Try again"
) -> Component:
    """Return what went wrong in one panel, what helps, and a button that tries this panel again.

    Args:
        cause: a sentence.
        remedy: a sentence.
        reference: where the log tells more.
        retry: id of the button if the server answers it; without one the browser asks again.
        label: of the button for those who hear it: what is tried again.
    """
    button: dict[str, Any] = action("retry") if retry is None else {"id": retry}
    return html.Div(
        className="state-box failed",
        children=[
            html.P(html.Strong(cause)),
            html.P(remedy),
            html.P(["Log reference: ", reference], className="reference"),
            html.Button("Try again", type="button", className="quiet-button", **button, **aria(label=label)),
        ],
    )
