"""Issue tables of any size, made as columns, for measuring; the same seed gives the same table."""

import datetime as dt
import hashlib
from dataclasses import replace

import numpy as np

from data.model.changes import ChangeRow
from data.model.tables import (
    MISSING,
    Dataset,
    DeploymentRow,
    IssueTable,
    Project,
    StatusRef,
    TypeRef,
    VersionRow,
)

DAY_MS = 86_400_000
STARTS_AT = 1_672_617_600_000  # Monday 2023-01-02
DAYS = 1092  # 156 weeks
PROJECTS = 20
STATUSES = (
    StatusRef("1", "To Do", "new"),
    StatusRef("2", "Doing", "indeterminate"),
    StatusRef("3", "Review", "indeterminate"),
    StatusRef("4", "Done", "done"),
)
TYPES = tuple(TypeRef(str(n), name, 0) for n, name in enumerate(("Story", "Bug", "Task", "Incident")))
PROFILE = {"workflow": {"waiting": ["Review"]}}


def synthetic_dataset(n: int, seed: int = 1) -> Dataset:
    """Return ``n`` issues over three years with 6.4 status changes each, releases and incidents."""
    rng = np.random.default_rng(seed)
    project = np.sort(rng.integers(0, PROJECTS, n)).astype(np.int32)
    created = STARTS_AT + rng.integers(0, DAYS * DAY_MS, n)
    kind = rng.choice(4, n, p=[0.55, 0.25, 0.17, 0.03]).astype(np.int32)
    moves = rng.integers(4, 9, n) + (rng.random(n) < 0.4)
    start = np.concatenate(([0], np.cumsum(moves))).astype(np.int64)
    gaps = rng.exponential(1.5 * DAY_MS, start[-1]).astype(np.int64) + 1
    at = np.cumsum(gaps)
    owner = np.repeat(np.arange(n), moves)
    at += created[owner] - (at - gaps)[start[:-1]][owner]
    to = np.where((np.arange(start[-1]) - start[:-1][owner]) % 2 == 0, 1, 2).astype(np.int32)
    finished = rng.random(n) < 0.95
    to[start[1:][finished] - 1] = 3
    before = np.concatenate(([0], to[:-1])).astype(np.int32)
    before[start[:-1]] = 0
    done = at[start[1:] - 1]
    status = to[start[1:] - 1]
    versions, sets, fixed = _releases(project, done, finished & (rng.random(n) < 0.9))
    incident = np.flatnonzero(kind == 3)
    linked = incident[rng.random(len(incident)) < 0.4]
    affected = np.zeros(n, np.int32)
    affected[incident[::3]] = fixed[np.minimum(incident[::3] + 1, n - 1)]
    zeros = np.zeros(n, np.int32)
    issues = IssueTable(
        project=project,
        number=np.arange(1, n + 1),
        type=kind,
        status=status,
        category=np.array([0, 1, 1, 2], np.int8)[status],
        resolution=np.where(finished, np.where(rng.random(n) < 0.05, 1, 0), -1).astype(np.int32),
        labels=zeros,
        components=zeros,
        fix_versions=fixed,
        affected_versions=affected,
        priority=zeros - 1,
        parent=zeros - 1,
        created=created,
        updated=done,
        resolved=np.where(finished, done, MISSING),
        has_changelog=np.ones(n, np.bool_),
        truncated=np.zeros(n, np.bool_),
        newest=done,
        missing=zeros,
        malformed=zeros,
        transition_start=start,
        transition_at=at,
        transition_from=before,
        transition_to=to,
        transition_resolves=np.zeros(len(to), np.bool_),
        flag_issue=np.zeros(0, np.int32),
        flag_from=np.zeros(0, np.int64),
        flag_until=np.zeros(0, np.int64),
        link_issue=linked.astype(np.int32),
        link_target=rng.integers(0, max(n, 1), len(linked)).astype(np.int32),
        link_text=np.zeros(len(linked), np.int32),
        link_inward=np.ones(len(linked), np.bool_),
        projects=tuple(Project(str(p), f"P{p:02d}") for p in range(PROJECTS)),
        types=TYPES,
        statuses=STATUSES,
        resolutions=("Done", "Won't Do"),
        label_sets=((),),
        component_sets=((),),
        version_sets=sets,
        priorities=(),
        parent_keys=(),
        link_texts=("is caused by",),
    )
    as_of = STARTS_AT + DAYS * DAY_MS
    return Dataset(issues, STATUSES, versions, revision="synthetic", as_of=as_of)


