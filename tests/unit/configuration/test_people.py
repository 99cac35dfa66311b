"""What a role allows, and that nobody is asked where nobody signed in."""

import pytest

from configuration.errors import NotAllowedError
from configuration.people import ROLES, Person, note, present, refusal, require
from tests.support.people import acting

PEOPLE = {role: Person("ann", role, frozenset({"green"})) for role in ROLES}


def test_on_a_laptop_everything_is_allowed() -> None:
    """Nobody signed in, so nobody is refused, and nothing is noted."""
    require("administrator", "delete profiles", ["blue"])
    note("deleted", "team")

    assert present() is None


@pytest.mark.parametrize(
    ("role", "least", "owners", "allowed"),
    [
        ("reader", "reader", (), True),
        ("reader", "editor", (), False),
        ("editor", "editor", (), True),
        ("editor", "editor", ("green",), True),
        ("editor", "editor", ("blue", "green"), True),
        ("editor", "editor", ("blue",), False),
        ("editor", "administrator", (), False),
        ("administrator", "editor", ("blue",), True),
        ("administrator", "administrator", (), True),
    ],
)
def test_who_may_what(role: str, least: str, owners: tuple[str, ...], allowed: bool) -> None:
    """Each role may what those below may; an editor only what nobody or one of the own groups owns."""
    with acting(PEOPLE[role]):
        found = refusal(least, "save settings", owners)

    assert (found is None) is allowed


def test_a_refusal_says_what_role_it_takes_and_is_recorded() -> None:
    """The sentence names role and deed; the line of the audit log names the person."""
    lines = []
    ann = Person("ann", "reader", record=lambda *line: lines.append(line))

    with acting(ann), pytest.raises(NotAllowedError, match="Only an editor may start a sync; your role is"):
        require("editor", "start a sync")

    assert lines == [("ann", "refused", "start a sync")]
    assert present() is None
