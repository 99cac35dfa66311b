"""What stands around every page: header, filters, banners."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from configuration.people import Person
from configuration.program import command
from ui import ids, places
from ui.components.aria import action, aria, data
from ui.components.export import export_link
from ui.components.views import views_menu
from ui.format import counted, number

SAMPLE = "demo"
_SETTINGS = "Settings page"
# By the words of the address: a number is ``days``, anything else ``period``.
PERIODS = {
    "Up to the newest day": (
        ("30", "Last 30 days"),
        ("90", "Last 90 days"),
        ("180", "Last 180 days"),
        ("365", "Last 365 days"),
    ),
    "Whole weeks": (
        ("last-2-weeks", "Last 2 weeks"),
        ("last-6-weeks", "Last 6 weeks"),
        ("last-13-weeks", "Last 13 weeks"),
        ("last-26-weeks", "Last 26 weeks"),
    ),
    "Calendar": (
        ("this-month", "This month"),
        ("last-month", "Last month"),
        ("this-quarter", "This quarter"),
        ("last-quarter", "Last quarter"),
        ("year-to-date", "Year to date"),
        ("last-year", "Last year"),
    ),
    "Any days": (("custom", "From ... to ..."),),
}
STEPS = (("auto", "Automatic"), ("week", "Weeks"), ("month", "Months"), ("quarter", "Quarters"))
MANY = (
    (ids.PROJECT, "Project"),
    (ids.TYPE, "Type"),
    (ids.LABEL, "Label"),
    (ids.COMPONENT, "Component"),
)


def header(
    links: Sequence[Component], profiles: Sequence[str], shown: str, person: Person | None = None
) -> Component:
    """Return the bar on top: pages, whose numbers these are, how old; on a phone the pages are at the bottom.

    Args:
        links: to the pages, in order.
        profiles: names to choose from.
        shown: the profile that is shown where the URL names none.
        person: who signed in, None where nobody has to.
    """
    several = len([name for name in profiles if name != SAMPLE]) > 1
    return html.Header(
        className="top",
        children=[
            html.A(
                [html.Span("", className="mark", **aria(hidden="true")), html.Span("Throughline")],
                # Where there are several, all of them are what one begins with.
                href="/profiles" if several else "/",
                className="brand",
            ),
            html.Nav(list(links), className="pages", **aria(label="Pages")),
            html.Div(
                [
                    _draw_profile(profiles, shown),
                    html.A("All profiles", href="/profiles", className="all-profiles") if several else None,
                    html.Span(id=ids.SITE, className="site"),
                ],
                className="whose",
                **data(shown=shown),
            ),
            html.Div(id=ids.STATUS, className="status"),
            *([] if person is None else [_draw_person(person)]),
            html.Button(
                "Sync now",
                id=ids.SYNC,
                className="quiet-button",
                type="button",
                hidden=True,
                **action("sync"),
            ),
            html.Button(
                html.Span("", className="half-moon", **aria(hidden="true")),
                id=ids.THEME_TOGGLE,
                className="quiet-button icon",
                type="button",
                title="Switch between light and dark",
                **aria(label="Switch between light and dark"),
            ),
        ],
    )


def _draw_person(person: Person) -> Component:
    """Return who signed in, what that role is called, and the way out if there is one."""
    way: list[Any] = (
        [" ", html.A("Sign out", href="/sign-out", className="sign-out")] if person.leaves else []
    )
    return html.Div(
        [html.Span(person.name, className="name"), " ", html.Span(person.role, className="role"), *way],
        id=ids.WHO,
        className="who",
        title=f"You are {person.name}; your role is {person.role}.",
        **data(role=person.role),
    )


def filters() -> Component:
    """Return the filter bar; its values live in the URL. On a phone it is a sheet behind one button."""
    return html.Div(
        className="filter-row",
        children=[
            html.Button(
                [html.Span("Filters: ", className="quiet"), html.Span("last 90 days", id=ids.FILTER_SUMMARY)],
                id="filters-button",
                type="button",
                className="quiet-button",
                **action("sheet"),
                **aria(expanded="false", controls=ids.FILTER_BAR),
            ),
            html.Div(
                id=ids.FILTER_BAR,
                className="filters",
                role="search",
                **aria(label="Filters"),
                children=[
                    _draw_period(),
                    _draw_days(),
                    _draw_step(),
                    *(_draw_many(name, label) for name, label in MANY),
                    html.Button("Reset", id=ids.RESET, className="quiet-button", type="button"),
                    html.Button("Done", type="button", className="quiet-button done", **action("sheet")),
                ],
            ),
            html.Div(
                className="page-tools",
                children=[
                    views_menu(),
                    html.Button("Share", type="button", className="quiet-button", **action("share")),
                    _export_menu(),
                ],
            ),
        ],
    )


def present_strip() -> Component:
    """Return what stands on a wall screen beside the pages: whether they turn, and how that ends."""
    return html.Div(
        id="present",
        hidden=True,
        className="present-strip",
        children=[
            html.Span(id="present-words", role="status"),
            html.Button(
                "Pause", id="present-pause", type="button", className="quiet-button", **action("pause")
            ),
            html.Button("End", type="button", className="quiet-button", **action("present-end")),
        ],
    )


def profile_options(profiles: Sequence[str], asked: str | None = None) -> list[dict[str, str]]:
    """Return profiles as a list to choose from: the one asked for is always among them."""
    unknown = [asked] if asked and asked not in profiles else []
    return [
        *({"value": name, "label": profile_title(name)} for name in profiles),
        *({"value": name, "label": f"{name} (unknown)"} for name in unknown),
    ]


def profile_title(name: str) -> str:
    """Return what people call a profile."""
    return "Sample data" if name == SAMPLE else name


def site_words(kind: str, site: str) -> str:
    """Return where the issues of a profile come from, in as few words as tell one Jira from another.

    Args:
        kind: of the source.
        site: the address of its Jira, "" for none.
    """
    if kind == "demo":
        return "simulated"
    parts = urlsplit(site)
    return f"{parts.netloc}{parts.path.rstrip('/')}" if parts.netloc else "imported files"


def _draw_profile(profiles: Sequence[str], shown: str) -> Any:
    return dmc.Select(
        id=ids.PROFILE,
        data=profile_options(profiles),
        value=shown,
        allowDeselect=False,
        className="profile",
        **aria(label="Profile"),
    )


def _draw_period() -> Component:
    return html.Div(
        className="period",
        children=[
            _draw_stepper("back", "\u2039", "One period back"),
            dmc.Select(
                id=ids.PERIOD,
                label="Period",
                data=[
                    {"group": group, "items": _make_options(entries)} for group, entries in PERIODS.items()
                ],
                value="90",
                allowDeselect=False,
                maxDropdownHeight=420,
            ),
            _draw_stepper("on", "\u203a", "One period on"),
        ],
    )


def _draw_stepper(name: str, sign: str, words: str) -> Component:
    return html.Button(
        html.Span(sign, **aria(hidden="true")),
        type="button",
        className="quiet-button icon stepper",
        title=words,
        **action(name),
        **aria(label=words),
    )


def _draw_days() -> Component:
    """Return the two fields of a period of one's own; the browser shows them where it is one."""
    return html.Div(
        [_draw_day(ids.FROM, "From"), _draw_day(ids.TO, "To")], id=ids.DAYS, className="days-of", hidden=True
    )


