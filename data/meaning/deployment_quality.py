"""Data quality of deployments: late tickets, names that nobody knows, and releases that are none. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.model.columns import Coded
from data.model.places import NOWHERE, find_places
from data.model.projects import project_groups
from data.model.tables import Dataset, Flags, VersionRow
from data.sources.events import told_by

CROWDED_RELEASES = 5
SPRINT_LIKE = re.compile(r"(?i)\b(sprint|iteration)\b")


def flag_closed_late(delivery: DeliveryTables) -> Flags:
    """Flag delivered items that were closed only after the last release that names them."""
    done: Flags = delivery.in_scope & ~delivery.not_delivered & delivery.operations.released_before
    return done


def list_counted_releases(dataset: Dataset, delivery: DeliveryTables) -> list[VersionRow]:
    """Return the released versions whose name counts, by name.

    None where deployments are not read from versions.
    """
    deployments = delivery.deployments
    if deployments.source != "version":
        return []
    known = {version.id: version for version in dataset.versions}
    counted = [known[deployments.ids[row]] for row in np.flatnonzero(deployments.matches).tolist()]
    return sorted(counted, key=attrgetter("name"))


def list_undated(releases: Sequence[VersionRow]) -> list[VersionRow]:
    """Return those that have no release date."""
    return [version for version in releases if not version.release_date]


def list_sprints(releases: Sequence[VersionRow]) -> list[VersionRow]:
    """Return those that are called like sprints, if they are more than a tenth."""
    sprints = [version for version in releases if SPRINT_LIKE.search(version.name)]
    return sprints if len(sprints) * 10 > len(releases) else []


def list_crowded(releases: Sequence[VersionRow], delivery: DeliveryTables) -> list[VersionRow]:
    """Return those of which five or more of one project have one day, which had begun before T."""
    deployments = delivery.deployments
    later = zip(deployments.ids, deployments.after_as_of.tolist(), strict=True)
    to_come = {id for id, comes in later if comes}
    dated = [version for version in releases if version.release_date and version.id not in to_come]
    count = Counter((version.project_id, version.release_date) for version in dated)
    return [
        version for version in dated if count[version.project_id, version.release_date] >= CROWDED_RELEASES
    ]


def list_unknown_projects(dataset: Dataset, delivery: DeliveryTables) -> tuple[str, ...]:
    """Return the projects that the events name and no stored issue has, in alphabetic order."""
    if delivery.deployments.source != "event":
        return ()
    known, events = project_groups(dataset.issues).of_key, told_by(dataset.deployments, "")
    named = set(Coded(events.project, events.projects).first_used())
    return tuple(sorted(named - known.keys() - {""}))


def list_unknown_issues(dataset: Dataset, delivery: DeliveryTables) -> dict[str, str]:
    """Return the issue keys that the events list and no stored issue has or had, by project and number.

    Each comes with the project of an event that lists it: the last one by the text of its id.
    """
    if delivery.deployments.source != "event":
        return {}
    events = told_by(dataset.deployments, "")
    unknown = find_places(dataset.issues, events) == NOWHERE
    entries = np.flatnonzero(unknown[events.listed]) if unknown.any() else np.zeros(0, np.intp)
    if not len(entries):
        return {}
    listing = np.repeat(np.arange(len(events)), np.diff(events.listed_start))[entries]
    rows = sorted(np.unique(listing).tolist(), key=events.ids.__getitem__)
    rank = np.empty(len(events), np.int64)
    rank[rows] = np.arange(len(rows))
    order = np.argsort(rank[listing], kind="stable")
    project = np.zeros(len(events.keys), np.int64)
    # Of repeated assignments NumPy keeps the last.
    project[events.listed[entries][order]] = events.project[listing[order]]
    codes = np.unique(events.listed[entries]).tolist()
    return {events.keys[code]: events.projects[project[code]] for code in codes}
