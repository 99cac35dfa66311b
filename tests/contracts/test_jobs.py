"""What every keeper of jobs promises, whatever it keeps them in: real processes, real signals."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from configuration.settings import Home
from data.intake.jobs import LOST, JobPort, JobState
from tests.support.commands import ROOT

# Counts to 6000 in five minutes unless it is stopped, and says so when it has begun.
OWNER = """
import sys
from pathlib import Path
from configuration.errors import CancelledError
from configuration.settings import Home
from data.intake.jobs import JobPort

def work(progress, cancelled):
    for done in range(6000):
        progress(done, 6000)
        if cancelled.wait(0.05):
            raise CancelledError("The sync was cancelled.", hint="Start it again later.")

jobs = JobPort(Home(Path(sys.argv[1])), lambda error: "of-the-owner")
print(jobs.start("Reading", work, "team"), flush=True)
jobs.join("team", 300)
"""


@pytest.fixture
def jobs(home: Home) -> Iterator[JobPort]:
    port = JobPort(home, lambda error: "of-a-reader")
    yield port
    port.close()


@contextmanager
def owner(home: Home) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that owns a job of the profile ``team``."""
    command = [sys.executable, "-c", OWNER, str(home.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            yield process
        finally:
            process.kill()


def until(wanted: Callable[[JobState], bool], jobs: JobPort, within_s: float) -> JobState:
    """Return how the job of ``team`` stands as soon as it is as wanted."""
    deadline = time.monotonic() + within_s
    while not wanted(jobs.state("team")):
        assert time.monotonic() < deadline, jobs.state("team")
        time.sleep(0.02)
    return jobs.state("team")


def ended(state: JobState) -> bool:
    return not state.running


def test_others_see_it_run_and_stop_it_within_a_second(home: Home, jobs: JobPort) -> None:
    """No look denies a job that runs, and each sees as much done as the one before it, or more."""
    with owner(home):
        looks = []
        for _ in range(60):
            looks.append(jobs.state("team"))
            time.sleep(0.02)
        refused = jobs.start("Reading", lambda progress, cancelled: None, "team")
        beside = jobs.start("Reading", lambda progress, cancelled: None, "other")
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


def test_a_stop_is_for_the_job_that_ran(home: Home, jobs: JobPort) -> None:
    """Neither that of another profile nor the next one of the same profile is stopped."""
    with owner(home):
        jobs.cancel("other")
        time.sleep(0.6)
        still = jobs.state("team").running
        jobs.cancel("team")
        until(ended, jobs, 5)
    jobs.cancel("team")
    seen: list[bool] = []
    jobs.start("Reading", lambda progress, cancelled: seen.append(cancelled.wait(0.6)), "team")
    jobs.join("team", 5)

    assert still
    assert seen == [False]


def test_a_job_ends_with_its_process(home: Home, jobs: JobPort, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that rests is not taken for dead; one that was killed has ended, and may be started again."""
    monkeypatch.setattr("data.intake.jobs._DOUBTED_AFTER_S", 0.3)
    with owner(home) as process:
        before = jobs.state("team")
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.2)
        resting = jobs.state("team")
        process.send_signal(signal.SIGKILL)
        process.wait()
        lost = until(ended, jobs, 5)
    again = jobs.start("Reading", lambda progress, cancelled: None, "team")
    jobs.join("team", 5)

    assert (before.running, resting.running) == (True, True)
    assert (lost.error, lost.reference) == (LOST, "of-a-reader")
    assert (lost.hint or "").endswith("what was stored stays.")
    assert again
    assert jobs.state("team").error is None


def test_a_lost_job_is_logged_once_and_seen_at_once_by_who_comes_later(home: Home) -> None:
    """Twelve who look at the same time tell the same reference."""
    with owner(home) as process:
        process.kill()
        process.wait()
    logged: list[Exception] = []

    def refer(error: Exception) -> str:
        logged.append(error)
        return f"reference-{len(logged)}"

    barrier = threading.Barrier(12)

    def look(port: JobPort) -> JobState:
        barrier.wait()
        return until(ended, port, 5)

    with ThreadPoolExecutor(12) as pool:
        states = list(pool.map(look, [JobPort(home, refer) for _ in range(12)]))

    assert {(state.error, state.reference) for state in states} == {(LOST, "reference-1")}
    assert len(logged) == 1


def test_one_of_many_who_start_at_once_gets_the_job(home: Home) -> None:
    """Whoever is refused learns of the job that runs."""
    ports = [JobPort(home, str) for _ in range(8)]
    barrier, gate = threading.Barrier(8), threading.Event()

    def start(port: JobPort) -> bool:
        barrier.wait()
        return port.start("Reading", lambda progress, cancelled: gate.wait(10), "team")

    try:
        with ThreadPoolExecutor(8) as pool:
            started = list(pool.map(start, ports))
        running = [port.state("team").running for port in ports]
    finally:
        gate.set()
        next(port for port, won in zip(ports, started, strict=True) if won).join("team", 5)

    assert sum(started) == 1
    assert all(running)


def test_a_job_that_went_well_leaves_no_word(home: Home, jobs: JobPort) -> None:
    """Another process sees that it has ended, without an error; of a profile without one it sees nothing."""
    jobs.start("Reading", lambda progress, cancelled: progress(7, 7), "team")
    jobs.join("team", 5)
    other = JobPort(home, str)

    assert (other.state("team").running, other.state("team").error, other.state("team").done) == (
        False,
        None,
        7,
    )
    assert other.state("nobody") == JobState()
