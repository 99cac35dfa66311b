"""What people read on a terminal."""

import pytest

from callbacks.tables import outcome_words
from data.cache_manager import Changes
from data.outcome import NO_REQUESTS, SyncOutcome


def outcome(changes: tuple[int, int, int, int], **more: object) -> SyncOutcome:
    created, updated, deleted, moved = changes
    done = Changes(created, updated, deleted, moved, 40, "r", changed=any(changes))
    return SyncOutcome(
        "incremental", done, 7, more.pop("bad", 0), NO_REQUESTS | {"total": 3}, None, 0.1, **more
    )


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (outcome((0, 0, 0, 0)), ["7 issues read: nothing has changed; 40 stored, 3 requests."]),
        (outcome((1, 0, 0, 2)), ["7 issues read: 1 new, 2 moved; 40 stored, 3 requests."]),
        (
            outcome((1, 3, 4, 0), created_in_parts=2),
            ["7 issues read: 3 new, 3 updated, 4 gone; 40 stored, 3 requests."],
        ),
        (
            outcome((0, 1, 0, 0), bad=2),
            [
                "7 issues read: 1 updated; 40 stored, 3 requests.",
                "2 of them could not be read in full; metrics says in which fields.",
            ],
        ),
    ],
)
def test_what_was_done_in_words(done: SyncOutcome, words: list[str]) -> None:
    assert outcome_words(done).splitlines() == words


def test_a_mass_loss_says_what_to_do() -> None:
    """It is kept, and the words name the command that believes it."""
    lines = outcome_words(outcome((0, 0, 0, 0), held_back=12)).splitlines()

    assert lines[1].startswith("12 issues seem to be gone")
    assert lines[1].endswith("run sync --full.")
