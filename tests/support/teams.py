"""Teams in which nothing changes: drawn by chance, or real weeks in another order; one seed, one team."""

import datetime as dt
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile, profile_from
from data.jira.issue_rows import read_status, read_version
from data.metrics.report import Report, View
from data.model.instants import DAY_MS
from data.model.tables import MISSING, Dataset, DeploymentRow, IssueTable
from data.pipeline import compute, derive_all
from data.store.columns import build_issue_table
from data.store.event_table import build_event_table
from tests.support.builders import issue, status_list
from tests.support.rows import at, read_issue, row

WEEK_MS = 7 * DAY_MS
HOUR_MS = DAY_MS // 24
MONDAY = dt.date(2010, 1, 4)
STARTS_AT = at("2010-01-04")
WARM_UP = 5  # weeks before the first comparison
APART = 187  # days from one comparison of 90 days with 90 to the next: each ends on another day of the week
PERIOD = 90
HISTORY = [("2026-01-02", "Doing"), ("2026-01-03", "Review"), ("2026-01-04", "Done")]
PROFILE = {
    "workflow": {"waiting": ["Review"]},
    "deployments": {"source": "events", "environments": ["production"]},
}
FIELDS = {"created": "created", "updated": "updated", "resolved": "resolved", "newest": "newest"}


@dataclass(frozen=True)
class Chance:
    """How a team's weeks vary though nothing changes.

    Attributes:
        items: delivered a week, on average.
        deployments: a week, on average.
        variance: of a weekly count, over its mean; 1 is Poisson.
        clusters: variance of a week's failed deployments over the binomial one.
        fail_rate: of deployments; as many of them are hotfixes.
    """

    items: float = 8.0
    deployments: float = 10.0
    variance: float = 1.0
    clusters: float = 1.0
    fail_rate: float = 0.2


def draw_team(rng: np.random.Generator, chance: Chance, weeks: int, items: Sequence[float] = ()) -> Dataset:
    """Return the tables of a team over that many weeks.

    Args:
        rng: whose chance it is.
        chance: how its weeks vary.
        weeks: how many.
        items: the mean of each week where it is not always the same.
    """
    means = np.array(items) if len(items) else np.full(weeks, chance.items)
    counts = np.array([_draw_count(rng, mean, chance.variance) for mean in means])
    week = np.repeat(np.arange(weeks), counts)
    done = np.sort(STARTS_AT + week * WEEK_MS + rng.integers(0, WEEK_MS, len(week)))
    mood = np.exp(rng.normal(0, 0.3, weeks))[week]  # items of a week resemble each other
    days = np.exp(rng.normal(np.log(4), 0.8, len(week))) * mood
    review = rng.beta(2, 3, len(week)) * days
    started = done - (days * DAY_MS).astype(np.int64)
    created = started - rng.exponential(6 * DAY_MS, len(week)).astype(np.int64)
    moves = np.stack([started, done - (review * DAY_MS).astype(np.int64), done], axis=1)
    events, seen, mended = _draw_deployments(rng, chance, weeks, done)
    between = np.stack([seen, seen, mended], axis=1)
    table = _lay_out(
        build_issue_table([*_stories()[: len(week)], *_incidents()[: len(seen)]]),
        np.concatenate([created, seen]),
        np.concatenate([moves, between]),
    )
    as_of = STARTS_AT + weeks * WEEK_MS
    return Dataset(
        table, tuple(map(read_status, status_list())), deployments=build_event_table(events), as_of=as_of
    )


def _draw_count(rng: np.random.Generator, mean: float, variance: float) -> int:
    """Draw a count whose variance is so many times its mean: Poisson, or a Poisson of gammas."""
    if variance <= 1:
        return int(rng.poisson(mean))
    return int(rng.poisson(rng.gamma(mean / (variance - 1), variance - 1)))


