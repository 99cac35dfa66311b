"""The issues of ``synthetic`` as rows in a store, for a process that serves what somebody has fetched."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from configuration.profile import profile_from
from configuration.settings import Home
from data.cache_manager import References
from data.model.tables import IssueRow, IssueTable, StatusRef, Transition
from data.persistence import save_profile
from data.profiles.sources import resolve
from tests.support.synthetic import PROFILE, synthetic_dataset

_COLUMNS = (
    "project",
    "type",
    "status",
    "resolution",
    "fix_versions",
    "created",
    "updated",
    "resolved",
    "newest",
)


def fill_home(folder: Path, issues: int) -> None:
    """Store so many issues in the profile that a home shows by default."""
    home = Home(folder)
    save_profile(home, "default", profile_from(PROFILE))
    store, tables = resolve(home, "default", {}).store, synthetic_dataset(issues)
    store.place.path.parent.mkdir(parents=True, exist_ok=True)
    store.add(rows_of(tables.issues), References(tables.statuses, tables.versions))


def rows_of(issues: IssueTable) -> Iterator[IssueRow]:
    """Yield the issues as a store keeps them, without the links of incidents."""
    moves, starts = _moves_of(issues), issues.transition_start.tolist()
    columns = (getattr(issues, name).tolist() for name in _COLUMNS)
    for row, cells in enumerate(zip(*columns, strict=True)):
        project, kind, status, resolution, fixed, created, updated, resolved, newest = cells
        yield IssueRow(
            id=str(row + 1),
            key=f"{issues.projects[project].key}-{row + 1}",
            project_id=issues.projects[project].id,
            type=issues.types[kind],
            summary=f"What issue {row + 1} is about",
            status=issues.statuses[status],
            resolution=issues.resolutions[resolution] if resolution >= 0 else None,
            priority=None,
            labels=(f"label-{row % 50}",),
            components=(),
            created=created,
            updated=updated,
            resolved=resolved,
            fix_versions=issues.version_sets[fixed],
            affected_versions=(),
            links=(),
            parent="",
            has_changelog=True,
            transitions=tuple(moves[starts[row] : starts[row + 1]]),
            flagged=(),
            newest=newest,
            missing=0,
            malformed=0,
        )


def _moves_of(issues: IssueTable) -> Sequence[Transition]:
    def move(at: int, before: StatusRef, after: StatusRef) -> Transition:
        return Transition(at, before.id, before.name, after.id, after.name)

    columns = issues.transition_at, issues.transition_from, issues.transition_to
    return [
        move(at, issues.statuses[before], issues.statuses[after])
        for at, before, after in zip(*(column.tolist() for column in columns), strict=True)
    ]
