"""What PostgreSQL would not do, in one sentence of cause and one of remedy.

A foreign sentence is shown where we have none of our own; an address never is, for it may hold a password.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from configuration.errors import ConfigurationError, DashboardError, StoreError

REMEDY_REACH = (
    "See that PostgreSQL runs and that DATABASE_URL names its host and port; "
    "the program goes on by itself once it answers."
)
# What libpq says of a connection that it could not make carries no code.
_REFUSED: Mapping[str, tuple[str, str]] = {
    "password authentication failed": (
        "The database refused the password in DATABASE_URL.",
        "Correct user and password in DATABASE_URL.",
    ),
    "no password supplied": (
        "The database asks for a password, and DATABASE_URL has none.",
        "Write user and password into DATABASE_URL.",
    ),
    "does not exist": (
        "There is no such database or user as DATABASE_URL names.",
        "Create them, or correct DATABASE_URL.",
    ),
    "no pg_hba.conf entry": (
        "The database lets nobody in from this machine under that name.",
        "Add a line for them to pg_hba.conf on the database's machine.",
    ),
    "too many clients": (
        "The database takes no more connections.",
        "Raise max_connections of PostgreSQL, or start fewer processes.",
    ),
    "remaining connection slots": (
        "The database takes no more connections.",
        "Raise max_connections of PostgreSQL, or start fewer processes.",
    ),
}
READ_ONLY = (
    "The database can be read and not written: it is a standby, or set to read only.",
    "Let DATABASE_URL name the server that takes writes.",
)
# By the codes of PostgreSQL: whole ones first, then classes of two letters.
_CODED: Mapping[str, tuple[str, str]] = {
    "25006": READ_ONLY,
    "42501": (
        "The database user of DATABASE_URL may not do that in the database.",
        "Make that user the owner of the database, or grant it all rights on the schema.",
    ),
    "53100": (
        "The database has no space left.",
        "Free space where PostgreSQL keeps its data, then try again; what was stored before is unharmed.",
    ),
    "53400": (
        "The database has reached a limit that its administrator set.",
        "Raise that limit, such as temp_file_limit, or free some space.",
    ),
    "53300": _REFUSED["too many clients"],
    "57014": (
        "The database stopped a statement that took too long.",
        "Raise statement_timeout of PostgreSQL for the user of DATABASE_URL.",
    ),
    "55P03": ("Somebody else works on the same rows.", "Try again in a moment."),
    "40": ("Somebody else changed the same rows meanwhile.", "Try again."),
    "57": ("The database ended the connection in the middle of the work.", REMEDY_REACH),
    "08": ("The connection to the database broke.", REMEDY_REACH),
}


@contextmanager
def told() -> Iterator[None]:
    """Turn what psycopg raises inside into an error that can be shown.

    Raises:
        StoreError: the database cannot be reached, or refused something.
        ConfigurationError: DATABASE_URL is no address of a database.
    """
    import psycopg  # noqa: PLC0415  # a laptop has none

    try:
        yield
    except psycopg.Error as error:
        raise refusal(str(error), error.sqlstate, lost=isinstance(error, psycopg.OperationalError)) from error


def refusal(said: str, code: str | None, *, lost: bool) -> DashboardError:
    """Return the error that tells what PostgreSQL said.

    Args:
        said: its own words.
        code: its code of five letters, None where the connection failed or broke.
        lost: whether the connection failed or broke, where there is no code.
    """
    for known in (code or "", (code or "")[:2]):
        if known in _CODED:
            return StoreError(_CODED[known][0], hint=_CODED[known][1])
    if code is None and lost:
        return _refused(said)
    first = said.strip().partition("\n")[0].rstrip(".")
    return StoreError(f"The database refused: {first}.", hint="Look into the log of PostgreSQL for more.")


def _refused(said: str) -> StoreError:
    for words, (cause, remedy) in _REFUSED.items():
        if words in said:
            return StoreError(cause, hint=remedy)
    if "FATAL" in said:
        why = said.rpartition("FATAL:")[2].strip().partition("\n")[0].rstrip(".")
        return StoreError(f"The database refused the connection: {why}.", hint=REMEDY_REACH)
    return StoreError("The database cannot be reached.", hint=REMEDY_REACH)


def not_installed() -> ConfigurationError:
    """Return the error for a program without what talks to PostgreSQL and what encrypts."""
    return ConfigurationError(
        "What a server beside a database needs is not installed.",
        hint="Install the program with its extra: throughline-jira[server].",
    )