def _draw_hits(rng: np.random.Generator, n: int, rate: float, clusters: float) -> NDArray[np.bool_]:
    """Draw which of a week's n are hit: binomial, or beta-binomial with so many times its variance."""
    if n <= 1 or clusters <= 1:
        return rng.random(n) < rate
    correlation = min((clusters - 1) / (n - 1), 0.95)
    size = 1 / correlation - 1
    return rng.random(n) < rng.beta(rate * size, (1 - rate) * size)


def _draw_deployments(
    rng: np.random.Generator, chance: Chance, weeks: int, done: NDArray[np.int64]
) -> tuple[tuple[DeploymentRow, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Draw deployments that carry what was done before them, and when each failure was seen and mended."""
    events: list[DeploymentRow] = []
    seen: list[int] = []
    carried = 0
    for week in range(weeks):
        n = _draw_count(rng, chance.deployments, chance.variance)
        instants = np.sort(STARTS_AT + week * WEEK_MS + rng.integers(0, WEEK_MS, n))
        failed = _draw_hits(rng, n, chance.fail_rate, chance.clusters)
        hotfix = _draw_hits(rng, n, chance.fail_rate, chance.clusters)
        for instant, fails, repairs in zip(instants.tolist(), failed, hotfix, strict=True):
            upto = int(np.searchsorted(done, instant))
            keys = [f"A-{number + 1}" for number in range(carried, upto)]
            carried = upto
            if fails:
                seen.append(instant + 1 + int(rng.exponential(6 * HOUR_MS)))
                keys.append(f"A-{INCIDENTS_FROM + len(seen)}")
            name = f"{'hotfix ' if repairs else ''}{len(events)}"
            events.append(
                DeploymentRow(str(len(events)), name, "A", instant, "production", bool(fails), tuple(keys))
            )
    first = np.array(seen, np.int64)
    return (
        tuple(events),
        first,
        first + np.exp(rng.normal(np.log(8 * HOUR_MS), 0.9, len(first))).astype(np.int64),
    )


INCIDENTS_FROM = 1_000_000
MOST = 6_000


@cache
def _stories() -> list:
    kinds = ("Story", "Story", "Bug", "Story", "Task", "Bug", "Story", "Technical task")
    return [row(issue(f"A-{n + 1}", kinds[n * 7919 % len(kinds)], history=HISTORY)) for n in range(MOST)]


@cache
def _incidents() -> list:
    return [row(issue(f"A-{INCIDENTS_FROM + n + 1}", "Incident", history=HISTORY)) for n in range(MOST // 4)]


def _lay_out(table: IssueTable, created: NDArray[np.int64], moves: NDArray[np.int64]) -> IssueTable:
    """Return a table of equal histories with other instants; rows are ordered by number, as the rows were."""
    ordered = moves.reshape(-1)
    last = moves[:, -1]
    return replace(table, created=created, transition_at=ordered, updated=last, newest=last)


# Real weeks -----------------------------------------------------------------------------


@dataclass(frozen=True)
class RealWeeks:
    """A real project: what belongs to a week can be moved with it to the place of another week.

    Attributes:
        issues: its completed issues, as tables.
        week: of each issue, the week that it belongs to.
        deployments: what its dated releases are as events.
        deployment_week: of each.
        n: how many weeks there are from the first to the last.
    """

    issues: IssueTable
    week: NDArray[np.int64]
    deployments: tuple[DeploymentRow, ...]
    deployment_week: NDArray[np.int64]
    n: int

    def in_order(self, order: NDArray[np.intp]) -> Dataset:
        """Return the tables with the weeks in another order, beginning on the first Monday of 2010."""
        place = np.empty(self.n, np.int64)
        place[order] = np.arange(self.n)
        shift = (place[self.week] - self.week) * WEEK_MS
        moved = {name: getattr(self.issues, name) for name in FIELDS}
        table = replace(
            self.issues,
            **{name: np.where(column == MISSING, MISSING, column + shift) for name, column in moved.items()},
        )
        events = tuple(
            msgspec.structs.replace(event, at=event.at + (int(place[week]) - int(week)) * WEEK_MS)
            for event, week in zip(self.deployments, self.deployment_week.tolist(), strict=True)
        )
        return Dataset(table, deployments=build_event_table(events), as_of=STARTS_AT + self.n * WEEK_MS)


def _moved_to_start(issues: IssueTable, first: int) -> IssueTable:
    """Return the table with its first week at the first Monday of 2010."""
    shift = STARTS_AT - first
    columns = {name: getattr(issues, name) for name in FIELDS}
    return replace(
        issues, **{name: np.where(c == MISSING, MISSING, c + shift) for name, c in columns.items()}
    )


def read_completed_weeks(folder: Path, project: str) -> RealWeeks:
    """Return the weeks of a sample project, each issue in the week of its resolution, without releases."""
    rows = [one for one in _read_rows(folder, project) if one.resolved != MISSING]
    table = build_issue_table(rows)
    return _by_week(table, table.resolved, (), np.zeros(0, np.int64))


def read_released_weeks(folder: Path, project: str) -> RealWeeks:
    """Return the weeks of a sample project, each issue in the week of the release that it went out with.

    A release is a failure where a later bug names it as affected; it stays with its week.
    """
    rows = [one for one in _read_rows(folder, project) if one.resolved != MISSING]
    text = (folder / f"titanium-{project}-versions.json").read_bytes()
    versions = {str(raw["id"]): read_version(raw) for raw in msgspec.json.decode(text)}
    dated = {name: v for name, v in versions.items() if v.released and v.release_date}
    affected = {name for one in rows if one.type.name == "Bug" for name in one.affected_versions}
    home = {one.key: next((name for name in one.fix_versions if name in dated), None) for one in rows}
    carried = [one for one in rows if home[one.key]]
    contents: dict[str, list[str]] = {name: [] for name in dated}
    for one in carried:
        contents[str(home[one.key])].append(one.key)
    instants = {name: at(str(v.release_date)) + DAY_MS // 2 for name, v in dated.items()}
    events = [
        DeploymentRow(
            name, v.name, project, instants[name], "production", name in affected, tuple(contents[name])
        )
        for name, v in dated.items()
    ]
    table = build_issue_table(carried)
    belongs = np.array([instants[str(home[key])] for key in table.keys(np.arange(len(table)))], np.int64)
    return _by_week(table, belongs, tuple(events), np.array([event.at for event in events], np.int64))


def _by_week(
    table: IssueTable,
    belongs: NDArray[np.int64],
    events: tuple[DeploymentRow, ...],
    instants: NDArray[np.int64],
) -> RealWeeks:
    every = np.concatenate([belongs, instants])
    first = STARTS_AT + (int(every.min()) - STARTS_AT) // WEEK_MS * WEEK_MS
    week, event_week = (belongs - first) // WEEK_MS, (instants - first) // WEEK_MS
    moved = tuple(msgspec.structs.replace(event, at=event.at + STARTS_AT - first) for event in events)
    n = int(max(week.max(), event_week.max(initial=0))) + 1
    return RealWeeks(_moved_to_start(table, first), week, moved, event_week, n)


def _read_rows(folder: Path, project: str) -> list:
    with gzip.open(folder / f"titanium-{project}.ndjson.gz") as lines:
        return [read_issue(line) for line in lines]


# Looking ----------------------------------------------------------------------------------


def views_of(dataset: Dataset, weeks: int, profile: Profile) -> Iterator[Report]:
    """Yield what a reader of each half year sees: 90 days beside the 90 before; no day is seen twice."""
    zone = ZoneInfo("UTC")
    derived = derive_all(dataset, profile, zone, dataset.as_of)
    for end in range(WARM_UP * 7 + 2 * PERIOD, weeks * 7, APART):
        last = MONDAY + dt.timedelta(days=end)
        first = last - dt.timedelta(days=PERIOD - 1)
        view = View(date_from=first.isoformat(), date_to=last.isoformat())
        yield compute(dataset, profile, view, lambda _zone, _as_of: derived)


def team_profile(**more: object) -> Profile:
    """Return the profile of these teams."""
    return profile_from({**PROFILE, **more})
