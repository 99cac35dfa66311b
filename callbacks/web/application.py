"""The web application: its pages, its guard, its callbacks."""

import re
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import Dash
from dash.development.base_component import Component
from flask_compress import Compress

from callbacks import (
    compare,
    dashboard,
    diagnostics,
    dora_flow_metrics,
    drawer,
    events,
    forecast,
    glance,
    repairs,
    saved_views,
    shell,
    sprints,
)
from callbacks.notices import show_notice
from callbacks.panels import BY_ID
from callbacks.settings import page as settings_page
from callbacks.timing import time_callbacks
from callbacks.views import profile_names
from callbacks.web import exports
from callbacks.web.assets import ASSETS, Asset, chart_asset, own_assets, serve_assets
from callbacks.web.counting import Counters, count_answers
from callbacks.web.entrance import Entrance, admit
from callbacks.web.guard import API_PATHS, ASKED_BY_MACHINES, add_security_headers, guard
from callbacks.web.limits import limit_callbacks
from callbacks.web.patience import set_deadlines
from callbacks.web.readiness import tell_readiness
from configuration.errors import DashboardError
from configuration.people import present
from data.workspace import Workspace
from ui.layout import outage, page
from ui.pages.registry import PAGES

# Dash brings a table of its own along, which no page of ours has.
_UNUSED_SCRIPT = re.compile(r'<script src="[^"]*/dash/dash_table/bundle\.[^"]*"></script>\s*')
# What a window's tab shows: the mark beside the name, in the page itself, so that nobody has to ask for it.
MARK = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22'>"
    "<path fill='#5b9bd5' d='M7.5 4H7a7 7 0 0 0 0 14h.5z'/>"
    "<path fill='#0d5ea8' d='M9.3 4H15a7 7 0 0 1 0 14H9.3z'/></svg>"
)
# A tenth fewer bytes of scripts than by default, for a third of a millisecond an answer.
_COMPRESSION = {"COMPRESS_ZSTD_LEVEL": 9, "COMPRESS_BR_LEVEL": 5}
_FEATURES = (
    shell,
    dashboard,
    dora_flow_metrics,
    drawer,
    forecast,
    sprints,
    compare,
    repairs,
    events,
    saved_views,
    glance,
    settings_page,
    exports,
)
_TABLE_SCRIPT = re.compile(r'<script src="([^"]*/dash_ag_grid/dash_ag_grid\.[^"]*)"></script>')


class _Dashboard(Dash):
    """Dash with our own files as one each, and without what the first load does not need.

    The library of the issue table is 0.6 MB that only the drawer needs.
    """

    def __init__(self, own: tuple[Asset, Asset], charts: Asset | None, **settings: Any) -> None:
        self._own, self._charts = own, charts
        self._setting_up = threading.Lock()
        # Where asgiref is installed, as with workers, Dash would start a thread for each callback.
        super().__init__("throughline", use_async=False, **settings)
        serve_assets(self.server, own if charts is None else (*own, charts))

    def _setup_server(self) -> None:
        """Have every request wait until the first one has made ready what all of them need.

        Dash notes that it did so before it did: another process of one address is first asked for several
        scripts at once, and would not have some of them.
        """
        with self._setting_up:
            super()._setup_server()  # type: ignore[no-untyped-call]

    def interpolate_index(  # type: ignore[override]  # Dash passes every part by name
        self, metas: str = "", css: str = "", scripts: str = "", **parts: str
    ) -> str:
        """Return the page with the table's script as an address that the drawer fetches when it opens."""
        scripts = _UNUSED_SCRIPT.sub("", scripts)
        found = _TABLE_SCRIPT.search(scripts)
        if found is not None:
            scripts = scripts.replace(found[0], "")
            metas += f'<meta name="table-script" content="{found[1]}">'
        if self._charts is not None:
            metas += f'<meta name="chart-script" content="{self._charts.address}">'
        script, style = self._own
        parts["favicon"] = f'<link rel="icon" href="data:image/svg+xml,{quote(MARK)}">'
        css += f'<link rel="stylesheet" href="{style.address}">'
        scripts += f'<script src="{script.address}"></script>'
        return str(Dash.interpolate_index(self, metas=metas, css=css, scripts=scripts, **parts))


def create_app(
    workspace: Workspace,
    *,
    allowed_hosts: Sequence[str] = (),
    port: int | None = 8050,
    debug: bool = False,
    entrance: Entrance | None = None,
    counters: Counters | None = None,
) -> Dash:
    """Return the dashboard over ``workspace``; its ``server`` attribute is the WSGI application.

    Args:
        workspace: the profiles and the background jobs.
        allowed_hosts: names it may be called by beside those of this machine.
        port: where it will listen, part of the host check; None where whoever runs it tells.
        debug: switch Dash's developer tools on.
        entrance: knows who asks; None where nobody has to sign in.
        counters: count answers for whoever watches; None where nobody does.
    """
    app: Dash = _Dashboard(
        own_assets(BY_ID.values()),
        chart_asset(),
        title="Throughline",
        update_title=None,  # documented as the way to switch it off
        assets_folder=str(ASSETS),
        assets_ignore=".*",  # they are merged
        on_error=show_notice,
        health_endpoint="health",
        enable_mcp=False,
        suppress_callback_exceptions=True,  # cards and chips come with the numbers
    )
    app.index_string = app.index_string.replace("<html>", '<html lang="en">')
    ways = () if entrance is None else entrance.paths
    shared = workspace.home.database is not None
    known = [*(spec.path for spec in PAGES), *ways, *(API_PATHS if shared else ())]
    guard(app.server, port, allowed_hosts, known)
    if counters is not None:
        count_answers(app.server, counters, (*known, *ASKED_BY_MACHINES))
    if entrance is not None:
        admit(app.server, entrance)
    limit_callbacks(app)
    tell_readiness(app.server, workspace.home)
    set_deadlines(app.server)

    app.layout = lambda: _lay_out(workspace)
    for feature in _FEATURES:
        feature.register(app, workspace)
    diagnostics.register(app, workspace, time_callbacks(app.server))
    if shared:
        from callbacks.web import api  # noqa: PLC0415  # a laptop has none

        api.register(app, workspace)
    app.setup_apis()
    add_security_headers(app)
    app.server.config.update(_COMPRESSION)
    Compress(app.server)
    if debug:
        app.enable_dev_tools(debug=True, dev_tools_hot_reload=False, dev_tools_disable_version_check=True)
    return app


def _lay_out(workspace: Workspace) -> object:
    """Return the page, or why there is none while what it is drawn from cannot be reached."""
    try:
        shown, names = workspace.shown, profile_names(workspace)
        polling = workspace.jobs.state(shown).running
    except DashboardError as error:
        return outage(error.message, error.hint)
    revision, notice, some = _find_first(workspace)
    return page(names, shown, revision, notice, polling=polling, sprints=some, person=present())


def _find_first(workspace: Workspace) -> tuple[str | None, Component | None, bool]:
    """Return the revision that is shown first, whose data they are, and whether these have sprints.

    A store that cannot be read is told of by the panels that need it.
    """
    try:
        pipeline = workspace.pipeline()
        stamp, told = shell.stamp(workspace, None), shell.banner_of(workspace, pipeline)
        return stamp, told, pipeline.choices().sprints
    except DashboardError:
        return None, None, False
