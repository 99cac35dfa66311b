"""Reading issues: pages of a search become rows with complete histories, each issue in its newest state."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from configuration.errors import (
    AnswerTooLargeError,
    EmptyPageError,
    MalformedAnswerError,
    PermissionDeniedError,
    QueryError,
    RetiredEndpointError,
    ServerFailedError,
)
from data.jira.changelogs import Completer, Decoded, read_decoded
from data.jira.dialects import CLOUD, split_order
from data.jira.issue_pages import Entry, IssuePage
from data.jira.issue_rows import NotAnIssueError, custom_fields, met_versions
from data.jira.requested_fields import NO_FIELDS, FoundFields
from data.jira.search import SearchPlan, Warnings, id_of, key_of
from data.jira.search_cloud import CloudSearch
from data.jira.search_server import ServerSearch
from data.jira.site import Site
from data.jira.stamps import latest_of
from data.model.tables import MISSING, IssueRow, VersionRow

logger = logging.getLogger(__name__)

# What Jira may answer to the question for its fields while it gives issues.
_WITHOUT_LIST = (
    AnswerTooLargeError,
    MalformedAnswerError,
    PermissionDeniedError,
    QueryError,
    RetiredEndpointError,
    ServerFailedError,
)


class IssueReader:
    """Reads issues of one site with one choice of fields.

    Args:
        site: asks Jira.
        fields: asked for of every issue.
        cancelled: set by the user.
        page_size: issues per page; None asks for what suits the dialect.
        workers: threads that fetch side by side where pages allow it.
    """

    def __init__(
        self,
        site: Site,
        fields: Iterable[str],
        cancelled: threading.Event | None = None,
        *,
        page_size: int | None = None,
        workers: int = 12,
    ) -> None:
        self.bad_issues = 0
        self.unreadable: set[str] = set()  # ids of what was not an issue, "" where it had none
        self.met_versions: dict[str, VersionRow] = {}  # of which issues told, by id
        self.found_fields = NO_FIELDS  # of sprints and development, asked for beside the others
        self._site = site
        self._fields = tuple(fields)
        self._custom = custom_fields(self._fields)
        self._cancelled = cancelled
        self._page_size = page_size
        self._workers = workers
        self._warnings = Warnings()

    def find_fields(self) -> None:
        """Read sprints and development from now on, by the fields that Jira lists, if it does."""
        try:
            found = self._site.found_fields()
            self.assume_fields(found)
            logger.info("jira.fields_found", extra={"sprint": found.sprint, "development": found.development})
        except _WITHOUT_LIST as error:
            self._warnings.say("Jira does not list its fields, so sprints and development are not read.")
            logger.warning("jira.fields_hidden", extra={"reason": type(error).__name__})

    def assume_fields(self, found: FoundFields) -> None:
        """Read sprints and development from now on, by the fields that an earlier reader found."""
        self.found_fields = found
        self.__dict__.pop("_search", None)  # it asks for other fields

    def reading(self, fields: Iterable[str]) -> "IssueReader":
        """Return a reader of the same site that asks for other fields of each issue."""
        return IssueReader(
            self._site, fields, self._cancelled, page_size=self._page_size, workers=self._workers
        )

    @cached_property
    def _search(self) -> CloudSearch | ServerSearch:
        """The search of the dialect; made when first needed, since Jira may have to be asked for that."""
        dialect = self._site.dialect
        size = self._page_size or dialect.page_size
        plan = SearchPlan(
            self._fields, size, self._workers, self._cancelled, self.found_fields, self._warnings
        )
        return CloudSearch(self._site, plan) if dialect is CLOUD else ServerSearch(self._site, plan)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Jira said about the queries so far although it answered them."""
        return tuple(self._warnings)

    def count(self, jql: str) -> int | None:
        """Return how many issues the query selects; see ``JiraClient.count``."""
        return self._search.count(split_order(jql))

    def ids(self, jql: str) -> Iterator[tuple[str, str]]:
        """Yield (id, key) of every issue that the query selects, each once."""
        seen: set[str] = set()
        for page in self._search.refs(split_order(jql)):
            for ref in page:
                if (issue_id := ref.id) not in seen:
                    seen.add(issue_id)
                    yield issue_id, ref.key

    def pages(
        self, jql: str, expected: Callable[[int], None] | None = None, *, may_be_empty: bool = False
    ) -> Iterator[list[IssueRow]]:
        """Yield all issues that the query selects; see ``JiraClient.pages``."""
        seen: dict[str, int] = {}
        try:
            yield from self._read(self._pages_of(split_order(jql), expected, seen), seen)
        except EmptyPageError:
            self._site.verify_account()  # a logged-out view may look like that
            raise
        if not seen and not may_be_empty:
            self._site.verify_account()

    def named(self, jql: str, ids: list[str]) -> Iterator[list[IssueRow]]:
        """Yield those of ``ids`` that the query selects; see ``JiraClient.named``."""
        seen: dict[str, int] = {}
        yield from self._read(self._search.named(split_order(jql), ids, seen), seen)

    def _pages_of(
        self, jql: str, expected: Callable[[int], None] | None, seen: dict[str, int]
    ) -> Iterator[IssuePage]:
        """Yield pages; found fields that Jira refuses are asked for no more, and that is said."""
        asked = self.found_fields
        while True:
            pages = self._search.pages(jql, expected, seen)
            try:
                first = next(pages)
                break
            except QueryError as error:
                found = self.found_fields
                if not found.ids:
                    self.assume_fields(asked)  # it is the query
                    raise
                self.assume_fields(found.without(found.named_in(error.message) or found.ids))
        if refused := asked.without(self.found_fields.ids).ids:
            self._warnings.say(f"Jira refuses the fields {', '.join(refused)}; they are left out.")
        yield first
        yield from pages

    def _read(self, pages: Iterator[IssuePage], seen: dict[str, int]) -> Iterator[list[IssueRow]]:
        """Yield rows with complete histories; ``seen`` tells the search which issues were taken over."""
        completer = Completer(self._site, self._site.dialect, self._warnings.say)
        for page in pages:
            if rows := self._complete_rows(page, completer, seen):
                yield rows
        if rows := completer.flush():
            yield rows

    def _complete_rows(self, page: IssuePage, completer: Completer, seen: dict[str, int]) -> list[IssueRow]:
        """Return the rows of a page whose history is complete; the others come back from ``completer``."""
        ready: list[IssueRow] = []
        for entry in page.issues:
            decoded = self._decode(entry, page.repaired, seen)
            if decoded is None or not _is_news(decoded.row, seen):
                continue
            if completer.takes(decoded):
                if completer.is_full():
                    ready += completer.flush()
            else:
                ready.append(decoded.row)
        return ready

    def _decode(self, entry: Entry, repaired: bool, seen: dict[str, int]) -> Decoded | None:
        """Decode an issue; one that is not is noted as seen, since to ask for it again brings the same."""
        try:
            latest = latest_of(self._site.began_at_ms)
            decoded = read_decoded(
                entry,
                repaired,
                self._custom,
                self._site.flag_marks,
                latest,
                found=self.found_fields,
                impediment=self._site.connection.impediment,
            )
        except NotAnIssueError as error:
            issue_id, key = id_of(entry), key_of(entry)
            self.bad_issues += 1
            self.unreadable.add(issue_id)
            seen.setdefault(issue_id, MISSING)
            extra = {"issue_id": issue_id, "issue": key, "reason": str(error)[:200]}
            logger.warning("jira.bad_issue", extra=extra)
            return None
        for version in met_versions(decoded.issue):
            self.met_versions.setdefault(version.id, version)
        return decoded


def _is_news(row: IssueRow, seen: dict[str, int]) -> bool:
    """Tell whether an issue is new, or changed since it was seen in this walk."""
    if row.id in seen and row.updated <= seen[row.id]:
        return False
    seen[row.id] = row.updated
    return True
