"""Histories that another answer showed: an answer without any never takes their place. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from data.jira.issue_rows import FIELD_BIT
from data.model.tables import MISSING, IssueRow

_BITS = FIELD_BIT["changelog"] | FIELD_BIT["history"]
# What a row has from the histories of its issue.
_FROM_HISTORIES = ("has_changelog", "transitions", "flagged", "newest", "truncated", "changes")


def has_histories(row: IssueRow) -> bool:
    """Tell whether a history of an issue was ever read."""
    return row.newest != MISSING


def with_histories_of(row: IssueRow, known: IssueRow | None) -> IssueRow:
    """Return a row with the histories that are known of its issue, where none of its own could be read.

    What cannot be read in either is malformed; a history is missing no more once one is known.
    """
    if known is None or has_histories(row) or not has_histories(known):
        return row
    return msgspec.structs.replace(
        row,
        **{name: getattr(known, name) for name in _FROM_HISTORIES},
        missing=row.missing & ~_BITS | known.missing & _BITS,
        malformed=row.malformed | known.malformed & _BITS,
    )


def keep_histories(
    rows: Iterable[IssueRow], find: Callable[[Sequence[str]], Mapping[str, IssueRow]]
) -> Iterator[IssueRow]:
    """Yield rows, those without histories with the ones that are known.

    Args:
        rows: several may be of one issue.
        find: returns by id what is known of issues.
    """
    rows = list(rows)
    known = dict(find([row.id for row in rows if not has_histories(row)]))
    for row in rows:
        whole = with_histories_of(row, known.get(row.id))
        if has_histories(whole):
            known[row.id] = whole
        yield whole
