"""What the teams' repositories hold: commits, merge requests, and what a pipeline deployed.

A function of the world. The teams came to this host lately: it has every deployment, since their pipeline
told of those before, and the merge requests of the last weeks. What goes in with one fits its issue: it is
written while the issue is worked on, looked at in review, merged as that ends, and out with the release that
the issue is in. As in life some work has no ticket, one key is mistyped, one change is taken back, and one
ticket was forgotten.
"""

import hashlib
import itertools
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from data.simulator import catalogue as c
from data.simulator.catalogue import Team
from data.simulator.model import DAY, HOUR, MINUTE, Issue, Version, seeded
from data.simulator.releases import deployed_at, is_hotfix, is_regular
from data.simulator.workdays import instant_of, position_of
from data.simulator.world import World

BRANCH = "main"
_STREAM = 131
# So many issues of each team that went out, and that wait for it: a first sync is to ask little.
_OUT = {c.WEB.key: 12, c.PAY.key: 10, c.MOB.key: 5}
_WAITING = 2
_COVERED = 70 * DAY
_FAILED_EVERY = 17
_LOOSE = {
    c.WEB.key: ("Update dependencies", "Quiet a test that fails now and then"),
    c.PAY.key: ("Rotate the certificates", "Log less of what the gateway answers"),
    c.MOB.key: (),
}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; ``at`` is when it was written, the first parent leads along the main line."""

    hash: str
    parents: tuple[str, ...]
    at: int
    message: str


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A merged request; people are numbers of the catalogue, and nobody looked where ``reviewer`` is None."""

    number: int
    title: str
    branch: str
    author: int
    opened_at: int
    reviewer: int | None
    reviewed_at: int
    merged_at: int
    merge: str
    commits: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class Deployed:
    """A run of the pipeline that put ``commit`` into production, or tried to."""

    id: int
    ref: str
    commit: str
    at: int
    status: str


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository of a team; commits by hash, parents before children."""

    path: str
    commits: dict[str, Commit]
    requests: list[MergeRequest]
    deployments: list[Deployed]

    def history(self, tip: str, since: int) -> Iterator[Commit]:
        """Yield the commits that lead to one and are not older than an instant, the last one first."""
        met, waiting = set[str](), [tip]
        while waiting:
            name = waiting.pop()
            if name not in met:
                met.add(name)
                waiting += self.commits[name].parents
        return (each for each in reversed(self.commits.values()) if each.hash in met and each.at >= since)


def path_of(team: Team) -> str:
    """Return the whole name of a team's repository."""
    return f"shop/{team.name.replace(' ', '-').lower()}"


def write_repositories(world: World) -> list[Repository]:
    """Return the repository of each team."""
    return [_Writer(world, team).write() for team in c.TEAMS]


@dataclass(eq=False)
class _Work:
    """A merge request to be, and which release takes it out; ``undoes`` is the work that it takes back.

    ``keys`` are those in its title; the branch may have another one.
    """

    text: str
    branch: str
    author: int
    first_at: int
    opened_at: int
    merged_at: int
    release: int
    reviewer: int | None = None
    reviewed_at: int = 0
    keys: tuple[str, ...] = ()
    undoes: "_Work | None" = None
    merge: str = ""

    @property
    def title(self) -> str:
        return f"{' and '.join(self.keys)}: {self.text}" if self.keys else self.text


@dataclass(frozen=True, slots=True)
class _Release:
    at: int
    version: Version


