"""What every keeper of jobs promises, whatever it keeps them in: real processes, real signals."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from configuration.database.connection import Database
from configuration.settings import Home
from data.intake.jobs import LOST, JobPort, JobState, Work
from data.intake.queued_jobs import QueuedJobs
from data.intake.worker import Worker
from tests.services import PostgreSQL
from tests.support.commands import ROOT

# Counts to 6000 in five minutes unless it is stopped, and says so when it has begun; in a thread of its own
# or, where the profile's work waits in a queue, as a worker.
OWNER = """
import os, sys, threading
from configuration.errors import CancelledError
from configuration.settings import home_from
from data.intake.jobs import JobPort
from data.intake.worker import Worker

def work(progress, cancelled):
    for done in range(6000):
        progress(done, 6000)
        if done == 0:
            print("True", flush=True)
        if cancelled.wait(0.05):
            raise CancelledError("The sync was cancelled.", hint="Start it again later.")

home, refer = home_from(os.environ), lambda error: "of-the-owner"
if sys.argv[1] == "queue":
    Worker(home, lambda profile, full: ("Reading", work), dict, refer).run()
else:
    jobs = JobPort(home, refer)
    jobs.start("Reading", work, "team")
    jobs.join("team", 300)
"""


class Here:
    """Jobs in threads of whoever starts them."""

    def __init__(self, home: Home, other_process: Mapping[str, str]) -> None:
        self.home = home
        self._environment = {**os.environ, **other_process}
        self.ports: list[JobPort] = []

    def port(self, refer: Callable[[Exception], str] = lambda error: "of-a-reader") -> JobPort:
        """Return what a process has that looks at jobs."""
        self.ports.append(JobPort(self.home, refer))
        return self.ports[-1]

    def start(self, port: Any, work: Work, subject: str) -> bool:
        """Start a job."""
        return bool(port.start("Reading", work, subject))

    @contextmanager
    def owner(self, kind: str = "thread") -> Iterator["subprocess.Popen[str]"]:
        """Run a process that owns a job of the profile ``team``."""
        command = [sys.executable, "-c", OWNER, kind]
        with subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "True\n"
                yield process
            finally:
                process.kill()

    def close(self) -> None:
        """End what was begun."""
        for port in self.ports:
            port.close()


class ByWorkers(Here):
    """Jobs that a web process asks for and a worker runs, one of the test itself."""

    def __init__(self, home: Home, other_process: Mapping[str, str]) -> None:
        super().__init__(home, other_process)
        self._works: dict[str, Work] = {}
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None

    def port(self, refer: Callable[[Exception], str] = lambda error: "of-a-reader") -> Any:
        assert self.home.database is not None
        return QueuedJobs(self.home, self.home.database, refer)

    def start(self, port: Any, work: Work, subject: str) -> bool:
        self._works[subject] = work
        with self._lock:
            if self._worker is None:
                self._run_worker()
        return bool(port.start(subject))

    def _run_worker(self) -> None:
        def perform(name: str, full: bool) -> tuple[str, Work]:
            return "Reading", self._works[name]

        self._worker = Worker(self.home, perform, dict, lambda error: "of-the-worker")
        self._thread = threading.Thread(target=self._worker.run)
        self._thread.start()

    @contextmanager
    def owner(self, kind: str = "queue") -> Iterator["subprocess.Popen[str]"]:
        self.port().start("team")
        with super().owner(kind) as process:
            yield process

    def close(self) -> None:
        if self._worker is not None and self._thread is not None:
            self._worker.stop()
            self._thread.join(10)
            assert not self._thread.is_alive()


@pytest.fixture(params=["thread", "queue"])
def kept(request: pytest.FixtureRequest, home: Home, other_process: Mapping[str, str]) -> Iterator[Here]:
    """Return the jobs of a home: in threads, and on a server in workers too."""
    if request.param == "queue" and home.database is None:
        pytest.skip("a laptop has no workers")
    made = (ByWorkers if request.param == "queue" else Here)(home, other_process)
    yield made
    made.close()


@pytest.fixture
def threads(home: Home, other_process: Mapping[str, str]) -> Iterator[Here]:
    """Return jobs that end with the process that started them."""
    made = Here(home, other_process)
    yield made
    made.close()


def until(wanted: Callable[[JobState], bool], jobs: Any, within_s: float) -> JobState:
    """Return how the job of ``team`` stands as soon as it is as wanted."""
    deadline = time.monotonic() + within_s
    while not wanted(jobs.state("team")):
        assert time.monotonic() < deadline, jobs.state("team")
        time.sleep(0.02)
    return jobs.state("team")


def ended(state: JobState) -> bool:
    return not state.running


def test_a_job_goes_on_while_the_database_is_away(
    database: Database, postgres: PostgreSQL, tmp_path: Path
) -> None:
    """Its end is told once the database is back, to everybody."""
    home, end = Home(tmp_path, database), threading.Event()
    ours, theirs = (JobPort(home, lambda error: "") for _ in range(2))
    ours.start("Reading", lambda progress, cancelled: progress(7, 7) if end.wait(20) else None, "team")
    until(lambda state: state.running, theirs, 5)
    postgres.stop()
    time.sleep(0.5)  # its keeper looks meanwhile
    postgres.start()
    during = theirs.state("team")
    end.set()
    ours.join("team", 10)

    assert during.running
    assert (theirs.state("team").running, theirs.state("team").error) == (False, None)
    assert theirs.state("team").done == 7
    assert theirs.start("Again", lambda progress, cancelled: None, "team")
    theirs.join("team", 5)


def test_others_see_it_run_and_stop_it_within_a_second(kept: Here) -> None:
    """No look denies a job that runs, and each sees as much done as the one before it, or more."""
    jobs = kept.port()
    with kept.owner():
        looks = []
        for _ in range(60):
            looks.append(jobs.state("team"))
            time.sleep(0.02)
        refused = kept.start(jobs, lambda progress, cancelled: None, "team")
        beside = kept.start(jobs, lambda progress, cancelled: None, "other")
        began = time.monotonic()
        jobs.cancel("team")
        state = until(ended, jobs, 5)
        took = time.monotonic() - began

    assert all(look.running and look.label == "Reading" for look in looks)
    assert looks[-1].total == 6000
    assert [look.done for look in looks] == sorted(look.done for look in looks)
    assert len({look.done for look in looks}) > 3
    assert (refused, beside) == (False, True)
    assert took < 1.0
    assert (state.error, state.reference) == ("The sync was cancelled.", "of-the-owner")


def test_a_stop_is_for_the_job_that_ran(kept: Here) -> None:
    """Neither that of another profile nor the next one of the same profile is stopped."""
    jobs = kept.port()
    with kept.owner():
        jobs.cancel("other")
        time.sleep(0.6)
        still = jobs.state("team").running
        jobs.cancel("team")
        until(ended, jobs, 5)
    jobs.cancel("team")
    seen: list[bool] = []
    kept.start(jobs, lambda progress, cancelled: seen.append(cancelled.wait(0.6)), "team")
    jobs.join("team", 5)

    assert still
    assert seen == [False]


def test_a_job_ends_with_its_process(threads: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that rests is not taken for dead; one that was killed has ended, and may be started again."""
    monkeypatch.setattr("data.intake.jobs._DOUBTED_AFTER_S", 0.3)
    jobs = threads.port()
    with threads.owner() as process:
        before = jobs.state("team")
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.2)
        resting = jobs.state("team")
        process.send_signal(signal.SIGKILL)
        process.wait()
        lost = until(ended, jobs, 5)
    again = threads.start(jobs, lambda progress, cancelled: None, "team")
    jobs.join("team", 5)

    assert (before.running, resting.running) == (True, True)
    assert (lost.error, lost.reference) == (LOST, "of-a-reader")
    assert (lost.hint or "").endswith("what was stored stays.")
    assert again
    assert jobs.state("team").error is None


