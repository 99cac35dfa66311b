"""Changes of code, what they belong to and what carried them out: specs/metrics.md, "Changes of code"."""

from dataclasses import dataclass, replace

from tests.reference import stats
from tests.reference.clock import DAY, civil_day, instant, midnight
from tests.reference.deployments import Deployment, counted_deployments, listed_issues, versions_named
from tests.reference.links import past_keys, project_id
from tests.reference.world import World

STAMPS = ("first_commit_at", "opened_at", "first_review_at", "merged_at")
STAGES = ("coding", "pickup", "review", "deploy")


@dataclass(frozen=True)
class CodeChange:
    """One change as of T: its four instants, the stored issues that it names, what carried it out."""

    id: str
    service: str
    at: dict[str, int | None]
    issues: frozenset[str]
    deployment: Deployment | None
    commits: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()

    @property
    def landed(self) -> bool:
        return self.at["merged_at"] is not None or self.deployment is not None


def code_changes(world: World) -> list[CodeChange]:
    """All of them, one for each id: the last row counts."""
    if "code_changes" not in world.memory:
        by_id = {str(row["id"]): row for row in world.changes}
        world.memory["code_changes"] = [_of_row(world, row) for row in by_id.values()]
    return world.memory["code_changes"]


def _of_row(world: World, row: dict) -> CodeChange:
    found = {name: moment(row.get(name)) for name in STAMPS}
    today = {issue.key for issue in world.issues}
    once = {past: issue.key for issue in world.issues for past in past_keys(issue)}
    named = [key if key in today else once.get(key, "") for key in listed_issues(row)]
    project = str(row.get("project") or "")
    repository = str(row["id"]).rpartition("#")[0]
    return CodeChange(
        id=str(row["id"]),
        service=str(row.get("service") or repository or project),
        at={name: at if at is None or at <= world.period.as_of else None for name, at in found.items()},
        issues=frozenset(key for key in named if key in today),
        deployment=_carrier(world, row),
        commits=tuple(listed_issues({"issues": row.get("commits")})),
        reverts=tuple(listed_issues({"issues": row.get("reverts")})),
    )


def moment(value: object) -> int | None:
    """An instant; of a day its first one in UTC."""
    day = civil_day(value)
    return instant(value) if day is None else midnight(day, "UTC")


def _carrier(world: World, row: dict) -> Deployment | None:
    """The earliest that the change names; else that after which all commits that any lists are out."""
    counted = counted_deployments(world)
    told = listed_issues({"issues": row.get("deployment")})
    named = [d for d in counted if d.id in told]
    if named:
        return min(named, key=lambda d: d.recency)
    earliest = []
    for commit in listed_issues({"issues": row.get("commits")}):
        holding = [d for d in counted if any(_same(commit, each) for each in d.commits)]
        if holding:
            earliest.append(min(holding, key=lambda d: d.recency))
    return max(earliest, key=lambda d: d.recency) if earliest else None


def _same(commit: str, cut: str) -> bool:
    """A hash may be cut to seven digits."""
    return len(cut) >= 7 and bool(cut[:15].strip("0")) and commit[:15].startswith(cut[:15])


def reaching_services(world: World) -> set[str]:
    """Services whose deployments are known to hold changes."""
    return {change.service for change in code_changes(world) if change.deployment is not None}


def changes_of(world: World, key: str) -> list[CodeChange]:
    """The landed changes that name an issue."""
    return [change for change in code_changes(world) if change.landed and key in change.issues]


def with_their_changes(world: World, deployments: list[Deployment]) -> list[Deployment]:
    """Deployments of their services' projects, that also list the issues whose changes they carried out."""
    loose = any(d.service and not d.names_project for d in deployments)
    deployments = [_with_project(world, d) for d in deployments] if loose else deployments
    if not world.changes:
        return deployments
    found = []
    for deployment in deployments:
        carried = [c for c in code_changes(world) if c.deployment and c.deployment.id == deployment.id]
        keys = frozenset(key for change in carried for key in change.issues)
        found.append(replace(deployment, links=deployment.links | keys) if keys else deployment)
    return found


def _with_project(world: World, deployment: Deployment) -> Deployment:
    """One that says its service alone is of the project that most issues in its changes are of.

    Of that project it stands for the version of its name, unless it lists issues.
    """
    if deployment.names_project or not deployment.service:
        return deployment
    numbers: dict[str, int] = {}
    for change in code_changes(world):
        for key in change.issues if change.landed and change.service == deployment.service else ():
            number = next(project_id(issue) for issue in world.issues if issue.key == key)
            numbers[number] = numbers.get(number, 0) + 1
    project = max(numbers, key=lambda number: numbers[number], default=f"service {deployment.service}")
    versions = frozenset() if deployment.links else versions_named(world, project, deployment.name)
    return replace(deployment, project_id=project, versions=versions)


def first_commit(world: World, key: str) -> int | None:
    """When the first commit of an issue was written."""
    known = [at for c in changes_of(world, key) if (at := c.at["first_commit_at"]) is not None]
    return min(known, default=None)


def told_deployment(world: World, key: str) -> tuple[bool, Deployment | None]:
    """Whether the changes of an issue tell of its deployment, and the one that held the last of them."""
    reaching = reaching_services(world)
    mine = [change for change in changes_of(world, key) if change.service in reaching]
    out = [change.deployment for change in mine if change.deployment is not None]
    if not mine or len(out) < len(mine):
        return bool(mine), None
    return True, max(out, key=lambda d: d.recency)


def without_issue(world: World) -> list[CodeChange]:
    """Landed changes that name no stored issue; an issue filter leaves none of them."""
    if world.filters_in_use:
        return []
    reaching = reaching_services(world)
    return [c for c in code_changes(world) if c.landed and not c.issues and c.service in reaching]


def change_stages(world: World) -> dict | None:
    """P50 and n of each stage of the changes deployed in the period."""
    if not world.changes:
        return None
    days = world.period.civil_days
    deployed = [c for c in code_changes(world) if c.deployment is not None and c.deployment.day in days]
    shown = [c for c in deployed if is_in_view(world, c)]
    return {
        "unit": "days",
        "n": len(shown),
        **{stage: _summary([_length(change, stage) for change in shown]) for stage in STAGES},
    }


def is_in_view(world: World, change: CodeChange) -> bool:
    """Under a filter of issues: it names one that passes."""
    if not world.filters_in_use:
        return True
    return any(world.is_in_view(issue) for issue in world.issues if issue.key in change.issues)


def _length(change: CodeChange, stage: str) -> float | None:
    ends = [change.at[name] for name in STAMPS] + [change.deployment.at if change.deployment else None]
    since, until = ends[STAGES.index(stage)], ends[STAGES.index(stage) + 1]
    if since is None or until is None or until < since:
        return None
    return (until - since) / DAY


def _summary(days: list[float | None]) -> dict:
    known = [each for each in days if each is not None]
    return {"p50": stats.median(known) if known else None, "n": len(known)}
