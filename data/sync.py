"""Bringing a store up to date with its Jira: pages are staged, then published at once."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from configuration.errors import CancelledError, DamagedStoreError
from data.cache_manager import References, Store
from data.jira_simple import JiraClient
from data.outcome import SyncOutcome
from data.tables import IssueRow

logger = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]


def sync_all(
    client: JiraClient,
    store: Store,
    jql: str,
    progress: Progress = lambda done, total: None,
    cancelled: threading.Event | None = None,
    *,
    mend: bool = False,
) -> SyncOutcome:
    """Fetch everything the query selects and publish it in one step.

    Args:
        client: asks the Jira.
        store: receives the pages; what it publishes changes at the end or not at all.
        jql: the query.
        progress: called with issues done and, where the server tells it, issues in all.
        cancelled: once set, the sync ends within a second.
        mend: set a damaged store aside and fetch into a new one.

    Raises:
        SourceError: the Jira could not give everything.
        CancelledError: the user stopped it.
        StoreError: the store cannot be written.
    """
    started = time.monotonic()
    if mend:
        _set_aside_if_damaged(store)
    cold = not store.revision()
    server = client.server()
    statuses = client.statuses()
    total = client.count(jql)
    store.begin_attempt({})
    progress(0, total)
    fetched, bad, projects = _stage_pages(
        client.pages(jql), store, lambda done: progress(done, total), cancelled
    )
    versions = [version for key in sorted(projects) for version in client.versions(key)]
    meta = {
        "site": server.base_url,
        "synced_at": str(server.server_time_ms),
        "watermark": str(server.server_time_ms),
        "jql": jql,
    }
    gone = set(store.keys()) - store.staged()
    changes = store.publish_staged(
        References(statuses, versions), as_of=server.server_time_ms, meta=meta, gone=gone, authoritative=True
    )
    outcome = SyncOutcome(
        mode="full",
        changes=changes,
        fetched=fetched,
        bad=bad + client.bad_issues,
        requests=client.requests.as_document(),
        reason="cold" if cold else "forced",
        duration_s=time.monotonic() - started,
    )
    logger.info("sync.finished", extra={"fetched": fetched, "stored": changes.stored, **outcome.requests})
    return outcome


def _set_aside_if_damaged(store: Store) -> None:
    """Read everything; what is not what was written is kept under another name."""
    try:
        store.load_with_rows()
    except DamagedStoreError:
        aside = store.set_aside()
        logger.warning("store.set_aside", extra={"file": aside.name})


def _stage_pages(
    pages: Iterator[list[IssueRow]],
    store: Store,
    progress: Callable[[int], None],
    cancelled: threading.Event | None,
) -> tuple[int, int, set[str]]:
    """Stage page after page; return issues fetched, issues with unreadable values, and project keys."""
    fetched = bad = 0
    projects: set[str] = set()
    for page in pages:
        if cancelled is not None and cancelled.is_set():
            raise CancelledError(
                "The sync was cancelled.", hint="Start it again; the stored numbers are unchanged."
            )
        store.stage(page)
        fetched += len(page)
        bad += sum(row.malformed != 0 for row in page)
        projects |= {row.key.rpartition("-")[0] for row in page}
        progress(fetched)
    return fetched, bad, projects
