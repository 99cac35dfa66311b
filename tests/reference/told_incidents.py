"""Incidents that files tell of: specs/metrics.md, "Incidents"."""

from dataclasses import dataclass

from tests.reference.code_changes import moment
from tests.reference.deployments import Deployment, all_deployments, event_issues, projects_of
from tests.reference.incidents import Operations
from tests.reference.world import World


@dataclass(frozen=True)
class ToldIncident:
    """One incident of a file as of T."""

    id: str
    seen: int
    over: int | None
    project_id: str | None
    cause: Deployment | None
    named: bool
    latent: bool

    def over_in(self, since: int, until: int) -> bool:
        return self.over is not None and since <= self.over < until


def told_by(world: World) -> list[dict]:
    """The rows of incidents that had been seen by T, one for each id: the last row counts."""
    by_id = {str(row["id"]): row for row in world.told_incidents}
    return [row for row in by_id.values() if (moment(row["detected_at"]) or 0) <= world.period.as_of]


def stand_for(world: World) -> set[str]:
    """Keys of the stored issues that are one of these incidents."""
    named = {key for row in told_by(world) for key in named_issues(world, row)}
    return named & {issue.key for issue in world.issues}


def named_issues(world: World, row: dict) -> list[str]:
    """What an incident lists, and what it is called: either may be the key of an issue."""
    return event_issues(world, {"issues": [*event_issues(world, row), str(row["id"])]})


def told_incidents(operations: Operations, world: World) -> list[ToldIncident]:
    """Each with the deployment that it names, else with the last of its project within the window."""
    return [_told(operations, world, row) for row in told_by(world)]


def _told(operations: Operations, world: World, row: dict) -> ToldIncident:
    seen, over = moment(row["detected_at"]), moment(row.get("restored_at"))
    assert seen is not None
    stored = {issue.key: issue.project_key for issue in world.issues}
    of_issues = [stored[key] for key in named_issues(world, row) if key in stored]
    project = str(row.get("project") or "") or next(iter(of_issues), "")
    before = [d for d in operations.deployments if d.when is not None and d.when.at <= seen]
    called = str(row.get("deployment") or "")
    alike = [d for d in all_deployments(world) if d.name == called]
    alone = {alike[0].id} if len(alike) == 1 else set()
    by_id = {d.id for d in all_deployments(world) if d.id == called}
    named = [d for d in before if d.id in (by_id or alone)]
    services = {d.service: d.project_id for d in operations.deployments if d.service}
    number = projects_of(world).get(project, services.get(project))
    if number is None and named:
        number = named[0].project_id or None
    same = [d for d in before if number is not None and d.project_id == number]
    latest = max(same, key=lambda d: d.recency, default=None)
    near = latest if latest is not None and seen - latest.at <= operations.window_ms else None
    cause = named[0] if named else near
    return ToldIncident(
        id=str(row["id"]),
        seen=seen,
        over=over if over is not None and over <= world.period.as_of else None,
        project_id=number,
        cause=cause,
        named=bool(named),
        latent=cause is not None and seen - cause.at > operations.latent_ms,
    )
