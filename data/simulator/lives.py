"""What happens to one issue between its creation and today."""

import random
from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

from data.simulator import catalogue as c
from data.simulator.catalogue import Team
from data.simulator.history import account_id
from data.simulator.model import DAY, HOUR, MINUTE, Change, Issue, Item, Named, Status, Version
from data.simulator.releases import ReleasePlan
from data.simulator.workdays import WORKDAY, instant_of, next_weekday, position_of, weekday


class Step(NamedTuple):
    """Something planned: a move to a status, or a flag raised or lowered."""

    at: int
    status: Status | None = None
    resolution: Named | None = None
    flag: bool = False


def status_text(status: Status, at: int, renamed_at: int) -> str:
    """The name that *status* had then."""
    if status is c.IN_TEST and at < renamed_at:
        return c.IN_TESTING.name
    return status.name


def status_item(before: Status, after: Status, at: int, renamed_at: int) -> Item:
    """A status change as the history of that day words it."""
    return Item(
        "status",
        before.id,
        status_text(before, at, renamed_at),
        after.id,
        status_text(after, at, renamed_at),
    )


@dataclass(frozen=True)
class _Milestones:
    """Instants that the whole site remembers."""

    renamed_at: int  # "In Testing" became "In Test"
    qa_removed_at: int  # the payments team dropped its status "QA"
    sweep_at: int  # it also closed its old backlog in one go


