"""Everything the metrics ask about one store, one profile, one period and one T."""

import copy
from dataclasses import dataclass, field
from functools import cached_property

from tests.reference import history as histories
from tests.reference.clock import Period, instant
from tests.reference.history import History, Stay
from tests.reference.issues import Issue, Status, is_flow_item, parent_key, parent_types
from tests.reference.links import past_keys
from tests.reference.mapped import Mapping, When, at_instant
from tests.reference.settings import Settings, fold, names
from tests.reference.statuses import Categories


@dataclass
class Fact:
    """One issue that exists at T, with what its history says.

    ``ended_undelivered`` is (whether the status at T stands for that, whether by inference only).
    """

    issue: Issue
    history: History
    in_scope: bool
    started: int | None
    completed: int | None
    resolved_undelivered: bool
    ended_undelivered: tuple[bool, bool]
    start_inferred: bool
    end_inferred: bool
    commit: When | None
    detected: When
    restored: When | None
    restored_by_completion: bool
    points: float | None

    @property
    def key(self) -> str:
        return self.issue.key

    @property
    def created(self) -> int:
        assert self.issue.created is not None
        return self.issue.created

    @property
    def truncated(self) -> bool:
        return self.issue.truncated

    @property
    def delivered(self) -> bool:
        return self.completed is not None and not self.resolved_undelivered and not self.ended_undelivered[0]

    @property
    def inferred_undelivered(self) -> bool:
        """Only the name of the status that it ended in says that it was not delivered."""
        return self.ended_undelivered == (True, True) and not self.resolved_undelivered

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

    def is_inferred_at(self, moment: int) -> bool:
        stay: Stay | None = self.history.stay_at(moment)
        return stay is not None and stay.inferred

    def parked_at(self, moment: int) -> bool:
        """Was in progress, and is back in todo; an unmapped status counts as todo everywhere."""
        begun = any(s.category == "in_progress" and s.entered <= moment for s in self.history.stays)
        return begun and self._category_at(moment) in ("todo", "unmapped")

    def _category_at(self, moment: int) -> str | None:
        stay: Stay | None = self.history.stay_at(moment)
        return stay.category if stay else None


