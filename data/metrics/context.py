"""What the metrics of one view share: tables, a window, a choice of issues, and what lies in them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar, cast

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Facts, Population, Presence, Rows, Traffic, find_facts
from data.meaning.incidents import name_incidents
from data.metrics.part import Part
from data.metrics.split import Split
from data.model.metric import Candidates
from data.model.periods import Step, Window, in_steps, previous, week_name
from data.model.projects import project_groups
from data.model.tables import Codes, Flags, Instants

_R = TypeVar("_R")


class Layout:
    """A period in numbers, laid out once for all who look at it, whatever they choose of it."""

    def __init__(self, window: Window, before: "Layout | None" = None) -> None:
        self.window = window
        self._before = before
        self._stepped: dict[Step, Layout] = {}

    @cached_property
    def edges(self) -> Instants:
        """The instants that bound the weeks, or other steps; of a period without any the period."""
        window = self.window
        return window.edges if window.mondays else np.array([window.lo, max(window.lo, window.end)], np.int64)

    @cached_property
    def days(self) -> Instants:
        """The same as ordinals of civil days."""
        window = self.window
        first, stop = window.first_day.toordinal(), window.last_counted_day.toordinal() + 1
        return np.array([first, *self.first_days[1:].tolist(), max(first, stop)], np.int64)

    @cached_property
    def first_days(self) -> Instants:
        """The first civil day of each week, or other step, also where the period begins later."""
        return np.array([first.toordinal() for first in self.window.mondays], np.int64)

    @cached_property
    def whole(self) -> Flags:
        """Weeks that neither the period nor T nor the start of the data cuts."""
        return ~np.array(self.window.partial, np.bool_)

    @cached_property
    def names(self) -> tuple[list[str], list[str]]:
        """Names and Mondays of the weeks."""
        mondays = self.window.mondays
        return list(map(week_name, mondays)), [monday.isoformat() for monday in mondays]

    @cached_property
    def before(self) -> "Layout":
        """The period that it is compared with: if nobody named another one, as many days just before."""
        return Layout(previous(self.window)) if self._before is None else self._before

    def in_steps(self, step: Step) -> "Layout":
        """Return the same period in other steps."""
        if step not in self._stepped:
            self._stepped[step] = Layout(in_steps(self.window, step))
        return self._stepped[step]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a view looks at.

    Attributes:
        rows: issue rows that all of its filters let through; None: all.
        of_projects: issue rows of its projects, whatever the other filters say; None: all.
        projects: project keys that it is limited to; empty: all.
        blind: the filters in use that what is made of deployments knows nothing of, by name.
        split: of a view whose groups are looked at, all of them; None: it has none.
        group: which of them this is.
        deployments: deployment rows that are in view, where somebody knows them; None: by ``projects``.
    """

    rows: Flags | None = None
    of_projects: Flags | None = None
    projects: frozenset[str] = frozenset()
    blind: tuple[str, ...] = ()
    split: Split | None = None
    group: int = 0
    deployments: Flags | None = None

    def by_project(self) -> "Choice":
        """Return the same choice by nothing but projects."""
        return Choice(self.of_projects, self.of_projects, self.projects, deployments=self.deployments)


EVERYTHING = Choice()


