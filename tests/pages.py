"""Pages of a Jira as bytes, read as often as a measurement needs different issues."""

from collections.abc import Iterator

import msgspec

from data.jira_changelogs import read_decoded
from data.jira_dialects import decode_search
from data.tables import IssueRow


def rows_of(body: bytes) -> list[IssueRow]:
    return [read_decoded(raw, False).row for raw in decode_search(body).issues]


def many(bodies: list[bytes], n: int) -> Iterator[list[IssueRow]]:
    """Pages of ``n`` different issues: each is decoded anew, and then gets a number of its own."""
    number = 0
    while number < n:
        for body in bodies:
            page = []
            for row in rows_of(body)[: n - number]:
                number += 1
                page.append(msgspec.structs.replace(row, id=str(number), key=f"P{number % 20}-{number}"))
            yield page
            if number >= n:
                return