def labelled_dataset(n: int, labels: int) -> Dataset:
    """Return the same issues, of which each has two of ``labels`` labels."""
    tables = synthetic_dataset(n)
    sets = tuple((f"l{one:02d}", f"l{(one * 7 + 1) % labels:02d}") for one in range(labels))
    codes = (np.arange(n) % labels).astype(np.int32)
    return replace(tables, issues=replace(tables.issues, labels=codes, label_sets=sets))


def synthetic_events(n: int, issues: IssueTable, seed: int = 1) -> list[DeploymentRow]:
    """Return ``n`` imported deployments over the three years of ``issues``.

    Three of four list up to four issues, one of ten knows its day alone, and a
    fifth each went elsewhere than to production or did not succeed.
    """
    rng = np.random.default_rng(seed)
    at = STARTS_AT + rng.integers(0, DAYS * DAY_MS, n)
    rows = rng.integers(0, len(issues), (n, 4))
    keys = issues.keys(rows.ravel())
    project, count = issues.project[rows[:, 0]].tolist(), rng.integers(1, 5, n).tolist()
    where = rng.choice(["production", "prod", "Production EU", "live", "staging"], n).tolist()
    how = rng.choice(["success", "ok", "", "passed", "failed"], n).tolist()
    day = np.datetime_as_string(at.astype("datetime64[ms]"), unit="D").tolist()
    return [
        DeploymentRow(
            id=str(place) if place % 3 else f"d{place}",
            name=f"{place // 20}.{place % 7}{' hotfix' if place % 50 == 0 else ''}",
            project=issues.projects[project[place]].key,
            at=instant if place % 10 else MISSING,
            environment=where[place],
            failed=place % 60 == 0,
            issues=keys[4 * place : 4 * place + count[place]] if place % 4 else (),
            result=how[place],
            day="" if place % 10 else day[place],
        )
        for place, instant in enumerate(at.tolist())
    ]


def synthetic_changes(
    n: int, issues: IssueTable, seed: int = 1
) -> tuple[list[ChangeRow], list[DeploymentRow]]:
    """Return ``n`` changes of code over the three years of ``issues``, and as many deployments.

    Each change has a commit that a deployment names, every second one names its deployment too, four of
    five name an issue, and one of fifty takes back the one before.
    """
    rng = np.random.default_rng(seed)
    merged = np.sort(STARTS_AT + rng.integers(2 * DAY_MS, (DAYS - 3) * DAY_MS, n)).tolist()
    keys = issues.keys(rng.integers(0, len(issues), n))
    commits = [hashlib.sha1(b"%d" % place, usedforsecurity=False).hexdigest() for place in range(n)]
    changes = [
        ChangeRow(
            id=f"shop#{place}",
            project="",
            issues=(keys[place],) if place % 5 else (),
            first_commit_at=at - DAY_MS * (place % 9 + 1),
            opened_at=at - DAY_MS // 2,
            first_review_at=at - DAY_MS // 4 if place % 3 else MISSING,
            merged_at=at,
            commits=(commits[place],),
            deployments=(f"d{place}",) if place % 2 else (),
            service=f"s{place % 7}",
            reverts=(commits[place - 1],) if place % 50 == 7 else (),
        )
        for place, at in enumerate(merged)
    ]
    deployments = [
        DeploymentRow(
            f"d{place}",
            f"v{place}",
            "",
            at + DAY_MS,
            "production",
            False,
            (),
            commits=(commits[place],),
            service=f"s{place % 7}",
        )
        for place, at in enumerate(merged)
    ]
    return changes, deployments


def _releases(
    project: np.ndarray, done: np.ndarray, released: np.ndarray
) -> tuple[tuple[VersionRow, ...], tuple[tuple[str, ...], ...], np.ndarray]:
    """Release each project every fortnight; what was done before goes out with the next release."""
    rounds = DAYS // 14
    first = dt.date(2023, 1, 2)
    versions = tuple(
        VersionRow(
            str(p * rounds + r),
            f"{r}.0",
            str(p),
            True,
            False,
            (first + dt.timedelta(14 * r + 13)).isoformat(),
        )
        for p in range(PROJECTS)
        for r in range(rounds)
    )
    turn = (done - STARTS_AT) // (14 * DAY_MS)
    out = released & (turn >= 0) & (turn < rounds)
    fixed = np.where(out, 1 + project * rounds + turn, 0).astype(np.int32)
    return versions, ((), *((version.id,) for version in versions)), fixed
