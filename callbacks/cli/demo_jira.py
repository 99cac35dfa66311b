"""The command that plays a Jira: the simulated one, alone as a server."""

import datetime as dt
import json
import time

import click

from callbacks.cli.invocation import Command


@click.command("demo-jira", cls=Command)
@click.option("--dialect", type=click.Choice(("cloud", "dc")), default="cloud", help="Kind of Jira to play.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 = any free one.")
@click.option("--issues", type=click.IntRange(1, 1_000_000), default=2000, help="How many issues it has.")
@click.option("--seed", type=int, default=1, help="The same seed makes the same world.")
def demo_jira_command(dialect: str, port: int, issues: int, seed: int) -> None:
    """Serve the simulated Jira until it is interrupted."""
    from data.simulator.server import JiraSimulator  # noqa: PLC0415  # takes long to import

    simulator = JiraSimulator(
        issues=issues, seed=seed, dialect=dialect, port=port, today=dt.datetime.now(dt.UTC).date()
    )
    with simulator as jira:
        click.echo(json.dumps({"url": jira.url, "email": jira.email, "token": jira.token}))
        while True:  # a wait without an end could not be interrupted on Windows
            time.sleep(3600)