@dataclass
class _Writer:
    """Writes the repository of a team."""

    world: World
    team: Team
    commits: dict[str, Commit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = seeded(self.world.seed, _STREAM, c.TEAMS.index(self.team))
        self.issues = [issue for issue in self.world.issues if issue.project == self.team.key]
        self.releases = self._list_releases()
        self.place = {release.version.id: place for place, release in enumerate(self.releases)}
        self.regular = [each for each in self.releases if is_regular(each.version)]

    def write(self) -> Repository:
        """Return the repository: the work first, then the main line that it makes."""
        works = self._list_works()
        tips = self._write_line(works)
        ordered = sorted(works, key=lambda work: (work.opened_at, work.branch))
        requests = [self._merge_request(number, work) for number, work in enumerate(ordered, 1)]
        return Repository(path_of(self.team), self.commits, requests, self._list_deployments(tips))

    # Releases ---------------------------------------------------------------------

    def _list_releases(self) -> list[_Release]:
        """Regular ones, and repairs, which are out two minutes after their issue is done."""
        done: dict[str, int] = {}
        for issue in self.issues:
            for version in issue.fix_versions:
                done[version.id] = max(done.get(version.id, 0), issue.resolved_at or 0)
        found = []
        for version in self.world.versions[self.team.key]:
            if version.released and is_regular(version):
                found.append(_Release(deployed_at(version), version))
            elif version.released and is_hotfix(version):
                found.append(_Release(done[version.id] + 2 * MINUTE, version))
        return sorted(found, key=lambda release: release.at)

    def _list_deployments(self, tips: list[str]) -> list[Deployed]:
        """Every release; now and then a first try failed; after the last one only settings were deployed."""
        runs = []
        for place, (release, tip) in enumerate(zip(self.releases, tips, strict=True)):
            if place % _FAILED_EVERY == _FAILED_EVERY - 2:
                runs.append((release.at - 25 * MINUTE, release.version.name, tip, "failed"))
            runs.append((release.at, release.version.name, tip, "success"))
        runs.append(
            (min(self.releases[-1].at + 150 * MINUTE, self.world.ends_at - 1), BRANCH, tips[-1], "success")
        )
        return [
            Deployed(number, ref, tip, at, status)
            for number, (at, ref, tip, status) in enumerate(sorted(runs), 1)
        ]

    # Work -------------------------------------------------------------------------

    def _list_works(self) -> list[_Work]:
        late = (issue for issue in self.issues if (issue.resolved_at or 0) > self.world.ends_at - _COVERED)
        works = [work for issue in late if (work := self._work_on(issue)) is not None]
        works.sort(key=lambda work: (-work.release, -work.merged_at))
        out = [work for work in works if work.release < len(self.releases)][: _OUT[self.team.key]]
        waiting = [work for work in works if work.release == len(self.releases)][:_WAITING]
        return [*_joined(out, self.rng), *waiting, *self._oddities(out)]

    def _work_on(self, issue: Issue) -> _Work | None:
        """Return what was written for an issue that is done, None where it took no code."""
        if issue.resolution not in (c.RESOLVED, c.FIXED) or issue.type.level or issue.type is c.INCIDENT:
            return None
        rng = seeded(self.world.seed, _STREAM, issue.id)
        assert issue.resolved_at is not None
        release = self._release_of(issue)
        if release is None or rng.random() < 0.1:
            return None
        return self._written(issue, issue.resolved_at, release, rng)

    def _release_of(self, issue: Issue) -> int | None:
        """Return the place of an issue's release, that after the last one where it is still to come."""
        places = [self.place[version.id] for version in issue.fix_versions if version.id in self.place]
        if places:
            return min(places)
        if any(is_regular(version) or is_hotfix(version) for version in issue.fix_versions):
            return len(self.releases)
        # Nobody put it into a release: it went out with the next one all the same.
        assert issue.resolved_at is not None
        place = bisect_left(self.regular, issue.resolved_at + HOUR, key=lambda release: release.at)
        return self.place[self.regular[place].version.id] if place < len(self.regular) else len(self.releases)

    def _written(self, issue: Issue, until: int, release: int, rng: random.Random) -> _Work | None:
        """Return what was written for an issue until an instant: begun as work began, opened for review."""
        moves = [(change.at, item.to_id) for change in issue.changes for item in change.items]
        begun = [at for at, status in moves if status == c.IN_PROGRESS.id and at < until]
        seen = [at for at, status in moves if status == c.IN_REVIEW.id and at < until]
        checked = {c.IN_REVIEW.id, c.IN_TEST.id, c.QA.id}
        statuses = {status.id for status in c.STATUSES}
        steps = [(at, status) for at, status in moves if status in statuses and at <= until]
        ended = [after for (_, status), (after, _) in itertools.pairwise(steps) if status in checked]
        if not begun or not seen or begun[0] >= seen[0]:
            return None
        start, review = begun[0], seen[0]
        merged = max(ended, default=until)
        opened = max(review - int(rng.uniform(5, 40) * MINUTE), (start + review) // 2)
        first = issue.first_commit_at or start + int(rng.uniform(0.2, 4) * HOUR)
        return _Work(
            text=issue.summary,
            keys=(issue.key,) if issue.id % 3 else (),
            branch=f"{'fix' if issue.type is c.BUG else 'feature'}/{issue.key}",
            author=issue.assignee if issue.assignee is not None else issue.reporter,
            first_at=first if first < opened else (start + opened) // 2,
            opened_at=opened,
            merged_at=merged,
            release=release,
            reviewer=rng.choice([each for each in self.team.people if each != issue.assignee]),
            reviewed_at=self._between(opened, merged, rng.uniform(0.1, 0.6)),
        )

    def _oddities(self, out: list[_Work]) -> list[_Work]:
        """What every real repository has: work without a ticket, a wrong key, a revert, an open ticket."""
        last = len(self.releases) - 1
        loose = _LOOSE[self.team.key]
        works = [self._without_ticket(text, last - place) for place, text in enumerate(loose)]
        if self.team is c.WEB:
            key = f"{self.team.key}-{len(self.issues) + 1_000}"
            mistyped = self._without_ticket("Speed up the image cache", last)
            works.append(replace(mistyped, keys=(key,), branch=f"fix/{key}"))
            works += [self._revert(work) for work in out if work.release < last][:1]
        return works if self.team is c.MOB else [*works, *self._forgotten(last)]

    def _without_ticket(self, text: str, release: int) -> _Work:
        rng = self.rng
        merged = self.releases[release].at - int(rng.uniform(1, 5) * HOUR)
        opened = self._work_after(merged, -int(rng.uniform(1, 6) * HOUR))
        author, reviewer = rng.sample(self.team.people, 2)
        return _Work(
            text=text,
            branch=text.lower().replace(" ", "-"),
            author=author,
            first_at=self._work_after(opened, -int(rng.uniform(0.5, 3) * HOUR)),
            opened_at=opened,
            merged_at=merged,
            release=release,
            reviewer=reviewer,
            reviewed_at=self._between(opened, merged, rng.uniform(0.2, 0.8)),
        )

    def _work_after(self, at: int, working_ms: int) -> int:
        """Return when so much working time has passed since an instant; less than none is before it."""
        offset = self.team.utc_offset_min * MINUTE
        return instant_of(position_of(at + offset) + working_ms) - offset

    def _between(self, since: int, until: int, share: float) -> int:
        """Return an instant between two, in working time where there is some between them."""
        offset = self.team.utc_offset_min * MINUTE
        working_ms = position_of(until + offset) - position_of(since + offset)
        at = self._work_after(since, int(share * working_ms))
        return at if since < at < until else since + int(share * (until - since))

    def _revert(self, undone: _Work) -> _Work:
        """Take a change back after it was out, with the next release."""
        out, again = self.releases[undone.release].at, self.releases[undone.release + 1].at
        merged = min(out + 2 * HOUR, (out + again) // 2)
        return _Work(
            text=f'Revert "{undone.title}"',
            branch=f"revert/{undone.branch.rpartition('/')[2]}",
            author=undone.author,
            first_at=merged - (merged - out) // 2,
            opened_at=merged - (merged - out) // 3,
            merged_at=merged,
            release=undone.release + 1,
            undoes=undone,
        )

    def _forgotten(self, release: int) -> list[_Work]:
        """Return what is out of an issue that is still open on the board, where there is one."""
        at = self.releases[release].at
        for issue in reversed(self.issues):
            if issue.status.category is not c.UNDERWAY or issue.type.level:
                continue
            if issue.changes[-1].at < at - 2 * HOUR and (
                work := self._written(issue, at - HOUR, release, self.rng)
            ):
                return [work]
        return []

    # The main line ----------------------------------------------------------------

    def _write_line(self, works: list[_Work]) -> list[str]:
        """Write all commits, and return by release the one that was deployed."""
        tip, tips = "", []
        for place, release in enumerate([*self.releases, None]):
            mine = sorted((work for work in works if work.release == place), key=lambda work: work.merged_at)
            for work in mine:
                tip = self._merge(work, tip)
            if release is not None:
                # Where nothing is known of what went into it, the release itself stands for that.
                tip = tip if mine else self._commit(release.at, f"Release {release.version.name}", (tip,))
                tips.append(tip)
        return tips

    def _merge(self, work: _Work, tip: str) -> str:
        """Write the commits of a request on top of a commit, and return the one that merges them."""
        message = work.title
        if work.undoes is not None:
            message = f"{work.title}\n\nThis reverts commit {work.undoes.merge}."
        end, inner = work.opened_at - 3 * MINUTE, tip
        times = [work.first_at] if work.undoes or end <= work.first_at else [work.first_at, end]
        for at in times:
            inner = self._commit(at, message, (inner,))
        title = f"Merge branch '{work.branch}' into '{BRANCH}'"
        work.merge = self._commit(work.merged_at, title, (tip, inner))
        return work.merge

    def _commit(self, at: int, message: str, parents: Iterable[str]) -> str:
        before = tuple(filter(None, parents))
        told = f"{self.world.seed} {self.team.key} {at} {message} {before}"
        name = hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()
        self.commits[name] = Commit(name, before, at, message)
        return name

    def _merge_request(self, number: int, work: _Work) -> MergeRequest:
        base, inner = self.commits[work.merge].parents
        commits = []
        while inner != base:
            commits.append(self.commits[inner])
            inner = self.commits[inner].parents[0]
        return MergeRequest(
            number=number,
            title=work.title,
            branch=work.branch,
            author=work.author,
            opened_at=work.opened_at,
            reviewer=work.reviewer,
            reviewed_at=work.reviewed_at,
            merged_at=work.merged_at,
            merge=work.merge,
            commits=tuple(commits),
        )


def _joined(works: list[_Work], rng: random.Random) -> list[_Work]:
    """Let some requests do for two issues of a release: that which was merged first has both.

    Args:
        works: of an earlier release after those of a later one, and within it those merged last first.
        rng: decides.
    """
    joined: list[_Work] = []
    for work in works:
        before = joined[-1] if joined else None
        if before and before.release == work.release and len(before.keys) < 2 and rng.random() < 0.2:
            keys = tuple(each.branch.rpartition("/")[2] for each in (before, work))
            joined[-1] = replace(work, keys=keys, first_at=min(before.first_at, work.first_at))
        else:
            joined.append(work)
    return joined
