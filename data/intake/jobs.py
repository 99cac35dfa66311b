"""One background job at a time: a plain function with progress and cancel, in one worker thread."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from configuration.errors import DashboardError, RateLimitedError

logger = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
Work = Callable[[Progress, threading.Event], object]


@dataclass(frozen=True, slots=True)
class JobState:
    """How the last job stands.

    Attributes:
        running: it has not ended.
        label: what it does, for people.
        done: how much of it is done.
        total: how much there is, None where nobody knows.
        error: cause of its failure, None if it went well.
        hint: remedy of its failure.
        reference: where the log tells more.
        subject: what it works on, such as the name of a profile.
        left_s: seconds until it ends if it goes on as so far, None where nobody knows.
        pages: in how many steps it has done more than at its first report.
        held: it failed because Jira asked to wait.
    """

    running: bool = False
    label: str = ""
    done: int = 0
    total: int | None = None
    error: str | None = None
    hint: str | None = None
    reference: str | None = None
    subject: str = ""
    left_s: float | None = None
    pages: int = 0
    held: bool = False


class JobPort:
    """Runs one job at a time; a second start while one runs is ignored.

    Args:
        refer: logs an unexpected exception and returns its reference.
    """

    def __init__(self, refer: Callable[[Exception], str]) -> None:
        self._refer = refer
        self._lock = threading.Lock()
        self._state = JobState()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = 0.0
        self._at_first = 0
        self._reported = False

    def state(self) -> JobState:
        """Return how the last job stands."""
        with self._lock:
            return self._state

    def start(self, label: str, work: Work, subject: str = "") -> bool:
        """Start ``work(progress, cancelled)`` on ``subject``; False if a job is still running."""
        with self._lock:
            if self._state.running:
                return False
            self._state = JobState(running=True, label=label, subject=subject)
            self._began, self._at_first, self._reported = 0.0, 0, False
            self._cancelled = threading.Event()
            # A daemon, so that Ctrl-C ends the process; an interrupted sync publishes nothing.
            self._thread = threading.Thread(target=self._run, args=(work,), name="job", daemon=True)
            self._thread.start()
        return True

    def cancel(self) -> None:
        """Ask the running job to stop."""
        with self._lock:
            self._cancelled.set()

    def join(self, timeout_s: float) -> None:
        """Wait until the job has ended, at most ``timeout_s`` seconds."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, work: Work) -> None:
        try:
            work(self._note_progress, self._cancelled)
        except DashboardError as error:
            held = isinstance(error, RateLimitedError)
            self._end_job(error=error.message, hint=error.hint, reference=self._refer(error), held=held)
        except Exception as error:  # noqa: BLE001  # a thread has no caller: the page must hear of it
            self._end_job(
                error="The job ended unexpectedly.",
                hint="Look into the log under this reference.",
                reference=self._refer(error),
            )
        else:
            self._end_job()

    def _note_progress(self, done: int, total: int | None) -> None:
        with self._lock:
            now = time.monotonic()
            if not self._began and done:
                # What an earlier attempt had done took no time now: the pace counts from here.
                self._began, self._at_first = now, done
            pace = (done - self._at_first) / (now - self._began) if self._began and now > self._began else 0
            left_s = (total - done) / pace if total and pace else None
            pages = self._state.pages + (self._reported and done > self._state.done)
            self._reported = True
            self._state = replace(self._state, done=done, total=total, left_s=left_s, pages=pages)

    def _end_job(
        self,
        error: str | None = None,
        hint: str | None = None,
        reference: str | None = None,
        *,
        held: bool = False,
    ) -> None:
        with self._lock:
            self._state = replace(
                self._state, running=False, error=error, hint=hint, reference=reference, held=held
            )
