"""Everything the metrics ask about one store, one profile, one period and one T."""

from dataclasses import dataclass
from functools import cached_property

from tests.reference import history as histories
from tests.reference.clock import Period
from tests.reference.history import History, Stay
from tests.reference.issues import Issue, Status, is_flow_item
from tests.reference.mapped import Mapping, When, at_instant
from tests.reference.settings import Settings, fold, names
from tests.reference.statuses import Categories


@dataclass
class Fact:
    """One issue that exists at T, with what its history says."""

    issue: Issue
    history: History
    in_scope: bool
    started: int | None
    completed: int | None
    delivered: bool
    commit: When | None
    detected: When
    restored: When | None
    points: float | None

    @property
    def key(self) -> str:
        return self.issue.key

    @property
    def created(self) -> int:
        assert self.issue.created is not None
        return self.issue.created

    def completed_in(self, since: int, until: int) -> bool:
        return self.completed is not None and since <= self.completed < until

    @property
    def change_start(self) -> int | None:
        """The commit, else the start of the work."""
        return self.started if self.commit is None else self.commit.reckoned

    def restored_in(self, since: int, until: int) -> bool:
        return self.restored is not None and since <= self.restored.at < until

    def in_progress_at(self, moment: int) -> bool:
        return self._category_at(moment) == "in_progress"

    def parked_at(self, moment: int) -> bool:
        """Was in progress, and is back in todo; an unmapped status counts as todo everywhere."""
        begun = any(s.category == "in_progress" and s.entered <= moment for s in self.history.stays)
        return begun and self._category_at(moment) in ("todo", "unmapped")

    def _category_at(self, moment: int) -> str | None:
        stay: Stay | None = self.history.stay_at(moment)
        return stay.category if stay else None


@dataclass
class World:
    """A store seen through a profile as of ``period.as_of``."""

    issues: list[Issue]
    versions: list[dict]
    categories: Categories
    settings: Settings
    period: Period

    @cached_property
    def facts(self) -> list[Fact]:
        as_of = self.period.as_of
        existing = [i for i in self.issues if i.created is not None and i.created <= as_of]
        return [self._fact(issue) for issue in existing]

    def _fact(self, issue: Issue) -> Fact:
        as_of = self.period.as_of
        history = histories.read_history(issue, self.categories, as_of)
        completed = histories.completed_at(issue, history, self.settings, as_of)
        resolution = fold(issue.named("resolution"))
        return Fact(
            issue=issue,
            history=history,
            in_scope=is_flow_item(issue, self.settings),
            started=histories.started_at(issue, history, self.settings),
            completed=completed,
            delivered=completed is not None and resolution not in self.settings.not_delivered,
            commit=self.mapping.date(issue, "commit_date", as_of),
            detected=self.mapping.date(issue, "detected_at", as_of) or at_instant(issue.created or 0),
            restored=self._restored(issue, history, completed),
            points=self.points(issue),
        )

    @property
    def mapping(self) -> Mapping:
        return Mapping(self.settings, self.period.zone)

    def points(self, issue: Issue) -> float | None:
        found = self.mapping.get(issue, "story_points")
        return found if isinstance(found, float) else None

    def _restored(self, issue: Issue, history: History, completed: int | None) -> When | None:
        """As mapped, else the first stay in a restored status, else the completion."""
        mapped = self.mapping.date(issue, "restored_at", self.period.as_of)
        if mapped is not None:
            return mapped
        listed = names(self.settings.section("incidents").get("restored"))
        for stay in history.stays:
            if stay.status is not None and is_listed(stay.status, listed):
                return at_instant(stay.entered)
        return None if completed is None else at_instant(completed)

    @cached_property
    def in_scope(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.in_scope]

    @cached_property
    def first_created(self) -> int | None:
        readable = [issue.created for issue in self.issues if issue.created is not None]
        return min(readable) if readable else None

    @property
    def has_previous(self) -> bool:
        return self.first_created is not None and self.first_created < self.period.lo

    @property
    def has_changelogs(self) -> bool:
        return any(issue.has_changelog for issue in self.issues)

    @property
    def is_empty(self) -> bool:
        """Nothing can be said: no issues at all, or T is not after the period's start."""
        return not self.issues or self.period.as_of <= self.period.lo

    @property
    def flow_items(self) -> int:
        return sum(1 for i in self.issues if i.created is not None and is_flow_item(i, self.settings))

    def weeks(self) -> list:
        return [] if self.is_empty else self.period.weeks(self.first_created)

    def completed_between(self, since: int, until: int) -> list[Fact]:
        return [fact for fact in self.in_scope if fact.completed_in(since, until)]

    def delivered_between(self, since: int, until: int) -> list[Fact]:
        return [fact for fact in self.completed_between(since, until) if fact.delivered]


def is_listed(status: Status, listed: list[str]) -> bool:
    """By id, or by its name as recorded."""
    return status.id in listed or (
        bool(fold(status.name)) and fold(status.name) in {fold(entry) for entry in listed}
    )
