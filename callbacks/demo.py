"""The built-in Jira: as sample data behind the dashboard, or alone as a server."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import click

from configuration.logging_config import run_context
from configuration.settings import Home, Secret
from data.connect import client_of
from data.simulator.server import JiraSimulator
from data.sources import Source
from data.sync import sync_all

DEMO_JQL = "created is not EMPTY ORDER BY key"


class DemoJira:
    """The simulated Jira of a running demo; it starts with the first sync.

    Args:
        source: the demo's source.
        home: shared limiter of the requests.
        environment: of the process.
    """

    def __init__(self, source: Source, home: Home, environment: Mapping[str, str]) -> None:
        self._source = source
        self._home = home
        self._environment = environment

    def sync(self, progress: Callable[[int, int | None], None], cancelled: threading.Event) -> None:
        """Read the whole simulated Jira into the demo's store, through the same client as any other."""
        with (
            run_context(profile=self._source.name),
            JiraSimulator(today=dt.datetime.now(dt.UTC).date()) as jira,
        ):
            source = replace(
                self._source, url=jira.url, email=jira.email, token=Secret(jira.token), jql=DEMO_JQL
            )
            client = client_of(source, self._home, self._environment, cancelled)
            sync_all(client, source.store, source.jql, progress, cancelled)


def play_jira(dialect: str, port: int, issues: int, seed: int) -> None:
    """Serve the simulated Jira and say on stdout how to reach it, until the process is interrupted."""
    simulator = JiraSimulator(
        issues=issues, seed=seed, dialect=dialect, port=port, today=dt.datetime.now(dt.UTC).date()
    )
    with simulator as jira:
        click.echo(json.dumps({"url": jira.url, "email": jira.email, "token": jira.token}))
        threading.Event().wait()