def _draw_day(component_id: str, label: str) -> Any:
    # A field of text: what somebody types stays as it is, also where it is not a day (ui/assets/calendar.js).
    opener = html.Button(
        html.Span("\u203a", **aria(hidden="true")),
        type="button",
        className="opener",
        title="Choose from a calendar",
        **action("calendar"),
        **data(field=component_id),
        **aria(label=f"{label}: choose from a calendar"),
    )
    return dmc.TextInput(
        id=component_id,
        label=label,
        placeholder="YYYY-MM-DD",
        value="",
        debounce=True,
        autoComplete="off",
        rightSection=opener,
        rightSectionWidth=28,
        rightSectionPointerEvents="all",
    )


def _draw_step() -> Any:
    return dmc.Select(
        id=ids.STEP,
        label="Steps",
        data=_make_options(STEPS),
        value="auto",
        allowDeselect=False,
        className="step",
    )


def _make_options(entries: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in entries]


def _export_menu() -> Component:
    """Return the exports of the whole page; their addresses get the filters when they are used."""
    entries = (
        ("/export/report.html", "Report, standalone HTML"),
        ("/export/digest.txt", "Digest of the last 7 days, text"),
        ("/export/digest.html", "Digest for a mail, HTML"),
        ("/export/metrics.csv", "All numbers, CSV"),
        ("/export/metrics.json", "All numbers, JSON"),
    )
    return html.Details(
        className="menu",
        children=[
            html.Summary("Export", className="quiet-button"),
            html.Ul([html.Li(export_link(text, path)) for path, text in entries]),
        ],
    )


def banner(kind: str, *, storable: bool = True, renewed: Component | None = None) -> Component | None:
    """Return the lines above a page, None where nothing has to be said.

    Args:
        kind: whose numbers they are; told where they are not the reader's own, or there are none.
        storable: whether the disk takes anything new; told where it does not.
        renewed: what is told of data that were published under earlier definitions.
    """
    whose = _tell_whose(kind)
    lines = [line for line in (None if storable else _not_storable(), renewed, whose) if line is not None]
    return html.Div(lines) if len(lines) > 1 else lines[0] if lines else None