@dataclass
class World:
    """A store seen through a profile as of ``period.as_of``.

    What is cached here depends on the store, the profile and T, never on the period's
    days: other periods of the same T share it.
    """

    issues: list[Issue]
    versions: list[dict]
    categories: Categories
    settings: Settings
    period: Period
    events: list[dict] = field(default_factory=list)
    changes: list[dict] = field(default_factory=list)
    told_incidents: list[dict] = field(default_factory=list)
    stand_for_told: set[str] = field(default_factory=set)
    step: str = "week"
    counted_by: str = "week"
    types: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    memory: dict = field(default_factory=dict)

    def before(self) -> "World":
        """The previous period, seen from the same T."""
        return self._other(period=self.period.previous())

    def by_step(self, step: str) -> "World":
        """The same period, with months or quarters in the place of weeks."""
        return self._other(counted_by=step)

    def _other(self, **changes: object) -> "World":
        other = copy.copy(self)
        other.__dict__.update(changes)
        return other

    @cached_property
    def facts(self) -> list[Fact]:
        as_of = self.period.as_of
        existing = [i for i in self.issues if i.created is not None and i.created <= as_of]
        facts = [self._fact(issue) for issue in existing]
        if self.settings.section("hierarchy").get("parent_starts_with_children"):
            start_parents(facts, self.issues)
        return facts

    def _fact(self, issue: Issue) -> Fact:
        as_of = self.period.as_of
        history = histories.read_history(issue, self.categories, as_of)
        completed = histories.completed_at(issue, history, self.settings, as_of)
        restored = self._restored(issue, history)
        last = history.stays[-1]
        return Fact(
            issue=issue,
            history=history,
            in_scope=self.is_flow_item(issue),
            started=histories.started_at(issue, history, self.settings),
            completed=completed,
            resolved_undelivered=fold(issue.named("resolution")) in self.settings.not_delivered,
            ended_undelivered=self.categories.not_delivered(last.status, last.category),
            start_inferred=histories.is_start_inferred(issue, history, self.settings),
            end_inferred=histories.is_end_inferred(history, self.settings),
            commit=self.mapping.date(issue, "commit_date", as_of),
            detected=self.mapping.date(issue, "detected_at", as_of) or at_instant(issue.created or 0),
            restored=at_instant(completed) if restored is None and completed is not None else restored,
            restored_by_completion=restored is None and completed is not None,
            points=self.points(issue),
        )

    def is_flow_item(self, issue: Issue) -> bool:
        return is_flow_item(issue, self.settings, self.parent_types)

    @cached_property
    def parent_types(self) -> set[str]:
        return parent_types(self.issues)

    @property
    def mapping(self) -> Mapping:
        return Mapping(self.settings, self.period.zone)

    def points(self, issue: Issue) -> float | None:
        found = self.mapping.get(issue, "story_points")
        return found if isinstance(found, float) else None

    def _restored(self, issue: Issue, history: History) -> When | None:
        """As mapped, else the first stay in a restored status; None leaves it to the completion."""
        mapped = self.mapping.date(issue, "restored_at", self.period.as_of)
        if mapped is not None:
            return mapped
        listed = names(self.settings.section("incidents").get("restored"))
        for stay in history.stays:
            if stay.status is not None and is_listed(stay.status, listed):
                return at_instant(stay.entered)
        return None

    @property
    def filters_in_use(self) -> list[str]:
        return [name for name, wanted in (("type", self.types), ("label", self.labels)) if wanted]

    def is_in_view(self, issue: Issue) -> bool:
        """Of one of the types, and with one of the labels, that were asked for."""
        typed = not self.types or issue.named("issuetype") in self.types
        return typed and (not self.labels or bool(set(self.labels) & set(issue.names("labels"))))

    @cached_property
    def in_any_view(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.in_scope]

    @cached_property
    def in_scope(self) -> list[Fact]:
        """The flow items in view; deployments and incidents know of no view."""
        return [fact for fact in self.in_any_view if self.is_in_view(fact.issue)]

    @cached_property
    def first_created(self) -> int | None:
        readable = [issue.created for issue in self.issues if issue.created is not None]
        if not self.issues:  # then the first deployment, or the first commit of a change
            told = [row.get("deployed_at") for row in self.events]
            told += [row.get("first_commit_at") for row in self.changes]
            readable = [at for at in map(instant, told) if at is not None]
        return min(readable) if readable else None

    @property
    def has_previous(self) -> bool:
        created = self.first_created
        return not self.has_nothing and created is not None and created < self.period.lo

    @property
    def has_changelogs(self) -> bool:
        return any(issue.has_changelog for issue in self.issues)

    @property
    def has_nothing(self) -> bool:
        """Not even deployments or changes of code, or T is not after the period's start."""
        return not (self.issues or self.events or self.changes) or self.period.as_of <= self.period.lo

    @property
    def is_empty(self) -> bool:
        """Nothing can be said: no issues at all, or T is not after the period's start."""
        return not self.issues or self.period.as_of <= self.period.lo

    @property
    def flow_items(self) -> int:
        return sum(
            1 for i in self.issues if i.created is not None and self.is_flow_item(i) and self.is_in_view(i)
        )

    def weeks(self) -> list:
        return [] if self.has_nothing else self.period.steps(self.counted_by, self.first_created)

    def completed_between(self, since: int, until: int) -> list[Fact]:
        return [fact for fact in self.in_scope if fact.completed_in(since, until)]

    def delivered_between(self, since: int, until: int) -> list[Fact]:
        return [fact for fact in self.completed_between(since, until) if fact.delivered]


def start_parents(facts: list[Fact], issues: list[Issue]) -> None:
    """Give each parent without a start that of its first child, as often as that tells anything new."""
    today = {past: issue.key for issue in issues for past in past_keys(issue)}
    today |= {issue.key: issue.key for issue in issues}
    own = {fact.key for fact in facts if fact.started is not None}
    changed = True
    while changed:
        changed = False
        for fact in facts:
            if fact.key in own or fact.truncated:
                continue
            children = [
                child
                for child in facts
                if today.get(parent_key(child.issue) or "") == fact.key != child.key
                and child.started is not None
            ]
            if not children:
                continue
            first = min(child.started for child in children)
            guessed = any(child.start_inferred for child in children if child.started == first)
            if (fact.started, fact.start_inferred) != (first, guessed):
                fact.started, fact.start_inferred, changed = first, guessed, True


def is_listed(status: Status, listed: list[str]) -> bool:
    """By id, or by its name as recorded."""
    return status.id in listed or (
        bool(fold(status.name)) and fold(status.name) in {fold(entry) for entry in listed}
    )
