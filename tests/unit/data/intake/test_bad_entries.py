"""Advice helps: leaving entries out is advised where something is left then."""

import pytest

from configuration.errors import InputError
from data.intake.bad_entries import SHOWN, BadEntry, Judge, LeftOut

BAD = BadEntry("f", "line 2", "is nonsense")


def judged(left_out: LeftOut | None, *entries: BadEntry | None) -> None:
    judge = Judge("f", "issue", left_out, "Check the file.")
    for entry in entries:
        judge.note_good() if entry is None else judge.note_bad(entry)
    judge.end()


@pytest.mark.parametrize("entries", [(None, BAD), (BAD, None), (BAD, BAD, None)])
def test_a_bad_entry_beside_a_good_one_may_be_left_out(entries: tuple) -> None:
    with pytest.raises(InputError) as told:
        judged(None, *entries)

    assert told.value.message == "f, line 2: is nonsense."
    assert "Correct the entry, or leave such entries out with --skip-bad" in told.value.hint


def test_nothing_but_bad_entries_is_another_problem() -> None:
    with pytest.raises(InputError) as told:
        judged(None, BAD, BAD)

    assert told.value.hint == "Check the file."
    with pytest.raises(InputError, match="holds no issue that can be read") as told:
        judged(LeftOut(), BAD)

    assert told.value.hint == "Check the file."


def test_a_better_remedy_wins() -> None:
    better = BadEntry("f", "line 2", "is not UTF-8", "Save it as UTF-8.")
    with pytest.raises(InputError) as told:
        judged(None, better, None)

    assert told.value.hint.startswith("Save it as UTF-8, or leave such entries out with --skip-bad")
    with pytest.raises(InputError) as told:
        judged(None, better)

    assert told.value.hint == "Save it as UTF-8."


def test_all_are_counted_and_the_first_are_shown() -> None:
    left_out = LeftOut()
    judged(left_out, None, *[BAD] * 25)

    assert (left_out.count, left_out.shown) == (25, ["f, line 2: is nonsense"] * SHOWN)
    judged(left_out)  # a file without entries is judged by whoever reads it
