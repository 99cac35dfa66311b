"""Who did what when: a row each, which an administrator reads on the Diagnostics page."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from configuration.errors import StoreError
from configuration.settings import Home

logger = logging.getLogger(__name__)
# Who did what no person did on the page.
COMMAND = "the command line"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One thing that somebody did; ``at_ms`` in UTC epoch milliseconds of the database's clock."""

    at_ms: int
    person: str
    action: str
    subject: str


def recorder(home: Home) -> Callable[[str, str, str], None]:
    """Return what writes who did what to what into the database of a home; without one, what writes nothing.

    A line that cannot be written is in the log all the same, and stops nobody: what it tells of was refused,
    or meets the same outage itself.
    """

    def record(person: str, action: str, subject: str) -> None:
        if home.database is None:
            return
        try:
            with home.database.transaction() as connection:
                connection.execute(
                    "INSERT INTO audit (person, action, subject) VALUES (%s, %s, %s)",
                    [person, action, subject],
                )
        except StoreError as error:
            logger.warning("audit.not_kept", extra={"reason": error.message})

    return record


def last_lines(home: Home, most: int) -> list[AuditLine]:
    """Return the newest lines, the newest first; none without a database.

    Raises:
        StoreError: the database cannot be read.
    """
    if home.database is None:
        return []
    with home.database.reading() as connection:
        rows = connection.execute(
            "SELECT (extract(epoch FROM at) * 1000)::bigint, person, action, subject"
            " FROM audit ORDER BY number DESC LIMIT %s",
            [most],
        ).fetchall()
    return [AuditLine(*row) for row in rows]
