"""What is read beside the issues: the status list, and the versions of each project.

A version is released without any issue being updated, so versions are looked at
now and then even when no issue changed, a few projects at a time.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from data.jira_simple import JiraClient
from data.store import References
from data.tables import StatusRef, VersionRow

READ_AGAIN_AFTER_MS = 15 * 60_000
MOST_PROJECTS = 2  # whose versions a sync looks at for no other reason than their age


@dataclass(frozen=True, slots=True)
class RefreshedReferences:
    """References as they are now.

    Attributes:
        rows: None where nothing was asked.
        versions_at: when the versions of each project were read, as JSON; kept with the store.
    """

    rows: References | None
    versions_at: str


def all_references(
    client: JiraClient, statuses: Collection[StatusRef], projects: Collection[str]
) -> RefreshedReferences:
    """Read the versions of all projects.

    Args:
        client: asks, one request a project.
        statuses: as the server lists them.
        projects: keys of the projects that have issues.
    """
    versions = [version for key in sorted(projects) for version in client.versions(key)]
    times = dict.fromkeys(sorted(projects), client.began_at_ms)
    return RefreshedReferences(References(tuple(statuses), versions), json.dumps(times))


def refreshed(
    client: JiraClient,
    stored: References,
    *,
    projects: Collection[str],
    statuses: Collection[str],
    versions: Mapping[str, Collection[str]],
    versions_at: str,
) -> RefreshedReferences:
    """Read again what changed issues show to be out of date, and what was not looked at for long.

    Args:
        client: asks.
        stored: what is known.
        projects: keys of all projects that have issues.
        statuses: ids of the statuses that changed issues are in.
        versions: ids of the versions that changed issues name, by project key.
        versions_at: as it was kept with the store.
    """
    read_at: dict[str, int] = json.loads(versions_at or "{}")
    known = {version.id for version in stored.versions}
    needed = {key for key, ids in versions.items() if not known.issuperset(ids) or key not in read_at}
    old = [key for key in sorted(projects, key=lambda key: (read_at.get(key, 0), key)) if key not in needed]
    due = [key for key in old if client.began_at_ms - read_at.get(key, 0) > READ_AGAIN_AFTER_MS]
    asked = sorted(needed | set(due[:MOST_PROJECTS]))
    unknown = not {status.id for status in stored.statuses}.issuperset(statuses)
    if not asked and not unknown:
        return RefreshedReferences(None, versions_at)
    rows = References(
        client.statuses() if unknown else stored.statuses,
        _with_versions_of(client, stored.versions, asked),
        stored.deployments,
    )
    read_at = {key: at for key, at in read_at.items() if key in projects}
    return RefreshedReferences(rows, json.dumps(read_at | dict.fromkeys(asked, client.began_at_ms)))


def _with_versions_of(
    client: JiraClient, stored: Collection[VersionRow], projects: Collection[str]
) -> list[VersionRow]:
    """Return the versions with those of ``projects`` as they are now."""
    fresh = [version for key in projects for version in client.versions(key)]
    renewed = {version.project_id for version in fresh}
    ids = {version.id for version in fresh}
    return [*(old for old in stored if old.project_id not in renewed and old.id not in ids), *fresh]