class CalculationContext:
    """Delivery tables, a window and a choice of issues, with what metrics share.

    Each part of the data is a named property that is found once, so two metrics of one
    view cannot ask for the same filter twice, nor mistake one for another.

    Args:
        delivery: tables as of the window's T.
        window: the period.
        choice: what the view's filters let through.
        step: of the series of every metric.
        still_wanted: called before each metric; raises where nobody waits for the answer any more.
    """

    def __init__(
        self,
        delivery: DeliveryTables,
        window: Window,
        choice: Choice = EVERYTHING,
        step: Step = "week",
        still_wanted: Callable[[], None] = lambda: None,
    ) -> None:
        self.delivery = delivery
        self.window = window
        self.choice = choice
        self.step = step
        self.still_wanted = still_wanted
        # Neither is nor knows the context itself: what a report was computed from goes at once when the
        # report does, and does not wait for the collector of circles.
        self._made: dict[object, object] = {}
        self._parts: dict[int, Part] = {}
        self.layout = Layout(window)

    def over(self, window: Window) -> "CalculationContext":
        """Return the same choice over another period."""
        return CalculationContext(self.delivery, window, self.choice, self.step, self.still_wanted)

    def against(self, window: Window, before: Window) -> "CalculationContext":
        """Return the same choice over another period, compared with ``before``."""
        return self._laid_out(Layout(window, Layout(before)), self.choice)

    def choosing(self, choice: Choice) -> "CalculationContext":
        """Return the same period with another choice."""
        return self._laid_out(self.layout, choice)

    def _laid_out(self, layout: Layout, choice: Choice) -> "CalculationContext":
        context = CalculationContext(self.delivery, layout.window, choice, self.step, self.still_wanted)
        context.layout = layout
        return context

    @property
    def by_project(self) -> "CalculationContext":
        """The same period limited by nothing but projects: what counts deployments or incidents sees this."""
        return self._by_project if self.choice.blind else self

    @cached_property
    def _by_project(self) -> "CalculationContext":
        return self.choosing(self.choice.by_project())

    @property
    def in_steps(self) -> "CalculationContext":
        """The same period and choice with the steps of the series in place of weeks."""
        return self if self.step == "week" else self._in_steps

    @cached_property
    def _in_steps(self) -> "CalculationContext":
        return self._laid_out(self.layout.in_steps(self.step), self.choice)

    @cached_property
    def before(self) -> "CalculationContext":
        """The same choice over the period before, which all metrics of this view share."""
        return self._laid_out(self.layout.before, self.choice)

    def once(self, make: "Callable[[CalculationContext], _R]") -> _R:
        """Return what ``make`` makes of this context; whoever asks next gets the same."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(_R, self._made[make])

    @cached_property
    def facts(self) -> Facts:
        """What no view decides."""
        return self.delivery.once(find_facts)

    def part(self, population: Population) -> Part:
        """Return what of a population lies in the period and passes the filters; made once.

        Costs two binary searches and a step more for each week; under filters one look at each row that
        lies in the period.
        """
        # Populations that differ in their reasons only share their rows, and so their part.
        known = self._parts.get(id(population.rows))
        if known is None:
            known = self._parts[id(population.rows)] = self._cut(population)
        return known

    def _cut(self, population: Population) -> Part:
        bounds = population.at.searchsorted(self.layout.days if population.by_day else self.layout.edges)
        first, stop, weeks = int(bounds[0]), int(bounds[-1]), len(self.window.mondays)
        split = self.choice.split
        of_issues = not (population.of_deployments or population.with_changes or population.with_incidents)
        if split is not None and of_issues:
            return split.cut(self.layout, population, bounds, weeks).part(self.choice.group)
        chosen = self._choose(population)
        if chosen is None:
            return Part(population, slice(first, stop), bounds - first, weeks)
        place = first + np.flatnonzero(chosen[population.rows[first:stop]])
        return Part(population, place, place.searchsorted(bounds), weeks)

    def _choose(self, population: Population) -> Flags | None:
        """Return by row what the view lets through of a population; None: all."""
        if population.of_deployments:
            return self.deployments
        rows = self.choice.rows
        if rows is not None and population.with_incidents:
            return np.concatenate((rows, self.told))
        return rows if rows is None or not population.with_changes else np.concatenate((rows, self.changes))

    @cached_property
    def told(self) -> Flags:
        """Incidents of files that the view lets through: like deployments they have a project alone."""
        projects, wanted = self.delivery.told.projects, self.choice.projects
        flags: Flags = np.array([not wanted or key in wanted for key in projects], np.bool_)
        return flags

    @cached_property
    def changes(self) -> Flags:
        """Changes of code that name a chosen issue; and, by projects alone, those of the projects."""
        code, rows = self.delivery.code, self.choice.rows
        found = np.zeros(len(code), np.bool_)
        if rows is not None:
            found[code.change[rows[code.issue]]] = True
        if not self.choice.blind:
            groups = project_groups(self.delivery.issues).of_key
            found |= np.isin(code.group, [groups[key] for key in self.choice.projects if key in groups])
        return found

    def candidates(self, population: Population) -> Candidates:
        """Return what of a population of issues lies in the period, each with what becomes of it."""
        part = self.part(population)
        keys = self.delivery.issues.keys
        name = partial(name_incidents, self.delivery) if population.with_incidents else keys
        return Candidates(part.rows, part.of(population.code), population.reasons, name)

    @cached_property
    def deployments(self) -> Flags | None:
        """Deployments of the projects that the view is limited to; None: all."""
        wanted = self.choice.projects
        if not wanted:
            return self.choice.deployments
        return self.delivery.deployments.projects.flags(lambda key: key in wanted)

    @cached_property
    def flow_items(self) -> Flags:
        """Rows that are in scope, pass the filters and exist at T."""
        mask = self.delivery.in_scope & self.delivery.exists
        return mask if self.choice.rows is None else mask & self.choice.rows

    def chosen(self, rows: Rows) -> Rows:
        """Return those of some rows that pass the filters, in their order."""
        return rows if self.choice.rows is None else rows[self.choice.rows[rows]]

    def at(self, presence: Presence, instant: int) -> Rows:
        """Return the stays that hold an instant, of items that pass the filters, in no particular order."""
        split = self.choice.split
        if split is None:
            return presence.at(instant, self.choice.rows)
        return split.at(presence, instant, self.choice.group)

    def traffic(self, presence: Presence) -> Traffic:
        """Return who comes and goes in the period, of items that pass the filters."""
        lo, end, split = self.window.lo, self.window.end, self.choice.split
        if split is None:
            return presence.between(lo, end, self.choice.rows)
        return split.between(presence, lo, end, self.choice.group)

    @cached_property
    def completed(self) -> Part:
        """Flow items completed in the period, earliest first."""
        return self.part(self.facts.completed)

    @cached_property
    def delivered(self) -> Part:
        """Flow items completed in the period with a resolution that delivers, earliest first."""
        return self.part(self.facts.delivered)

    def week_of(self, instants: Instants) -> Codes:
        """Return the place of the week that holds each instant; meaningless outside the period."""
        return (np.searchsorted(self.window.edges, instants, side="right") - 1).astype(np.int32)
