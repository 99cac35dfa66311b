"""What was deployed when, one row each: from the first source that has any. Pure."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.production import Production, all_in_production, judge_environments
from data.model.columns import Coded, Listed
from data.model.instants import DAY_MS, iso_instants
from data.model.periods import midnight
from data.model.projects import project_groups
from data.model.tables import MISSING, Dataset, Flags, Instants
from data.sources.choice import beats_versions, choose_source
from data.sources.port import Commits, DeploymentSource, Found, Material, Versions, Work, pattern_of


@dataclass(frozen=True)
class Deployments:
    """Deployments of the source, one per row, ordered by project and id.

    Attributes:
        ids: Jira version id, issue key, event id, or project and day.
        by_id: rows in the order of their ids, numbers before others.
        names: what people call it.
        projects: project key of each, "" where unknown.
        group: number of its project in ``project_groups``; -1 where unknown.
        day: civil day as ordinal in the profile zone, 0 where there is no date.
        at: first instant of the deployment (day-dated ones: the midnight that begins their day).
        reckoned_at: the instant that durations are measured to (day-dated ones: the next midnight).
        by_day: only its day is known.
        matches: the name passes the profile's pattern.
        production: which of them are in production.
        successful: it took place; an attempt that did not succeed changed nothing.
        failed: the source itself says that what it deployed failed.
        hotfix: the name matches the hotfix pattern.
        source: ``version``, ``event``, ``issue`` or ``status``.
        configured: a source was chosen or found, and which are in production, so that none means zero.
        as_of: T.
        beside_versions: the source was found, not chosen, and there are released versions too.
        versions: by row, ids of the versions that it stands for.
        holds: by row, rows of the issues that it names itself.
        unnamed: it names no issues, neither itself nor by versions.
        own_row: row of the issue that it is, -1 for other sources.
        service: what each deployed as one thing; None: the source does not say.
        commits: that they name.
        listing: they list issues, stored or not; None: the source says no service.
    """

    ids: tuple[str, ...]
    by_id: NDArray[np.int64]
    names: Coded[str]
    projects: Coded[str]
    group: NDArray[np.int64]
    day: Instants
    at: Instants
    reckoned_at: Instants
    by_day: Flags
    matches: Flags
    production: Production
    successful: Flags
    failed: Flags
    hotfix: Flags
    source: str
    configured: bool
    as_of: int
    beside_versions: bool
    versions: Coded[Versions]
    holds: Listed
    unnamed: Flags
    own_row: NDArray[np.int64]
    service: Coded[str] | None
    commits: Commits
    listing: Flags | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def after_as_of(self) -> Flags:
        """Deployments that had not happened before T; a day-dated one has once its day began."""
        later: Flags = (self.day != 0) & (self.at >= self.as_of)
        return later

    @cached_property
    def counted(self) -> Flags:
        """Deployments in production, dated, of a name that counts, that succeeded before T."""
        good = (self.day != 0) & self.matches & self.production.counts & self.successful
        counted: Flags = good & ~self.after_as_of
        return counted

    @property
    def dated_by_day(self) -> bool:
        """Whether some of them are known by their day alone."""
        return bool(self.by_day.any())

    def entries(self, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
        """Return ``rows`` as ``metrics --json`` lists them; of one known by its day, ``at`` is the date.

        Args:
            rows: of deployments that have a date.
        """
        days = (dt.date.fromordinal(day).isoformat() for day in self.day[rows].tolist())
        dated = zip(self.by_day[rows].tolist(), days, iso_instants(self.at[rows]), strict=True)
        return [
            {"id": self.ids[row], "name": name, "at": day if by_day else at, "source": self.source}
            for row, name, (by_day, day, at) in zip(rows.tolist(), self.names.of(rows), dated, strict=True)
        ]

    @cached_property
    def carries_until(self) -> Instants:
        """The first instant at which an issue was completed too late to have gone out with each.

        A ticket may be closed the morning after its release day, but not a whole day later.
        """
        until: Instants = self.reckoned_at + np.where(self.by_day, DAY_MS, 1)
        return until

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """Place of each row by instant, then id."""
        return self._rank_from(self.by_id)

    @cached_property
    def rank_backwards(self) -> NDArray[np.int64]:
        """Place of each row by instant, then id from the highest down."""
        return self._rank_from(self.by_id[::-1])

    def _rank_from(self, by_id: NDArray[np.int64]) -> NDArray[np.int64]:
        order = by_id[np.argsort(self.reckoned_at[by_id], kind="stable")]
        rank = np.empty(len(self), np.int64)
        rank[order] = np.arange(len(self))
        return rank


def read_deployments(dataset: Dataset, profile: Profile, zone: ZoneInfo, work: Work) -> Deployments:
    """Return the deployments of the profile's source; ``auto`` takes the first that yields any.

    Raises:
        ConfigurationError: a pattern of the profile is not a regular expression.
    """
    material = Material(dataset, profile, zone, project_groups(dataset.issues), work)
    source, found = choose_source(material)
    named = found.environments
    mapped = profile.deployments.environments
    production = all_in_production(len(found)) if named is None else judge_environments(named, mapped)
    hotfix = pattern_of(profile.deployments.hotfix_pattern, "deployments.hotfix_pattern")
    at, reckoned_at = _date(found, zone)
    return Deployments(
        ids=found.ids,
        by_id=found.by_id,
        names=found.names,
        projects=found.projects,
        group=found.group,
        day=found.day,
        at=at,
        reckoned_at=reckoned_at,
        by_day=found.at == MISSING,
        matches=found.matches,
        production=production,
        successful=found.successful,
        failed=found.failed,
        hotfix=found.names.flags(lambda name: bool(hotfix.search(name))),
        source=source.singular,
        configured=_is_configured(source, profile, found) and not production.unknown,
        as_of=work.as_of,
        beside_versions=beats_versions(source, material),
        versions=found.versions,
        holds=found.holds,
        unnamed=found.unnamed,
        own_row=found.own_row,
        service=found.service,
        commits=found.commits,
        listing=found.listing,
    )


def _date(found: Found, zone: ZoneInfo) -> tuple[Instants, Instants]:
    """Return the first instant of each deployment, and the one that durations are measured to.

    A zone is asked once for each day that deployments are known by, not for each of them.
    """
    at, reckoned_at = found.at.copy(), found.at.copy()
    rows = np.flatnonzero((found.at == MISSING) & (found.day != 0))
    ordinals, place = np.unique(found.day[rows], return_inverse=True)
    days = [dt.date.fromordinal(ordinal) for ordinal in ordinals.tolist()]
    at[rows] = np.array([midnight(day, zone) for day in days], np.int64)[place]
    ends = [midnight(day + dt.timedelta(days=1), zone) for day in days]
    reckoned_at[rows] = np.array(ends, np.int64)[place]
    return at, reckoned_at


def _is_configured(source: DeploymentSource, profile: Profile, found: Found) -> bool:
    """Tell whether the source can say anything: auto found a date, or what a chosen one needs is named."""
    if profile.deployments.source == "auto":
        return found.dated
    return not source.needs or bool(getattr(profile.deployments, source.needs))
