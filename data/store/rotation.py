"""Secrets of a database encrypted again with the first of the keys, so that the others can go."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from configuration.database.sealing import Seal
from configuration.errors import ConfigurationError, StoreError
from configuration.settings import Home
from data.people.audit import COMMAND, recorder

if TYPE_CHECKING:
    from configuration.database.connection import Connection

# Tokens by the name of their document; what sessions ask a provider with, which nobody has to keep by name.
_TOKENS = "SELECT ctid, content, name FROM document WHERE folder = 'secrets' ORDER BY name FOR UPDATE"
_SESSIONS = "SELECT ctid, refreshing, '' FROM session WHERE refreshing <> '' FOR UPDATE"
_KEEP_TOKEN = "UPDATE document SET content = %s WHERE ctid = %s"  # noqa: S105
_KEEP_SESSION = "UPDATE session SET refreshing = %s WHERE ctid = %s"


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets are encrypted with the first key since now, and how many were so before."""

    renewed: int
    before: int


def rotate(home: Home) -> Rotated:
    """Encrypt again with the first key every secret that another one opens, and return how many these were.

    What no key opens stays as it is: a session like that has ended already, and a token is told of when all
    others are done.

    Raises:
        ConfigurationError: no database is shared.
        StoreError: the database cannot be reached, there is no key, or none fits some token.
    """
    if home.database is None:
        raise ConfigurationError(
            "Secrets are encrypted on a server alone, and DATABASE_URL is not set.",
            hint="Set DATABASE_URL to the database of the server; docs/server.md tells how.",
        )
    seal = Seal(home.database.keys)
    seal.check()  # after that a secret is refused only because none fits
    with home.database.transaction() as connection:
        tokens, locked = _renew(connection, seal, _TOKENS, _KEEP_TOKEN)
        sessions, _ = _renew(connection, seal, _SESSIONS, _KEEP_SESSION)
    done = Rotated(tokens.renewed + sessions.renewed, tokens.before + sessions.before)
    if done.renewed:
        recorder(home)(COMMAND, "secrets rotated", str(done.renewed))
    if locked:
        raise StoreError(
            f"No key in THROUGHLINE_KEYS opens the secrets of {', '.join(locked)}; all others "
            f"({done.renewed + done.before}) are encrypted with the first one.",
            hint="Write the key that was in use behind the first one and do this again, or enter these anew.",
        )
    return done


def _renew(connection: "Connection", seal: Seal, query: str, keep: str) -> tuple[Rotated, list[str]]:
    """Renew what one table holds; return how much that was, and the names of what no key opens."""
    renewed, before, locked = 0, 0, []
    for place, sealed, name in connection.execute(query.encode()).fetchall():
        try:
            fresh = seal.renewed(bytes(sealed))
        except StoreError:
            locked.append(name.rpartition("/")[2].removesuffix(".json"))
            continue
        if fresh is None:
            before += 1
        else:
            connection.execute(keep.encode(), [fresh, place])
            renewed += 1
    return Rotated(renewed, before), locked
