"""Pages of issues: decoded once as a whole, issue by issue only where one of them is odd. Pure."""

from collections.abc import Callable
from functools import lru_cache
from typing import cast

import msgspec

from data.jira.dialects import SearchPage, decode_search, without_mark
from data.jira.histories import History
from data.jira.issue_rows import JiraIssue, decode_issue, issue_type
from data.jira.requested_fields import NO_FIELDS, FoundFields
from data.jira.stamps import settled

# An issue of a page, still JSON where its page could not be decoded as a whole.
Entry = JiraIssue | msgspec.Raw
IssuePage = SearchPage[Entry]
_REPLACED = "\ufffd"


@lru_cache(maxsize=32)
def page_decoder(
    custom: tuple[str, ...] = (), found: FoundFields = NO_FIELDS
) -> Callable[[bytes], IssuePage]:
    """Return what reads a page of whole issues, with the further fields of these ids.

    What it returns raises ValueError where the text is cut, or not a page.
    """
    issue = issue_type(custom, found)
    whole: msgspec.json.Decoder[SearchPage[JiraIssue]] = msgspec.json.Decoder(SearchPage[issue])  # type: ignore[valid-type]

    def decode(body: bytes) -> IssuePage:
        try:
            page = whole.decode(without_mark(body))
        except ValueError:
            return decode_apart(body)
        if any(_REPLACED in (issue.fields.summary or "") for issue in page.issues):
            return decode_apart(body)  # who replaced it: Jira, or we ourselves?
        settle_stamps(page.issues)
        return cast("IssuePage", page)

    return decode


def decode_apart(body: bytes) -> IssuePage:
    """Read a page whose issues stay JSON; raises ValueError."""
    return cast("IssuePage", decode_search(body))


def settle_stamps(issues: list[JiraIssue]) -> None:
    """Make instants of the stamps of issues, all in one batch; what is not one stays as it is."""
    stamps: list[str | int | None] = []
    histories: list[History] = []
    for issue in issues:
        fields, changelog = issue.fields, issue.changelog
        stamps += (fields.created, fields.updated, fields.resolutiondate)
        if changelog is not None and changelog.histories:
            histories += changelog.histories
    told = iter(settled([*stamps, *[history.created for history in histories]]))
    for issue in issues:
        fields = issue.fields
        fields.created, fields.updated, fields.resolutiondate = next(told), next(told), next(told)
    for history, at in zip(histories, told, strict=True):
        history.created = at


def opened(
    entry: Entry, custom: tuple[str, ...] = (), found: FoundFields = NO_FIELDS
) -> tuple[JiraIssue, set[str]]:
    """Return an issue of a page and the names of its fields that could not be read; as ``decode_issue``."""
    return decode_issue(entry, custom, found) if isinstance(entry, msgspec.Raw) else (entry, set())
