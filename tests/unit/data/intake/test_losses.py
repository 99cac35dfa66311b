"""What seems to be gone, and how much of it is believed."""

import pytest

from data.intake.losses import Compared, Guarded, guarded, is_mass_loss, project_of, projects_after

TWENTY = {str(n): f"A-{n}" for n in range(1, 21)}


def compared(*gone: str, known: dict[str, str] | None = None, passed: tuple[str, ...] = ()) -> Compared:
    return Compared(TWENTY if known is None else known, frozenset(gone), frozenset(passed))


@pytest.mark.parametrize(
    ("gone", "mass"),
    [
        ((), False),
        (("1", "2"), False),  # a tenth of twenty
        (("1", "2", "3"), True),
        (("98", "99", "100"), False),  # they were never published
    ],
)
def test_more_than_a_tenth_is_a_mass_loss(gone: tuple[str, ...], mass: bool) -> None:
    assert is_mass_loss(compared(*gone)) is mass


def test_a_whole_project_is_a_mass_loss_however_small() -> None:
    known = TWENTY | {"30": "B-1", "31": "C-1", "32": "C-2"}

    assert is_mass_loss(compared("30", known=known))
    assert not is_mass_loss(compared("31", known=known))


def test_an_empty_store_loses_nothing() -> None:
    assert not is_mass_loss(compared("1", known={}))


def test_a_mass_loss_is_held_back_until_somebody_asks_for_it() -> None:
    lost = compared("1", "2", "3", passed=("40",))

    assert guarded(lost) == Guarded(TWENTY, frozenset({"40"}), frozenset({"1", "2", "3"}))
    assert guarded(lost, asked_for=True) == Guarded(TWENTY, frozenset({"1", "2", "3", "40"}))
    assert guarded(compared("1", passed=("40",))) == Guarded(TWENTY, frozenset({"1", "40"}))


def test_the_keys_that_name_no_issue_any_more() -> None:
    """A-1 is gone, A-2 has moved to B-7; A-3 came again under its key, and D-1 is new."""
    found = Guarded(TWENTY, frozenset({"1", "77"}))

    assert found.lost_keys({"2": "B-7", "3": "A-3", "50": "D-1"}) == {"A-1", "A-2"}


def test_projects_after_a_sync() -> None:
    """B has only issues that are held back: it cannot be asked. C is gone, D came with the sync."""
    known = {"1": "A-1", "2": "B-1", "3": "C-1"}
    found = Guarded(known, frozenset({"3"}), frozenset({"2"}))

    after = projects_after(found, {"4": "D-1"}, {"A": "10", "B": "20", "C": "30"})

    assert after.ids == {"A": "10", "B": "20", "D": ""}
    assert after.hidden == {"B"}


@pytest.mark.parametrize(("key", "project"), [("PAY-12", "PAY"), ("A-B-1", "A-B"), ("", "")])
def test_the_project_of_a_key(key: str, project: str) -> None:
    assert project_of(key) == project
