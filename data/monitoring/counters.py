"""What the processes of a server count: answers and syncs. No label names a person, a profile or an issue."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from prometheus_client import Counter, Histogram, values

from configuration.errors import CancelledError, DashboardError
from configuration.settings import Home
from data.intake.jobs import Progress, Work
from data.monitoring.slots import Slots
from data.persistence import SyncRecord, load_cache_metadata

_ANSWER_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SYNC_S = (1, 5, 15, 60, 300, 900, 3600)
# How a sync ended, by the exit code that its error has as a command.
_ENDS = {
    2: "configuration",
    3: "credentials",
    4: "query",
    5: "unreachable",
    6: "store",
    CancelledError.exit_code: "cancelled",
}


class Counters:
    """What this process counts, added to what others of the machine count when somebody reads.

    Args:
        folder: has the counts of all of them.

    Raises:
        OSError: counts cannot be kept there.
    """

    def __init__(self, folder: Path) -> None:
        # By these two the library knows that processes share a folder; it asks for them as a metric is made.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        values.ValueClass = values.MultiProcessValue(Slots(folder))
        self._answers = Counter(
            "throughline_answers",
            "Requests that were answered, by kind of page and status.",
            ["page", "status"],
            registry=None,
        )
        self._answer_s = Histogram(
            "throughline_answer_seconds",
            "Seconds until an answer began.",
            ["page"],
            registry=None,
            buckets=_ANSWER_S,
        )
        self._syncs = Counter(
            "throughline_syncs", "Syncs that ended in a worker, by how.", ["end"], registry=None
        )
        self._sync_s = Histogram(
            "throughline_sync_seconds",
            "Seconds that syncs took in a worker.",
            ["end"],
            registry=None,
            buckets=_SYNC_S,
        )
        self._requests = Counter(
            "throughline_source_requests",
            "Requests that syncs sent to Jira, GitHub and GitLab.",
            registry=None,
        )
        self._waited = Counter(
            "throughline_limiter_wait_seconds",
            "Seconds that requests of syncs waited for a rate limit or between two attempts, "
            "over all that waited at once.",
            registry=None,
        )

    def answered(self, page: str, status: int, seconds: float) -> None:
        """Count an answer.

        Args:
            page: one of a few kinds.
            status: of HTTP.
            seconds: until it began.
        """
        self._answers.labels(page, str(status)).inc()
        self._answer_s.labels(page).observe(seconds)

    def counting(
        self, home: Home, perform: Callable[[str, bool], tuple[str, Work]]
    ) -> Callable[[str, bool], tuple[str, Work]]:
        """Return the same syncs, each of which is counted when it has ended.

        Args:
            home: has the notes about syncs.
            perform: returns the sync of a profile, as for a worker.
        """

        def counted(name: str, full: bool) -> tuple[str, Work]:
            try:
                label, work = perform(name, full)
            except DashboardError as error:
                self._ended(error, 0.0)
                raise
            return label, self._counted(work, home, name)

        return counted

    def _counted(self, work: Work, home: Home, name: str) -> Work:
        def run(progress: Progress, cancelled: Event) -> None:
            before, began = _last_sync(home, name), time.monotonic()
            failure: Exception | None = None
            try:
                work(progress, cancelled)
            except Exception as error:
                failure = error
                raise
            finally:
                seconds = time.monotonic() - began
                self._add_requests(before, _last_sync(home, name))
                self._ended(failure, seconds)

        return run

    def _ended(self, failure: Exception | None, seconds: float) -> None:
        end = "ok" if failure is None else _ENDS.get(getattr(failure, "exit_code", 0), "failed")
        self._syncs.labels(end).inc()
        self._sync_s.labels(end).observe(seconds)

    def _add_requests(self, before: SyncRecord | None, after: SyncRecord | None) -> None:
        """Count what the note about a sync says that it asked; there is none of a sync that asked nobody."""
        if after is not None and after != before:
            self._requests.inc(after.requests)
            self._waited.inc(after.throttled_s)


def _last_sync(home: Home, name: str) -> SyncRecord | None:
    try:
        known = load_cache_metadata(home, name)
    except DashboardError:
        return None  # what became of the sync itself is what has to be told
    return known.syncs[-1] if known and known.syncs else None
