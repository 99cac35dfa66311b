"""The command that serves the dashboard."""

import click

from callbacks.cli.invocation import Command, Invocation
from configuration.sign_in import require_sign_in
from data.persistence import DEMO_PROFILE


@click.command("serve", cls=Command)
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default 8050).")
@click.option("--demo", is_flag=True, help="Show the sample data of the built-in Jira.")
@click.option("--debug", is_flag=True, help="Switch Dash's developer tools on; loopback only.")
@click.pass_obj
def serve_command(
    invocation: Invocation,
    host: str | None = None,
    port: int | None = None,
    demo: bool = False,
    debug: bool = False,
) -> None:
    """Serve the dashboard."""
    require_sign_in(invocation.environment, host)  # before anybody asks the database for anything
    if demo:
        invocation.profile_name = DEMO_PROFILE
    invocation.serve(
        invocation.source(), invocation.home, invocation.environment, host=host, port=port, debug=debug
    )
