"""What an issue row says of the issues that blocked it: by its links of today and by their history. Pure."""

from collections.abc import Iterator

from data.model.tables import MISSING, Change, IssueRow

# What the phrase of such a link says, read from the issue that is blocked; Jira's own is "is blocked by".
BLOCKED_BY = "blocked by"
_LINK = "Link"
# Key of the other issue; when the link came or went, MISSING = it is there today; whether it came.
Told = tuple[str, int, bool]


def blocks_told(row: IssueRow) -> tuple[Told, ...]:
    """Return what is told of the issues that block this one: changes as they came, then today's links.

    An issue without such links has nothing to tell. A change that names no issue is left out.
    """
    if not row.links and not row.changes:
        return ()  # so it is with most issues
    today = dict.fromkeys(link.key for link in row.links if _says_blocked(link.text))
    return (*_changes_of(row.changes), *((key, MISSING, True) for key in today))


def _changes_of(changes: tuple[Change, ...]) -> Iterator[Told]:
    for change in changes:
        if change.field == _LINK:
            if _says_blocked(change.from_name) and (gone := _key_in(change.from_id, change.from_name)):
                yield gone, change.at, False
            if _says_blocked(change.to_name) and (new := _key_in(change.to_id, change.to_name)):
                yield new, change.at, True


def _says_blocked(text: str) -> bool:
    return BLOCKED_BY in text.casefold()


def _key_in(key: str, sentence: str) -> str:
    """Return the key of a change, which some versions tell only as the last word of its sentence."""
    return key or sentence.rsplit(maxsplit=1)[-1]
