"""The jobs of a server: a web process asks for them, and a worker somewhere runs them."""

import time
from collections.abc import Callable
from dataclasses import replace

from configuration.database.connection import Database
from configuration.program import command
from configuration.settings import Home
from data.intake.jobs import JobPort, JobState
from data.intake.queue import Queue

WAITING = "Waiting for a worker"
UNATTENDED = "No worker has shown a sign of life for a minute."
_LOOK_S = 0.05


class QueuedJobs:
    """Lets one sync at a time wait for a worker for each profile, and tells how it stands.

    Args:
        home: has the notes of the workers.
        database: its queue.
        refer: logs an unexpected exception and returns its reference.
    """

    def __init__(self, home: Home, database: Database, refer: Callable[[Exception], str]) -> None:
        self._running = JobPort(home, refer)
        self._queue = Queue(database)

    def state(self, subject: str) -> JobState:
        """Return how the last job of a profile stands; one that only waits counts as running.

        Where nobody is there to begin it, its error says so, and what helps.
        """
        told = self._running.state(subject)
        if told.running:
            return told
        standing = self._queue.standing(subject)
        if not (standing.waits or standing.begun):
            return told
        waiting = JobState(running=True, label=WAITING, subject=subject)
        if standing.attended:
            return waiting
        hint = f"Start one with {command('worker')}; the sync waits for it."
        return replace(waiting, error=UNATTENDED, hint=hint)

    def start(self, subject: str, *, full: bool = False) -> bool:
        """Ask for a sync; False where one of the profile waits or runs."""
        return not self._running.state(subject).running and self._queue.put(subject, full=full)

    def cancel(self, subject: str) -> None:
        """Take back what waits, and ask what runs to stop."""
        self._queue.cancel(subject)
        self._running.cancel(subject)

    def join(self, subject: str, timeout_s: float) -> None:
        """Wait until nothing of a profile waits or runs, at most ``timeout_s`` seconds."""
        deadline = time.monotonic() + timeout_s
        while self.state(subject).running and time.monotonic() < deadline:
            time.sleep(_LOOK_S)

    def close(self) -> None:
        """Do nothing: what was asked for goes on without this process."""
