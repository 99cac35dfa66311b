"""Background jobs, one at a time for each profile: every process of a home sees them and can stop them.

A job is a plain function with progress and cancel, in a thread of the process that started it, its owner. How
it stands is a note in the home; that it runs is a lock, which ends with its owner however that ends. To stop
it is one more note, which the owner looks for several times a second.
"""

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from configuration.errors import DashboardError, InUseError, RateLimitedError, StoreError
from configuration.settings import Home
from data.profiles.notes import Notes
from data.store.locks import held

logger = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
Work = Callable[[Progress, threading.Event], object]
# How often an owner tells of progress and looks whether its job is to stop, and how often it tells that it
# is still there. Others doubt it after a while without a word, and look at its lock.
_TICK_S = 0.25
_BEAT_S = 1.0
_DOUBTED_AFTER_S = 2.5
# Whoever looks at a lock has it for a moment.
_MOMENT_S = 0.5
_STOP_WITHIN_S = 1.0
LOST = "The job ended unexpectedly."


@dataclass(frozen=True, slots=True)
class JobState:
    """How the last job of a profile stands.

    Attributes:
        running: it has not ended.
        label: what it does, for people.
        done: how much of it is done.
        total: how much there is, None where nobody knows.
        error: cause of its failure, None if it went well.
        hint: remedy of its failure.
        reference: where the log tells more.
        subject: what it works on: the name of a profile.
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


@dataclass(frozen=True, slots=True)
class _Told:
    """What the note of a job says.

    Attributes:
        job: its name, unlike that of any other.
        beat: counts what its owner wrote, so that no two notes of it are the same.
        state: how it stands.
    """

    job: str
    beat: int
    state: JobState


class _Job:
    """A job of this process; safe to share between its thread and whoever looks."""

    def __init__(self, label: str, subject: str) -> None:
        self.name = secrets.token_hex(8)
        self.cancelled = threading.Event()
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._state = JobState(running=True, label=label, subject=subject)
        self._began = 0.0
        self._at_first = 0
        self._reported = False

    @property
    def state(self) -> JobState:
        """How it stands."""
        with self._lock:
            return self._state

    def note_progress(self, done: int, total: int | None) -> None:
        """Take a report of the work itself."""
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

    def end(self, error: Exception | None, refer: Callable[[Exception], str]) -> None:
        """Note how it ended, and log a failure."""
        with self._lock:
            state = replace(self._state, running=False)
            self._state = state if error is None else _failed(state, error, refer)


def _failed(state: JobState, error: Exception, refer: Callable[[Exception], str]) -> JobState:
    """Return how a job stands that failed; what went wrong is logged."""
    cause, remedy = LOST, "Look into the log under this reference."
    if isinstance(error, DashboardError):
        cause, remedy = error.message, error.hint
    return replace(
        state,
        running=False,
        error=cause,
        hint=remedy,
        reference=refer(error),
        held=isinstance(error, RateLimitedError),
    )


class JobPort:
    """Runs one job at a time for each profile of a home; a second start anywhere while one runs is ignored.

    Args:
        home: has the notes and the locks.
        refer: logs an unexpected exception and returns its reference.
    """

    def __init__(self, home: Home, refer: Callable[[Exception], str]) -> None:
        self._home = home
        self._refer = refer
        self._notes = Notes(home)
        self._lock = threading.Lock()
        self._own: dict[str, _Job] = {}
        # By profile what its note said, what that means, and since when it says so.
        self._seen: dict[str, tuple[bytes, _Told | None, float]] = {}

    def state(self, subject: str) -> JobState:
        """Return how the last job of a profile stands, whoever runs it."""
        own, told = self._own.get(subject), self._look(subject)
        if own is not None and (told is None or told.job == own.name):
            return own.state
        return JobState() if told is None else told.state

    def start(self, label: str, work: Work, subject: str) -> bool:
        """Start ``work(progress, cancelled)`` on ``subject``; False if a job of it is still running."""
        if self.state(subject).running:
            return False
        job, lock = _Job(label, subject), contextlib.ExitStack()
        try:
            lock.enter_context(held(self._home, lock_of(subject), wait_s=_MOMENT_S))
        except InUseError:
            return False  # another process was quicker
        except StoreError as error:
            job.end(error, self._refer)
            self._own[subject] = job
            return True
        self._own[subject] = job
        self._tell(job, 0)
        # A daemon, so that Ctrl-C ends the process; an interrupted sync publishes nothing.
        job.thread = threading.Thread(target=self._run, args=(job, work, lock), name="job", daemon=True)
        job.thread.start()
        return True

    def cancel(self, subject: str) -> None:
        """Ask the running job of a profile to stop, whoever runs it."""
        own, told = self._own.get(subject), self._look(subject)
        if own is not None and (told is None or told.job == own.name):
            own.cancelled.set()
        elif told is not None and told.state.running:
            self._notes.write(_stop_of(subject), told.job.encode())

    def join(self, subject: str, timeout_s: float) -> None:
        """Wait until the job of a profile has ended, at most ``timeout_s`` seconds."""
        deadline = time.monotonic() + timeout_s
        own = self._own.get(subject)
        if own is not None and own.thread is not None:
            own.thread.join(timeout_s)
        while self.state(subject).running and time.monotonic() < deadline:
            time.sleep(_TICK_S / 5)

    def close(self) -> None:
        """Stop the jobs of this process, which is about to end; nobody is told of what was stopped so."""
        self._stop([job for job in self._own.values() if job.state.running])

    def stop(self, subject: str) -> bool:
        """Stop the job of a profile that this process runs, as ``close`` does; False if it had ended."""
        own = self._own.get(subject)
        return own is not None and bool(self._stop([own] if own.state.running else []))

    def ended(self, subject: str, within_s: float) -> bool:
        """Tell whether the job of a profile that this process began ends within so many seconds."""
        own = self._own.get(subject)
        if own is None or own.thread is None:
            return True
        own.thread.join(within_s)
        return not own.thread.is_alive()

    def _stop(self, own: list[_Job]) -> list[_Job]:
        """Stop jobs, and return those that did not end well before they heard of it."""
        for job in own:
            job.cancelled.set()
        deadline = time.monotonic() + _STOP_WITHIN_S
        for job in own:
            if job.thread is not None:
                job.thread.join(max(0.0, deadline - time.monotonic()))
        cut = [job for job in own if job.state.running or job.state.error is not None]
        for job in cut:
            self._notes.delete(_note_of(job.state.subject))
        return cut

    def _run(self, job: _Job, work: Work, lock: contextlib.ExitStack) -> None:
        keeper = threading.Thread(target=self._keep, args=(job,), name="job-keeper", daemon=True)
        keeper.start()
        failure: Exception | None = None
        try:
            work(job.note_progress, job.cancelled)
        except Exception as error:  # noqa: BLE001  # a thread has no caller: the page must hear of it
            failure = error
        job.ended.set()
        keeper.join()
        job.end(failure, self._refer)
        self._tell(job, -1)
        self._notes.delete(_stop_of(job.state.subject))
        lock.close()

    def _keep(self, job: _Job) -> None:
        """Tell how a job stands as long as it runs, and look whether somebody wants it to stop."""
        told, beat, at = job.state, 0, time.monotonic()
        while not job.ended.wait(_TICK_S):
            with contextlib.suppress(StoreError):  # a job goes on while the database is away
                if self._notes.read(_stop_of(told.subject)) == job.name.encode():
                    job.cancelled.set()
            if job.state != told or time.monotonic() - at >= _BEAT_S:
                told, beat, at = job.state, beat + 1, time.monotonic()
                self._tell(job, beat)

    def _tell(self, job: _Job, beat: int) -> None:
        state = job.state
        self._notes.write(_note_of(state.subject), msgspec.json.encode(_Told(job.name, beat, state)))

    def _look(self, subject: str) -> _Told | None:
        """Return what the note of a profile's job says; of an owner that is gone, that its job has ended."""
        content = self._notes.read(_note_of(subject))
        if content is None:
            return None
        now = time.monotonic()
        with self._lock:
            seen = self._seen.get(subject)
            if seen is not None and seen[0] == content:
                told, since = seen[1:]
            else:
                # What has just changed has an owner; of what nobody here has seen before that is not known.
                told, since = _read(content), now if seen is not None else now - _DOUBTED_AFTER_S
            doubted = told is not None and told.state.running and now - since >= _DOUBTED_AFTER_S
            self._seen[subject] = (content, told, now if doubted else since)
        own = self._own.get(subject)
        if told is None or not doubted or (own is not None and own.name == told.job):
            return told
        return self._settle(subject, content, told)

    def _settle(self, subject: str, content: bytes, told: _Told) -> _Told | None:
        """Look whether a job has an owner; if not, note that it has ended, once for all who look."""
        try:
            with held(self._home, lock_of(subject), wait_s=0.0):
                if self._notes.read(_note_of(subject)) == content:
                    error = DashboardError(
                        LOST, hint="The process that ran it has gone. Start it again: what was stored stays."
                    )
                    told = replace(told, state=_failed(told.state, error, self._refer))
                    self._notes.write(_note_of(subject), msgspec.json.encode(told))
                    with self._lock:
                        self._seen[subject] = (content, told, time.monotonic())
                    return told
        except StoreError:
            return told  # somebody has the lock
        return self._look(subject)


def lock_of(subject: str) -> str:
    """Return the name of the lock that the owner of a profile's job holds."""
    return f"{subject}.job"


def _note_of(subject: str) -> str:
    return f"{subject}.job.json"


def _stop_of(subject: str) -> str:
    return f"{subject}.stop"


def _read(content: bytes) -> _Told | None:
    """Return what a note says, None where a later version of the program wrote it, or nobody did."""
    try:
        return msgspec.json.decode(content, type=_Told)
    except (msgspec.DecodeError, RecursionError):
        return None
