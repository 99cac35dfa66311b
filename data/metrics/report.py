"""What somebody asks for, and the answer: a view of the data, and every metric of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from data.meaning.delivery import DeliveryTables
from data.meaning.endings import NO_ENDINGS, Endings, count_endings
from data.metrics.context import CalculationContext
from data.metrics.evaluate import settle
from data.metrics.events import PlacedEvent
from data.model.metric import MetricResult, QualityFinding
from data.model.periods import Step
from data.model.unread import Unread


@dataclass(frozen=True, slots=True)
class View:
    """What somebody wants to look at; empty fields mean the default.

    Attributes:
        date_from: first civil day, ``YYYY-MM-DD``.
        date_to: last civil day, included.
        as_of: instant or date; default: the data's own time.
        timezone: zone of days and weeks; default: the profile's.
        projects: project keys; empty: all.
        types: issue type names; empty: all.
        labels: labels of which an issue has one; empty: all.
        components: component names of which an issue has one; empty: all.
        epics: keys of issues that an issue lies below, at any depth; empty: all.
        fix_versions: names or ids of versions of which an issue is fixed in one; empty: all.
        step: ``week``, ``month`` or ``quarter`` of the series; ``auto``: by the length of the period.
    """

    date_from: str | None = None
    date_to: str | None = None
    as_of: str | None = None
    timezone: str | None = None
    projects: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    epics: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    step: Step | Literal["auto"] = "auto"


@dataclass(frozen=True, slots=True)
class Period:
    """The period as people write it; None where an empty store gives it no end."""

    date_from: str | None
    date_to: str | None
    days: int
    timezone: str


@dataclass(frozen=True)
class Report:
    """Every metric of one view; what a page does not look at is not computed.

    Attributes:
        as_of: T in epoch milliseconds, ``MISSING`` over an empty store.
        revision: of the stored rows.
        complete: False while a first fetch still fills the store.
        period: the period as laid out.
        scope_issues: stored issues.
        flow_items: issues in scope that pass the view's filters.
        results: by metric id, DORA first.
        find: gives the findings.
        view: what was asked.
        delivery: the tables underneath, for whoever opens the evidence; None over an empty store.
        context: the same with period and filters, for charts; None over an empty store.
        events: those of the profile, each with where it lies.
        unread: repositories that the last sync could not read.
    """

    as_of: int
    revision: str
    complete: bool
    period: Period
    scope_issues: int
    flow_items: int
    results: Mapping[str, MetricResult]
    find: Callable[[], tuple[QualityFinding, ...]] = field(default=tuple, repr=False)
    view: View = field(default_factory=View)
    delivery: DeliveryTables | None = field(default=None, repr=False)
    context: CalculationContext | None = field(default=None, repr=False)
    events: tuple[PlacedEvent, ...] = ()
    unread: tuple[Unread, ...] = ()

    def without_tables(self) -> "Report":
        """Return the same numbers, all of them computed, without what they were made from."""
        settled = {name: settle(result) for name, result in self.results.items()}
        alone = replace(self, results=settled, find=tuple, delivery=None, context=None)
        alone.__dict__["endings"] = self.endings
        return alone

    @cached_property
    def findings(self) -> tuple[QualityFinding, ...]:
        """Data quality of the issues in view, what touches most metrics first."""
        return self.find()

    @cached_property
    def endings(self) -> Endings:
        """How the completed flow items in view ended; over an empty store nothing did."""
        if self.delivery is None or self.context is None:
            return NO_ENDINGS
        return count_endings(self.delivery, self.context.choice.rows)
