"""Which groups own a profile: an editor changes what one of his groups owns, or what nobody owns."""

from collections.abc import Iterable

from configuration.errors import NotAllowedError
from configuration.people import note, present, refusal, require
from configuration.settings import Home


def owners_of(home: Home, document: str) -> frozenset[str]:
    """Return the groups that own a document, none where nobody does or no database is shared.

    Args:
        home: whose profiles.
        document: what the profile's document is called, such as ``team.toml``.

    Raises:
        StoreError: the database cannot be reached.
    """
    if home.database is None:
        return frozenset()
    with home.database.reading() as connection:
        rows = connection.execute("SELECT name FROM owner WHERE document = %s", [document]).fetchall()
    return frozenset(row[0] for row in rows)


def set_owners(home: Home, document: str, groups: Iterable[str]) -> None:
    """Let groups own a document, and no others; an administrator may.

    Raises:
        NotAllowedError: the present person may not.
        StoreError: the database cannot be reached.
    """
    require("administrator", "say who owns a profile")
    if home.database is None:
        return
    named = sorted(set(groups))
    with home.database.transaction() as connection:
        connection.execute("DELETE FROM owner WHERE document = %s", [document])
        for group in named:
            connection.execute("INSERT INTO owner (document, name) VALUES (%s, %s)", [document, group])
    note("owners set", f"{document.removesuffix('.toml')}: {', '.join(named) or 'nobody'}")


def copy_owners(home: Home, document: str, new: str) -> None:
    """Let what owns a document own the one of another name too, and nobody else."""
    if home.database is not None:
        with home.database.transaction() as connection:
            connection.execute("DELETE FROM owner WHERE document = %s", [new])
            connection.execute(
                "INSERT INTO owner (document, name) SELECT %s, name FROM owner WHERE document = %s",
                [new, document],
            )


def forget_owners(home: Home, document: str) -> None:
    """Let nobody own a document that is not there any more."""
    if home.database is not None:
        with home.database.transaction() as connection:
            connection.execute("DELETE FROM owner WHERE document = %s", [document])


def refusal_to_edit(home: Home, profile: str, doing: str) -> NotAllowedError | None:
    """Return why the present person may not change something of a profile, None where he may."""
    person = present()
    if person is None or person.role == "administrator":
        return None
    return refusal("editor", doing, owners_of(home, f"{profile}.toml"))


def require_editor(home: Home, profile: str, doing: str) -> None:
    """Return if the present person may change something of a profile.

    Raises:
        NotAllowedError: the role is not that of an editor, or other groups own the profile.
        StoreError: the database cannot be reached.
    """
    person = present()
    if person is not None and person.role != "administrator":
        require("editor", doing, owners_of(home, f"{profile}.toml"))
