"""What somebody wants to try, in words and with what it rests on."""

import numpy as np
import pytest

from configuration.errors import InputError
from data.forecast.supposed import Supposals, Wish, suppose
from data.forecast.what_if import Quarter

STAGES = ("Doing", "Review", "")


def quarter(kinds: int = 2) -> Quarter:
    """One item a day: two days of work, two of Review; with two kinds every second one is a Defect."""
    begun = np.arange(-4, 91) + 0.5
    done = begun + 4 <= 91
    kind = np.arange(len(begun)) % kinds
    lives = np.tile([2.0, 2.0, 0.0], (int(done.sum()), 1))
    finished = int((done & (begun + 4 > 0)).sum())
    return Quarter(
        begun, kind, lives, kind[done], np.array([False, True, True]), finished, np.full(finished, 4.0)
    )


def tried(wish: Wish, known: Quarter | None = None) -> Supposals:
    return suppose(known or quarter(), STAGES, wish, ("To Do", "Doing", "Review"))


def test_unasked_it_tries_a_third_less_and_half_the_longest_wait() -> None:
    """Four at once on average, of which two thirds are two."""
    found = tried(Wish())

    assert [one.words for one in found.tried] == [
        "no more than 2 items in progress at once (4 on average now)",
        "half the time in Review",
    ]
    assert not any(one.wished for one in found.tried)
    assert (found.waiting, found.types) == (("Review",), ("Feature", "Defect"))


def test_what_somebody_asks_for_comes_first() -> None:
    found = tried(Wish(cap=3, drop="defect"))

    assert [(one.kind, one.wished) for one in found.tried] == [
        ("cap", True),
        ("drop", True),
        ("cap", False),
        ("halve", False),
    ]
    assert found.tried[1].words == "no Defect items"
    weekly = found.tried[1].told.changed
    assert weekly is not None
    assert weekly.weekly == (pytest.approx(3.5, abs=0.15), pytest.approx(3.5, abs=0.15))


def test_what_would_be_tried_anyway_is_tried_once() -> None:
    found = tried(Wish(cap=2, halve="  REVIEW "))

    assert [(one.kind, one.wished) for one in found.tried] == [("cap", True), ("halve", True)]


def test_each_says_what_it_rests_on() -> None:
    assert all(one.assumes.endswith(".") for one in tried(Wish(drop="Defect")).tried)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(halve="Doing"), "no work waited in Doing in the last 91 days; it did in Review."),
        (Wish(drop="Risk"), "no Risk item was worked on"),
    ],
)
def test_what_plays_no_part_in_the_quarter_is_told_and_not_refused(wish: Wish, words: str) -> None:
    """Filters come and go, and the question stays in the address."""
    found = tried(wish).tried[0]

    assert found.wished
    assert found.told.changed is None
    assert words in (found.told.message or "")


def test_without_the_only_type_nothing_is_left() -> None:
    found = tried(Wish(drop="Feature"), quarter(kinds=1)).tried[0]

    assert found.told.message == "Nothing would be left: every item of the last 91 days was Feature."


@pytest.mark.parametrize(
    ("wish", "words", "hint"),
    [
        (Wish(cap=0), "0 is not a number of items that can be in progress.", "from 1 on"),
        (Wish(cap=-3), "-3 is not a number", "from 1 on"),
        (Wish(halve="Reviewing"), "There is no status 'Reviewing'.", "Review"),
        (Wish(drop="Story"), "There is no flow item type 'Story'.", "Feature"),
    ],
)
def test_what_makes_no_sense_is_refused(wish: Wish, words: str, hint: str) -> None:
    with pytest.raises(InputError) as refused:
        tried(wish)

    assert words in refused.value.message
    assert hint in refused.value.hint


def test_a_cap_beyond_every_load_changes_nothing() -> None:
    told = tried(Wish(cap=10_000_000)).tried[0].told

    assert told.changed is not None
    assert told.changed.p85 == (4.0, 4.0)
