"""Issues of a deployment type as deployments. Pure."""

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.model.columns import Coded, Listed, listed
from data.model.places import NOWHERE
from data.model.tables import MISSING, IssueTable
from data.model.words import fold
from data.sources.port import NO_VERSIONS, Found, Material, civil_days, found_nothing, order_ids


class Issues:
    """Completed issues of the deployment type, with what they link to, else share a version with."""

    name = "issues"
    singular = "issue"
    needs = "type"

    def deployments(self, material: Material) -> Found:
        """Read completed issues of the deployment type, with what they link to, else share a version with.

        They count at their mapped date, else from their completion.
        """
        issues, profile, work = material.dataset.issues, material.profile, material.work
        wanted = profile.deployments.type
        kinds = [kind.id == wanted or fold(kind.name) == fold(wanted) for kind in issues.types]
        if not wanted or not any(kinds):
            return found_nothing()
        rows = np.flatnonzero(np.array(kinds, np.bool_)[issues.type] & (work.completed_at != MISSING))
        keys, n = issues.keys(rows), len(rows)
        dates = work.deployed.of(rows)
        holds = _find_linked(issues, rows, profile)
        links = holds.count > 0
        # A set that no issue has stands at the end, for those that link to what they hold.
        sets = [*issues.version_sets, NO_VERSIONS]
        versions = Coded(np.where(links, len(sets) - 1, issues.fix_versions[rows]), sets)
        environment = work.environment
        return Found(
            ids=keys,
            by_id=order_ids(keys),
            names=Coded(np.arange(n), keys),
            projects=Coded(issues.project[rows], [project.key for project in issues.projects]),
            group=material.groups.of_code[issues.project[rows]],
            day=civil_days(dates.at, material.zone),
            at=np.where(dates.by_day, MISSING, dates.at),
            environments=None if environment is None else environment.of(rows),
            matches=np.ones(n, np.bool_),
            successful=np.ones(n, np.bool_),
            failed=np.zeros(n, np.bool_) if work.failed is None else work.failed[rows],
            versions=versions,
            holds=holds,
            unnamed=~links & ~versions.flags(bool),
            own_row=rows.astype(np.int64),
        )


def _find_linked(issues: IssueTable, rows: NDArray[np.intp], profile: Profile) -> Listed:
    """Return the rows at the other end of the links of each of ``rows``, but for what it caused."""
    n = len(issues)
    place = np.full(n, NOWHERE, np.int64)
    place[rows] = np.arange(len(rows))
    effect, cause = (part.astype(np.int64) for part in causal_links(issues, profile))
    owner, target = issues.link_issue.astype(np.int64), issues.link_target.astype(np.int64)
    mine = (place[owner] != NOWHERE) & ~np.isin(target * n + owner, effect * n + cause)
    return listed(place[owner[mine]], target[mine], len(rows))


def causal_links(issues: IssueTable, profile: Profile) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return rows that say by an inward link what they were caused by, and the rows of those causes."""
    words = [fold(word) for word in profile.incidents.link_types]
    causal = np.array([any(word in fold(text) for word in words) for text in issues.link_texts], np.bool_)
    if not len(causal):
        return issues.link_issue[:0], issues.link_target[:0]
    named = issues.link_inward & causal[issues.link_text]
    return issues.link_issue[named], issues.link_target[named]
