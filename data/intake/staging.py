"""The second station of a sync: pages of issues go onto the store's stage, where nobody sees them yet."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from data.cache_manager import ROWS_VERSION
from data.intake.census import confirmed, swept
from data.intake.losses import project_of
from data.intake.plan import SyncOrder
from data.intake.watermark import OVERLAP_MS, ids_since, pages_since
from data.model.instants import DAY_MS
from data.model.tables import IssueRow

logger = logging.getLogger(__name__)

RESUME_WITHIN_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the pages of a sync have brought.

    Attributes:
        issues: how many came, whether they had changed or not.
        bad: how many of them hold values that cannot be read.
        statuses: ids of the statuses that they are in.
        versions: ids of the versions that they name, by project key.
        project_ids: id of each of their projects, by key.
    """

    issues: int
    bad: int
    statuses: frozenset[str]
    versions: Mapping[str, frozenset[str]]
    project_ids: Mapping[str, str]


@dataclass(slots=True)
class _Tally:
    """What pages have brought so far."""

    issues: int = 0
    bad: int = 0
    statuses: set[str] = field(default_factory=set)
    versions: dict[str, set[str]] = field(default_factory=dict)
    project_ids: dict[str, str] = field(default_factory=dict)

    def add(self, page: list[IssueRow]) -> None:
        self.issues += len(page)
        self.bad += sum(row.malformed != 0 for row in page)
        self.note(page)

    def note(self, rows: Iterable[IssueRow]) -> None:
        """Note what rows name, whether this sync or an earlier attempt fetched them."""
        for row in rows:
            project = project_of(row.key)
            self.statuses.add(row.status.id)
            if row.project_id:
                self.project_ids[project] = row.project_id
            self.versions.setdefault(project, set()).update(row.fix_versions, row.affected_versions)


class Staging:
    """Fetches pages and stages them; what an earlier attempt staged for the same end is taken up again.

    Args:
        order: client, store and query.
    """

    def __init__(self, order: SyncOrder) -> None:
        self._order = order
        self._client = order.client
        self._store = order.store
        self._jql = order.jql
        self._tally = _Tally()

    def fetched(self) -> Fetched:
        """Return what has come so far."""
        tally = self._tally
        versions = {project: frozenset(ids) for project, ids in tally.versions.items()}
        return Fetched(tally.issues, tally.bad, frozenset(tally.statuses), versions, dict(tally.project_ids))

    def changes(self, since: int) -> None:
        """Stage what was updated at or after ``since``, in epoch milliseconds of the server's clock.

        Raises:
            SourceError: the Jira could not give everything; what it gave serves the next attempt.
            CancelledError: the user stopped it.
        """
        began = self._find_resumed(str(since), self._store.attempt())
        pages = pages_since(self._client, self._jql, (began or since) - OVERLAP_MS)
        first = next(pages, [])
        if began is None and first:
            self._begin_attempt(str(since))
        self._add_page(first)
        for page in pages:
            self._add_page(page)
        if began is not None:
            self.rest(dict(ids_since(self._client, self._jql, since - OVERLAP_MS)))

    def everything(self, page_staged: Callable[[], None] = lambda: None) -> dict[str, str]:
        """Stage all that the query selects and return their keys by id.

        Args:
            page_staged: called after each page of a fetch that begins at the beginning.

        Raises:
            SourceError: the Jira could not give everything; what it gave serves the next attempt.
            CancelledError: the user stopped it.
        """
        began = self._find_resumed("", self._store.attempt())
        if began is not None:
            return self._go_on(began)
        self._begin_attempt("")
        total: list[int] = []
        with self._store.kept_open():
            for page in self._client.pages(self._jql, total.append):
                self._add_page(page, total[-1] if total else None)
                page_staged()
        return self._store.staged()

    def rest(self, refs: Mapping[str, str]) -> None:
        """Stage those of ``refs``, keys by id, that were not staged yet."""
        rest = sorted(refs.keys() - self._store.staged().keys())
        if rest:
            self._order.progress(len(refs) - len(rest), len(refs))
        self.named(rest, len(refs))

    def named(self, ids: list[str], total: int | None = None) -> None:
        """Stage issues by their ids; ``total`` is told as the issues in all."""
        for page in self._client.named(self._jql, ids) if ids else ():
            self._add_page(page, total)

    def _go_on(self, began: int) -> dict[str, str]:
        """Stage what changed since an attempt began, and what it had not come to."""
        logger.info("sync.resumed", extra={"staged": len(self._store.staged())})
        with self._store.kept_open():
            for page in pages_since(self._client, self._jql, began - OVERLAP_MS):
                self._add_page(page)
            found = swept(self._client, self._jql)
            refs = confirmed(self._client, self._jql, self._store.staged().keys(), found)
            self.rest(refs)
        return refs

    def _find_resumed(self, since: str, attempt: Mapping[str, str]) -> int | None:
        """Return when the attempt began that this one goes on with; what other attempts staged is dropped."""
        if not attempt and not self._store.staged():
            return None
        began = int(attempt.get("began", "0"))
        fresh = since or self._client.began_at_ms - began < RESUME_WITHIN_MS
        same = attempt.get("since") == since and attempt.get("rows") == str(ROWS_VERSION)
        if same and fresh and self._store.staged():
            for rows in self._store.staged_rows():
                self._tally.note(rows)
            return began
        self._store.begin_attempt({})
        return None

    def _begin_attempt(self, since: str) -> None:
        marks = {"since": since, "began": str(self._client.began_at_ms), "rows": str(ROWS_VERSION)}
        self._store.begin_attempt(marks)
        self._order.progress(0, None)

    def _add_page(self, page: list[IssueRow], total: int | None = None) -> None:
        self._order.stop_if_cancelled()
        if page:
            self._store.stage(page)
            self._tally.add(page)
            self._order.progress(self._tally.issues, total)
