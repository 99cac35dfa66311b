"""The own time of imported data: 1 ms after whatever is the newest in them."""

import pytest

from data.model.data_time import time_after_newest
from data.model.tables import MISSING, DeploymentRow
from data.store.event_table import build_event_table
from tests.support.builders import issue
from tests.support.rows import at, dataset

MOVED = [("2026-03-05T10:00", "Doing")]


def event(when: int, day: str = "") -> DeploymentRow:
    return DeploymentRow("1", "1.0", "A", when, "", False, (), day=day)


@pytest.mark.parametrize(
    ("issues", "events", "newest"),
    [
        ([issue("A-1", created="2026-03-01", updated="2026-03-02")], [], "2026-03-02"),
        ([issue("A-1", created="2026-03-01", updated="2026-02-01")], [], "2026-03-01"),
        ([issue("A-1", created="2026-03-01", history=MOVED, updated="2026-03-02")], [], "2026-03-05T10:00"),
        ([issue("A-1", created="2026-03-01")], [event(at("2026-03-07"))], "2026-03-07"),
        ([issue("A-1", created="2026-03-08")], [event(MISSING), event(at("2026-03-07"))], "2026-03-08"),
        ([issue("A-1", created="2026-03-01", resolutiondate="2026-03-09")], [], "2026-03-01"),
        ([issue("A-1", created="2026-03-01")], [event(MISSING, "2026-03-07")], "2026-03-07T12:00"),
        ([issue("A-1", created="2026-03-07T12:01")], [event(MISSING, "2026-03-07")], "2026-03-07T12:01"),
    ],
)
def test_it_is_just_after_the_newest_instant(issues: list, events: list, newest: str) -> None:
    assert time_after_newest(dataset(issues).issues, build_event_table(events)) == at(newest) + 1


def test_without_any_instant_there_is_no_time() -> None:
    assert time_after_newest(dataset([]).issues, build_event_table([event(MISSING)])) == MISSING
