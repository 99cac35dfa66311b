"""Deployments that a later one took back or mended: specs/metrics.md, "Incidents"."""

import re
from dataclasses import dataclass

from tests.reference.code_changes import code_changes
from tests.reference.deployments import Deployment
from tests.reference.incidents import Operations
from tests.reference.settings import HOTFIX_PATTERN
from tests.reference.told_incidents import told_incidents
from tests.reference.world import World


@dataclass(frozen=True)
class Repair:
    """A deployment that failed, and what put an end to that, None where nothing did yet."""

    failed: Deployment
    by: Deployment | None


def repairs(operations: Operations, world: World) -> list[Repair]:
    return [*reverts(world), *hotfixes(operations, world)]


def reverts(world: World) -> list[Repair]:
    """Of each deployed change that a landed one takes back, which went out apart from it."""
    changes = code_changes(world)
    return [
        Repair(undone.deployment, taking.deployment)
        for taking in changes
        for undone in changes
        if undone.id != taking.id and taking.landed and undone.deployment is not None
        if any(commit[:15] == back[:15] for back in taking.reverts for commit in undone.commits)
        if taking.deployment is None or taking.deployment.id != undone.deployment.id
    ]


def hotfixes(operations: Operations, world: World) -> list[Repair]:
    """The last deployment of the same service before each one that is called a repair, within the window."""
    found = []
    for hotfix in operations.deployments:
        if not hotfix.service or not is_hotfix(world, hotfix):
            continue
        same = [d for d in operations.deployments if d.service == hotfix.service]
        before = [d for d in same if d.recency < hotfix.recency]
        last = max(before, key=lambda d: d.recency, default=None)
        if last is not None and hotfix.at - last.at <= operations.window_ms:
            found.append(Repair(last, hotfix))
    return found


def is_hotfix(world: World, deployment: Deployment) -> bool:
    pattern = world.settings.section("deployments").get("hotfix_pattern")
    return re.search(HOTFIX_PATTERN if pattern is None else pattern, deployment.name) is not None


def mended(operations: Operations, world: World) -> dict[str, tuple[Deployment, Deployment]]:
    """By id what failed without an incident, and the first later deployment that mended it."""
    explained = {a.deployment.id for a in operations.attributions.values()}
    explained |= {each.cause.id for each in told_incidents(operations, world) if each.cause is not None}
    found: dict[str, tuple[Deployment, Deployment]] = {}
    for each in repairs(operations, world):
        if each.failed.id in explained or each.by is None or each.by.recency < each.failed.recency:
            continue
        known = found.get(each.failed.id)
        if known is None or each.by.recency < known[1].recency:
            found[each.failed.id] = (each.failed, each.by)
    return found
