"""Where the clocks of tickets and of the code disagree, and what neither of them ties together. Pure."""

import numpy as np
from numpy.typing import NDArray

from data.meaning.code_changes import NONE
from data.meaning.delivery import DeliveryTables
from data.model.columns import Coded
from data.model.places import NOWHERE, find_places
from data.model.projects import project_groups
from data.model.tables import MISSING, Dataset, Flags


def flag_open_in_production(delivery: DeliveryTables) -> Flags:
    """Flag issues of which every change is deployed and which are not completed."""
    told, deployment = _deployments_of(delivery)
    done: Flags = told & (deployment != NONE) & delivery.exists & (delivery.completed_at == MISSING)
    return done


def flag_done_undeployed(delivery: DeliveryTables) -> Flags:
    """Flag delivered items of which some change is not deployed."""
    told, deployment = _deployments_of(delivery)
    delivered = delivery.in_scope & (delivery.completed_at != MISSING) & ~delivery.not_delivered
    waiting: Flags = told & (deployment == NONE) & delivered
    return waiting


def flag_pulls_unread(delivery: DeliveryTables) -> tuple[Flags, Flags]:
    """Flag delivered items of which Jira counts pull requests, and those among them that no change names.

    What the development field says is inferred: how many there are, and neither which nor when.
    """
    counted = np.zeros(len(delivery.issues), np.bool_)
    counted[delivery.issues.pull_issue] = True
    counted &= delivery.in_scope & (delivery.completed_at != MISSING) & ~delivery.not_delivered
    unread = counted.copy()
    unread[delivery.code.issue] = False
    return counted, unread


def _deployments_of(delivery: DeliveryTables) -> tuple[Flags, NDArray[np.int64]]:
    if not len(delivery.code):
        n = len(delivery.issues)
        return np.zeros(n, np.bool_), np.full(n, NONE, np.int64)
    return delivery.code.last_deployment(delivery.deployments)


def list_without_issue(dataset: Dataset, delivery: DeliveryTables) -> dict[str, str]:
    """Return landed changes that name no stored issue, each with the project that it counts for."""
    code = delivery.code
    loose = code.landed.copy()
    loose[code.change] = False
    keys = {number: key for key, number in project_groups(dataset.issues).of_key.items()}
    rows = np.flatnonzero(loose).tolist()
    return {code.table.ids[row]: keys.get(int(code.group[row]), "") for row in rows}


def list_unknown_keys(dataset: Dataset, delivery: DeliveryTables) -> dict[str, str]:
    """Return keys of known projects that changes name and no stored issue has or had, with their projects."""
    changes = dataset.changes
    if not len(delivery.code):
        return {}
    known = project_groups(dataset.issues).of_key
    projects = Coded(changes.key_project, [*changes.key_projects, ""])
    unknown = find_places(dataset.issues, changes) == NOWHERE
    unknown &= projects.flags(lambda key: key in known)
    codes = np.flatnonzero(unknown).tolist()
    return {changes.keys[code]: projects[code] for code in codes}


def list_undeployed(dataset: Dataset, delivery: DeliveryTables) -> dict[str, str]:
    """Return landed changes that no deployment holds, of services whose deployments hold others."""
    code = delivery.code
    keys = {number: key for key, number in project_groups(dataset.issues).of_key.items()}
    rows = np.flatnonzero(code.landed & code.reaches & (code.deployment == NONE)).tolist()
    return {code.table.ids[row]: keys.get(int(code.group[row]), "") for row in rows}


def list_holding_nothing(delivery: DeliveryTables) -> dict[str, str]:
    """Return counted deployments that held no change and no issue, where others of their source held some."""
    code, deployments = delivery.code, delivery.deployments
    if not (code.deployment != NONE).any():
        return {}
    empty = deployments.counted & (deployments.holds.count == 0) & ~deployments.versions.flags(bool)
    empty[code.deployment[code.deployment != NONE]] = False
    rows = np.flatnonzero(empty).tolist()
    return {deployments.ids[row]: deployments.projects[row] for row in rows}
