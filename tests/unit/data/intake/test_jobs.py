"""One background job at a time, which can be watched and stopped, and whose failure is told."""

import threading

import pytest

from configuration.errors import QueryError
from data.intake.jobs import JobPort


@pytest.fixture
def jobs() -> JobPort:
    return JobPort(lambda error: f"ref-{type(error).__name__}")


def test_a_job_is_watched_while_it_runs(jobs: JobPort) -> None:
    half, end = threading.Event(), threading.Event()

    def work(progress, cancelled):
        progress(5, 10)
        half.set()
        end.wait(5)

    assert jobs.start("Reading", work)
    assert half.wait(5)
    during = jobs.state()
    refused = jobs.start("Another", work)
    end.set()
    jobs.join(5)

    assert (during.running, during.label, during.done, during.total) == (True, "Reading", 5, 10)
    assert not refused
    assert (jobs.state().running, jobs.state().error) == (False, None)
    assert jobs.start("Another", lambda progress, cancelled: None)
    jobs.join(5)


def test_a_job_can_be_stopped(jobs: JobPort) -> None:
    seen = []

    def work(progress, cancelled):
        seen.append(cancelled.wait(5))

    jobs.start("Reading", work)
    jobs.cancel()
    jobs.join(5)

    assert seen == [True]
    assert not jobs.state().running


def test_a_stopped_job_does_not_stop_the_next(jobs: JobPort) -> None:
    jobs.cancel()
    seen = []
    jobs.start("Reading", lambda progress, cancelled: seen.append(cancelled.is_set()))
    jobs.join(5)

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

    jobs.start("Reading", work)
    jobs.join(5)
    state = jobs.state()

    assert (state.running, state.error, state.hint) == (False, message, hint)
    assert state.reference == f"ref-{type(error).__name__}"


def test_the_time_left_goes_by_the_pace(jobs: JobPort, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 were there at once; 50 more in 5 s leave 15 s for the other 150. Nobody knows before that."""
    now, seen = [100.0], []
    monkeypatch.setattr("data.intake.jobs.time.monotonic", lambda: now[0])

    def work(progress, cancelled):
        progress(0, 300)
        progress(100, 300)
        seen.append(jobs.state().left_s)
        now[0] += 5
        progress(150, 300)
        seen.append(jobs.state().left_s)

    jobs.start("Reading", work, "team")
    jobs.join(5)

    assert seen == [None, 15.0]
    assert jobs.state().subject == "team"


@pytest.mark.parametrize(
    ("reports", "pages"),
    [([0, 100, 200], 2), ([700, 800], 1), ([0, 0], 0), ([0, 100, 100], 1)],
    ids=["from the start", "taken up again", "nothing yet", "nothing new"],
)
def test_pages_are_what_was_read_since_the_job_began(jobs: JobPort, reports: list[int], pages: int) -> None:
    jobs.start("Reading", lambda progress, _cancelled: [progress(done, None) for done in reports])
    jobs.join(5)

    assert jobs.state().pages == pages
