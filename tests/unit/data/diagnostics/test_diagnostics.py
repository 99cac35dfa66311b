"""What the program says of itself, added up by hand."""

import pytest

from data.diagnostics.diagnostics import Budget, budget_of, log_lines, timings_of
from data.model.instants import DAY_MS
from data.persistence import SyncRecord

NOW = 100 * DAY_MS


def sync(age_ms: int, requests: int, **paths: int) -> SyncRecord:
    return SyncRecord(NOW - age_ms, "full", "ok", None, {}, requests, 1, 0.5, 1000, paths, 2.0)


def test_requests_are_added_up_by_day_week_and_path() -> None:
    """The edge of a span belongs to it; what is older than a week is history."""
    syncs = [
        sync(0, 5, a=5),
        sync(DAY_MS, 7, a=3, b=4),
        sync(DAY_MS + 1, 2, b=2),
        sync(7 * DAY_MS + 1, 90, a=90),
    ]
    budget = budget_of(syncs, NOW)

    assert (budget.today, budget.week, budget.syncs) == (12, 14, 3)
    assert (budget.retries, budget.throttled_s, budget.bytes) == (3, 1.5, 3000)
    assert budget.by_path == (("a", 8), ("b", 6))


def test_no_sync_is_no_request() -> None:
    assert budget_of([], NOW) == Budget()


def test_times_by_kind_the_slowest_first() -> None:
    """Two kinds, and a line that tells no time."""
    lines = [{"message": "metric.calculated", "metric": "flow_time", "duration_ms": ms} for ms in (1, 2, 3)]
    lines += [{"message": "sync.finished", "duration_s": 2}, {"message": "serve.started"}]
    slow, quick = timings_of(lines)

    assert (slow.name, slow.n, slow.p50, slow.p95) == ("sync.finished", 1, 2000.0, 2000.0)
    assert (quick.name, quick.n, quick.p50) == ("metric.calculated flow_time", 3, 2.0)
    assert quick.p95 == pytest.approx(2.9)
    assert timings_of([]) == ()


@pytest.mark.parametrize(
    ("level", "words", "events"),
    [
        ("DEBUG", "", ["a", "b", "c"]),
        ("WARNING", "", ["b", "c"]),
        ("DEBUG", "BOOM", ["c"]),
        ("DEBUG", "key=7", ["a"]),
        ("ERROR", "key", []),
    ],
)
def test_lines_by_level_and_words(level: str, words: str, events: list[str]) -> None:
    entries = [
        {"timestamp": "t1", "level": "INFO", "message": "a", "key": 7},
        {"timestamp": "t2", "level": "WARNING", "message": "b"},
        {
            "timestamp": "t3",
            "level": "ERROR",
            "message": "c",
            "exception": "Traceback\n  more\nBoom: it broke",
        },
    ]
    lines, n = log_lines(entries, level, words, 10)

    assert [line.event for line in lines] == events
    assert n == len(events)


def test_only_the_newest_lines_are_shown() -> None:
    entries = [{"level": "INFO", "message": str(place)} for place in range(5)]
    lines, n = log_lines(entries, "INFO", "", 2)

    assert ([line.event for line in lines], n) == (["3", "4"], 5)
