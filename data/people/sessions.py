"""Who is signed in: a row each, found by what a browser keeps, of which only the digest is stored.

A session ends after 12 hours in which nobody asked for anything, 7 days after it began, and by signing out.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from configuration.database.connection import Database
from configuration.database.sealing import Seal

IDLE, WHOLE, ATTEMPT = "12 hours", "7 days", "10 minutes"
# Groups are read again from the provider after so long; where it gives nothing to do so with, people sign in
# again after the longer time.
CHECKED_EVERY, UNCHECKED = "10 minutes", "1 hour"
_SEEN_AGAIN_AFTER = "1 minute"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in.

    Attributes:
        digest: finds its row.
        name: of the person.
        groups: as the provider told them last.
        due: it is time to ask the provider for the groups again.
    """

    digest: bytes
    name: str
    groups: frozenset[str]
    due: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun: what has to come back, and where to go after it."""

    nonce: str
    verifier: str
    target: str


class Sessions:
    """Sessions and attempts in a database; every method raises StoreError where that cannot be reached.

    Args:
        database: has the rows.
        keys: sign what a browser keeps, the first one; all verify.
    """

    def __init__(self, database: Database, keys: Sequence[str]) -> None:
        self._database = database
        self._keys = tuple(keys)
        self._seal = Seal(keys)

    def begin(self, name: str, groups: Iterable[str], refreshing: str) -> str:
        """Begin a session and return what the browser keeps of it.

        Args:
            name: of the person.
            groups: as the provider told them.
            refreshing: what the groups can be read again with, "" for nothing.
        """
        kept = secrets.token_urlsafe(32)
        sealed = self._seal.close(refreshing.encode()) if refreshing else b""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM session WHERE seen_at < clock_timestamp() - %s::interval"
                " OR began_at < clock_timestamp() - %s::interval",
                [IDLE, WHOLE],
            )
            connection.execute(
                "INSERT INTO session (digest, name, groups, refreshing) VALUES (%s, %s, %s, %s)",
                [_digest(kept), name, sorted(groups), sealed],
            )
        return self.signed(kept)

    def find(self, kept: str) -> Session | None:
        """Return the session of what a browser kept, None where there is none any more."""
        checked = self.checked(kept)
        if checked is None:
            return None
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT name, groups,"
                " seen_at < clock_timestamp() - %(seen)s::interval,"
                " refreshing <> '' AND checked_at < clock_timestamp() - %(every)s::interval"
                " FROM session WHERE digest = %(digest)s"
                " AND seen_at > clock_timestamp() - %(idle)s::interval"
                " AND began_at > clock_timestamp() - %(whole)s::interval"
                " AND (refreshing <> '' OR began_at > clock_timestamp() - %(unchecked)s::interval)",
                {
                    "digest": _digest(checked),
                    "seen": _SEEN_AGAIN_AFTER,
                    "every": CHECKED_EVERY,
                    "idle": IDLE,
                    "whole": WHOLE,
                    "unchecked": UNCHECKED,
                },
            ).fetchone()
            if row is not None and row[2]:
                connection.execute(
                    "UPDATE session SET seen_at = clock_timestamp() WHERE digest = %s", [_digest(checked)]
                )
        return None if row is None else Session(_digest(checked), row[0], frozenset(row[1]), bool(row[3]))

    def take_check(self, session: Session) -> str | None:
        """Return what the groups can be read again with; None where somebody else does that already."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "UPDATE session SET checked_at = clock_timestamp() WHERE digest = %s"
                " AND checked_at < clock_timestamp() - %s::interval RETURNING refreshing",
                [session.digest, CHECKED_EVERY],
            ).fetchone()
        return None if row is None else self._seal.open(bytes(row[0])).decode()

    def renew(self, session: Session, groups: Iterable[str], refreshing: str) -> None:
        """Keep the groups that the provider told now."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE session SET groups = %s, refreshing = %s WHERE digest = %s",
                [sorted(groups), self._seal.close(refreshing.encode()), session.digest],
            )

    def end(self, digest: bytes) -> None:
        """End a session; one that has ended is no error."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM session WHERE digest = %s", [digest])

    def attempt(self, attempt: Attempt) -> tuple[str, str]:
        """Note a sign-in that begins; return its state and what the browser keeps of that."""
        state = secrets.token_urlsafe(32)
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM attempt WHERE began_at < clock_timestamp() - %s::interval", [ATTEMPT]
            )
            connection.execute(
                "INSERT INTO attempt (digest, nonce, verifier, target) VALUES (%s, %s, %s, %s)",
                [_digest(state), attempt.nonce, attempt.verifier, attempt.target],
            )
        return state, self.signed(state)

    def take_attempt(self, state: str, kept: str) -> Attempt | None:
        """Return the sign-in that this browser began under a state, once; None for any other."""
        if not state or self.checked(kept) != state:
            return None
        with self._database.transaction() as connection:
            row = connection.execute(
                "DELETE FROM attempt WHERE digest = %s AND began_at > clock_timestamp() - %s::interval"
                " RETURNING nonce, verifier, target",
                [_digest(state), ATTEMPT],
            ).fetchone()
        return None if row is None else Attempt(*row)

    def signed(self, text: str) -> str:
        """Return a text with its signature, as a browser may keep it."""
        return f"{text}.{_sign(self._keys[0], text)}"

    def checked(self, kept: str) -> str | None:
        """Return the text that one of the keys signed, None for anything else."""
        text, _, signature = kept.rpartition(".")
        good = any(hmac.compare_digest(_sign(key, text).encode(), signature.encode()) for key in self._keys)
        return text if text and good else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _sign(key: str, text: str) -> str:
    # The same key encrypts elsewhere: what it signs with is made of it for this alone.
    own = hmac.digest(key.encode(), b"what a browser keeps", "sha256")
    return urlsafe_b64encode(hmac.digest(own, text.encode(), "sha256")).decode().rstrip("=")
