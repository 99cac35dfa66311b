"""What a background sync of a profile does, in a thread of a dashboard or in a worker."""

import logging
import threading
from collections.abc import Hashable, Mapping

from configuration.errors import CancelledError, ConfigurationError, DashboardError
from configuration.logging_config import log_exception_reference, log_refusal_reference, run_context
from configuration.settings import Home
from data.intake.demo import DemoJira
from data.intake.jobs import Progress, Work
from data.intake.profile_sync import synchronize
from data.intake.unread import name_unread
from data.persistence import DEFAULT_PROFILE, DEMO_PROFILE, has_profile, profile_file, profile_names
from data.profiles.sources import Source, resolve
from data.store.documents import documents_of

logger = logging.getLogger(__name__)


class Syncs:
    """Makes the syncs of a process, and has the sample Jira that some of them ask.

    Args:
        home: profiles, stores and the shared limiter.
        environment: of the process.
    """

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = environment
        self._demo = DemoJira(home, environment)

    def of(self, source: Source, *, full: bool) -> tuple[str, Work]:
        """Return what the sync of a source is called, for people, and the job that does it.

        Args:
            source: has somebody to ask.
            full: fetch and compare everything.
        """
        if source.kind == "demo":
            return "Reading the sample Jira", self._demo.work(source, full=full)
        label = "Reading Jira" if source.kind == "jira" else "Reading repositories"
        return label, self._work(source, full=full)

    def named(self, name: str, full: bool) -> tuple[str, Work]:
        """Return the same of a profile as its settings are now.

        Raises:
            ConfigurationError: there is no such profile, or nobody to ask.
        """
        if name not in (DEFAULT_PROFILE, DEMO_PROFILE) and not has_profile(self._home, name):
            raise ConfigurationError(
                f"There is no profile called {name}.", hint="It was deleted or renamed; choose another one."
            )
        source = resolve(self._home, name, self._environment)
        if not source.can_be_asked:
            raise ConfigurationError(
                f"The profile {name} has nobody to ask.", hint="Connect it to a Jira on the Settings page."
            )
        return self.of(source, full=full)

    def begin_again(self) -> None:
        """Let the next sync of the sample Jira be the first one of another."""
        self._demo.begin_again()

    def stop(self) -> None:
        """Close the sample Jira, if it runs."""
        self._demo.stop()

    def _work(self, source: Source, *, full: bool) -> Work:
        def work(progress: Progress, cancelled: threading.Event) -> None:
            with run_context(profile=source.name):
                outcome = synchronize(source, self._home, self._environment, progress, cancelled, full=full)
                name_unread(outcome)

        return work


class Schedules:
    """How often the profiles of a home are to be synced by themselves.

    Args:
        home: has the profiles.
        environment: of the process.
    """

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = environment
        self._known: dict[str, tuple[Hashable, int]] = {}

    def minutes(self) -> dict[str, int]:
        """Return the minutes between two syncs by profile, of those that have somebody to ask.

        One whose settings cannot be read is logged and left as it was.
        """
        names, profiles = profile_names(self._home), documents_of(self._home, "profiles")
        known = {name: self._minutes(name, profiles.stamp(profile_file(name))) for name in names}
        self._known = {name: found for name, found in known.items() if found is not None}
        return {name: minutes for name, (_, minutes) in self._known.items() if minutes > 0}

    def _minutes(self, name: str, stamp: Hashable) -> tuple[Hashable, int] | None:
        before = self._known.get(name)
        if before is not None and before[0] == stamp:
            return before
        try:
            source = resolve(self._home, name, self._environment)
        except DashboardError as error:
            logger.warning("worker.unreadable_profile", extra={"profile": name, "cause": error.message})
            return before
        asks = source.can_be_asked and source.kind != "demo"
        return stamp, source.profile.sync.every_minutes if asks else 0


def refer(error: Exception) -> str:
    """Log how a background sync ended that did not end well, and return its reference.

    One that somebody stopped, or whose process was told to end, has not failed.
    """
    if isinstance(error, CancelledError):
        return log_refusal_reference(logger, "sync.cancelled", error)
    return log_exception_reference(logger, "sync.failed", error)
