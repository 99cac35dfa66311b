"""Owners of profiles, in a real database: they go with a profile, and decide who may edit it."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from configuration.database.connection import Database
from configuration.errors import NotAllowedError
from configuration.people import Person
from configuration.profile import Profile
from configuration.settings import Home
from data.people.owners import owners_of, refusal_to_edit, require_editor, set_owners
from data.persistence import save_profile
from data.profiles import shelf
from tests.support.people import acting

ADA = Person("ada", "administrator")
GREEN = Person("ed", "editor", frozenset({"green"}))


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Home:
    """Return a home of server mode whose profile team is owned by the group blue."""
    made = Home(tmp_path, Database(database_url, [Fernet.generate_key().decode()]))
    save_profile(made, "team", Profile())
    set_owners(made, "team.toml", ["blue"])
    return made


def test_owners_go_with_the_profile(home: Home) -> None:
    """Renamed, deleted and taken back it is owned by the same; a copy is owned by nobody."""
    with acting(ADA):
        shelf.copy(home, "team", "copy")
        shelf.rename(home, "team", "crew")
        gone = shelf.delete(home, "crew")
        shelf.create(home, "crew")
        new = owners_of(home, "crew.toml")
        shelf.delete(home, "crew")
        shelf.restore(home, gone.id)

    assert new == owners_of(home, "copy.toml") == frozenset()
    assert owners_of(home, "crew.toml") == {"blue"}
    assert owners_of(home, "team.toml") == frozenset()


def test_an_editor_changes_what_the_own_groups_own(home: Home) -> None:
    """Others are told who owns it; only an administrator says who does."""
    with acting(GREEN):
        with pytest.raises(NotAllowedError, match="Only its owners may start a sync: blue"):
            require_editor(home, "team", "start a sync")
        with pytest.raises(NotAllowedError, match="Only its owners"):
            save_profile(home, "team", Profile(timezone="Europe/Rome"))
        with pytest.raises(NotAllowedError, match="Only an administrator may create profiles"):
            save_profile(home, "third", Profile())
        with pytest.raises(NotAllowedError, match="Only an administrator may say who owns"):
            set_owners(home, "team.toml", [])
    with acting(ADA):
        set_owners(home, "team.toml", ["green", "blue"])
    with acting(GREEN):
        save_profile(home, "team", Profile(timezone="Europe/Rome"))
        may = refusal_to_edit(home, "team", "start a sync")

    assert may is None


def test_on_a_laptop_nobody_owns_anything(tmp_path: Path) -> None:
    """There is no database to ask."""
    set_owners(Home(tmp_path), "team.toml", ["blue"])

    assert owners_of(Home(tmp_path), "team.toml") == frozenset()
