"""How far a job is and how it ends, seen by its owner; what every process sees is a contract of its own."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.errors import CancelledError, QueryError
from configuration.settings import Home
from data.intake.jobs import JobPort, JobState


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobPort]:
    port = JobPort(Home(tmp_path), lambda error: f"ref-{type(error).__name__}")
    yield port
    port.close()


def test_a_job_is_watched_while_it_runs(jobs: JobPort) -> None:
    half, end = threading.Event(), threading.Event()

    def work(progress, cancelled):
        progress(5, 10)
        half.set()
        end.wait(5)

    assert jobs.start("Reading", work, "team")
    assert half.wait(5)
    during = jobs.state("team")
    refused = jobs.start("Another", work, "team")
    end.set()
    jobs.join("team", 5)

    assert (during.running, during.label, during.done, during.total) == (True, "Reading", 5, 10)
    assert not refused
    assert (jobs.state("team").running, jobs.state("team").error) == (False, None)
    assert jobs.start("Another", lambda progress, cancelled: None, "team")
    jobs.join("team", 5)


def test_a_job_can_be_stopped(jobs: JobPort) -> None:
    seen = []

    def work(progress, cancelled):
        seen.append(cancelled.wait(5))

    jobs.start("Reading", work, "team")
    jobs.cancel("team")
    jobs.join("team", 5)

    assert seen == [True]
    assert not jobs.state("team").running


def test_a_stopped_job_does_not_stop_the_next(jobs: JobPort) -> None:
    jobs.cancel("team")
    seen = []
    jobs.start("Reading", lambda progress, cancelled: seen.append(cancelled.is_set()), "team")
    jobs.join("team", 5)

    assert seen == [False]


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (QueryError("Cause.", "Remedy."), "Cause.", "Remedy."),
        (
            ZeroDivisionError("inner"),
            "The job ended unexpectedly.",
            "Look into the log under this reference.",
        ),
    ],
)
def test_a_failure_has_cause_remedy_and_reference(
    jobs: JobPort, error: Exception, message: str, hint: str
) -> None:
    def work(progress, cancelled):
        raise error

    jobs.start("Reading", work, "team")
    jobs.join("team", 5)
    state = jobs.state("team")

    assert (state.running, state.error, state.hint) == (False, message, hint)
    assert state.reference == f"ref-{type(error).__name__}"


def test_the_time_left_goes_by_the_pace(jobs: JobPort, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 were there at once; 50 more in 5 s leave 15 s for the other 150. Nobody knows before that."""
    now, seen = [100.0], []
    monkeypatch.setattr("data.intake.jobs.time.monotonic", lambda: now[0])

    def work(progress, cancelled):
        progress(0, 300)
        progress(100, 300)
        seen.append(jobs.state("team").left_s)
        now[0] += 5
        progress(150, 300)
        seen.append(jobs.state("team").left_s)

    jobs.start("Reading", work, "team")
    jobs.join("team", 5)

    assert seen == [None, 15.0]
    assert jobs.state("team").subject == "team"


@pytest.mark.parametrize(
    ("reports", "pages"),
    [([0, 100, 200], 2), ([700, 800], 1), ([0, 0], 0), ([0, 100, 100], 1)],
    ids=["from the start", "taken up again", "nothing yet", "nothing new"],
)
def test_pages_are_what_was_read_since_the_job_began(jobs: JobPort, reports: list[int], pages: int) -> None:
    jobs.start("Reading", lambda progress, _cancelled: [progress(done, None) for done in reports], "team")
    jobs.join("team", 5)

    assert jobs.state("team").pages == pages


def test_a_stop_is_not_a_failure_of_whoever_comes_next(jobs: JobPort, tmp_path: Path) -> None:
    """With its process a job is stopped within a second, and the next process hears nothing of it."""

    def work(progress, cancelled):
        if cancelled.wait(10):
            raise CancelledError("The sync was cancelled.", hint="Start it again later.")

    jobs.start("Reading", work, "team")
    jobs.start("Reading", lambda progress, cancelled: None, "other")
    jobs.join("other", 5)
    began = time.monotonic()
    jobs.close()

    assert time.monotonic() - began < 1.0
    assert not jobs.state("team").running
    assert JobPort(Home(tmp_path), str).state("team") == JobState()


def test_a_job_that_does_not_stop_is_left_behind(jobs: JobPort, tmp_path: Path) -> None:
    """The end of a process waits a second for it and no longer."""
    gate = threading.Event()
    jobs.start("Reading", lambda progress, cancelled: gate.wait(10), "team")
    began = time.monotonic()
    jobs.close()
    took = time.monotonic() - began
    gate.set()

    assert 0.9 < took < 2.0


def test_without_a_lock_nothing_runs_and_the_page_says_why(jobs: JobPort, tmp_path: Path) -> None:
    """A folder that cannot be made, as on a disk that is read-only."""
    (tmp_path / "run").write_text("not a folder")
    ran = []
    jobs.start("Reading", lambda progress, cancelled: ran.append(1), "team")
    state = jobs.state("team")

    assert (state.running, state.reference, ran) == (False, "ref-StoreError", [])
    assert "cannot be opened" in (state.error or "")


def test_a_note_that_cannot_be_written_stops_no_job(jobs: JobPort, tmp_path: Path) -> None:
    """On a full disk its owner still knows how it stands."""
    (tmp_path / "run" / "team.job.json").mkdir(parents=True)

    def work(progress, cancelled):
        raise QueryError("Cause.", "Remedy.")

    assert jobs.start("Reading", work, "team")
    jobs.join("team", 5)

    assert jobs.state("team").error == "Cause."


@pytest.mark.parametrize("content", [b"", b"{", b'{"job": 1}', b"[" * 100_000])
def test_a_note_of_another_making_tells_nothing(jobs: JobPort, tmp_path: Path, content: bytes) -> None:
    """A later version of the program may write another one; a job can be started over it."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "team.job.json").write_bytes(content)
    before = jobs.state("team")
    started = jobs.start("Reading", lambda progress, cancelled: None, "team")
    jobs.join("team", 5)

    assert (before, started) == (JobState(), True)
