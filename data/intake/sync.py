"""Bringing a store up to date with its Jira: what changed is staged, then published at once.

An incremental sync asks for what was updated since the last complete one began,
and takes a census to find what left the query without a word. Everything is
fetched and compared the first time, on demand, and once a day.

Each station hands on what it found::

    Plan  ->  Fetched  ->  Compared  ->  Guarded  ->  Published
    plan      staging      census        losses       publication
"""

import logging
import threading
import time
from dataclasses import replace

from data.cache_manager import ROWS_VERSION, CacheConfiguration, References, Store
from data.intake.census import CountedApart, confirmed
from data.intake.events import merged
from data.intake.jobs import Progress
from data.intake.losses import Compared, Guarded, Projects, guarded, projects_after
from data.intake.plan import Plan, SyncOrder, plan_of
from data.intake.publication import Parts, Published, publish, publish_part
from data.intake.references import RefreshedReferences, all_references, refreshed
from data.intake.staging import Staging
from data.intake.sync_outcome import SyncOutcome
from data.jira.requested_fields import FoundFields
from data.jira_simple import JiraClient
from data.model.clock import Clock, MachineClock
from data.model.tables import DeploymentRow

logger = logging.getLogger(__name__)


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
    events: tuple[DeploymentRow, ...] | None = None,
    clock: Clock | None = None,
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
        events: imported deployments that belong to what is fetched; None leaves those that are stored.
        clock: by which the age of what is stored is told; by default this machine's.

    Raises:
        SourceError: the Jira could not give everything; what it gave serves the next attempt.
        CancelledError: the user stopped it.
        StoreError: the store is damaged or cannot be written.
    """
    began = time.monotonic()
    wanted = configuration or CacheConfiguration(jql=jql)
    order = SyncOrder(client, store, jql, wanted, progress, cancelled, events, clock or MachineClock())
    plan = plan_of(order, full=full, cold=reason)
    staging = Staging(order)
    published = _fetch_changes(order, plan, staging) if plan.reason is None else None
    if published is None:
        published = _fetch_everything(order, plan, staging, plan.reason or "expired")
    outcome = _tell_outcome(order, plan, staging, published, time.monotonic() - began)
    logger.info(
        "sync.finished",
        extra={"mode": outcome.mode, "fetched": outcome.fetched, "stored": outcome.changes.stored}
        | outcome.requests,
    )
    return outcome


def _fetch_changes(order: SyncOrder, plan: Plan, staging: Staging) -> Published | None:
    """Fetch and publish what changed; None where the server's clock says that everything is due."""
    order.client.assume_dialect(plan.meta.get("dialect", ""))
    _assume_fields(order.client, plan)
    staging.changes(plan.watermark)
    if plan.is_due(order.client.began_at_ms):
        return None
    compared, apart = _take_census(order, staging, CountedApart.of(plan.meta))
    found = _tell_losses(guarded(compared))
    _stage_neighbours(order, staging, found)
    references = _refreshed_references(order, plan, staging, found)
    meta = {"versions_at": references.versions_at, **_fields_mark(order.client), **apart.marks()}
    changes = publish(order, references.rows, meta, gone=found.gone, held_back=len(found.held_back))
    if changes.changed:
        return Published("incremental", "updated", changes, len(found.held_back))
    return Published("unchanged", None, changes, len(found.held_back))


def _fetch_everything(order: SyncOrder, plan: Plan, staging: Staging, reason: str) -> Published:
    """Fetch, compare and publish everything; a first fetch publishes parts meanwhile."""
    client = order.client
    client.assume_dialect("")
    server = client.server()
    statuses = client.statuses()
    client.find_fields()
    events = merged((), order.events)
    parts = Parts(lambda: publish_part(order, References(tuple(statuses), deployments=events)))
    refs = staging.everything(parts.page_staged) if plan.is_first else staging.everything()
    compared = _compared_with_all(order, staging, refs)
    found = _tell_losses(guarded(compared, asked_for=plan.is_first or reason == "forced"))
    projects = _find_projects(order, plan, staging, found)
    stored = _with_events(order, order.store.listed())
    references = all_references(
        client, stored, statuses=statuses, projects=projects.ids, hidden=projects.hidden
    )
    meta = {
        "site": server.base_url,
        "dialect": server.dialect,
        "jql": order.jql,
        "compared_at": str(client.began_at_ms),
        "versions_at": references.versions_at,
        # Asked for once: an issue that did not come is not asked for again and again.
        "rows": str(ROWS_VERSION),
        **_fields_mark(client),
    }
    held_back = len(found.held_back)
    changes = publish(order, references.rows, meta, gone=found.gone, held_back=held_back, authoritative=True)
    return Published("full", reason, changes, held_back, parts.created)


