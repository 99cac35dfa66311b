"""Rows and derived tables for tests, made from what Jira would have sent."""

import datetime as dt
import json
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from configuration.profile import profile_from
from data.jira.issue_rows import custom_fields, decode_issue, issue_row, read_status, read_version
from data.jira.requested_fields import FoundFields, requested_fields
from data.meaning.delivery import DeliveryTables, derive
from data.metrics.context import CalculationContext
from data.model.instants import to_ms
from data.model.periods import lay_out
from data.model.tables import MISSING, Dataset, IssueRow
from data.store.columns import build_issue_table
from tests.support.builders import status_list
from tests.support.sprints import FIELD

UTC = ZoneInfo("UTC")
FOUND = FoundFields(sprint=(FIELD,))


def read_issue(body: bytes | msgspec.Raw, custom: tuple[str, ...] = ()) -> IssueRow:
    """The row of one issue, from its text."""
    return issue_row(*decode_issue(body, custom))


def row(issue: dict) -> IssueRow:
    """The row that is stored of an issue as Jira sends it."""
    return read_issue(json.dumps(issue).encode())


def mapped_row(issue: dict, profile: dict) -> IssueRow:
    """The same with the fields that a profile maps, and with sprints."""
    custom = custom_fields(requested_fields(profile_from(profile)))
    return issue_row(*decode_issue(json.dumps(issue).encode(), custom, FOUND))


def at(text: str) -> int:
    """Epoch milliseconds of a short UTC time."""
    return to_ms(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC))


def dataset(
    issues: Iterable[dict],
    statuses: Iterable[dict] = (),
    versions: Iterable[dict] = (),
    profile: dict | None = None,
) -> Dataset:
    """The tables of issues, without a store, with the fields that a profile maps."""
    return Dataset(
        build_issue_table(mapped_row(issue, profile or {}) for issue in issues),
        tuple(map(read_status, statuses)),
        tuple(map(read_version, versions)),
    )


def delivery(
    issues: Iterable[dict],
    as_of: str = "2026-12-31",
    *,
    profile: dict | None = None,
    statuses: Iterable[dict] | None = None,
    versions: Iterable[dict] = (),
    zone: ZoneInfo = UTC,
) -> DeliveryTables:
    """What the issues mean as of a short time; the server knows all statuses of the builders by default."""
    listed = status_list() if statuses is None else statuses
    tables = dataset(issues, listed, versions, profile)
    return derive(tables, profile_from(profile or {}), zone, at(as_of))


def context(issues: Iterable[dict], first: str, last: str, as_of: str, **more: object) -> CalculationContext:
    """What a metric gets: the issues, and the period from ``first`` to ``last`` as of ``as_of``."""
    tables = delivery(issues, as_of, **more)
    created = tables.issues.created[tables.issues.created != MISSING]
    days = (dt.date.fromisoformat(day) for day in (first, last))
    earliest = int(created.min()) if len(created) else MISSING
    return CalculationContext(tables, lay_out(*days, tables.zone, at(as_of), earliest))