def definitions_line(remedy: str) -> Component:
    """Return what is told of issues that an earlier version of the program stored.

    Args:
        remedy: a sentence on how what they lack comes; "" where they lack nothing.
    """
    return html.Div(
        className="banner",
        children=[
            html.Strong("The definitions of the numbers are new (version 2)."),
            f" {remedy} ",
            html.A("What they change here", href="/diagnostics"),
        ],
    )


def outdated_line(cause: str, remedy: str) -> Component:
    """Return what is told of issues that lack something although others were read anew since."""
    return html.Div(className="banner", children=[html.Strong(cause), f" {remedy}"])


def _not_storable() -> Component:
    return html.Div(
        className="banner error",
        role="alert",
        children=[
            html.Strong("Nothing new can be stored: the disk is full or cannot be written."),
            " What was read before is shown. Free some space, then sync again.",
        ],
    )


def _tell_whose(kind: str) -> Component | None:
    if kind == "demo":
        return html.Div(
            className="banner sample",
            children=[
                html.Strong("You are looking at sample data."),
                html.Span(" Three simulated teams over eighteen months.", className="wide"),
                " ",
                html.A("Connect your Jira", href="/settings"),
            ],
        )
    if kind == "code":
        return html.Div(
            className="banner",
            children=[
                html.Strong("Deployments and changes are measured; there are no issues beside them."),
                " ",
                html.A("Connect your Jira", href="/settings"),
                html.Span(" for flow, and to see which issue each change belongs to.", className="wide"),
            ],
        )
    if kind == "empty":
        return html.Div(
            className="banner",
            children=[
                html.Strong("There are no issues yet."),
                " ",
                html.A("Connect your Jira", href="/settings"),
                ", or read files with ",
                html.Code(command("import FILE")),
                ".",
            ],
        )
    return None


def job_line(
    label: str, done: int, total: int | None, left_s: float | None = None, pages: int = 0
) -> Component:
    """Return the progress of a running job in issues and pages, and about how many seconds are left."""
    amount = f"{number(done)} of {counted(total, 'issue')}" if total else counted(done, "issue")
    if pages:
        amount += f", {counted(pages, 'page')}"
    if left_s is not None:
        amount += f", about {max(1, round(left_s))} s left"
    share = min(100, round(100 * done / total)) if total else 0
    return html.Div(
        className="job",
        children=[
            html.Span(f"{label}: {amount}"),
            dmc.Progress(value=share, size="sm", className="job-bar", **aria(label=f"{label}: {amount}")),
            html.Button("Cancel", className="quiet-button", type="button", **action("cancel")),
        ],
    )


def notice(
    cause: str,
    remedy: str,
    reference: str,
    *,
    refetch: str | None = None,
    ask_now: str | None = None,
    ways: Sequence[tuple[str, str]] | None = None,
) -> Component:
    """Return what went wrong, what to do, and where the log tells more.

    Args:
        cause: a sentence.
        remedy: a sentence; one that speaks of the Settings page comes with the way there.
        reference: where the log tells more; "" where it has nothing to tell.
        refetch: the profile whose issues a button fetches anew; None: there is no such button.
        ask_now: the profile whose Jira a button asks although it asked to wait; None: likewise.
        ways: to what can be shown instead, as text and address; the panels of the page then do not say again
            that they are not there.
    """
    return html.Div(
        className="banner error" if ways is None else "banner error of-page",
        role="alert",
        children=[
            html.Strong(cause),
            f" {remedy} ",
            html.A("Open the settings", href=places.section(places.CONNECTION))
            if _SETTINGS in remedy
            else None,
            html.Span(f" Log reference: {reference}", className="reference") if reference else None,
            *(html.A(text, href=href, className="quiet-button") for text, href in ways or ()),
            None if refetch is None else _draw_button("Fetch everything again", "refetch", refetch),
            None if ask_now is None else _draw_button("Ask now all the same", "ask-now", ask_now),
        ],
    )


def _draw_button(words: str, what: str, profile: str) -> Component:
    return html.Button(
        words,
        type="button",
        className="quiet-button",
        **action(what),
        **data(name=profile),
    )


def _draw_many(component_id: str, label: str) -> Any:
    return dmc.MultiSelect(
        id=component_id,
        label=label,
        data=[],
        value=[],
        placeholder="all",
        searchable=True,
        clearable=True,
        hidePickedOptions=True,
        className="many",
        clearButtonProps={"aria-label": f"Clear {label.lower()}"},
    )