def _assume_fields(client: JiraClient, plan: Plan) -> None:
    """Ask for the fields that everything was fetched with, so that changes bring the same of each issue."""
    found = FoundFields.from_text(plan.meta.get("fields", ""))
    if found is None:
        client.find_fields()
    else:
        client.assume_fields(found)


def _fields_mark(client: JiraClient) -> dict[str, str]:
    return {"fields": client.found_fields.as_text()}


def _take_census(order: SyncOrder, staging: Staging, apart: CountedApart) -> tuple[Compared, CountedApart]:
    """Compare after a fetch of changes; what is in the query and was never seen is fetched."""
    client, known, staged = order.client, order.store.keys(), order.store.staged()
    exact = client.count(order.jql) if client.dialect.name == "dc" else None
    if exact == len({**known, **staged}) + apart.gap:
        # The exact count fits; a day's end will tell of an exchange one for one.
        return Compared(known, frozenset()), apart
    refs = dict(client.ids(order.jql))
    refs = confirmed(client, order.jql, known.keys() | staged.keys(), refs, exact)
    # Without a key in the list an issue is taken for the one that is known by its id.
    news = (each for each, key in refs.items() if each not in known or (key and known[each] != key))
    staging.named([each for each in news if each not in staged and each not in apart.unreadable])
    stored = known.keys() | order.store.staged().keys()
    gone = (known.keys() | staged.keys()) - refs.keys()
    return Compared(known, frozenset(gone)), apart.after(refs.keys(), stored, client.unreadable, exact)


def _compared_with_all(order: SyncOrder, staging: Staging, refs: dict[str, str]) -> Compared:
    """Compare after a fetch of everything; ``refs`` are the keys by id that it found."""
    known = order.store.keys()
    refs = confirmed(order.client, order.jql, known.keys(), refs)
    staging.rest(refs)
    passed = order.store.staged().keys() - refs.keys()
    return Compared(known, frozenset(known.keys() - refs.keys()), frozenset(passed))


def _tell_losses(found: Guarded) -> Guarded:
    if found.held_back:
        logger.warning("sync.held_back", extra={"issues": len(found.held_back)})
    return found


def _stage_neighbours(order: SyncOrder, staging: Staging, found: Guarded) -> None:
    """Fetch the issues that name one which went or moved: Jira changes them without updating them."""
    staged = order.store.staged()
    named = order.store.naming(found.lost_keys(staged)) - staged.keys() - found.gone
    staging.named(sorted(named))


def _find_projects(order: SyncOrder, plan: Plan, staging: Staging, found: Guarded) -> Projects:
    ids = {**plan.project_ids, **staging.fetched().project_ids}
    return projects_after(found, order.store.staged(), ids)


def _refreshed_references(
    order: SyncOrder, plan: Plan, staging: Staging, found: Guarded
) -> RefreshedReferences:
    fetched, projects = staging.fetched(), _find_projects(order, plan, staging, found)
    known = order.store.listed()
    stored = _with_events(order, known)
    references = refreshed(
        order.client,
        stored,
        projects=projects.ids,
        hidden=projects.hidden,
        statuses=fetched.statuses,
        versions=fetched.versions,
        versions_at=plan.meta.get("versions_at", ""),
    )
    if references.rows is None and stored.deployments != known.deployments:
        return replace(references, rows=stored)
    return references


def _with_events(order: SyncOrder, stored: References) -> References:
    """Return what is stored beside the issues, with the imported deployments of the profile."""
    return replace(stored, deployments=merged(stored.deployments, order.events))


def _tell_outcome(
    order: SyncOrder, plan: Plan, staging: Staging, published: Published, duration_s: float
) -> SyncOutcome:
    fetched = staging.fetched()
    return SyncOutcome(
        mode=published.mode,
        changes=published.changes,
        created_in_parts=published.created_in_parts,
        fetched=fetched.issues,
        bad=fetched.bad + order.client.bad_issues,
        held_back=published.held_back,
        set_aside=plan.set_aside,
        requests=order.client.requests.as_document(),
        reason=published.reason,
        duration_s=duration_s,
        warnings=order.client.warnings,
    )
