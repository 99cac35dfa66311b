"""What deployments of a repository tell of failures: one that had to be taken back, or mended at once. Pure.

Nobody said that something broke, so all of this is inferred.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.meaning.attribution import Operations
from data.meaning.code_changes import CodeChanges
from data.meaning.deployments import Deployments
from data.meaning.told_incidents import ToldIncidents
from data.model.tables import MISSING

Rows = NDArray[np.int64]
NONE = -1


def with_repairs(
    told: ToldIncidents, operations: Operations, deployments: Deployments, code: CodeChanges
) -> ToldIncidents:
    """Return told incidents, and after them each deployment that a later one took back or mended.

    Such a row is called like the deployment that failed. It was never seen, is over when the first of those
    that repair it is out, and is put down to the deployment itself. One that an incident is put down to has
    its end from that.
    """
    failed, by = find_repairs(deployments, code, operations.window_ms)
    if not len(failed):
        return told
    later = by != NONE
    later[later] = deployments.rank[by[later]] > deployments.rank[failed[later]]
    explained = np.concatenate((operations.cause[operations.cause != NONE], told.cause))
    mine = later & ~np.isin(failed, explained)
    order = np.argsort(deployments.rank[by[mine]], kind="stable")
    rows, first = np.unique(failed[mine][order], return_index=True)
    repairs = by[mine][order][first]
    nothing = np.zeros(len(rows), np.bool_)
    return replace(
        told,
        ids=(*told.ids, *(deployments.ids[row] for row in rows.tolist())),
        names=(*told.names, *(f"mended by {deployments.names[row]}" for row in repairs.tolist())),
        detected_at=np.append(told.detected_at, np.full(len(rows), MISSING)),
        restored_at=np.append(told.restored_at, deployments.reckoned_at[repairs]),
        projects=(*told.projects, *deployments.projects.of(rows)),
        group=np.append(told.group, deployments.group[rows]),
        cause=np.append(told.cause, rows),
        certain=np.append(told.certain, nothing),
        latent=np.append(told.latent, nothing),
        repairs=len(rows),
    )


def find_repairs(deployments: Deployments, code: CodeChanges, window_ms: int) -> tuple[Rows, Rows]:
    """Return pairs of a deployment that failed and one that repairs it, -1 where that is not out yet.

    A change that is taken back repairs the one that it takes back, and a deployment whose name says so the
    one before it of its service, if that was at most the window ago.
    """
    undone, taking = code.reverts
    mended, hotfix = _find_hotfixed(deployments, window_ms)
    return (
        np.concatenate((code.deployment[undone], mended)),
        np.concatenate((code.deployment[taking], hotfix)),
    )


def _find_hotfixed(deployments: Deployments, window_ms: int) -> tuple[Rows, Rows]:
    """Return what hotfixes followed in time within their service, and these hotfixes."""
    none = np.zeros(0, np.int64)
    if deployments.service is None or not (deployments.hotfix & deployments.counted).any():
        return none, none
    told = deployments.service.flags(bool)
    rows = np.flatnonzero(deployments.counted & told)
    rows = rows[np.argsort(deployments.rank[rows], kind="stable")]
    service = deployments.service.codes[rows]
    rows = rows[np.argsort(service, kind="stable")]
    service = deployments.service.codes[rows]
    before, after = rows[:-1], rows[1:]
    near = deployments.reckoned_at[after] - deployments.reckoned_at[before] <= window_ms
    mends = deployments.hotfix[after] & (service[1:] == service[:-1]) & near
    return before[mends], after[mends]