class Planner:
    """Plans lives of issues of one team and plays them up to the present."""

    def __init__(
        self, team: Team, starts_at: int, ends_at: int, plan: ReleasePlan, rng: random.Random
    ) -> None:
        self.team = team
        self.starts_at = starts_at
        self.ends_at = ends_at
        self.plan = plan
        self.rng = rng
        self.offset = team.utc_offset_min * MINUTE
        span = ends_at - starts_at
        sweep_day = next_weekday(ends_at + self.offset - 150 * DAY, 3)
        self.milestones = _Milestones(
            renamed_at=starts_at + span * 45 // 100,
            qa_removed_at=starts_at + span * 25 // 100,
            sweep_at=sweep_day + 16 * HOUR - self.offset,
        )
        self.sweep_at = self.milestones.sweep_at

    def live(self, issue: Issue) -> None:
        """Play the life of an ordinary issue."""
        self._play(issue, self._live_ordinary(issue))
        self._ship(issue)

    def live_incident(self, issue: Issue) -> int:
        """Play an incident round the clock.

        Returns:
            When the service was restored; that may lie in the future.
        """
        rng = self.rng
        hours = (
            self.team.restore_hours
            * rng.lognormvariate(0, 0.7)
            * self._measure_slowness(issue.created) ** 0.5
        )
        started = issue.created + int(rng.uniform(4, 35) * MINUTE)
        restored = max(issue.created + int(hours * HOUR), started + 20 * MINUTE)
        if issue.created > self.ends_at - 36 * HOUR:
            restored = max(restored, self.ends_at + 5 * HOUR)
        verdict = rng.choices((self._choose_resolution(issue), c.DUPLICATE, c.NOT_A_BUG), weights=(90, 5, 5))[
            0
        ]
        steps = [Step(started, c.IN_PROGRESS), Step(restored, self.team.done, verdict)]
        self._play(issue, steps)
        if self.team is c.PAY:
            issue.detected_at = issue.created - int(rng.uniform(1, 25) * MINUTE)
            issue.restored_at = restored if restored < self.ends_at else None
        return restored

    def live_hotfix(self, issue: Issue, restored_at: int, version: Version) -> None:
        """Play a bug that is fixed while everybody waits."""
        first = issue.created + 3 * MINUTE
        last = max(restored_at - 4 * MINUTE, first + 6 * MINUTE)
        review = first + (last - first) * 2 // 3
        steps = [
            Step(first, c.IN_PROGRESS),
            Step(review, c.IN_REVIEW),
            Step(last, self.team.done, self._choose_resolution(issue)),
        ]
        self._play(issue, steps)
        self._add_fix_version(issue, version)

    def close_unstarted(self, issue: Issue, at: int, resolution: Named, author: int) -> None:
        """Close an issue that nobody began."""
        self._play(issue, [Step(at, self.team.done, resolution)], author)

    # Planning -----------------------------------------------------------------

    def _live_ordinary(self, issue: Issue) -> list[Step]:
        rng = self.rng
        if issue.type is c.EPIC:
            return self._live_epic(issue.created)
        # The payments team let its backlog grow until the day it swept it.
        careless = self.team is c.PAY and issue.created < self.sweep_at
        fate = rng.random() - (0.12 if careless else 0.055)
        if fate < 0:
            return []
        for below, shortest, longest, resolution in self._early_ends(issue):
            if fate < below:
                at = self._step_after(issue.created, rng.uniform(shortest, longest))
                return [Step(at, self.team.done, resolution)]
        return self._plan_flow(issue)

    def _early_ends(self, issue: Issue) -> list[tuple[float, float, float, Named]]:
        """Ends without a start: share so far, workdays from and to, resolution."""
        ends = [(0.035, 5, 45, c.WONT_DO), (0.055, 0.1, 4, c.DUPLICATE)]
        if issue.type is c.BUG:
            ends.append((0.075, 0.5, 8, self.rng.choice((c.CANNOT_REPRODUCE, c.NOT_A_BUG))))
        return [*ends, (0.095, 0.1, 6, self._choose_resolution(issue))]

    def _step_after(self, at: int, workdays: float) -> int:
        local = instant_of(position_of(at + self.offset) + int(workdays * WORKDAY))
        return max(local - self.offset, at + MINUTE)

    def _measure_slowness(self, at: int) -> float:
        early, late = self.team.slowness
        share = (at - self.starts_at) / (self.ends_at - self.starts_at)
        return early * float((late / early) ** min(share * 1.25, 1.0))

    def _choose_resolution(self, issue: Issue) -> Named:
        return c.FIXED if issue.type is c.BUG and self.team is c.PAY else c.RESOLVED

    def _live_epic(self, created: int) -> list[Step]:
        begun = self._step_after(created, self.rng.uniform(1, 10))
        done = self._step_after(begun, self.rng.uniform(25, 90))
        return [Step(begun, c.IN_PROGRESS), Step(done, self.team.done, c.RESOLVED)]

    def _plan_flow(self, issue: Issue) -> list[Step]:
        """Queue, stages, now and then back again; the plan knows no present."""
        rng, team = self.rng, self.team
        slow = self._measure_slowness(issue.created)
        queue = team.queue_days * rng.lognormvariate(0, 0.9) * slow
        steps: list[Step] = []
        if team.queue is not None:
            steps.append(Step(self._step_after(issue.created, queue * 0.5), team.queue))
        at = self._step_after(issue.created, queue)
        if steps:
            at = max(at, steps[-1].at + MINUTE)
        luck = rng.random()
        if luck < 0.016:
            slow *= rng.uniform(10, 40)  # stuck: nobody says why
        elif luck < 0.034:
            return [*steps, *self._live_abandoned(at)]
        at = self._walk(steps, at, slow)
        resolution = c.WONT_DO if rng.random() < 0.03 else self._choose_resolution(issue)
        steps.append(Step(at, team.done, resolution))
        if rng.random() < 0.06:
            again = self._step_after(at, rng.uniform(0.5, 8))
            steps.append(Step(again, c.IN_PROGRESS))
            steps.append(Step(self._step_after(again, rng.uniform(0.2, 2) * slow), team.done, resolution))
        return steps

    def _live_abandoned(self, at: int) -> list[Step]:
        """Begun, then forgotten until somebody tidies up months later."""
        given_up = self._step_after(at, self.rng.uniform(30, 150))
        return [Step(at, c.IN_PROGRESS), Step(given_up, self.team.done, c.WONT_DO)]

    def _walk(self, steps: list[Step], at: int, slow: float) -> int:
        """Append the stages from *at* on; returns when the last one ends."""
        rng = self.rng
        for stage in self.team.stages:
            steps.append(Step(at, self._of_its_day(stage.status, at)))
            days = stage.median_days * slow * rng.lognormvariate(0, 0.65)
            if stage.status is c.IN_PROGRESS:
                self._hinder(steps, at, days)
                at = max(self._step_after(at, days), steps[-1].at + MINUTE)
            else:
                at = self._step_after(at, days)
            if stage.status in (c.IN_REVIEW, c.IN_TEST) and rng.random() < 0.12:
                steps.append(Step(at, c.IN_PROGRESS))
                at = self._step_after(at, days * 0.4 + 0.1)
                steps.append(Step(at, self._of_its_day(stage.status, at)))
                at = self._step_after(at, days * 0.5 + 0.05)
            if stage.gate is not None:
                at = self._find_gate(at, stage.gate)
        return at

    def _of_its_day(self, status: Status, at: int) -> Status:
        if status is c.IN_TEST and self.team is c.PAY and at < self.milestones.qa_removed_at:
            return c.QA
        return status

    def _hinder(self, steps: list[Step], at: int, days: float) -> None:
        """Some work waits for somebody else: a Blocked status, or only a flag."""
        luck = self.rng.random()
        if luck > 0.15:
            return
        hit = self._step_after(at, days * self.rng.uniform(0.1, 0.6))
        over = self._step_after(hit, self.rng.uniform(0.4, 3.5))
        if luck < 0.06:
            steps += [Step(hit, c.BLOCKED), Step(over, c.IN_PROGRESS)]
        else:
            steps += [Step(hit, flag=True), Step(over, flag=False)]

    def _find_gate(self, at: int, day: int) -> int:
        """The next release or approval day, some time between ten and four."""
        local = at + self.offset
        midnight = local - local % DAY if weekday(local) == day else next_weekday(local, day)
        opens = midnight + 10 * HOUR + int(self.rng.random() * 3.5 * HOUR)
        return max(opens - self.offset, at + MINUTE)

    # Playing ------------------------------------------------------------------

    def _play(self, issue: Issue, steps: list[Step], author: int | None = None) -> None:
        """Apply the steps that lie before the present."""
        rng = self.rng
        doer = rng.choice(self.team.people) if author is None else author
        for step in steps:
            if step.at >= self.ends_at:
                break
            by = doer if rng.random() < 0.7 or author is not None else rng.choice(self.team.people)
            items = self._flag(issue, step) if step.status is None else self._move(issue, step, doer)
            issue.changes.append(Change(step.at, by, items))
            issue.updated = step.at
        self._leave_dropped_status(issue)

    def _flag(self, issue: Issue, step: Step) -> tuple[Item, ...]:
        issue.flagged = step.flag
        mark = (f"[{c.IMPEDIMENT.id}]", c.IMPEDIMENT.name)
        before, after = (("", ""), mark) if step.flag else (mark, ("", ""))
        return (Item(c.FLAGGED, *before, *after),)

    def _move(self, issue: Issue, step: Step, doer: int) -> tuple[Item, ...]:
        assert step.status is not None
        items: list[Item] = []
        if issue.assignee is None and step.status.category is c.UNDERWAY:
            issue.assignee = doer
            items.append(Item("assignee", None, None, account_id(doer), c.PEOPLE[doer].name))
            if self.team is c.WEB:
                issue.first_commit_at = min(step.at + int(self.rng.uniform(0.2, 4) * HOUR), self.ends_at - 1)
        if step.resolution is not issue.resolution:
            items.append(resolution_item(issue.resolution, step.resolution))
            issue.resolution = step.resolution
            issue.resolved_at = step.at if step.resolution else None
        items.append(status_item(issue.status, step.status, step.at, self.milestones.renamed_at))
        issue.status = step.status
        return tuple(items)

    def _leave_dropped_status(self, issue: Issue) -> None:
        if issue.status is not c.QA:
            return
        at = self.milestones.qa_removed_at
        item = status_item(c.QA, c.IN_TEST, at, self.milestones.renamed_at)
        issue.changes.append(Change(at, c.ADMIN, (item,)))
        issue.status, issue.updated = c.IN_TEST, at

    # Shipping -----------------------------------------------------------------

    def _ship(self, issue: Issue) -> None:
        """Put finished work into the next release; some is forgotten."""
        if issue.resolved_at is None or issue.type.level != 0 or self.rng.random() < 0.07:
            return
        if issue.resolution not in (c.RESOLVED, c.FIXED):
            return
        release = self.plan.release_of(issue.resolved_at)
        if release is not None:
            self._add_fix_version(issue, release.version)
        self._add_sprint_version(issue)

    def _add_sprint_version(self, issue: Issue) -> None:
        sprints = self.plan.sprints
        assert issue.resolved_at is not None
        place = bisect_left(sprints, issue.resolved_at, key=lambda release: release.cutoff)
        if place < len(sprints) and issue.resolved_at > sprints[place].cutoff - 14 * DAY:
            self._add_fix_version(issue, sprints[place].version)

    def _add_fix_version(self, issue: Issue, version: Version) -> None:
        issue.fix_versions = (*issue.fix_versions, version)


def resolution_item(before: Named | None, after: Named | None) -> Item:
    """A resolution set, changed or taken back."""
    return Item(
        "resolution",
        before.id if before else None,
        before.name if before else None,
        after.id if after else None,
        after.name if after else None,
    )
