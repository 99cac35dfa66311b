"""Sessions and attempts in a real database: what a browser keeps opens one, and only for a time."""

from cryptography.fernet import Fernet

from configuration.database.connection import Database
from data.people.sessions import Attempt, Sessions

KEYS = tuple(Fernet.generate_key().decode() for _ in range(2))
ATTEMPT = Attempt("nonce", "verifier", "/flow?days=30")


def aged(database: Database, column: str, interval: str, table: str = "session") -> None:
    """Put an instant of all rows back."""
    statement = f"UPDATE {table} SET {column} = {column} - interval '{interval}'"
    with database.transaction() as connection:
        connection.execute(statement.encode())


def test_a_session_is_found_by_what_the_browser_keeps(database: Database) -> None:
    """Of that only the digest is stored; what refreshes it is encrypted."""
    sessions = Sessions(database, KEYS)
    kept = sessions.begin("ann", ["blue", "all"], "refreshing words")
    found = sessions.find(kept)
    with database.reading() as connection:
        stored = str(connection.execute("SELECT * FROM session").fetchall())

    assert found is not None
    assert (found.name, found.groups, found.due) == ("ann", {"blue", "all"}, False)
    assert kept.partition(".")[0] not in stored
    assert "refreshing words" not in stored


def test_what_nobody_signed_is_nothing(database: Database) -> None:
    """A changed value, a signature of another key, and none at all."""
    sessions = Sessions(database, KEYS)
    kept = sessions.begin("ann", [], "")
    text, _, signature = kept.rpartition(".")
    assert sessions.find(kept) is not None
    forged = Sessions(database, [Fernet.generate_key().decode()]).signed(text)

    assert sessions.find(kept) is not None
    assert [sessions.find(one) for one in (f"{text}x.{signature}", forged, text, "", ".", "é.é")] == [
        None
    ] * 6


def test_keys_rotate(database: Database) -> None:
    """A new key goes first and the old one stays until its sessions have ended; without it they end."""
    kept = Sessions(database, KEYS[1:]).begin("ann", [], "")

    assert Sessions(database, KEYS).find(kept) is not None
    assert Sessions(database, KEYS[:1]).find(kept) is None


def test_a_session_ends(database: Database) -> None:
    """After 12 hours of silence, 7 days of use, an hour where the provider gives no way to ask again."""
    sessions = Sessions(database, KEYS)
    ends = {}
    for column, interval, refreshing in (
        ("seen_at", "11 hours 59 minutes", "r"),
        ("seen_at", "12 hours", "r"),
        ("began_at", "6 days 23 hours", "r"),
        ("began_at", "7 days", "r"),
        ("began_at", "59 minutes", ""),
        ("began_at", "60 minutes", ""),
    ):
        kept = sessions.begin("ann", [], refreshing)
        aged(database, column, interval)
        ends[column, interval] = sessions.find(kept) is None
        with database.transaction() as connection:
            connection.execute("DELETE FROM session")

    assert [interval for (_, interval), ended in ends.items() if ended] == [
        "12 hours",
        "7 days",
        "60 minutes",
    ]


def test_use_keeps_it_and_signing_out_ends_it(database: Database) -> None:
    """Somebody who asks every few hours stays in."""
    sessions = Sessions(database, KEYS)
    kept = sessions.begin("ann", [], "r")
    for _ in range(2):
        aged(database, "seen_at", "11 hours")
        found = sessions.find(kept)
        assert found is not None
    sessions.end(found.digest)

    assert sessions.find(kept) is None


def test_one_asks_for_the_groups_again(database: Database) -> None:
    """After ten minutes it is time; of those who notice one does it, and the rest go on meanwhile."""
    sessions = Sessions(database, KEYS)
    kept = sessions.begin("ann", ["blue"], "first")
    aged(database, "checked_at", "10 minutes")
    found = sessions.find(kept)
    assert found is not None
    taken = [sessions.take_check(found) for _ in range(3)]
    sessions.renew(found, ["green"], "second")
    again = sessions.find(kept)

    assert found.due
    assert taken == ["first", None, None]
    assert again is not None
    assert (again.groups, again.due) == ({"green"}, False)


def test_an_attempt_is_taken_once_and_by_its_own_browser(database: Database) -> None:
    """Not by another browser, not under another state, not twice, and not after ten minutes."""
    sessions = Sessions(database, KEYS)
    state, kept = sessions.attempt(ATTEMPT)
    other_state, other_kept = sessions.attempt(ATTEMPT)
    wrong = [
        sessions.take_attempt(*pair) for pair in ((state, ""), (state, other_kept), ("", kept), ("x", "x"))
    ]
    taken = sessions.take_attempt(state, kept)
    again = sessions.take_attempt(state, kept)
    aged(database, "began_at", "10 minutes", "attempt")
    late = sessions.take_attempt(other_state, other_kept)

    assert wrong == [None] * 4
    assert taken == ATTEMPT
    assert (again, late) == (None, None)
