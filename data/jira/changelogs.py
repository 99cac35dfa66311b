"""Complete histories: what a search page embeds is only believed when it says that it is all.

Cloud embeds the newest 40 entries, so the oldest are lost, and those are the
ones that tell when work began.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from configuration.errors import (
    AnswerTooLargeError,
    MalformedAnswerError,
    NotFoundError,
    PermissionDeniedError,
    QueryError,
    RetiredEndpointError,
    ServerFailedError,
    TimedOutError,
)
from data.jira.dialects import (
    Dialect,
    HistoryPage,
    IssueHistories,
    decode_bulk,
    decode_history_page,
    decode_issue_history,
    read_bulk,
)
from data.jira.histories import (
    Changelog,
    History,
    changes_status,
    read_changelog,
    read_history,
    without_repetitions,
)
from data.jira.issue_pages import Entry, opened
from data.jira.issue_rows import FIELD_BIT, JiraIssue, issue_row
from data.jira.requested_fields import NO_FIELDS, FoundFields
from data.jira.search import Asker, halves, repeated_token
from data.jira.stamps import LATEST
from data.jira.transport import Call
from data.model.tables import IssueRow

logger = logging.getLogger(__name__)

BULK_ISSUES = 1000  # the most that one call takes
_BULK_HISTORIES = 10_000
_PAGE_HISTORIES = 100
_MAX_FIELDS = 10
# What Jira may answer to a question about one issue while all is well with the others.
_OF_ONE_ISSUE = (
    AnswerTooLargeError,
    MalformedAnswerError,
    PermissionDeniedError,
    QueryError,
    ServerFailedError,
    TimedOutError,
)
# So many issues of one walk may have a history that Jira does not give.
_MOST_REFUSED = 10
# To find one refused issue among a thousand takes ten refused lists.
_MOST_BULK_REFUSALS = 40


@dataclass(slots=True)
class Decoded:
    """An issue, the fields that could not be read, and the row that both make.

    ``repaired`` says that the page held broken characters; ``make_row`` made the row, and can make another.
    """

    issue: JiraIssue
    bad: set[str]
    repaired: bool
    row: IssueRow
    make_row: Callable[[JiraIssue, set[str]], IssueRow]

    def with_changelog(self, changelog: Changelog | None) -> IssueRow:
        """Return the row with another history; None = there is none to be trusted."""
        self.issue.changelog = changelog
        self.bad = self.bad - {"changelog"} | ({"changelog"} if changelog is None else set())
        return _build_row(self.issue, self.bad, self.repaired, self.make_row)


def read_decoded(
    entry: Entry,
    repaired: bool,
    custom: tuple[str, ...] = (),
    flag_marks: Callable[[], Collection[str]] = tuple,
    latest: int = LATEST,
    *,
    found: FoundFields = NO_FIELDS,
    impediment: str = "",
) -> Decoded:
    """Read one issue of a page; arguments as for ``opened`` and ``issue_row``.

    Raises:
        NotAnIssueError: it is not one.
    """
    issue, bad = opened(entry, custom, found)
    make_row = partial(issue_row, flag_marks=flag_marks, latest=latest, impediment=impediment)
    return Decoded(issue, bad, repaired, _build_row(issue, bad, repaired, make_row), make_row)


def _build_row(
    issue: JiraIssue,
    bad: set[str],
    repaired: bool,
    make_row: Callable[[JiraIssue, set[str]], IssueRow],
) -> IssueRow:
    row = make_row(issue, set(bad))
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
    # A history that stands there twice hides another one.
    return changelog.total == n == len(without_repetitions(changelog.histories)) and (not cap or n < cap)


class Completer:
    """Collects issues whose history was cut, and fetches the whole of it, many issues at a time.

    Args:
        asker: asks Jira.
        dialect: of that Jira.
        say: told what Jira does not give although it gives the rest.
    """

    def __init__(
        self, asker: Asker, dialect: Dialect, say: Callable[[str], None] = lambda words: None
    ) -> None:
        self._asker = asker
        self._dialect = dialect
        self._say = say
        self._kept_fields: list[str] | None = None  # as long as nothing was asked
        self._takes_fields = False  # whether Jira took them once, so that they are no cause of a refusal
        self._pending: dict[str, Decoded] = {}
        self._bulk = dialect.name == "cloud"
        self._refused = 0
        self._bulk_refusals = 0

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
        not give in full says so: what was shown of it stays and is ``truncated``;
        where nothing was, ``has_changelog`` is False.
        """
        pending, self._pending = self._pending, {}
        found = self._bulk_histories(list(pending)) if pending and self._bulk else {}
        rows = []
        for issue_id, decoded in pending.items():
            row = self._complete_row(issue_id, decoded, found.get(issue_id))
            if row is not None:
                rows.append(row)
        return rows

    def _complete_row(self, issue_id: str, decoded: Decoded, found: list[History] | None) -> IssueRow | None:
        embedded = (decoded.issue.changelog and decoded.issue.changelog.histories) or []
        if found is not None and _covers(found, embedded):
            return decoded.with_changelog(_all_of(_merge(embedded, found)))
        try:
            told = self._ask_alone(issue_id)
        except NotFoundError:
            self._asker.verify_account()
            logger.info("jira.issue_gone", extra={"issue": decoded.issue.key})
            return None
        histories = told.histories or []
        if not told.cut and _covers(histories, embedded):
            return decoded.with_changelog(_all_of(_merge(embedded, histories)))
        return _as_shown(decoded, [*embedded, *(found or ()), *histories])

    def _ask_alone(self, issue_id: str) -> Changelog:
        """Return the histories of one issue by a question of its own.

        They are cut where Jira does not give them all; one issue like that costs no other.
        """
        ask = self._issue_histories if self._dialect.name == "cloud" else self._issue_again
        try:
            return ask(issue_id)
        except _OF_ONE_ISSUE as error:
            if self._refused >= _MOST_REFUSED:
                raise  # so many are not issues with a fault but a Jira with one
            self._refused += 1
            self._asker.verify_account()
            logger.warning(
                "jira.history_refused", extra={"issue_id": issue_id, "reason": type(error).__name__}
            )
            return Changelog(cut=True)

    def _bulk_histories(self, ids: list[str]) -> dict[str, list[History]]:
        """Return histories of the fields that we read, by issue; none where there is no bulk endpoint."""
        try:
            return self._bulk_or_halves(ids)
        except (RetiredEndpointError, QueryError, PermissionDeniedError) as error:
            self._asker.verify_account()
            logger.info("jira.no_bulk_changelog", extra={"reason": type(error).__name__})
            self._bulk = False
            return {}

    def _bulk_or_halves(self, ids: list[str]) -> dict[str, list[History]]:
        """Ask for all at once; a list that Jira refuses is halved until the refused issues are left out."""
        try:
            return self._bulk_with_fields(ids)
        except (QueryError, PermissionDeniedError):
            self._bulk_refusals += 1
            if self._bulk_refusals > _MOST_BULK_REFUSALS:
                raise  # it is not for single issues that this endpoint is closed to us
        found: dict[str, list[History]] = {}
        for half in halves(ids):
            found |= self._bulk_or_halves(half)
        return found

    def _bulk_with_fields(self, ids: list[str]) -> dict[str, list[History]]:
        """Ask for all kept fields; those that Jira refuses are asked for no more, and that is said."""
        if self._kept_fields is None:
            self._kept_fields = self._asker.kept_fields()
        try:
            found = self._bulk_whole(ids)
        except QueryError as error:
            doubtful = self._bulk_refusals == 0 or len(ids) == 1
            if not self._kept_fields or self._takes_fields or not doubtful:
                raise
            return self._bulk_with_fewer(ids, self._kept_fields, error.message)
        self._takes_fields = True
        return found

    def _bulk_with_fewer(self, ids: list[str], asked: list[str], words: str) -> dict[str, list[History]]:
        """Ask without the fields that Jira refused in its ``words``; raises where it is not for a field."""
        refused = [name for name in asked if name in words] or asked
        self._kept_fields = [name for name in asked if name not in refused]
        try:
            found = self._bulk_whole(ids)
        except QueryError:
            self._kept_fields = asked
            raise
        self._say(f"Jira refuses the histories of the fields {', '.join(refused)}; they are left out.")
        return found

    def _bulk_whole(self, ids: list[str]) -> dict[str, list[History]]:
        """Return the histories that one list of ids brings; an issue that stays unclear is not in it."""
        told: dict[str, list[History]] = {}
        unclear: set[str] = set()
        all_named = True
        for log in self._bulk_logs(ids):
            if log is None:
                all_named = False
            elif (raws := log.raws()) is None:
                unclear.add(str(log.issue_id))
            else:
                told.setdefault(str(log.issue_id), []).extend(map(read_history, raws))
        # Who is not in the answer has no such changes, unless somebody in it could not be told.
        sure = told.keys() if not all_named else set(ids)
        return {each: told.get(each, []) for each in ids if each in sure - unclear}

    def _bulk_logs(self, ids: list[str]) -> Iterator[IssueHistories | None]:
        """Yield the entries of all pages; None for each that does not say whose it is."""
        kept = self._kept_fields or []
        flags = self._asker.flag_fields()[: _MAX_FIELDS - 1 - len(kept)]
        fields = ["status", *flags, *kept]
        body: dict[str, Any] = {"issueIdsOrKeys": ids, "fieldIds": fields, "maxResults": _BULK_HISTORIES}
        path = self._dialect.path("changelog/bulkfetch")
        seen: set[str] = set()
        while True:
            page = self._asker.ask(Call(path, body=body, template=path), decode_bulk)
            yield from (None,) if page.logs is None else map(read_bulk, page.logs)
            if not page.token:
                return
            if page.token in seen:
                raise repeated_token()
            seen.add(page.token)
            body = {**body, "nextPageToken": page.token}

    def _issue_histories(self, issue_id: str) -> Changelog:
        """Ask Cloud for the histories of one issue, page by page.

        They are cut where the pages bring fewer different ones than they promise.
        """
        raws: list[msgspec.Raw] = []
        while True:
            page = self._asker.ask(self._history_call(issue_id, len(raws)), _decode_full_history_page)
            if page.values is None or page.total is None:
                return Changelog(histories=list(map(read_history, raws)), cut=True)
            raws += page.values
            # Counted here and not as the page says: it may repeat its first place for ever.
            if len(raws) >= page.total or not page.values:
                break
        histories = list(map(read_history, raws))
        return Changelog(histories=histories, cut=len(without_repetitions(histories)) < page.total)

    def _history_call(self, issue_id: str, start: int) -> Call:
        params = {"startAt": str(start), "maxResults": str(_PAGE_HISTORIES)}
        return self._dialect.call("issue/{idOrKey}/changelog", params, idOrKey=issue_id)

    def _issue_again(self, issue_id: str) -> Changelog:
        """Ask Data Center for the one issue: its own answer holds the whole history, or none to be had."""
        params = {"fields": "status", "expand": "changelog"}
        call = self._dialect.call("issue/{idOrKey}", params, idOrKey=issue_id)
        answer = self._asker.ask(call, decode_issue_history)
        try:
            changelog = read_changelog(answer.changelog)
        except msgspec.ValidationError:
            changelog = None
        complete = is_complete(changelog, set(), self._dialect.embedded_cap)
        return Changelog(histories=changelog.histories if changelog else None, cut=not complete)


def _decode_full_history_page(body: bytes) -> HistoryPage:
    page = decode_history_page(body)
    if page.values is not None and not page.values and page.start_at < (page.total or 0):
        raise ValueError("a page of the history is empty before its end")
    return page


def _covers(found: list[History], embedded: list[History]) -> bool:
    """Tell whether the fetched histories hold every status change that the page had shown."""
    ids = {str(history.id) for history in found}
    return all(str(history.id) in ids for history in embedded if changes_status(history))


def _merge(embedded: list[History], found: list[History]) -> list[History]:
    """Join both; the embedded ones tell of fields whose histories were not asked for."""
    if any(history.id is None for history in embedded):
        return found
    return [*embedded, *found]


def _as_shown(decoded: Decoded, shown: list[History]) -> IssueRow:
    """Keep the issue with all histories that any answer showed, and say that there are more."""
    logger.warning("jira.history_incomplete", extra={"issue": decoded.issue.key})
    return decoded.with_changelog(Changelog(histories=shown, cut=True) if shown else None)


def _all_of(histories: list[History]) -> Changelog:
    return Changelog(histories=histories)
