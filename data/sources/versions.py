"""Released versions of Jira as deployments. Pure."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from data.model.columns import Coded, coded, nothing_listed
from data.model.places import NOWHERE
from data.model.tables import MISSING, Instants, VersionRow, number_or_text
from data.sources.port import Found, Material, pattern_of


class Versions:
    """Released versions; the pattern of the profile says which names are deployments."""

    name = "versions"
    singular = "version"
    needs = ""

    def deployments(self, material: Material) -> Found:
        """Read released versions; the pattern of the profile says which names are deployments."""
        dataset, groups = material.dataset, material.groups
        keys = {project.id: project.key for project in dataset.issues.projects}
        released = [version for version in dataset.versions if version.released]
        # A number is read once; projects repeat, and ids are asked for twice.
        number = {text: number_or_text(text) for each in released for text in (each.project_id, each.id)}
        released.sort(key=lambda version: (number[version.project_id], number[version.id]))
        pattern = pattern_of(material.profile.deployments.version_pattern, "deployments.version_pattern")
        n = len(released)
        names = Coded(np.arange(n), [version.name for version in released])
        ids = tuple(version.id for version in released)
        return Found(
            ids=ids,
            by_id=np.array(sorted(range(n), key=lambda row: number[ids[row]]), np.int64),
            names=names,
            projects=coded(keys.get(version.project_id, "") for version in released),
            group=np.array([groups.of_id.get(version.project_id, -1) for version in released], np.int64),
            day=_release_days(released),
            at=np.full(n, MISSING, np.int64),
            environments=None,
            matches=names.flags(lambda name: bool(pattern.search(name))),
            successful=np.ones(n, np.bool_),
            failed=np.zeros(n, np.bool_),
            versions=Coded(np.arange(n), [(version,) for version in ids]),
            holds=nothing_listed(n),
            unnamed=np.zeros(n, np.bool_),
            own_row=np.full(n, NOWHERE, np.int64),
        )


def _release_days(released: Sequence[VersionRow]) -> Instants:
    dates = coded(version.release_date for version in released)
    days = [dt.date.fromisoformat(date).toordinal() if date else 0 for date in dates.words]
    return np.array(days, np.int64)[dates.codes] if days else np.zeros(0, np.int64)
