"""Numbers of several profiles: read again only where something changed, whatever else is asked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.profile import Profile, profile_from
from configuration.profile_lists import Event
from data.cache_manager import Store
from data.metrics.report import View
from data.model.tables import Dataset
from data.pipeline import Pipeline
from data.profiles.sources import Source
from data.together import Asked, Days, Together, overlap_words
from tests.support.builders import issue, status_list
from tests.support.engine import stored

MARCH = View(date_from="2026-03-02", date_to="2026-03-29")


class CountedStore(Store):
    """A store that tells how often its tables were read."""

    loads = 0

    def load(self) -> Dataset:
        self.loads += 1
        return super().load()


class Office:
    """Profiles by name, each over a file of its own."""

    def __init__(self, folder: Path, **keys: list[str]) -> None:
        self.folder = folder
        self.stores: dict[str, CountedStore] = {}
        self.profiles: dict[str, Profile] = {}
        for name, mine in keys.items():
            self.write(name, mine)

    def write(self, name: str, keys: list[str]) -> None:
        history = [("2026-03-03", "Doing"), ("2026-03-05", "Done")]
        issues = [issue(key, created="2026-02-20", history=history) for key in keys]
        place = stored(self.folder, issues, status_list(), file=f"{name}.sqlite").place
        self.stores.setdefault(name, CountedStore(place))
        self.profiles.setdefault(name, Profile())

    def pipeline(self, name: str) -> Pipeline:
        return Pipeline(Source(name, "files", self.profiles[name], self.stores[name]))

    def loads(self) -> Mapping[str, int]:
        return {name: store.loads for name, store in self.stores.items()}


def asked(*names: str, view: View = MARCH) -> list[Asked]:
    return [Asked(name, view) for name in names]


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    """Three profiles are read once; then the one that got an issue alone."""
    office = Office(tmp_path, a=["A-1", "A-2"], b=["B-1"], c=["C-1"])
    together = Together(office.pipeline)
    first = together.all(asked("a", "b", "c"))
    again = together.all(asked("a", "b", "c"))
    read = office.loads()
    office.write("b", ["B-1", "B-2"])
    more = together.all(asked("a", "b", "c"))

    assert first is not None
    assert more is not None
    assert first is again
    assert read == {"a": 1, "b": 1, "c": 1}
    assert office.loads() == {"a": 1, "b": 2, "c": 1}
    assert (first.results["flow_velocity"].n, more.results["flow_velocity"].n) == (4, 5)


def test_rows_and_all_together_share_what_is_remembered(tmp_path: Path) -> None:
    """A row over the same days needs no tables either, and has the numbers of the report."""
    office = Office(tmp_path, a=["A-1", "A-2"], b=["B-1"])
    together = Together(office.pipeline)
    together.all(asked("a", "b"))
    row = together.beside(asked("a")[0])

    assert office.loads() == {"a": 1, "b": 1}
    assert row.merged.results["flow_time"].value == 2.0
    assert (
        row.merged.results["flow_time"].weekly
        == office.pipeline("a").report(MARCH).results["flow_time"].weekly
    )
    assert row.revision == office.stores["a"].revision()


@pytest.mark.parametrize(
    ("settings", "reads"),
    [({"start_source": "created"}, 2), ({"workflow": {"done": ["Doing"]}}, 2), ({}, 1)],
)
def test_settings_that_decide_numbers_are_part_of_the_question(
    tmp_path: Path, settings: dict, reads: int
) -> None:
    """Events and saved views decide none."""
    office = Office(tmp_path, a=["A-1"], b=["B-1"])
    together = Together(office.pipeline)
    together.all(asked("a", "b"))
    office.profiles["a"] = replace(profile_from(settings), events=(Event("2026-03-04", "A move"),))
    together.all(asked("a", "b"))

    assert office.loads() == {"a": reads, "b": 1}


def test_other_days_and_filters_are_other_questions(tmp_path: Path) -> None:
    """Steps of the series are not: they are made of the same rows."""
    office = Office(tmp_path, a=["A-1"], b=["B-1"])
    together = Together(office.pipeline)
    for view in (MARCH, replace(MARCH, step="month"), replace(MARCH, types=("Bug",))):
        together.all(asked("a", "b", view=view))
    by_month = together.all(asked("a", "b", view=replace(MARCH, step="month")))

    assert office.loads() == {"a": 2, "b": 2}
    assert by_month is not None
    assert [point.step for point in by_month.results["flow_velocity"].series.points] == ["2026-03"]


def test_without_room_everything_is_read_anew_and_right(tmp_path: Path) -> None:
    office = Office(tmp_path, a=["A-1"], b=["B-1"])
    found = [Together(office.pipeline, 0).all(asked("a", "b")) for _ in range(2)]

    assert office.loads() == {"a": 2, "b": 2}
    assert [one.results["flow_velocity"].n for one in found if one is not None] == [2, 2]


def test_fewer_than_two_that_hold_anything_are_nothing_together(tmp_path: Path) -> None:
    """An empty profile has a row that says so."""
    office = Office(tmp_path, a=["A-1"], empty=[])
    together = Together(office.pipeline)
    row = together.beside(asked("empty")[0])

    assert together.all(asked("a", "empty")) is None
    assert together.all([]) is None
    assert (row.merged.window, row.revision) == (None, "")
    assert row.merged.results["flow_time"].message == "There are no issues in the store."


def test_the_period_is_that_of_the_newest_data(tmp_path: Path) -> None:
    """Where nobody names one: the 90 days up to the newest day of all."""
    office = Office(tmp_path, a=["A-1"], b=["B-1"])
    late = issue("B-2", created="2026-04-10")
    stored(tmp_path, [late], status_list(), file="b.sqlite")
    days = Together(office.pipeline).days(asked("a", "b", view=View()))

    assert days == Days("2025-10-13", "2026-01-11", "2026-04-10")


def test_overlaps_are_told_in_the_order_of_the_profiles(tmp_path: Path) -> None:
    office = Office(tmp_path, a=["A-1", "A-2"], b=["A-2"], c=["A-1", "A-2"])
    found = Together(office.pipeline).all(asked("a", "b", "c"))

    assert overlap_words(found, ["a", "b", "c"]) == [
        "a and b hold 1 issue in common: these count in both.",
        "a and c hold 2 issues in common: these count in both.",
        "b and c hold 1 issue in common: these count in both.",
    ]
    assert overlap_words(None, ["a"]) == []
