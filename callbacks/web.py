"""The web application: one page, its guard, its callbacks."""

from collections.abc import Sequence
from pathlib import Path

from dash import Dash
from flask_compress import Compress

from callbacks import dashboard
from callbacks.guard import add_security_headers, guard
from callbacks.notices import show_notice
from callbacks.workspace import Workspace
from data.pipeline import METRICS
from ui.layout import page

ASSETS = Path(__file__).resolve().parent.parent / "ui" / "assets"


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
    app = Dash(
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
    guard(app.server, port, allowed_hosts)

    def layout() -> object:
        choices = workspace.pipeline().choices()
        polling = workspace.jobs.state().running
        return page(choices.projects, choices.types, choices.labels, len(METRICS), polling=polling)

    app.layout = layout
    dashboard.register(app, workspace)
    app.setup_apis()
    add_security_headers(app)
    Compress(app.server)
    if debug:
        app.enable_dev_tools(debug=True, dev_tools_hot_reload=False, dev_tools_disable_version_check=True)
    return app
