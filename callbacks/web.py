"""The web application: its pages, its guard, its callbacks."""

import re
from collections.abc import Sequence
from pathlib import Path

from dash import Dash
from dash.development.base_component import Component
from flask_compress import Compress

from callbacks import dashboard, diagnostics, dora_flow_metrics, drawer, exports, settings_page, shell
from callbacks.guard import add_security_headers, guard
from callbacks.notices import show_notice
from callbacks.timing import time_callbacks
from callbacks.views import profile_names
from callbacks.workspace import Workspace
from configuration.errors import DashboardError
from ui.components.shell import banner
from ui.layout import page
from ui.pages.registry import PAGES

_TABLE_SCRIPT = re.compile(r'<script src="([^"]*/dash_ag_grid/dash_ag_grid\.[^"]*)"></script>')
ASSETS = Path(__file__).resolve().parent.parent / "ui" / "assets"


class _Dashboard(Dash):
    """Dash without the library of the issue table in the first load: 0.6 MB that only the drawer needs."""

    def interpolate_index(  # type: ignore[override]  # Dash passes every part by name
        self, metas: str = "", scripts: str = "", **parts: str
    ) -> str:
        """Return the page with the table's script as an address that the drawer fetches when it opens."""
        found = _TABLE_SCRIPT.search(scripts)
        if found is not None:
            scripts = scripts.replace(found[0], "")
            metas += f'<meta name="table-script" content="{found[1]}">'
        return str(Dash.interpolate_index(self, metas=metas, scripts=scripts, **parts))


def create_dash(
    workspace: Workspace,
    *,
    allowed_hosts: Sequence[str] = (),
    port: int = 8050,
    debug: bool = False,
) -> Dash:
    """Return the dashboard over ``workspace``.

    Args:
        workspace: the profiles and the background job.
        allowed_hosts: names it may be called by beside those of this machine.
        port: where it will listen; part of the host check.
        debug: switch Dash's developer tools on.
    """
    app: Dash = _Dashboard(
        "throughline",
        title="Throughline",
        update_title=None,  # type: ignore[arg-type]  # documented as the way to switch it off
        assets_folder=str(ASSETS),
        on_error=show_notice,
        health_endpoint="health",
        enable_mcp=False,
        suppress_callback_exceptions=True,  # cards and chips come with the numbers
    )
    app.index_string = app.index_string.replace("<html>", '<html lang="en">')
    guard(app.server, port, allowed_hosts, [spec.path for spec in PAGES])

    def layout() -> object:
        revision, notice = _first(workspace)
        polling = workspace.jobs.state().running
        return page(profile_names(workspace), workspace.shown, revision, notice, polling=polling)

    app.layout = layout
    for feature in (shell, dashboard, dora_flow_metrics, drawer, settings_page, exports):
        feature.register(app, workspace)
    diagnostics.register(app, workspace, time_callbacks(app.server))
    app.setup_apis()
    add_security_headers(app)
    Compress(app.server)
    if debug:
        app.enable_dev_tools(debug=True, dev_tools_hot_reload=False, dev_tools_disable_version_check=True)
    return app


def _first(workspace: Workspace) -> tuple[str | None, Component | None]:
    """Return the revision that is shown first, and whose data they are.

    A store that cannot be read is told of by the panels that need it.
    """
    try:
        return shell.stamp(workspace, None), banner(shell.banner_kind(workspace, workspace.pipeline()))
    except DashboardError:
        return None, None
