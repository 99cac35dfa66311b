"""Pages of a Jira as bytes, read as often as a measurement needs different issues."""

from collections.abc import Iterator

import msgspec

from data.jira.changelogs import read_decoded
from data.jira.issue_pages import page_decoder
from data.jira.requested_fields import FoundFields
from data.model.tables import IssueRow
from data.simulator.catalogue import DEVELOPMENT, SPRINT

FOUND = FoundFields((SPRINT,), (DEVELOPMENT,))


def rows_of(body: bytes) -> list[IssueRow]:
    """The rows of a page as a sync reads it."""
    page = page_decoder((), FOUND)(body)
    return [read_decoded(entry, page.repaired, found=FOUND).row for entry in page.issues]


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
