"""Waiting statuses that only their names tell."""

import pytest

from data.meaning.workflow import looks_waiting
from tests.support.builders import issue, status
from tests.support.engine import engine_metrics

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-16T00:00:00Z"}
STATUSES = [status("To Do"), status("Doing"), status("Code Review", "50"), status("Done")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Blocked", True),
        ("Waiting for customer", True),
        ("ON HOLD", True),
        ("In Queue", True),
        ("Ready for QA", True),
        ("To be deployed", True),
        ("Code review", True),
        ("In Review", True),
        ("Development", False),
        ("Unblocked", False),
        ("Not ready for QA", False),
        ("Reviewed", False),
    ],
)
def test_names_that_sound_like_waiting(name: str, expected: bool) -> None:
    """Whole words, wherever they stand; phrases, where the name begins with them."""
    assert looks_waiting(name) is expected


def efficiency(**profile: object) -> dict:
    review = ("50", "Code Review")
    history = [("2026-03-02", "Doing"), ("2026-03-03", review), ("2026-03-06", review, "Done")]
    issues = [issue("A-1", created="2026-02-20", history=history)]
    document = engine_metrics(issues, statuses=STATUSES, profile=profile, **PERIOD)
    return document["metrics"]["flow_efficiency"]


def test_a_guess_is_inferred() -> None:
    """One day of work, three in review: a quarter, and it says that nobody confirmed it."""
    metric = efficiency()

    assert (metric["value"], metric["evidence"]) == (25, "inferred")


def test_a_word_of_the_profile_beats_the_guess() -> None:
    """Who calls the review active has no waiting status left; who names it waiting confirms it."""
    confirmed = efficiency(workflow={"waiting": ["code review"]})

    assert efficiency(workflow={"active": ["code review"]})["state"] == "not_applicable"
    assert (confirmed["value"], confirmed["evidence"]) == (25, "measured")
