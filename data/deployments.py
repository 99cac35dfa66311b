"""What was deployed when: released versions or imported events, one row each. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from configuration.errors import ConfigurationError
from configuration.profile import Profile
from data.normalize import fold
from data.periods import civil_day, midnight
from data.tables import MISSING, Dataset, Flags, Instants


@dataclass(frozen=True, slots=True)
class Deployments:
    """Deployments of the source, one per row, ordered by project and id.

    Attributes:
        ids: Jira version id, issue key or event id.
        names: what people call it.
        projects: project key of each, "" where unknown.
        day: civil day as ordinal in the profile zone, 0 where there is no date.
        at: first instant of the deployment (day-dated ones: the midnight that begins their day).
        dated_by_day: only the day is known.
        matches: the name passes the profile's pattern.
        production: the environment counts as production.
        source: ``version``, ``event``, ``issue`` or ``status``.
        configured: a source was chosen or found, so that none means zero.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    projects: tuple[str, ...]
    day: Instants
    at: Instants
    dated_by_day: bool
    matches: Flags
    production: Flags
    source: str
    configured: bool

    def __len__(self) -> int:
        return len(self.ids)


def read_deployments(dataset: Dataset, profile: Profile, zone: ZoneInfo) -> Deployments:
    """Return the deployments of the profile's source: released versions, or imported events."""
    if dataset.deployments and profile.deployments.source in ("auto", "events"):
        return _from_events(dataset, profile, zone)
    return _from_versions(dataset, profile, zone)


def pattern_of(text: str, name: str) -> re.Pattern[str]:
    """Compile a pattern of the profile.

    Raises:
        ConfigurationError: it is no regular expression; ``name`` says which setting it is.
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigurationError(
            f"The setting {name} is no regular expression: {error}.",
            hint=f"Correct {name} in the profile, or leave it empty to match every name.",
        ) from error


def _from_versions(dataset: Dataset, profile: Profile, zone: ZoneInfo) -> Deployments:
    keys = {project.id: project.key for project in dataset.issues.projects}
    released = sorted(
        (version for version in dataset.versions if version.released),
        key=lambda version: (number_or_text(version.project_id), number_or_text(version.id)),
    )
    days = [dt.date.fromisoformat(v.release_date) if v.release_date else None for v in released]
    pattern = pattern_of(profile.deployments.version_pattern, "deployments.version_pattern")
    return Deployments(
        ids=tuple(version.id for version in released),
        names=tuple(version.name for version in released),
        projects=tuple(keys.get(version.project_id, "") for version in released),
        day=np.array([day.toordinal() if day else 0 for day in days], np.int64),
        at=np.array([midnight(day, zone) if day else MISSING for day in days], np.int64),
        dated_by_day=True,
        matches=np.array([bool(pattern.search(version.name)) for version in released], np.bool_),
        production=np.ones(len(released), np.bool_),
        source="version",
        configured=any(days) or profile.deployments.source == "versions",
    )


def _from_events(dataset: Dataset, profile: Profile, zone: ZoneInfo) -> Deployments:
    events = sorted(dataset.deployments, key=lambda event: (event.project, number_or_text(event.id)))
    wanted = {fold(name) for name in profile.deployments.environments}
    return Deployments(
        ids=tuple(event.id for event in events),
        names=tuple(event.name for event in events),
        projects=tuple(event.project for event in events),
        day=np.array([civil_day(event.at, zone).toordinal() for event in events], np.int64),
        at=np.array([event.at for event in events], np.int64),
        dated_by_day=False,
        matches=np.ones(len(events), np.bool_),
        production=np.array([not wanted or fold(event.environment) in wanted for event in events], np.bool_),
        source="event",
        configured=True,
    )


def number_or_text(text: str) -> tuple[int, str]:
    """Return a sort key that puts ids in numeric order, and ids that are no numbers after them."""
    return (int(text), "") if text.isascii() and text.isdigit() else (10**18, text)
