"""The page before any number is in it."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from configuration.people import Person
from ui import ids
from ui.components.aria import aria, data
from ui.components.chart import chart_entries, enlarged_dialog
from ui.components.drawer import drawer
from ui.components.events import events_dialog
from ui.components.shell import filters, header, present_strip
from ui.components.views import views_dialog
from ui.pages.registry import PAGES, PageSpec
from ui.theme import MANTINE


def page(
    profiles: Sequence[str],
    shown: str,
    revision: str | None,
    notice: Component | None,
    *,
    polling: bool,
    sprints: bool = False,
    person: Person | None = None,
) -> Any:
    """Return all pages with empty panels of their final size; the browser shows the one that the URL names.

    Args:
        profiles: names to choose from.
        shown: the profile that is shown where the URL names none.
        revision: of its data, so that the first numbers need not wait for it.
        notice: whose data are shown; there from the start, so that nothing jumps.
        polling: a job is running, so the page asks how it goes.
        sprints: that profile has some, so that their page has a link from the start.
        person: who signed in, None where nobody has to.
    """
    return dmc.MantineProvider(
        id=ids.PROVIDER,
        theme=MANTINE,
        defaultColorScheme="auto",
        children=[
            dcc.Location(id=ids.URL, refresh=False),
            *_make_stores(revision),
            dcc.Interval(id=ids.POLL, interval=ids.POLL_MS, disabled=not polling),
            html.A("Skip to the numbers", href="#main", className="skip"),
            header(
                [_draw_link(spec, sprints=sprints) for spec in PAGES if spec.in_navigation],
                profiles,
                shown,
                person,
            ),
            html.Section(
                [
                    # Shown by the browser: nobody else is there to say it.
                    html.Div(
                        "Throughline does not answer. If it was stopped, start it again: "
                        "this page tries again by itself.",
                        id=ids.SILENCE,
                        role="alert",
                        hidden=True,
                        className="banner error",
                    ),
                    *([] if person is None else [_draw_signed_out()]),
                    html.Div(notice, id=ids.BANNER),
                    html.Div(id=ids.NOTICE),
                    html.Div(id=ids.INVITATION),
                    html.Div(id=ids.JOB, role="status", **aria(live="polite")),
                ],
                **aria(label="Whose numbers these are"),
            ),
            filters(),
            html.Main(id="main", tabIndex="-1", children=[_draw_box(spec) for spec in PAGES]),
            html.Div(id=ids.LIVE, role="status", className="toast", **aria(live="polite")),
            drawer(),
            chart_entries(),
            enlarged_dialog(),
            present_strip(),
            events_dialog(),
            views_dialog(),
            # Gets a graph that nobody sees, so that the chart library is there when the first chart comes.
            html.Div(id=ids.WARM_UP, hidden=True),
        ],
    )


def outage(cause: str, remedy: str) -> Any:
    """Return what stands in place of the whole page while it cannot be drawn; the browser tries it again.

    Args:
        cause: a sentence.
        remedy: a sentence.
    """
    told = [
        html.H1("No page yet"),
        html.P(html.Strong(cause)),
        html.P(remedy),
        html.P("This page tries again by itself."),
    ]
    return dmc.MantineProvider(
        id=ids.PROVIDER,
        theme=MANTINE,
        defaultColorScheme="auto",
        children=html.Main(html.Div(told, className="state-box failed"), className="outage", role="alert"),
    )


def _make_stores(revision: str | None) -> list[Component]:
    return [
        dcc.Store(id=ids.PAGE),
        dcc.Store(id=ids.FILTERS),
        dcc.Store(id=ids.PANEL),
        dcc.Store(id=ids.REVISION, data=revision),
        dcc.Store(id=ids.LATEST),
        dcc.Store(id=ids.COMMAND),
        dcc.Store(id=ids.SOURCE),
        dcc.Store(id=ids.WHOSE),
        dcc.Store(id=ids.TABLE_READY),
        dcc.Store(id=ids.THEME, data="light"),
        *(dcc.Store(id=ids.view(spec.id)) for spec in PAGES),
        *(dcc.Store(id=ids.answer(spec.id)) for spec in PAGES),
        *(dcc.Store(id=ids.wanted(spec.id)) for spec in PAGES),
    ]


def _draw_signed_out() -> Component:
    """Return what the browser fills with what the server says to somebody whose session has ended."""
    return html.Div(
        [html.Span(), " ", html.A("Sign in again", target="_blank", hidden=True)],
        id=ids.SIGNED_OUT,
        role="alert",
        hidden=True,
        className="banner error",
    )


def _draw_link(spec: PageSpec, *, sprints: bool) -> Component:
    hidden = spec.where_sprints and not sprints
    return html.A(spec.title, id=ids.link(spec.id), href=spec.path, hidden=hidden)


def _draw_box(spec: PageSpec) -> Component:
    return html.Div(
        id=ids.page_box(spec.id),
        hidden=True,
        children=list(spec.layout()),
        **data(page=spec.id, path=spec.path),
    )
