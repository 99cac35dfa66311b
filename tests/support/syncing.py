"""What tests of the sync share: a clock that can be stepped, clients, and what a store tells."""

import dataclasses
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.cache_manager import Store
from data.export.document import document
from data.intake.sync import sync_all
from data.intake.sync_outcome import SyncOutcome
from data.jira.requested_fields import requested_fields
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.metrics.report import View
from data.pipeline import compute
from data.profiles.sources import Source, configuration_of
from data.simulator.server import JiraSimulator
from tests.support.stores import store_at

EVERYTHING = "created is not EMPTY"
DIALECTS = ("cloud", "dc")


class Clock:
    """The true time, which a test may push on."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._ahead_s += seconds


def client_for(
    jira: JiraSimulator,
    dialect: str,
    *,
    url: str = "",
    token: str = "",
    cancelled: threading.Event | None = None,
    page_size: int | None = None,
    fields: tuple[str, ...] = requested_fields(Profile()),
) -> JiraClient:
    """Return a client with a rate limit that no test meets."""
    connection = Connection(
        url=url or jira.url,
        email=jira.email if dialect == "cloud" else "",
        token=Secret(token or jira.token),
        fields=fields,
    )
    return JiraClient(connection, TokenBucket(100_000), cancelled, page_size=page_size)


def synced(
    jira: JiraSimulator,
    dialect: str,
    store: Store,
    *,
    jql: str = EVERYTHING,
    full: bool = False,
    **client: Any,
) -> SyncOutcome:
    """Sync a store as a process would that has just been started."""
    return sync_all(client_for(jira, dialect, **client), store, jql, full=full)


def told(store: Store) -> dict[str, Any]:
    """Return everything that a store tells, apart from when it was synced: equal stores tell the same."""
    dataset, rows = store.load_with_rows()
    report = compute(dataclasses.replace(dataset, as_of=1_790_000_000_000), Profile(), View())
    return {
        "revision": dataset.revision,
        "complete": dataset.complete,
        "rows": sorted(rows, key=lambda row: row.id),
        "statuses": dataset.statuses,
        "versions": dataset.versions,
        "columns": {item.name: _plain(getattr(dataset.issues, item.name)) for item in _columns(dataset)},
        "metrics": document(report, "team"),
    }


def _columns(dataset: Any) -> tuple[Any, ...]:
    return dataclasses.fields(dataset.issues)


def _plain(column: Any) -> Any:
    """Return a column so that == compares it bit for bit, its type among it."""
    return (column.dtype.str, column.tobytes()) if isinstance(column, np.ndarray) else column


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return what two stores tell differently, by name: short, however much there is."""
    return [name for name in one if one[name] != other[name]]


def source_for(
    jira: JiraSimulator, dialect: str, home: Home, *, url: str = "", jql: str = EVERYTHING
) -> Source:
    """Return the profile ``team`` reading a Jira, with its store in ``home``."""
    email = jira.email if dialect == "cloud" else ""
    nowhere = store_at(home.cache / "none")
    source = Source("team", "jira", Profile(), nowhere, url or jira.url, email, jql, token=Secret(jira.token))
    return dataclasses.replace(
        source, store=store_at(home.cache / f"{configuration_of(source).key()}.sqlite")
    )


def settings_for(jira: JiraSimulator, dialect: str, *, url: str = "") -> dict[str, str]:
    """Return the environment of a process that reads a Jira."""
    email = {"JIRA_EMAIL": jira.email} if dialect == "cloud" else {}
    return {
        "JIRA_URL": url or jira.url,
        "JIRA_TOKEN": jira.token,
        "JIRA_JQL": EVERYTHING,
        **email,
    }


def store_of(home: Path) -> Store:
    """Return the only store of a home."""
    (store,) = stores_of(home)
    return store


def stores_of(home: Path) -> list[Store]:
    """Return the stores of a home."""
    return [store_at(path) for path in (home / "cache").glob("[0-9a-f]*.sqlite")]