def test_a_lost_job_is_logged_once_and_seen_at_once_by_who_comes_later(threads: Here) -> None:
    """Twelve who look at the same time tell the same reference."""
    with threads.owner() as process:
        process.kill()
        process.wait()
    logged: list[Exception] = []

    def refer(error: Exception) -> str:
        logged.append(error)
        return f"reference-{len(logged)}"

    barrier = threading.Barrier(12)

    def look(port: Any) -> JobState:
        barrier.wait()
        return until(ended, port, 5)

    with ThreadPoolExecutor(12) as pool:
        states = list(pool.map(look, [threads.port(refer) for _ in range(12)]))

    assert {(state.error, state.reference) for state in states} == {(LOST, "reference-1")}
    assert len(logged) == 1


def test_one_of_many_who_start_at_once_gets_the_job(kept: Here) -> None:
    """Whoever is refused learns of the job that runs."""
    ports = [kept.port(str) for _ in range(8)]
    barrier, gate = threading.Barrier(8), threading.Event()

    def start(port: Any) -> bool:
        barrier.wait()
        return kept.start(port, lambda progress, cancelled: gate.wait(10), "team")

    try:
        with ThreadPoolExecutor(8) as pool:
            started = list(pool.map(start, ports))
        running = [port.state("team").running for port in ports]
    finally:
        gate.set()
        next(port for port, won in zip(ports, started, strict=True) if won).join("team", 5)

    assert sum(started) == 1
    assert all(running)


def test_a_job_that_went_well_leaves_no_word(kept: Here) -> None:
    """Another process sees that it has ended, without an error; of a profile without one it sees nothing."""
    jobs = kept.port()
    kept.start(jobs, lambda progress, cancelled: progress(7, 7), "team")
    jobs.join("team", 5)
    other = kept.port(str)

    assert (other.state("team").running, other.state("team").error, other.state("team").done) == (
        False,
        None,
        7,
    )
    assert other.state("nobody") == JobState()
