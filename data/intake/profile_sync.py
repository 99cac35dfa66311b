"""A sync as a whole: one at a time for each scope, through the client, and noted for whoever asks later."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from configuration.errors import CancelledError, DashboardError
from configuration.settings import Home
from data.cache_manager import CacheConfiguration, CacheInvalidationTrigger, evict
from data.intake.clones import clone_paths, read_clones
from data.intake.connect import client_of
from data.intake.events import add_events, carry_over, kept_events, kept_in
from data.intake.hosts import check_hosts, read_hosts, summed
from data.intake.jobs import Progress
from data.intake.profile_import import ImportFiles, import_into
from data.intake.sync import sync_all
from data.intake.sync_outcome import SyncOutcome
from data.intake.unread import note_unread
from data.model.clock import clock_of
from data.persistence import CacheMetadata, SyncRecord, load_cache_metadata, save_cache_metadata
from data.profiles.sources import Source, check_connection, configuration_of
from data.sources.git.rows import ORIGIN
from data.store.ledger import ledger_of
from data.store.locks import held
from data.store.stores import stores_of

logger = logging.getLogger(__name__)

# Of so many syncs the diagnostics know.
MOST_SYNCS = 200


def synchronize(
    source: Source,
    home: Home,
    environment: Mapping[str, str],
    progress: Progress = lambda done, total: None,
    cancelled: threading.Event | None = None,
    *,
    full: bool = False,
    configuration: CacheConfiguration | None = None,
) -> SyncOutcome:
    """Bring the store of a source up to date.

    The clones and the repositories that the profile names are read too; a profile without a Jira has these
    alone.

    Args:
        source: a Jira and its query.
        home: the shared limiter, locks, and the notes about syncs.
        environment: of the process.
        progress: called with issues done and, where known, issues in all.
        cancelled: once set, the sync ends within a second.
        full: fetch and compare everything.
        configuration: what the store answers; by default that of the source.

    Raises:
        ConfigurationError: the connection is not usable.
        StoreError: the store is damaged, cannot be written, or another sync of it goes on for long.
        SourceError: the Jira could not give everything.
        CancelledError: the user stopped it.
    """
    check_hosts(source, home, environment)
    profile = source.profile
    beside = (*profile.git.paths, *profile.github.repositories, *profile.gitlab.projects)
    if source.kind == "files" and beside:
        outcome = import_into(source, home, ImportFiles(git=clone_paths(profile), tolerant=True), None)
        outcome = _with_hosts(source, home, environment, outcome, cancelled, full=full)
        _Notes(source, home, configuration_of(source)).ended(outcome)
        return outcome
    outcome, notes = _read_jira(
        source, home, environment, progress, cancelled, full=full, configuration=configuration
    )
    outcome = _with_clones(source, home, outcome)
    outcome = _with_hosts(source, home, environment, outcome, cancelled, full=full)
    notes.also_asked(outcome.requests)
    return outcome


def _read_jira(
    source: Source,
    home: Home,
    environment: Mapping[str, str],
    progress: Progress,
    cancelled: threading.Event | None,
    *,
    full: bool,
    configuration: CacheConfiguration | None,
) -> tuple[SyncOutcome, "_Notes"]:
    """Sync the issues of a source under the lock of its scope; return what came of it, and its notes."""
    check_connection(source)
    wanted = configuration or configuration_of(source)
    client = client_of(source, home, environment, cancelled)
    with held(home, source.store.key, cancelled):
        notes = _Notes(source, home, wanted)  # after the wait: whoever held the lock noted something too
        began = time.monotonic()
        try:
            outcome = sync_all(
                client,
                source.store,
                source.jql,
                progress,
                cancelled,
                full=full,
                configuration=wanted,
                reason=notes.why_cold(),
                events=kept_events(home, source.name),
                clock=clock_of(home),
            )
        except DashboardError as error:
            notes.failed(error, client.requests.as_document(), time.monotonic() - began)
            raise
        carried = carry_over(source.store, home, source.name)
        if carried is not None and carried.changed:
            outcome = replace(outcome, changes=replace(outcome.changes, revision=carried.revision))
        notes.ended(outcome)
        evict(stores_of(home), [source.store.key])
    return outcome, notes


def _with_hosts(
    source: Source,
    home: Home,
    environment: Mapping[str, str],
    outcome: SyncOutcome,
    cancelled: threading.Event | None,
    *,
    full: bool,
) -> SyncOutcome:
    """Read the repositories that the profile names; what cannot be read is told and changes nothing."""
    try:
        read = read_hosts(source, home, environment, cancelled, full=full)
    except CancelledError:
        raise
    except DashboardError as error:
        logger.warning("host.unreadable", extra={"host": "", "cause": error.message})
        return replace(outcome, unread=(*outcome.unread, (error.message, error.hint)))
    revised = replace(outcome.changes, revision=read.revision or outcome.changes.revision)
    return replace(
        outcome,
        changes=revised,
        requests=summed(outcome.requests, read.requests),
        notices=(*outcome.notices, *read.notices),
        unread=(*outcome.unread, *read.unread),
    )


def _with_clones(source: Source, home: Home, outcome: SyncOutcome) -> SyncOutcome:
    """Read the clones that the profile names; one that cannot be read is told and changes nothing."""
    paths = clone_paths(source.profile)
    if not paths:
        note_unread(source, home, ORIGIN, {})
        return outcome
    try:
        store = kept_in(source, home)
        tags, now = source.profile.git.tags, clock_of(home).now_ms()
        clones = read_clones(
            paths, tags, store.meta(), lambda: store.references().changes, now, tolerant=True
        )
        revision = ""
        if clones.retold:
            revision = add_events(source, home, clones.references, clones.retold, clones.meta).revision
        note_unread(source, home, ORIGIN, clones.failing)
    except DashboardError as error:
        logger.warning("git.unreadable", extra={"cause": error.message})
        return replace(outcome, notices=(f"{error.message} {error.hint}",))
    revised = replace(outcome.changes, revision=revision or outcome.changes.revision)
    return replace(outcome, changes=revised, notices=tuple(clones.notices), unread=clones.unread)


class _Notes:
    """Keeps what is told of a profile's syncs."""

    def __init__(self, source: Source, home: Home, configuration: CacheConfiguration) -> None:
        self._source = source
        self._home = home
        self._configuration = configuration
        self._known = load_cache_metadata(home, source.name)

    def why_cold(self) -> str | None:
        """Return what made this a scope without data, None where there never was another one."""
        text = self._known.configuration if self._known else ""
        before = CacheConfiguration.from_text(text)
        if before is None or before.key() == self._configuration.key():
            return None
        trigger = CacheInvalidationTrigger(before, self._configuration)
        return trigger.reason if trigger.needs_requests else None

    def ended(self, outcome: SyncOutcome) -> None:
        document = outcome.as_document()
        key = self._source.store.key
        ledger = ledger_of(self._home, self._source.name)
        full = outcome.mode == "full"
        ledger.note_sync(key, outcome.reason, outcome.requests["total"], full=full)
        told = {"mode": outcome.mode, "state": document["state"], "reason": outcome.reason}
        at = clock_of(self._home).now_ms()
        self._save(_record(at, told, document["issues"], outcome.requests, outcome.duration_s))

    def also_asked(self, requests: dict[str, Any]) -> None:
        """Count what hosts were asked after Jira to the sync that was noted last."""
        known = load_cache_metadata(self._home, self._source.name)
        if known is None or not known.syncs or known.syncs[-1].requests == requests["total"]:
            return
        names = ("retries", "throttled_s", "bytes", "by_path")
        asked = {name: requests[name] for name in names} | {"requests": requests["total"]}
        last = msgspec.structs.replace(known.syncs[-1], **asked)
        self._keep(msgspec.structs.replace(known, syncs=(*known.syncs[:-1], last)))

    def failed(self, error: DashboardError, requests: dict[str, Any], duration_s: float) -> None:
        told = {"mode": "failed", "state": "failed", "reason": None, "error": error.message}
        self._save(_record(clock_of(self._home).now_ms(), told, {}, requests, duration_s))

    def _save(self, record: SyncRecord) -> None:
        known = self._known
        same = known is not None and known.cache_key == self._source.store.key
        good = record.state != "failed"
        self._keep(
            CacheMetadata(
                cache_key=self._source.store.key,
                creation_timestamp=known.creation_timestamp if known and same else record.at,
                config_hash=self._configuration.digest(),
                configuration=self._configuration.as_text() if good or not known else known.configuration,
                last_synced=record.at if good else known.last_synced if known else None,
                stored=record.issues.get("stored", known.stored if known else 0),
                syncs=(*(known.syncs if known else ()), record)[-MOST_SYNCS:],
            )
        )

    def _keep(self, metadata: CacheMetadata) -> None:
        try:
            save_cache_metadata(self._home, self._source.name, metadata)
        except DashboardError as error:
            # What became of the sync itself is what has to be told.
            logger.warning("sync.not_noted", extra={"cause": error.message})


def _record(
    at: int, told: dict[str, Any], issues: dict[str, int], requests: dict[str, Any], duration_s: float
) -> SyncRecord:
    return SyncRecord(
        at=at,
        issues=issues,
        requests=requests["total"],
        retries=requests["retries"],
        throttled_s=requests["throttled_s"],
        bytes=requests["bytes"],
        by_path=requests["by_path"],
        duration_s=round(duration_s, 3),
        **told,
    )
