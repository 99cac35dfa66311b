"""The first station of a sync: what it was told, what is stored, and so whether changes will do."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from configuration.errors import CancelledError, DamagedStoreError
from data.cache_manager import CacheConfiguration, Store, is_expired, load_cache_with_validation
from data.intake.jobs import Progress
from data.intake.watermark import OVERLAP_MS
from data.jira_simple import JiraClient
from data.model.clock import Clock, MachineClock
from data.model.tables import DeploymentRow

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncOrder:
    """What a sync was told, and what it works with.

    Attributes:
        client: asks the Jira.
        store: receives what it says.
        jql: the query.
        configuration: what the store answers; kept with it.
        progress: called with issues done and, where the server tells it, issues in all.
        cancelled: once set, the sync ends within a second.
        events: imported deployments that the profile keeps, None where it keeps none.
        clock: tells whoever looks at the store how old it is.
    """

    client: JiraClient
    store: Store
    jql: str
    configuration: CacheConfiguration
    progress: Progress
    cancelled: threading.Event | None
    events: tuple[DeploymentRow, ...] | None = None
    clock: Clock = field(default_factory=MachineClock)

    def stop_if_cancelled(self) -> None:
        """End the sync if the user wants it to end.

        Raises:
            CancelledError: so it is.
        """
        if self.cancelled is not None and self.cancelled.is_set():
            raise CancelledError(
                "The sync was cancelled.", hint="Start it again: it goes on where it stopped."
            )


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known before anything is asked.

    Attributes:
        reason: why everything has to be fetched, None where changes will do.
        meta: of the store.
        project_ids: id of each stored project, by key.
        set_aside: name that a damaged file was given, "" where there was none.
    """

    reason: str | None
    meta: Mapping[str, str]
    project_ids: Mapping[str, str]
    set_aside: str

    @property
    def is_first(self) -> bool:
        """Whether no sync of this store was ever complete."""
        return not _is_complete(self.meta)

    @property
    def watermark(self) -> int:
        """When the last complete sync began, in epoch milliseconds of the server's clock."""
        return int(self.meta["watermark"])

    def is_due(self, began_at_ms: int) -> bool:
        """Tell whether the server's clock asks for everything after all.

        Args:
            began_at_ms: when this sync began, by that clock. One that was put back stamps new
                changes with instants before the watermark.
        """
        return began_at_ms < self.watermark - OVERLAP_MS or is_expired(self.meta, began_at_ms)


def plan_of(order: SyncOrder, *, full: bool, cold: str | None) -> Plan:
    """Look into the store and return what has to be done.

    Args:
        order: the store among it.
        full: everything was asked for; a damaged store is set aside.
        cold: why nothing is stored yet, where the caller knows better than that it is not.

    Raises:
        DamagedStoreError: the store is damaged, and not everything was asked for.
        StoreError: it cannot be read.
    """
    set_aside = _set_aside_if_damaged(order.store, full=full)
    order.store.touch()
    meta = order.store.meta()
    found = load_cache_with_validation(order.store, order.configuration)
    projects = found.dataset.issues.projects if found.dataset is not None else ()
    why = found.reason or ("schema" if order.store.outdated() else None)
    reason = "damaged" if set_aside else why_full(meta, why, full=full, cold=cold)
    return Plan(reason, meta, {each.key: each.id for each in projects}, set_aside)


def why_full(meta: Mapping[str, str], found: str | None, *, full: bool, cold: str | None) -> str | None:
    """Return why everything has to be fetched, None where changes will do. Pure.

    Args:
        meta: of the store.
        found: why the stored answer does not hold, None where it does.
        full: everything was asked for.
        cold: the better reason for a store without data.
    """
    if found == "cold":
        return cold or "cold"
    if full:
        return "forced"
    return found or (None if _is_complete(meta) else "cold")


def _is_complete(meta: Mapping[str, str]) -> bool:
    return "watermark" in meta and meta.get("complete") == "1"


def _set_aside_if_damaged(store: Store, *, full: bool) -> str:
    try:
        store.verify()
    except DamagedStoreError:
        if not full:
            raise
        name = store.set_aside()
        logger.warning("store.set_aside", extra={"file": name})
        return name
    return ""
