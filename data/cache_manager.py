"""What is stored between two looks at Jira: under which name, whether it still holds, and for how long.

The store itself is ``data.store.database``. This module knows the configurations: which
of them share a store, what changes between two of them, and what that costs.
"""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from configuration.errors import StoreError
from configuration.profile_versions import current_meaning
from data.model.instants import DAY_MS
from data.model.tables import Dataset
from data.store.database import Changes, Store
from data.store.references import References
from data.store.schema import ROWS_VERSION, SCHEMA_VERSION
from data.store.sqlite.opening import LOCK_WAIT_S
from data.store.stores import Stores

__all__ = [
    "LOCK_WAIT_S",
    "ROWS_VERSION",
    "SCHEMA_VERSION",
    "CacheConfiguration",
    "CacheInvalidationTrigger",
    "Changes",
    "Found",
    "References",
    "Store",
    "evict",
    "generate_cache_key",
    "invalidate_cache",
    "is_expired",
    "load_cache_with_validation",
    "save_cache",
]

logger = logging.getLogger(__name__)

Cost = Literal["other scope", "refetch", "recompute", "results"]
# Everything is fetched and compared this often: links, releases and ranks change without a trace.
FULL_AFTER_MS = DAY_MS


def generate_cache_key(
    *, dialect: str, site: str, account: str, jql: str, fields: Iterable[str], schema: int = SCHEMA_VERSION
) -> str:
    """Return the name of a scope: 32 hex characters over everything that can change the answer.

    Args:
        dialect: ``cloud``, ``dc``, ``auto`` or ``files``.
        site: origin and context path of the Jira, or the profile that files are imported into.
        account: who asks, because permissions change the answer; never a credential.
        jql: the query.
        fields: requested fields, in any order.
        schema: version of the stored rows.
    """
    # What cannot change the answer must not change the key: the case of a host name, white space
    # in a query, the order of fields and a field named twice.
    parts = [
        dialect,
        site.rstrip("/").casefold(),
        account,
        " ".join(jql.split()),
        *sorted(set(fields)),
        str(schema),
    ]
    # Length-prefixed, so that no two different lists of parts are spelled alike.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    # SHA-256, of which FIPS approves, cut to the length of a file name that people can still compare.
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class CacheConfiguration:
    """Everything that decides what is stored, and what is made of it. No credential is among it.

    Attributes:
        dialect: ``auto``, ``cloud``, ``dc`` or ``files``.
        site: address of the Jira, or the profile that files are imported into.
        account: who asks.
        jql: the query.
        fields: requested fields.
        mapping: field id by logical name.
        workflow: what statuses, types, deployments and incidents mean, as ``meaning_of`` a profile tells.
        timezone: zone of days and weeks.
        period: first and last civil day that are looked at, "" = the default.
        schema: version of the stored rows.
    """

    dialect: str = "auto"
    site: str = ""
    account: str = ""
    jql: str = ""
    fields: tuple[str, ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()
    workflow: str = ""
    timezone: str = "UTC"
    period: tuple[str, str] = ("", "")
    schema: int = SCHEMA_VERSION

    def key(self) -> str:
        """Return the name of the scope."""
        return generate_cache_key(
            dialect=self.dialect,
            site=self.site,
            account=self.account,
            jql=self.jql,
            fields=self.fields,
            schema=self.schema,
        )

    def digest(self) -> str:
        """Return 32 hex characters over the whole configuration."""
        return hashlib.sha256(self.as_text().encode()).hexdigest()[:32]

    def as_text(self) -> str:
        """Return the configuration as JSON; the same one has the same text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "CacheConfiguration | None":
        """Return the configuration that ``as_text`` spelled, None where it is not of this version."""
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(raw, dict) or raw.keys() != {item.name for item in fields(cls)}:
            return None
        raw["workflow"] = current_meaning(str(raw["workflow"]))
        return cls(**{name: _make_hashable(value) for name, value in raw.items()})


def _make_hashable(value: Any) -> Any:
    return tuple(map(_make_hashable, value)) if isinstance(value, list) else value


class CacheInvalidationTrigger:
    """Compares two configurations and says what the change between them costs.

    Args:
        before: as it was when the data were stored.
        after: as it is wanted now.
        stored: first and last civil day of what is stored, "" where that is not known.
    """

    # In the order in which they are told; the first one is the reason that a log line names.
    _COSTS: Mapping[str, Cost] = {
        "site": "other scope",
        "account": "other scope",
        "jql": "other scope",
        "schema": "other scope",
        "fields": "refetch",
        "mapping": "recompute",
        "workflow": "recompute",
        "zone": "recompute",
        "period": "results",
    }

    def __init__(
        self, before: CacheConfiguration, after: CacheConfiguration, stored: tuple[str, str] = ("", "")
    ) -> None:
        self.before = before
        self.after = after
        self._stored = stored

    @property
    def reasons(self) -> tuple[str, ...]:
        """What changed, the costliest first; () where the stored answer still holds."""
        before, after = self.before, self.after
        changed = {
            "site": (before.site.rstrip("/").casefold(), before.dialect)
            != (after.site.rstrip("/").casefold(), after.dialect),
            "account": before.account != after.account,
            "jql": before.jql.split() != after.jql.split(),
            "schema": before.schema != after.schema,
            "fields": not set(after.fields) <= set(before.fields),
            "mapping": dict(before.mapping) != dict(after.mapping),
            "workflow": before.workflow != after.workflow,
            "zone": before.timezone != after.timezone,
            "period": before.period != after.period,
        }
        return tuple(reason for reason in self._COSTS if changed[reason])

    @property
    def costs(self) -> dict[str, Cost]:
        """What each reason costs.

        ``other scope``: everything is fetched into another store, the old one is kept until it is
        evicted. ``refetch``: issues must come again with the new field. ``recompute``: derived
        columns and results, no request. ``results``: results only, no request.
        """
        return {
            reason: "refetch" if reason == "period" and self.missing_days else self._COSTS[reason]
            for reason in self.reasons
        }

    @property
    def missing_days(self) -> bool:
        """Whether the wanted period ends after what is stored: then the missing part is fetched."""
        return bool(self._stored[1]) and self.after.period[1] > self._stored[1]

    @property
    def needs_requests(self) -> bool:
        """Whether Jira has to be asked again before the new configuration can be answered."""
        return any(cost in ("other scope", "refetch") for cost in self.costs.values())

    @property
    def reason(self) -> str | None:
        """The costliest reason, None where nothing changed."""
        return next(iter(self.reasons), None)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look into the store found.

    Attributes:
        dataset: what is stored; None where it must not be used.
        reason: why it does not hold as it is: ``cold``, ``expired``, or what changed; None: it holds.
    """

    dataset: Dataset | None
    reason: str | None

    @property
    def hit(self) -> bool:
        """Whether the stored answer holds."""
        return self.reason is None


def load_cache_with_validation(
    store: Store,
    configuration: CacheConfiguration | None = None,
    *,
    now_ms: int | None = None,
    max_age_ms: int = FULL_AFTER_MS,
) -> Found:
    """Return what is stored if it answers the configuration, and why not where it does not.

    Args:
        store: where it may be.
        configuration: what the answer is wanted for; None takes whatever is there.
        now_ms: the server's time, if the age matters.
        max_age_ms: how long ago everything may have been compared last.

    Returns:
        Data that are too old come with the reason ``expired``; data of another
        configuration do not come at all.

    Raises:
        StoreError: the file is damaged or cannot be read.
    """
    meta = store.meta()
    if not meta.get("revision"):
        return Found(None, "cold")
    reason = _find_mismatch(meta, configuration)
    if reason is not None:
        return Found(None, reason)
    return Found(store.load(), "expired" if is_expired(meta, now_ms, max_age_ms) else None)


def is_expired(meta: Mapping[str, str], now_ms: int | None, max_age_ms: int = FULL_AFTER_MS) -> bool:
    """Tell from a store's metadata whether everything was compared too long ago.

    Args:
        meta: of the store.
        now_ms: the server's time; None where the age does not matter.
        max_age_ms: how long ago is not too long.
    """
    compared = int(meta.get("compared_at", meta.get("synced_at", "0")))
    return now_ms is not None and now_ms - compared > max_age_ms


def _find_mismatch(meta: Mapping[str, str], configuration: CacheConfiguration | None) -> str | None:
    """Return why what is stored is the answer to another question, None where it is not."""
    known = CacheConfiguration.from_text(meta.get("configuration", ""))
    if configuration is None or known is None or known.key() == configuration.key():
        return None
    return CacheInvalidationTrigger(known, configuration).reason


def save_cache(
    store: Store,
    references: References | None,
    *,
    as_of: int,
    configuration: CacheConfiguration,
    meta: Mapping[str, str] | None = None,
    gone: Collection[str] = (),
    complete: bool = True,
    authoritative: bool = False,
    proceed: Callable[[], None] = lambda: None,
) -> Changes:
    """Publish what was staged, with the metadata by which it is recognised later.

    Args:
        store: receives it; the file is made if there is none.
        references: statuses, versions and deployments; None leaves them as they are.
        as_of: the data's own time.
        configuration: what the data answer.
        meta: further metadata.
        gone: ids that have left the query.
        complete: False while a first fetch is still going on.
        authoritative: what was staged wins even over a later ``updated``.
        proceed: called now and then; where it raises, nothing is published.

    Raises:
        StoreError: the store cannot be written; what was published stays as it was.
    """
    created = store.meta().get("creation_timestamp", str(as_of))
    known = {
        "cache_key": configuration.key(),
        "creation_timestamp": created,
        "config_hash": configuration.digest(),
        "configuration": configuration.as_text(),
        **(meta or {}),
    }
    return store.publish_staged(
        references,
        as_of=as_of,
        meta=known,
        gone=gone,
        complete=complete,
        authoritative=authoritative,
        proceed=proceed,
    )


def invalidate_cache(store: Store) -> None:
    """Delete a scope; the next sync fetches everything.

    Raises:
        StoreError: it cannot be deleted.
    """
    store.delete()
    logger.info("cache.invalidated", extra={"key": store.key})


def evict(stores: Stores, keep: Collection[str], most_bytes: int | None = None) -> list[str]:
    """Delete the scopes that were not used for longest, until the others fit, and return their keys.

    Only scopes that can be fetched again are deleted: imported files may be the only copy there is.
    One that cannot be deleted stays; on Windows that is one which another process has open.

    Args:
        stores: all there are.
        keep: keys of those that are in use.
        most_bytes: what all stores together may take; by default what is right where they lie.
    """
    scopes = stores.kept()
    total, most = sum(scope.size for scope in scopes), stores.most_bytes if most_bytes is None else most_bytes
    evicted = []
    for scope in scopes:
        if total <= most:
            break
        store = stores.of(scope.key)
        if scope.key in keep or not _can_be_fetched(store):
            continue
        with contextlib.suppress(StoreError):
            invalidate_cache(store)
            total -= scope.size
            evicted.append(scope.key)
    return evicted


def _can_be_fetched(store: Store) -> bool:
    with contextlib.suppress(StoreError):  # what cannot be read is kept for whoever looks into it
        return "watermark" in store.meta()
    return False
