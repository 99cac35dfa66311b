"""The port: what every source of deployments gives, and what it is given. Pure."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.errors import ConfigurationError
from configuration.profile import Profile
from data.model.columns import Coded, Listed, all_the_same, nothing_listed
from data.model.dates import Dates
from data.model.instants import DAY_MS, EPOCH_DAY
from data.model.local_time import wall_time
from data.model.projects import ProjectGroups
from data.model.tables import MISSING, Codes, Dataset, Flags, Instants, number_or_text

Versions = tuple[str, ...]
NO_VERSIONS: Versions = ()
# Days are told apart from projects by numbers below this one.
MOST_DAYS = dt.date.max.toordinal() + 1


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of issues into statuses, by issue and time.

    Attributes:
        issue: row of the issue table, ascending.
        status: place among its statuses.
        at: when.
    """

    issue: Codes
    status: Codes
    at: Instants


@dataclass(frozen=True, slots=True)
class Work:
    """What became of the issues by T, for the sources that read deployments off them; arrays by issue row.

    Attributes:
        completed_at: ``MISSING`` where not completed.
        entries: into known statuses, by T.
        as_of: T.
        deployed: when a deployment took place, as mapped, else the completion.
        environment: by name, of each those that it names; None: no field is mapped.
        failed: a mapped field says that the deployment failed; None: no field is mapped.
    """

    completed_at: Instants
    entries: Entries
    as_of: int
    deployed: Dates
    environment: Coded[tuple[str, ...]] | None
    failed: Flags | None


@dataclass(frozen=True, slots=True)
class Material:
    """What sources read: the stored tables, what the team has set, and what became of the issues."""

    dataset: Dataset
    profile: Profile
    zone: ZoneInfo
    groups: ProjectGroups
    work: Work


class DeploymentSource(Protocol):
    """Where deployments come from.

    A new one is a file with a class of this shape and a line in ``data/sources/choice.py``; the contract
    suite in the tests then holds it to what the others promise.
    """

    @property
    def name(self) -> str:
        """As the setting ``deployments.source`` calls it."""

    @property
    def singular(self) -> str:
        """As one of its deployments is told about in results."""

    @property
    def needs(self) -> str:
        """The setting of ``deployments`` without which it can say nothing; "" where there is none."""

    def deployments(self, material: Material) -> "Found":
        """Return its deployments; of what it does not find there is a table of length 0.

        Raises:
            ConfigurationError: a pattern of the profile is not a regular expression.
        """


@dataclass(frozen=True, slots=True)
class Commits:
    """Commits that deployments name, one entry each: the deployment, and the bounds of its hash."""

    owner: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def no_commits() -> Commits:
    """Return what a source says that names no commits."""
    nothing = np.zeros(0, np.int64)
    return Commits(nothing, nothing, nothing)


@dataclass(frozen=True, slots=True)
class Found:
    """What a source yields, one deployment per row; columns as in ``Deployments`` unless said.

    Attributes:
        at: ``MISSING`` where only the day is known, or nothing.
        environments: by name, of each those that it names; None: the source has no environments.
        by_id: rows in the order of their ids.
        unnamed: it does not say what it held, neither by issues nor by versions nor by commits.
        service: what each deployed as one thing, "" where that is not said.
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
    environments: Coded[tuple[str, ...]] | None
    matches: Flags
    successful: Flags
    failed: Flags
    versions: Coded[Versions]
    holds: Listed
    unnamed: Flags
    own_row: NDArray[np.int64]
    service: Coded[str] | None = None
    commits: Commits = field(default_factory=no_commits)
    listing: Flags | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dated(self) -> bool:
        """Whether one of them has a date."""
        return bool(self.day.any())


def pattern_of(text: str, name: str) -> re.Pattern[str]:
    """Compile a pattern of the profile.

    Raises:
        ConfigurationError: it is not a regular expression; ``name`` says which setting it is.
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigurationError(
            f"The setting {name} is not a regular expression: {error}.",
            hint=f"Correct {name} in the profile, or leave it empty to match every name.",
        ) from error


def civil_days(at: Instants, zone: ZoneInfo) -> Instants:
    """Return the ordinal of the day that the clock of a zone shows at each instant, 0 where it is missing."""
    days = np.zeros(len(at), np.int64)
    known = np.flatnonzero(at != MISSING)
    days[known] = wall_time(at[known], zone) // DAY_MS + EPOCH_DAY.toordinal()
    return days


def order_ids(ids: Sequence[str]) -> NDArray[np.int64]:
    """Return rows in the order of their ids, numbers before others."""
    return np.array(sorted(range(len(ids)), key=lambda row: number_or_text(ids[row])), np.int64)


def found_nothing() -> Found:
    """Return what a source yields that is not there."""
    numbers, flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    texts, versions = all_the_same("", 0), all_the_same(NO_VERSIONS, 0)
    return Found(
        ids=(),
        by_id=numbers,
        names=texts,
        projects=texts,
        group=numbers,
        day=numbers,
        at=numbers,
        environments=None,
        matches=flags,
        successful=flags,
        failed=flags,
        versions=versions,
        holds=nothing_listed(0),
        unnamed=flags,
        own_row=numbers,
    )
