"""Bringing a store up to date with its Jira: what changed is staged, then published at once.

An incremental sync asks for what was updated since the last complete one began,
and takes a census to find what left the query without a word. Everything is
fetched and compared the first time, on demand, and once a day.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from configuration.errors import CancelledError, DamagedStoreError
from data.cache_manager import (
    CacheConfiguration,
    Changes,
    References,
    Store,
    is_expired,
    load_cache_with_validation,
    save_cache,
)
from data.census import MOST_GONE, confirmed, swept
from data.jira_simple import JiraClient
from data.outcome import SyncOutcome
from data.references import RefreshedReferences, all_references, refreshed
from data.tables import IssueRow, StatusRef
from data.watermark import OVERLAP_MS, ids_since, pages_since

logger = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
# A first fetch shows what it has after so long, and then whenever that costs little beside fetching.
FIRST_PART_S = 2.0
PART_COST = 8
RESUME_WITHIN_MS = 86_400_000


def sync_all(
    client: JiraClient,
    store: Store,
    jql: str,
    progress: Progress = lambda done, total: None,
    cancelled: threading.Event | None = None,
    *,
    full: bool = False,
    configuration: CacheConfiguration | None = None,
    reason: str | None = None,
) -> SyncOutcome:
    """Bring what is stored of a query up to date, and publish it in one step.

    Args:
        client: asks the Jira; a fresh one for each sync.
        store: receives the pages; what it publishes changes at the end or not at all, except that
            a first fetch may publish parts.
        jql: the query.
        progress: called with issues done and, where the server tells it, issues in all.
        cancelled: once set, the sync ends within a second.
        full: fetch and compare everything, set a damaged store aside, and apply a mass loss.
        configuration: what the store answers; kept with it.
        reason: why nothing is stored yet, where the caller knows better than that it is not.

    Raises:
        SourceError: the Jira could not give everything; what it gave serves the next attempt.
        CancelledError: the user stopped it.
        StoreError: the store is damaged or cannot be written.
    """
    configuration = configuration or CacheConfiguration(jql=jql)
    sync = _Sync(client, store, jql, configuration, progress, cancelled)
    outcome = sync.run(full=full, cold=reason)
    logger.info(
        "sync.finished",
        extra={"mode": outcome.mode, "fetched": outcome.fetched, "stored": outcome.changes.stored}
        | outcome.requests,
    )
    return outcome


@dataclass(slots=True)
class _Brought:
    """What the pages of a sync have brought so far."""

    fetched: int = 0
    bad: int = 0
    statuses: set[str] = field(default_factory=set)
    versions: dict[str, set[str]] = field(default_factory=dict)
    project_ids: dict[str, str] = field(default_factory=dict)

    def add(self, page: list[IssueRow]) -> None:
        self.fetched += len(page)
        self.bad += sum(row.malformed != 0 for row in page)
        self.note(page)

    def note(self, rows: Iterable[IssueRow]) -> None:
        """Note what rows name, whether this sync or an earlier attempt fetched them."""
        for row in rows:
            project = _project_of(row.key)
            self.statuses.add(row.status.id)
            self.project_ids[project] = row.project_id
            self.versions.setdefault(project, set()).update(row.fix_versions, row.affected_versions)


@dataclass(slots=True)
class _Sync:
    """One sync of one store."""

    _client: JiraClient
    _store: Store
    _jql: str
    _configuration: CacheConfiguration
    _progress: Progress
    _cancelled: threading.Event | None
    _started: float = field(default_factory=time.monotonic)
    _brought: _Brought = field(default_factory=_Brought)
    _meta: Mapping[str, str] = field(default_factory=dict)
    _held_back: set[str] = field(default_factory=set)
    _set_aside: str = ""
    _earlier: list[Changes] = field(default_factory=list)
    _project_ids: dict[str, str] = field(default_factory=dict)

    def run(self, *, full: bool, cold: str | None) -> SyncOutcome:
        reason = self._why_full(full=full, cold=cold)
        if reason is None:
            changes = self._fetch_changes()
            if changes is not None:
                mode = "incremental" if changes.changed else "unchanged"
                return self._outcome(mode, changes, "updated" if changes.changed else None)
            reason = "expired"
        return self._outcome("full", self._fetch_everything(reason), reason)

    def _why_full(self, *, full: bool, cold: str | None) -> str | None:
        """Return why everything has to be fetched, None where changes will do."""
        try:
            self._store.verify()
        except DamagedStoreError:
            if not full:
                raise
            self._set_aside = self._store.set_aside().name
            logger.warning("store.set_aside", extra={"file": self._set_aside})
        self._store.touch()
        self._meta = self._store.meta()
        found = load_cache_with_validation(self._store, self._configuration)
        if found.dataset is not None:
            self._project_ids = {each.key: each.id for each in found.dataset.issues.projects}
        if self._set_aside:
            return "damaged"
        if found.reason == "cold":
            return cold or "cold"
        if full:
            return "forced"
        return found.reason or (None if self._has_watermark() else "cold")

    def _has_watermark(self) -> bool:
        return "watermark" in self._meta and self._meta.get("complete") == "1"

    # Changes ----------------------------------------------------------------------

    def _fetch_changes(self) -> Changes | None:
        """Fetch and publish what changed; None where the server's clock says that everything is due."""
        since = int(self._meta["watermark"])
        self._client.assume_dialect(self._meta.get("dialect", ""))
        self._stage_changes(since)
        # A clock that was put back stamps new changes with instants before the watermark.
        put_back = self._client.began_at_ms < since - OVERLAP_MS
        if put_back or is_expired(self._meta, self._client.began_at_ms):
            return None
        known = self._store.keys()
        gone = self._census(known)
        if self._is_mass_loss(gone, known):
            self._hold_back(gone)
            gone = set()
        self._refetch_neighbours(known, gone)
        references = self._refreshed_references(known, gone)
        return self._publish(references.rows, gone, {"versions_at": references.versions_at})

    def _stage_changes(self, since: int) -> None:
        began = self._resumed(str(since), self._store.attempt())
        pages = pages_since(self._client, self._jql, (began or since) - OVERLAP_MS)
        first = next(pages, [])
        if began is None and first:
            self._begin_attempt(str(since))
        self._stage(first)
        for page in pages:
            self._stage(page)
        if began is not None:
            self._stage_rest(dict(ids_since(self._client, self._jql, since - OVERLAP_MS)))

    def _census(self, known: Mapping[str, str]) -> set[str]:
        """Return the stored ids that have left the query; fetch what is in it and was never seen."""
        staged = self._store.staged()
        exact = self._client.count(self._jql) if self._client.dialect.name == "dc" else None
        if exact == len({**known, **staged}):
            return set()  # the exact count fits; a day's end will tell of an exchange one for one
        refs = dict(self._client.ids(self._jql))
        refs = confirmed(self._client, self._jql, known.keys() | staged.keys(), refs, exact)
        unseen = [each for each, key in refs.items() if each not in staged and known.get(each) != key]
        self._stage_named(unseen)
        return (known.keys() | staged.keys()) - refs.keys()

    def _refetch_neighbours(self, known: Mapping[str, str], gone: Collection[str]) -> None:
        """Fetch the issues that name one which went or moved: Jira changes them without updating them."""
        staged = self._store.staged()
        lost = {known[each] for each in gone if each in known}
        lost |= {known[each] for each, key in staged.items() if known.get(each, key) != key}
        named = self._store.naming(lost) - staged.keys() - set(gone)
        self._stage_named(sorted(named))

    def _refreshed_references(self, known: Mapping[str, str], gone: Collection[str]) -> RefreshedReferences:
        projects, hidden = self._projects_after(known, gone)
        return refreshed(
            self._client,
            self._store.references(),
            projects=projects,
            hidden=hidden,
            statuses=self._brought.statuses,
            versions=self._brought.versions,
            versions_at=self._meta.get("versions_at", ""),
        )

    # Everything -------------------------------------------------------------------

    def _fetch_everything(self, reason: str) -> Changes:
        self._client.assume_dialect("")
        server = self._client.server()
        statuses = self._client.statuses()
        first_time = not self._has_watermark()
        refs = self._stage_everything(statuses if first_time else None)
        known = self._store.keys()
        refs = confirmed(self._client, self._jql, known.keys(), refs)
        self._stage_rest(refs)
        gone = known.keys() - refs.keys()
        if not first_time and reason != "forced" and self._is_mass_loss(gone, known):
            self._hold_back(gone)
            gone = set()
        gone |= self._store.staged().keys() - refs.keys()
        projects, hidden = self._projects_after(known, gone)
        references = all_references(
            self._client, self._store.references(), statuses=statuses, projects=projects, hidden=hidden
        )
        meta = {
            "site": server.base_url,
            "dialect": server.dialect,
            "jql": self._jql,
            "compared_at": str(self._client.began_at_ms),
            "versions_at": references.versions_at,
        }
        return self._publish(references.rows, gone, meta, authoritative=True)

    def _stage_everything(self, statuses: Collection[StatusRef] | None) -> dict[str, str]:
        """Stage all that the query selects and return their keys by id; an earlier attempt is taken up again.

        Args:
            statuses: of the server, where parts may be published meanwhile.
        """
        began = self._resumed("", self._store.attempt())
        if began is None:
            self._begin_attempt("")
            parts = None if statuses is None else _Parts(self, statuses)
            total: list[int] = []
            for page in self._client.pages(self._jql, total.append):
                self._stage(page, total[-1] if total else None)
                if parts is not None:
                    parts.page_staged()
            return self._store.staged()
        logger.info("sync.resumed", extra={"staged": len(self._store.staged())})
        for page in pages_since(self._client, self._jql, began - OVERLAP_MS):
            self._stage(page)
        refs = confirmed(self._client, self._jql, self._store.staged().keys(), swept(self._client, self._jql))
        self._stage_rest(refs)
        return refs

    def _stage_rest(self, refs: Mapping[str, str]) -> None:
        """Stage those of ``refs`` that were not staged yet."""
        staged = self._store.staged().keys()
        rest = sorted(refs.keys() - staged)
        if rest:
            self._progress(len(refs) - len(rest), len(refs))
        self._stage_named(rest, len(refs))

    def _stage_named(self, ids: list[str], total: int | None = None) -> None:
        for page in self._client.named(self._jql, ids) if ids else ():
            self._stage(page, total)

    # Both -------------------------------------------------------------------------

    def _resumed(self, since: str, attempt: Mapping[str, str]) -> int | None:
        """Return when the attempt began that this one goes on with; what other attempts staged is dropped."""
        if not attempt and not self._store.staged():
            return None
        began = int(attempt.get("began", "0"))
        fresh = since or self._client.began_at_ms - began < RESUME_WITHIN_MS
        if attempt.get("since") == since and fresh and self._store.staged():
            for rows in self._store.staged_rows():
                self._brought.note(rows)
            return began
        self._store.begin_attempt({})
        return None

    def _begin_attempt(self, since: str) -> None:
        self._store.begin_attempt({"since": since, "began": str(self._client.began_at_ms)})
        self._progress(0, None)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled is not None and self._cancelled.is_set():
            raise CancelledError(
                "The sync was cancelled.", hint="Start it again: it goes on where it stopped."
            )

    def _stage(self, page: list[IssueRow], total: int | None = None) -> None:
        self._stop_if_cancelled()
        if page:
            self._store.stage(page)
            self._brought.add(page)
            self._progress(self._brought.fetched, total)

    def _is_mass_loss(self, gone: Collection[str], known: Mapping[str, str]) -> bool:
        if not gone:
            return False
        lost = known.keys() & gone
        return len(lost) > MOST_GONE * len(known) or not _projects(known, ()) <= _projects(known, lost)

    def _projects_after(
        self, known: Mapping[str, str], gone: Collection[str]
    ) -> tuple[dict[str, str], set[str]]:
        """Return id by key of the projects that have issues, and which of them only have some held back."""
        after = {**known, **self._store.staged()}
        ids = self._project_ids | self._brought.project_ids
        keys = _projects(after, gone)
        hidden = keys - _projects(after, self._held_back | set(gone))
        return {key: ids.get(key, "") for key in keys}, hidden

    def _hold_back(self, gone: Collection[str]) -> None:
        self._held_back = set(gone)
        logger.warning("sync.held_back", extra={"issues": len(gone)})

    def _publish(
        self,
        references: References | None,
        gone: Collection[str],
        meta: Mapping[str, str],
        *,
        complete: bool = True,
        authoritative: bool = False,
    ) -> Changes:
        self._stop_if_cancelled()
        began = str(self._client.began_at_ms)
        # Ages are told by our own clock: the server's may be hours ahead or behind.
        here = str(time.time_ns() // 1_000_000)
        marks = {"synced_at": began, "synced_here_at": here, "watermark": began}
        marks["held_back"] = str(len(self._held_back))
        return save_cache(
            self._store,
            references,
            as_of=self._client.began_at_ms,
            configuration=self._configuration,
            meta={**meta, **marks} if complete else meta,
            gone=gone,
            complete=complete,
            authoritative=authoritative,
            proceed=self._stop_if_cancelled,
        )

    def publish_part(self, references: References) -> None:
        """Show what a first fetch has brought so far."""
        site = {"site": self._client.server().base_url}
        self._earlier.append(self._publish(references, (), site, complete=False))

    def _outcome(self, mode: str, changes: Changes, reason: str | None) -> SyncOutcome:
        return SyncOutcome(
            mode=mode,
            changes=changes,
            created_in_parts=sum(part.created for part in self._earlier),
            fetched=self._brought.fetched,
            bad=self._brought.bad + self._client.bad_issues,
            held_back=len(self._held_back),
            set_aside=self._set_aside,
            requests=self._client.requests.as_document(),
            reason=reason,
            duration_s=time.monotonic() - self._started,
        )


class _Parts:
    """Publishes what a first fetch has so far, as often as that costs little beside fetching."""

    def __init__(self, sync: _Sync, statuses: Collection[StatusRef]) -> None:
        self._sync = sync
        self._references = References(tuple(statuses))
        self._next_at = time.monotonic() + FIRST_PART_S

    def page_staged(self) -> None:
        began = time.monotonic()
        if began < self._next_at:
            return
        self._sync.publish_part(self._references)
        ended = time.monotonic()
        self._next_at = ended + max(FIRST_PART_S, PART_COST * (ended - began))


def _projects(known: Mapping[str, str], without: Collection[str]) -> set[str]:
    return {_project_of(key) for issue_id, key in known.items() if issue_id not in without}


def _project_of(key: str) -> str:
    return key.rpartition("-")[0]
