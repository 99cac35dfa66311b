"""What is read beside the issues: the status list, and the versions of each project.

A version is released without any issue being updated, so versions are looked at
now and then even when no issue changed, a few projects at a time.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from data.jira_simple import JiraClient
from data.model.tables import StatusRef, VersionRow
from data.store.references import References

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
    client: JiraClient,
    stored: References,
    *,
    statuses: Collection[StatusRef],
    projects: Mapping[str, str],
    hidden: Collection[str] = (),
) -> RefreshedReferences:
    """Read the versions of all projects.

    Args:
        client: asks, one request a project.
        stored: what is known.
        statuses: as the server lists them.
        projects: id of each project that has issues, by key.
        hidden: keys of those that cannot be asked for now; what is known of them stays.
    """
    asked = sorted(projects.keys() - set(hidden))
    versions = _read_versions(client, stored, projects, asked)
    rows = replace(stored, statuses=tuple(statuses), versions=versions)
    return RefreshedReferences(rows, json.dumps(dict.fromkeys(asked, client.began_at_ms)))


def refreshed(
    client: JiraClient,
    stored: References,
    *,
    projects: Mapping[str, str],
    statuses: Collection[str],
    versions: Mapping[str, Collection[str]],
    versions_at: str,
    hidden: Collection[str] = (),
) -> RefreshedReferences:
    """Read again what changed issues show to be out of date, and what was not looked at for long.

    Args:
        client: asks.
        stored: what is known.
        projects: id of each project that has issues, by key; the versions of others are forgotten.
        statuses: ids of the statuses that changed issues are in.
        versions: ids of the versions that changed issues name, by project key.
        versions_at: as it was kept with the store.
        hidden: keys of projects that cannot be asked for now; what is known of them stays.
    """
    read_at: dict[str, int] = json.loads(versions_at or "{}")
    known = {version.id for version in stored.versions}
    needed = {key for key, ids in versions.items() if not known.issuperset(ids) or key not in read_at}
    needed &= projects.keys() - set(hidden)
    asked = sorted(needed | set(_choose_due(client, read_at, projects.keys() - needed - set(hidden))))
    unknown = not {status.id for status in stored.statuses}.issuperset(statuses)
    if not asked and not unknown and read_at.keys() <= projects.keys():
        return RefreshedReferences(None, versions_at)
    rows = replace(
        stored,
        statuses=client.statuses() if unknown else stored.statuses,
        versions=_read_versions(client, stored, projects, asked),
    )
    read_at = {key: at for key, at in read_at.items() if key in projects}
    return RefreshedReferences(rows, json.dumps(read_at | dict.fromkeys(asked, client.began_at_ms)))


def _choose_due(client: JiraClient, read_at: Mapping[str, int], projects: Collection[str]) -> list[str]:
    """Return the few projects that were not looked at for longest."""
    oldest = sorted(projects, key=lambda key: (read_at.get(key, 0), key))
    due = [key for key in oldest if client.began_at_ms - read_at.get(key, 0) > READ_AGAIN_AFTER_MS]
    return due[:MOST_PROJECTS]


def _read_versions(
    client: JiraClient, stored: References, projects: Mapping[str, str], asked: Collection[str]
) -> list[VersionRow]:
    """Return all versions, those of the projects ``asked`` as they are now.

    Of a project whose list Jira does not give, the versions that issues tell of are taken.
    """
    listed = [version for key in asked for version in client.versions(key)]
    without = {projects[key] for key in asked if key in client.hidden_lists}
    fresh = [*listed, *(met for met in client.met_versions if met.project_id in without)]
    ids = {version.id for version in fresh}
    # A version that names no project cannot be told to belong to one that is gone.
    staying = {project_id for key, project_id in projects.items() if key not in asked} | {""}
    return [*(old for old in stored.versions if old.project_id in staying and old.id not in ids), *fresh]
