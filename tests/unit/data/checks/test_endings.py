"""What ``check`` says of resolutions and done statuses: each that was met, and how it counts."""

from dataclasses import replace
from pathlib import Path

from configuration.profile import Profile
from data.cache_manager import References
from data.checks.endings import ending_findings, stored_findings
from tests.support.builders import issue, status_list
from tests.support.rows import at, dataset, row
from tests.support.stores import store_at

MOVES = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]


def test_each_ending_is_listed_with_its_count() -> None:
    """Two were done, one has no resolution, one was a duplicate; what is open does not count."""
    issues = [
        issue(f"A-{n}", created="2026-03-01", history=MOVES, resolution=name)
        for n, name in enumerate(("Done", "Done", None, "Duplicate"), start=1)
    ]
    stored = replace(dataset([*issues, issue("A-9")], status_list()), as_of=at("2026-04-01"))

    resolutions, statuses = ending_findings(stored, Profile())

    assert (resolutions.name, resolutions.state) == ("resolutions", "ok")
    assert resolutions.message == (
        "4 completed items. Delivered: no resolution (1), Done (2); not delivered: Duplicate (1)."
    )
    assert statuses.message == "4 completed items. Delivered: Done (4)."
    assert "workflow.not_delivered" in statuses.hint


def test_without_completed_items_there_is_nothing_to_list() -> None:
    stored = replace(dataset([issue("A-9")], status_list()), as_of=at("2026-04-01"))

    assert [line.message for line in ending_findings(stored, Profile())] == ["No item is completed yet."] * 2
    assert list(ending_findings(dataset([]), Profile())) == []


def test_a_store_that_cannot_be_read_stops_no_check(temp_cache_dir: Path) -> None:
    """What is stored is listed; what is damaged is a note with its remedy; what is not there is nothing."""
    store = store_at(temp_cache_dir / "scope.sqlite")
    assert list(stored_findings(store, Profile())) == []

    store.add([row(issue("A-1", created="2026-03-01", history=MOVES))], References())
    assert [line.name for line in stored_findings(store, Profile())] == ["resolutions", "done statuses"]

    store.place.path.write_bytes(b"not a store")
    (line,) = stored_findings(store_at(store.place.path), Profile())
    assert (line.state, bool(line.hint)) == ("note", True)
