"""What a sync or an import did, as scripts read it."""

import pytest

from data.cache_manager import Changes
from data.intake.sync_outcome import NO_REQUESTS, SyncOutcome


def outcome(reason: str | None) -> SyncOutcome:
    changes = Changes(created=4, updated=27, deleted=1, moved=2, stored=4812, revision="ab12", changed=True)
    return SyncOutcome("full", changes, 31, 3, NO_REQUESTS, reason, 1.23456)


def test_the_document() -> None:
    found = outcome("updated").as_document()

    assert list(found) == ["state", "mode", "issues", "requests", "cache", "duration_s", "revision"]
    assert list(found["issues"].items()) == [
        ("stored", 4812),
        ("fetched", 31),
        ("created", 4),
        ("updated", 27),
        ("deleted", 1),
        ("moved", 2),
        ("held_back", 0),
        ("bad", 3),
    ]
    assert (found["duration_s"], found["revision"]) == (1.235, "ab12")


@pytest.mark.parametrize(("reason", "hit"), [("cold", False), (None, True)])
def test_no_reason_is_a_hit(reason: str | None, hit: bool) -> None:
    assert outcome(reason).as_document()["cache"] == {"hit": hit, "reason": reason}
