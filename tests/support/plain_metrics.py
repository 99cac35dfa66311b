"""The metrics as somebody writes them who thinks of nothing but the definitions: loops over issues.

The yardstick that the engine's speed is held against. It starts from what the issues mean, reads starts and
ends as numbers, and computes the value, the weekly values and the percentiles of each metric over a period
and over the one before. What is right is not for it to say: that is the plain program of tests/reference.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.model.periods import Window
from data.model.tables import IN_PROGRESS, MISSING

DAY_MS, HOUR_MS = 86_400_000, 3_600_000


@dataclass(slots=True)
class Item:
    """A flow item: instants in milliseconds, None for what did not happen; stays in progress."""

    created: int
    started: int | None
    completed: int | None
    delivered: bool
    kind: int
    stays: list[tuple[int, int, bool]]
    deployed_on: int | None
    deployed_at: int | None
    incident: bool
    detected: int
    restored: int | None
    broken_at: int | None
    latent: bool


@dataclass(slots=True)
class Deployment:
    """A deployment that counts: its day, and what became of it."""

    day: int
    failed: bool
    rework: bool


@dataclass(slots=True)
class Found:
    """A metric: its value, and one for each week."""

    value: float | None
    weekly: list[float | None]
    percentiles: tuple[float, ...] = ()


def plain_items(delivery: DeliveryTables) -> list[Item]:
    """Return the flow items of delivery tables, one by one."""
    operations, deployments = delivery.operations, delivery.deployments
    stays: list[list[tuple[int, int, bool]]] = [[] for _ in range(len(delivery.issues))]
    laid = delivery.intervals
    held = laid.category == IN_PROGRESS
    waits = delivery.workflow.waiting[laid.status[held]]
    columns = laid.issue[held], laid.entered[held], laid.left[held], waits
    for issue, *stay in zip(*(column.tolist() for column in columns), strict=True):
        stays[issue].append(tuple(stay))

    def known(instant: int) -> int | None:
        return None if instant == MISSING else int(instant)

    def of(values: np.ndarray, place: int) -> int | None:
        return None if place < 0 else int(values[place])

    return [
        Item(
            created=int(delivery.issues.created[row]),
            started=known(delivery.started_at[row]),
            completed=known(delivery.completed_at[row]),
            delivered=not delivery.not_delivered[row],
            kind=int(delivery.flow_item[row]),
            stays=stays[row],
            deployed_on=of(deployments.day, operations.deployment_of[row]),
            deployed_at=of(deployments.reckoned_at, operations.deployment_of[row]),
            incident=bool(operations.incident[row]),
            detected=int(delivery.detected.reckoned_at[row]),
            restored=known(delivery.restored.at[row]),
            broken_at=of(deployments.reckoned_at, operations.cause[row]),
            latent=bool(operations.latent[row]),
        )
        for row in np.flatnonzero(delivery.in_scope & delivery.exists).tolist()
    ]


def plain_deployments(delivery: DeliveryTables) -> list[Deployment]:
    """Return the deployments that count, one by one."""
    failed = set(delivery.operations.cause.tolist())
    return [
        Deployment(
            int(delivery.deployments.day[row]),
            bool(delivery.deployments.failed[row]) or row in failed,
            bool(delivery.operations.rework[row]),
        )
        for row in np.flatnonzero(delivery.deployments.counted).tolist()
    ]


@dataclass(frozen=True)
class Span:
    """A period: its days, and where its weeks begin, as instants and as days."""

    days: int
    edges: list[int]
    mondays: list[int]

    @classmethod
    def of(cls, window: Window) -> "Span":
        first, stop = window.first_day.toordinal(), window.last_counted_day.toordinal() + 1
        days = [first, *(day.toordinal() for day in window.mondays[1:]), stop]
        return cls(window.days, window.edges.tolist(), days)


def week_of(edges: Sequence[int], at: int | None) -> int | None:
    """Return the place of the week that holds an instant or a day, None outside the period."""
    if at is None or not edges[0] <= at < edges[-1]:
        return None
    return bisect_right(edges, at) - 1


def rank_at(ordered: list[float], q: float) -> float:
    place = min(max((len(ordered) + 1) * q - 1, 0), len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def durations(weeks: int, found: Iterator[tuple[int, float]]) -> Found:
    """Return the median of durations, of all and of each week, and the percentiles of all."""
    by_week: list[list[float]] = [[] for _ in range(weeks)]
    for week, length in found:
        by_week[week].append(length)
    ordered = sorted(length for each in by_week for length in each)
    if not ordered:
        return Found(None, [None] * weeks)
    weekly = [median(each) if each else None for each in by_week]
    return Found(rank_at(ordered, 0.5), weekly, tuple(rank_at(ordered, q) for q in (0.5, 0.85, 0.95)))


def completed(items: list[Item], span: Span) -> list[tuple[int, Item]]:
    """Return the delivered items of the period, each with its week."""
    found = ((week_of(span.edges, item.completed), item) for item in items if item.delivered)
    return [(week, item) for week, item in found if week is not None]


def flow_velocity(items: list[Item], span: Span) -> Found:
    weekly = [0] * (len(span.edges) - 1)
    for week, _ in completed(items, span):
        weekly[week] += 1
    return Found(sum(weekly) * 7 / span.days, list(weekly))


def flow_time(items: list[Item], span: Span) -> Found:
    return durations(
        len(span.edges) - 1,
        (
            (week, (item.completed - item.started) / DAY_MS)
            for week, item in completed(items, span)
            if item.started is not None and item.started <= item.completed
        ),
    )


def request_lead_time(items: list[Item], span: Span) -> Found:
    return durations(
        len(span.edges) - 1,
        (
            (week, (item.completed - item.created) / DAY_MS)
            for week, item in completed(items, span)
            if item.created <= item.completed
        ),
    )


def flow_load(items: list[Item], span: Span) -> Found:
    change = [0] * len(span.edges)
    for item in items:
        for entered, left, _ in item.stays:
            change[bisect_left(span.edges, entered, 1) - 1] += 1
            change[bisect_left(span.edges, left, 1) - 1] -= 1
    weekly, now = [], 0
    for each in change[:-1]:
        now += each
        weekly.append(now)
    return Found(float(now), list(weekly))


def flow_distribution(items: list[Item], span: Span) -> Found:
    features, all_of_them = [0] * (len(span.edges) - 1), [0] * (len(span.edges) - 1)
    for week, item in completed(items, span):
        all_of_them[week] += 1
        features[week] += item.kind == 0
    return shares(features, all_of_them)


def flow_efficiency(items: list[Item], span: Span) -> Found:
    active, total = [0] * (len(span.edges) - 1), [0] * (len(span.edges) - 1)
    for week, item in completed(items, span):
        if item.started is None or item.started >= item.completed:
            continue
        total[week] += item.completed - item.started
        for entered, left, waiting in item.stays:
            if not waiting:
                active[week] += max(min(left, item.completed) - max(entered, item.started), 0)
    return shares(active, total)


def blocked_time(items: list[Item], span: Span) -> Found:
    """Days in a waiting status: the stores that this is for know neither flags nor links."""
    edges, blocked = span.edges, [0] * (len(span.edges) - 1)
    for item in items:
        if item.started is None:
            continue
        for entered, left, waiting in item.stays:
            since, until = max(entered, item.started, edges[0]), min(left, item.completed or left, edges[-1])
            week = bisect_right(edges, since) - 1
            while waiting and since < until:
                last = min(until, edges[week + 1])
                blocked[week] += last - since
                since, week = last, week + 1
    return Found(sum(blocked) / DAY_MS * 7 / span.days, [time / DAY_MS for time in blocked])


def shares(some: list[int], of: list[int]) -> Found:
    weekly = [part * 100 / whole if whole else None for part, whole in zip(some, of, strict=True)]
    return Found(sum(some) * 100 / sum(of) if sum(of) else None, weekly)


def change_lead_time(items: list[Item], span: Span) -> Found:
    def lengths() -> Iterator[tuple[int, float]]:
        for item in items:
            week = week_of(span.mondays, item.deployed_on)
            if week is not None and item.delivered and item.completed and item.started is not None:
                length = item.deployed_at - item.started
                if length > -DAY_MS:
                    yield week, max(length, 0) / DAY_MS

    return durations(len(span.edges) - 1, lengths())


def time_to_restore(items: list[Item], span: Span) -> Found:
    return durations(
        len(span.edges) - 1,
        (
            (week, (item.restored - item.detected) / HOUR_MS)
            for item in items
            if item.incident and (week := week_of(span.edges, item.restored)) is not None
            if item.restored >= item.detected
        ),
    )


def recovery_time(items: list[Item], span: Span) -> Found:
    return durations(
        len(span.edges) - 1,
        (
            (week, max(item.restored - item.broken_at, 0) / HOUR_MS)
            for item in items
            if item.incident and item.broken_at is not None and not item.latent
            if (week := week_of(span.edges, item.restored)) is not None
            if item.restored - item.broken_at > -DAY_MS
        ),
    )


def deployment_frequency(deployments: list[Deployment], span: Span) -> Found:
    weekly = [0] * (len(span.edges) - 1)
    for deployment in deployments:
        week = week_of(span.mondays, deployment.day)
        if week is not None:
            weekly[week] += 1
    return Found(sum(weekly) * 7 / span.days, list(weekly))


def rate(deployments: list[Deployment], span: Span, what: str) -> Found:
    hits, all_of_them = [0] * (len(span.edges) - 1), [0] * (len(span.edges) - 1)
    for deployment in deployments:
        week = week_of(span.mondays, deployment.day)
        if week is not None:
            all_of_them[week] += 1
            hits[week] += getattr(deployment, what)
    return shares(hits, all_of_them)


OF_ITEMS = {
    "flow_velocity": flow_velocity,
    "flow_time": flow_time,
    "request_lead_time": request_lead_time,
    "flow_load": flow_load,
    "flow_distribution": flow_distribution,
    "flow_efficiency": flow_efficiency,
    "blocked_time": blocked_time,
    "change_lead_time": change_lead_time,
    "failed_deployment_recovery_time": recovery_time,
    "time_to_restore": time_to_restore,
}


def plain_metrics(
    items: list[Item], deployments: list[Deployment], window: Window, before: Window
) -> tuple[dict[str, Found], ...]:
    """Return every metric by id, over a period and over the one before."""
    spans = Span.of(window), Span.of(before)
    return tuple(
        {
            **{name: measure(items, span) for name, measure in OF_ITEMS.items()},
            "deployment_frequency": deployment_frequency(deployments, span),
            "change_fail_rate": rate(deployments, span, "failed"),
            "deployment_rework_rate": rate(deployments, span, "rework"),
        }
        for span in spans
    )
