"""The built-in Jira as sample data behind the dashboard."""

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import replace

from configuration.logging_config import run_context
from configuration.settings import Home, Secret
from data.intake.jobs import Progress, Work
from data.intake.profile_sync import synchronize
from data.profiles.sources import Source, configuration_of
from data.simulator.server import JiraSimulator

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
                first, jira = self._start_jira()
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

    def _start_jira(self) -> tuple[bool, JiraSimulator]:
        with self._lock:
            first = self._jira is None
            if self._jira is None:
                today = dt.datetime.now(dt.UTC).date()
                self._jira = JiraSimulator(today=today, mutate_every_s=MUTATE_EVERY_S).start()
            return first, self._jira
