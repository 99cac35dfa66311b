"""Complete histories: what a search page embeds is only believed when it says that it is all.

Cloud embeds the newest 40 entries, so the oldest are lost, and those are the
ones that tell when work began.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from configuration.errors import NotFoundError, RetiredEndpointError
from data.jira_dialects import Dialect, decode_bulk, decode_history_page, read_histories
from data.jira_search import repeated_token
from data.jira_transport import Call
from data.normalize import FIELD_BIT, Changelog, History, JiraIssue, decode_issue, issue_row
from data.tables import IssueRow

logger = logging.getLogger(__name__)
T = TypeVar("T")

BULK_ISSUES = 1000  # the most that one call takes
_BULK_HISTORIES = 10_000
_PAGE_HISTORIES = 100
_MAX_FIELDS = 10


class Asker(Protocol):
    """What this module needs of the client."""

    def ask(self, call: Call, decode: Callable[[bytes], T]) -> T:
        """Return the decoded answer."""

    def flag_fields(self) -> list[str]:
        """Return the ids of the custom fields called Flagged."""

    def verify_account(self) -> None:
        """Raise AuthenticationError if nobody is logged in."""


@dataclass(slots=True)
class Decoded:
    """An issue, the fields that could not be read, and the row that both make.

    ``repaired`` says that the page held broken characters.
    """

    issue: JiraIssue
    bad: set[str]
    repaired: bool
    row: IssueRow

    def with_changelog(self, changelog: Changelog | None, *, broken: bool) -> IssueRow:
        """Return the row with another history; None = there is none to be trusted."""
        self.issue.changelog = changelog
        self.bad = self.bad - {"changelog"} | ({"changelog"} if broken else set())
        return _row(self.issue, self.bad, self.repaired)


def read_decoded(raw: msgspec.Raw, repaired: bool, custom: tuple[str, ...] = ()) -> Decoded:
    """Decode one issue of a page, with the further fields of these ids.

    Raises:
        NotAnIssueError: it is none.
    """
    issue, bad = decode_issue(raw, custom)
    return Decoded(issue, bad, repaired, _row(issue, bad, repaired))


def _row(issue: JiraIssue, bad: set[str], repaired: bool) -> IssueRow:
    row = issue_row(issue, set(bad))
    if repaired and "\ufffd" in row.summary:
        row.malformed |= FIELD_BIT["summary"]
    return row


def is_complete(changelog: Changelog | None, bad: set[str], cap: int) -> bool:
    """Tell whether an embedded changelog is all there is.

    Args:
        changelog: of an issue of a search page.
        bad: fields of the issue that could not be read.
        cap: number of entries from which a list was probably cut; 0 = no such number.
    """
    if "changelog" in bad or changelog is None or changelog.histories is None:
        return False
    n = len(changelog.histories)
    return changelog.total == n and (not cap or n < cap)


class Completer:
    """Collects issues whose history was cut, and fetches the whole of it, many issues at a time."""

    def __init__(self, asker: Asker, dialect: Dialect) -> None:
        self._asker = asker
        self._dialect = dialect
        self._pending: dict[str, Decoded] = {}
        self._bulk = dialect.name == "cloud"

    def takes(self, decoded: Decoded) -> bool:
        """Remember an issue unless its history is complete; a second copy replaces the first."""
        if is_complete(decoded.issue.changelog, decoded.bad, self._dialect.embedded_cap):
            self._pending.pop(decoded.row.id, None)
            return False
        self._pending[decoded.row.id] = decoded
        return True

    def is_full(self) -> bool:
        """Whether one more would not fit into one call."""
        return len(self._pending) >= BULK_ISSUES

    def flush(self) -> list[IssueRow]:
        """Fetch the histories of everything remembered and return the rows, complete.

        An issue that is gone meanwhile is left out. One whose history Jira does
        not give in full says so: ``has_changelog`` is False.
        """
        pending, self._pending = self._pending, {}
        found = self._bulk_histories(list(pending)) if pending and self._bulk else {}
        rows = []
        for issue_id, decoded in pending.items():
            row = self._completed(issue_id, decoded, found.get(issue_id))
            if row is not None:
                rows.append(row)
        return rows

    def _completed(
        self, issue_id: str, decoded: Decoded, found: tuple[list[History], bool] | None
    ) -> IssueRow | None:
        embedded = (decoded.issue.changelog and decoded.issue.changelog.histories) or []
        if found is not None and _covers(found[0], embedded):
            return decoded.with_changelog(_all_of(_merged(embedded, found[0])), broken=found[1])
        if self._dialect.name != "cloud":
            return self._issue_again(issue_id, decoded)
        try:
            histories, broken = self._issue_histories(issue_id)
        except NotFoundError:
            self._asker.verify_account()
            logger.info("jira.issue_gone", extra={"issue": decoded.issue.key})
            return None
        if histories is None:
            return _untold(decoded)
        return decoded.with_changelog(_all_of(histories), broken=broken)

    def _bulk_histories(self, ids: list[str]) -> dict[str, tuple[list[History], bool]]:
        """Return histories of the fields that we read, by issue; none where there is no bulk endpoint."""
        histories: dict[str, list[History]] = {issue_id: [] for issue_id in ids}
        broken: dict[str, bool] = defaultdict(bool)
        try:
            for issue_id, raws in self._bulk_pieces(ids):
                if issue_id in histories:
                    readable, some_broken = read_histories(raws)
                    histories[issue_id] += readable
                    broken[issue_id] |= some_broken
        except RetiredEndpointError as error:
            self._asker.verify_account()
            logger.info("jira.no_bulk_changelog", extra={"reason": type(error).__name__})
            self._bulk = False
            return {}
        return {issue_id: (found, broken[issue_id]) for issue_id, found in histories.items()}

    def _bulk_pieces(self, ids: list[str]) -> Iterator[tuple[str, list[Any]]]:
        fields = ["status", *self._asker.flag_fields()][:_MAX_FIELDS]
        body: dict[str, Any] = {"issueIdsOrKeys": ids, "fieldIds": fields, "maxResults": _BULK_HISTORIES}
        path = self._dialect.path("changelog/bulkfetch")
        seen: set[str] = set()
        while True:
            page = self._asker.ask(Call(path, body=body, template=path), decode_bulk)
            for log in page.logs:
                yield str(log.issue_id), log.histories
            if not page.token:
                return
            if page.token in seen:
                raise repeated_token()
            seen.add(page.token)
            body = {**body, "nextPageToken": page.token}

    def _issue_histories(self, issue_id: str) -> tuple[list[History] | None, bool]:
        """Return the histories of one issue from its own endpoint, and whether some cannot be read.

        None where the pages bring fewer different ones than they promise.
        """
        raws: list[msgspec.Raw] = []
        while True:
            page = self._asker.ask(self._history_call(issue_id, len(raws)), _decode_full_history_page)
            raws += page.values
            # Counted here and not as the page says: it may repeat its first place for ever.
            if len(raws) >= page.total or not page.values:
                break
        histories, broken = read_histories(raws)
        different = len({str(history.id) for history in histories})
        return (histories if broken or different >= page.total else None), broken

    def _history_call(self, issue_id: str, start: int) -> Call:
        params = {"startAt": str(start), "maxResults": str(_PAGE_HISTORIES)}
        return self._dialect.call("issue/{idOrKey}/changelog", params, idOrKey=issue_id)

    def _issue_again(self, issue_id: str, decoded: Decoded) -> IssueRow | None:
        """Ask Data Center for the one issue: its own answer holds the whole history."""
        params = {"fields": "status", "expand": "changelog"}
        call = self._dialect.call("issue/{idOrKey}", params, idOrKey=issue_id)
        try:
            issue, bad = self._asker.ask(call, decode_issue)
        except NotFoundError:
            self._asker.verify_account()
            return None
        if is_complete(issue.changelog, bad, self._dialect.embedded_cap):
            return decoded.with_changelog(issue.changelog, broken=False)
        return _untold(decoded)


def _decode_full_history_page(body: bytes) -> Any:
    page = decode_history_page(body)
    if not page.values and page.start_at < page.total:
        raise ValueError("a page of the history is empty before its end")
    return page


def _covers(found: list[History], embedded: list[History]) -> bool:
    """Tell whether the fetched histories hold every status change that the page had shown."""
    ids = {str(history.id) for history in found}
    return all(
        str(history.id) in ids
        for history in embedded
        if any(item.field_id == "status" for item in history.items)
    )


def _merged(embedded: list[History], found: list[History]) -> list[History]:
    """Join both; the embedded ones tell of other fields, of which only the newest instant is kept."""
    if any(history.id is None for history in embedded):
        return found
    return [*embedded, *found]


def _untold(decoded: Decoded) -> IssueRow:
    """Keep the issue, and say that its history is not to be trusted."""
    logger.warning("jira.history_incomplete", extra={"issue": decoded.issue.key})
    return decoded.with_changelog(None, broken=True)


def _all_of(histories: list[History]) -> Changelog:
    return Changelog(total=len(histories), histories=histories)
