"""The built-in Jira: as sample data behind the dashboard, or alone as a server."""

import datetime as dt
import json
import threading
from collections.abc import Mapping
from dataclasses import replace

import click

from configuration.logging_config import run_context
from configuration.settings import Home, Secret
from data.jobs import Progress, Work
from data.simulator.server import JiraSimulator
from data.sources import Source, configuration_of
from data.synchronize import synchronize

DEMO_JQL = "created is not EMPTY ORDER BY key"
MUTATE_EVERY_S = 60.0


class DemoJira:
    """The simulated Jira of a running demo; it starts with the first sync and then lives on.

    Once a minute something happens in it, so that an incremental sync can be watched.

    Args:
        home: shared limiter of the requests.
        environment: of the process.
    """

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = environment
        self._lock = threading.Lock()
        self._jira: JiraSimulator | None = None

    def work(self, source: Source, *, full: bool = False) -> Work:
        """Return the job that brings the demo's store up to date, through the same client as any other.

        The first one of a process fetches everything: another process had a Jira of its own.
        """

        def sync(progress: Progress, cancelled: threading.Event) -> None:
            with run_context(profile=source.name):
                first, jira = self._running()
                asked = replace(
                    source, url=jira.url, email=jira.email, token=Secret(jira.token), jql=DEMO_JQL
                )
                synchronize(
                    asked,
                    self._home,
                    self._environment,
                    progress,
                    cancelled,
                    full=full or first,
                    configuration=configuration_of(source),
                )

        return sync

    def stop(self) -> None:
        """Close the simulated Jira, if it runs."""
        with self._lock:
            if self._jira is not None:
                self._jira.stop()
                self._jira = None

    def _running(self) -> tuple[bool, JiraSimulator]:
        with self._lock:
            first = self._jira is None
            if self._jira is None:
                today = dt.datetime.now(dt.UTC).date()
                self._jira = JiraSimulator(today=today, mutate_every_s=MUTATE_EVERY_S).start()
            return first, self._jira


def play_jira(dialect: str, port: int, issues: int, seed: int) -> None:
    """Serve the simulated Jira and say on stdout how to reach it, until the process is interrupted."""
    simulator = JiraSimulator(
        issues=issues, seed=seed, dialect=dialect, port=port, today=dt.datetime.now(dt.UTC).date()
    )
    with simulator as jira:
        click.echo(json.dumps({"url": jira.url, "email": jira.email, "token": jira.token}))
        threading.Event().wait()
