"""The nouns that metrics, command line and page share: a result and its evidence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

State = Literal["ok", "no_data", "not_configured", "not_applicable"]
Evidence = Literal["measured", "inferred", "proxy"]
Trend = Literal["up", "down", "flat", "unknown"]
Confidence = Literal["likely", "strong"]
Better = Literal["higher", "lower", "neither"]
TargetState = Literal["kept", "missed", "near"]
Kind = Literal["count", "duration", "proportion", "ratio", "stock"]

# Metrics that are made of deployments, and those that are made of incidents.
FROM_DEPLOYMENTS = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "deployment_rework_rate",
)
FROM_INCIDENTS = ("change_fail_rate", "failed_deployment_recovery_time", "time_to_restore")
# Metrics whose candidates are deployments instead of issues.
OF_DEPLOYMENTS = frozenset({"deployment_frequency", "change_fail_rate", "deployment_rework_rate"})
INCLUDED = 0


class Week(msgspec.Struct, frozen=True, gc=False):
    """One ISO week of a metric.

    Attributes:
        week: ISO name, ``2026-W35``.
        start: its Monday as ``YYYY-MM-DD``, also when the period starts later.
        value: count, P50 or rate of what lies in the week and the period; None without data.
        n: how many items the value is made of.
        partial: the week is cut by the period, by the as-of instant or by the start of the data.
    """

    week: str
    start: str
    value: float | None
    n: int
    partial: bool


class Point(msgspec.Struct, frozen=True, gc=False):
    """One step of a metric: a week, a month or a quarter, under the rules of the week.

    Attributes:
        step: ``2026-W35``, ``2026-09`` or ``2026-Q3``.
        start: its first day as ``YYYY-MM-DD``, also when the period starts later.
        value: count, P50 or rate of what lies in the step and the period; None without data.
        n: how many items the value is made of.
        partial: the step is cut by the period, by the as-of instant or by the start of the data.
    """

    step: str
    start: str
    value: float | None
    n: int
    partial: bool


class Series:
    """A metric step by step; the points are made when somebody asks for them.

    Args:
        step: ``week``, ``month`` or ``quarter``.
        make: gives the points, ascending; called once.
    """

    def __init__(self, step: str, make: Callable[[], tuple[Point, ...]]) -> None:
        self.step = step
        self._make = make

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """One point per step that meets the period, ascending."""
        return self._make()


def no_series(step: str = "week") -> Series:
    """Return the series of a period that has not begun."""
    return Series(step, tuple)


@dataclass(frozen=True, slots=True)
class Previous:
    """The same metric over as many civil days just before the period."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """How the difference to the period before was held against chance.

    Attributes:
        method: ``rank_sum_weeks/1`` or ``newcombe_clustered/1``.
        p: two-sided, of the rank-sum test; None for rates.
        interval: 95 % interval of the difference, of rates only, in percentage points.
        units: whole weeks (rates: deployments) of the period and of the one before.
    """

    method: str
    p: float | None
    interval: tuple[float, float] | None
    units: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Target:
    """What a number should be, and whether it is.

    Attributes:
        value: in the unit of the metric.
        state: ``kept`` or ``missed`` by more than chance, else ``near``; None without a value.
        weeks: whole weeks above and below it, where these were asked; None where the interval was.
    """

    value: float
    state: TargetState | None
    weeks: tuple[int, int] | None = None


class Listing(Sequence[Any]):
    """A list that is spelled out when somebody reads it: it may be as long as what is stored.

    Args:
        rows: of what is listed.
        spell: gives their entries, one for each; called once.
    """

    def __init__(self, rows: NDArray[np.intp], spell: Callable[[NDArray[np.intp]], Sequence[Any]]) -> None:
        self._rows = rows
        self._spell = spell

    @cached_property
    def _entries(self) -> list[Any]:
        return list(self._spell(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._entries[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listing | list) and self._entries == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list has none


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Which rows a metric looked at, and what became of each: one small code per row looked at.

    A row has one code, so every candidate is included or left out for exactly
    one reason by construction. Keys are looked up only when somebody asks.

    Attributes:
        looked_at: rows, each once, in any order.
        code: by row looked at: ``INCLUDED``, or 1 + the place of its reason.
        reasons: reason names, in the order of the definition.
        name_rows: turns row numbers into issue keys or deployment ids.
    """

    looked_at: NDArray[np.intp]
    code: NDArray[np.int8]
    reasons: tuple[str, ...]
    name_rows: Callable[[NDArray[np.intp]], tuple[str, ...]]

    @property
    def n(self) -> int:
        """How many rows are included."""
        return len(self.code) - int(np.count_nonzero(self.code))

    def rows(self, reason: str | None = None) -> NDArray[np.intp]:
        """Return the included rows, or those left out for ``reason``, ascending."""
        code = INCLUDED if reason is None else 1 + self.reasons.index(reason)
        return np.sort(self.looked_at[self.code == code])

    def keys(self, reason: str | None = None) -> tuple[str, ...]:
        """Return the keys of ``rows(reason)``."""
        return self.name_rows(self.rows(reason))

    def counts(self) -> dict[str, int]:
        """Return how many rows each reason left out; reasons without rows are absent."""
        left_out = np.bincount(self.code, minlength=len(self.reasons) + 1)[1:]
        return {reason: int(n) for reason, n in zip(self.reasons, left_out, strict=True) if n}


def sort_out(
    rows: NDArray[np.intp],
    reasons: Mapping[str, NDArray[np.bool_]],
    name_rows: Callable[[NDArray[np.intp]], tuple[str, ...]],
) -> Candidates:
    """Give each row its code: the first reason that applies, else included.

    Args:
        rows: the candidates, each once, in any order.
        reasons: by name, in the order of the definition, one flag for each of ``rows``.
        name_rows: turns row numbers into keys.
    """
    return Candidates(rows, code_reasons(len(rows), reasons), tuple(reasons), name_rows)


def code_reasons(n: int, reasons: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.int8]:
    """Return for each of ``n`` rows 1 + the place of the first reason that applies, else ``INCLUDED``."""
    code = np.full(n, INCLUDED, np.int8)
    for place, mask in reversed(list(enumerate(reasons.values(), start=1))):
        code[mask] = place
    return code


class Later(Mapping[str, Any]):
    """Fields of a result that are made when somebody asks for one of them: a drawer, a chart, the JSON.

    Args:
        make: gives the fields; called once.
    """

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Any]:
        return self._make()

    def __getitem__(self, name: str) -> Any:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


class EachLater(Mapping[str, Any]):
    """Fields of a result that are each made by itself, so that a cheap one can be asked for alone.

    Args:
        makers: by field, in output order; each is called once.
    """

    def __init__(self, **makers: Callable[[], Any]) -> None:
        self._makers = makers
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a metric computes for one period; the comparison and the intervals are made from it.

    Attributes:
        value: None where there is nothing to say.
        candidates: the evidence.
        weekly: one value per week of the period, NaN without data.
        weekly_n: how many items each of them is made of.
        sample: the durations themselves, ascending, in the metric's unit; None for other kinds.
        successes: the k of k out of n; None for other kinds than proportions.
        weekly_successes: the same per week.
        state: anything but ``ok`` goes with a value of None.
        message: why there is no value.
        evidence: how trustworthy the inputs are.
        extra: fields that only this metric has.
    """

    value: float | None
    candidates: Candidates
    weekly: NDArray[np.float64]
    weekly_n: NDArray[np.int64]
    sample: NDArray[np.float64] | None = None
    successes: int | None = None
    weekly_successes: NDArray[np.int64] | None = None
    state: State = "ok"
    message: str | None = None
    evidence: Evidence = "measured"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many rows the value is made of."""
        return self.candidates.n


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A number with everything needed to question it (specs/metrics.md, "Evidence").

    Attributes:
        definition: versioned id of the rule, ``flow_time/2``.
        state: why there is, or is not, a value.
        message: a sentence for people; always set when ``value`` is None.
        value: full double precision; rates and shares in percent.
        unit: ``days``, ``items/week``, ``percent`` ...
        kind: what sort of number it is.
        n: how many rows are included.
        percentiles: ``p50``/``p85``/``p95`` for durations, None for counts and rates.
        percentiles_withheld: name -> why it is not given.
        interval: 95 % interval in the unit: Wilson's for proportions, of the P50 for durations.
        evidence: measured, inferred or proxy.
        previous: the period before, None if no issue was created before ``from``.
        trend: direction of the number, not a judgement; ``flat`` means no clear change.
        confidence: how sure a change is; None where there is no clear one.
        change: how it was held against chance; None where it was not.
        band: ``{"edition", "level", "greyed"}`` or None.
        weekly: one entry per ISO week that meets the period, ascending.
        candidates: which rows were looked at, and what became of each.
        extra: fields that only this metric has, in output order.
        filters_ignored: the filters of the view that this metric knows nothing of.
        series: the same values in the steps of the view.
        target: of the profile for this metric; None without one.
    """

    definition: str
    state: State
    message: str | None
    value: float | None
    unit: str
    kind: Kind
    n: int
    percentiles: Mapping[str, float | None] | None
    percentiles_withheld: Mapping[str, str]
    interval: tuple[float, float] | None
    evidence: Evidence
    previous: Previous | None
    trend: Trend
    confidence: Confidence | None
    change: Change | None
    band: Mapping[str, Any] | None
    weekly: tuple[Week, ...]
    candidates: Candidates
    extra: Mapping[str, Any] = field(default_factory=dict)
    filters_ignored: tuple[str, ...] = ()
    series: Series = field(default_factory=no_series, repr=False)
    target: Target | None = None

    @property
    def included(self) -> tuple[str, ...]:
        """Issue keys (or deployment ids) behind the value, by project then number."""
        return self.candidates.keys()

    @property
    def excluded(self) -> dict[str, tuple[str, ...]]:
        """Reason -> keys of the candidates left out for it; reasons without keys are absent."""
        return {reason: self.candidates.keys(reason) for reason in self.candidates.counts()}


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of a family: what a card, a drawer and the glossary need to know of a metric.

    Attributes:
        id: ``flow_time``.
        title: ``Flow time``.
        unit: as in the JSON.
        kind: what sort of number it is; decides percentiles, interval and trend.
        better: which direction is good news, for the words beside a comparison.
        formula: the rule in one sentence for the drawer.
        fields: the Jira fields the number is read from.
        compute: the pure function behind it.
        no_extra: the fields that only this metric has, as they are without data.
        evidence: the best that its inputs can be.
        version: of the definition; a changed rule is a new version.
        in_business_days: the profile can have it measured in working days.
        of_deployments: it counts deployments or incidents, which know of filters their project alone.
        lasting: what it counts lasts over weeks, so that these resemble each other; no change is claimed.
    """

    id: str
    title: str
    unit: str
    kind: Kind
    better: Better
    formula: str
    fields: tuple[str, ...]
    compute: Callable[..., Measure]
    no_extra: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence = "measured"
    version: int = 2
    in_business_days: bool = False
    of_deployments: bool = False
    lasting: bool = False

    @property
    def definition(self) -> str:
        """The versioned id, ``flow_time/2``."""
        return f"{self.id}/{self.version}"

    def definition_under(self, *, business_days: bool) -> str:
        """Return the versioned id with the profile's choices, ``flow_time/2+business``."""
        return self.definition + ("+business" if business_days and self.in_business_days else "")


def _unnamed(rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Name rows by their numbers, where nothing tells more."""
    return tuple(map(str, rows.tolist()))


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One data-quality finding: what was met, in which issues, and what would mend it.

    Keys are looked up only when somebody asks: a finding may concern most of what is stored.

    Attributes:
        code: of the rule.
        message: what was met and what it does to the numbers.
        remedy: what mends it.
        names: of versions and events, where what was met is not in issues.
        rows: the rows of the issues in the issue table; None where it is not in issues.
        of_deployments: though it is in issues, it touches what is made of deployments alone.
        name_rows: turns row numbers into issue keys.
        metrics: ids of the metrics of the view that it touches.
    """

    code: str
    message: str
    remedy: str
    names: tuple[str, ...] = ()
    rows: NDArray[np.intp] | None = field(default=None, repr=False, compare=False)
    name_rows: Callable[[NDArray[np.intp]], tuple[str, ...]] = field(default=_unnamed, compare=False)
    metrics: tuple[str, ...] = field(default=(), compare=False)
    of_deployments: bool = field(default=False, compare=False)

    @property
    def n(self) -> int:
        """How many keys there are."""
        return len(self.names) if self.rows is None else len(self.rows)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of issues, or names of versions and events."""
        return self.first_keys(self.n)

    def first_keys(self, most: int) -> tuple[str, ...]:
        """Return the first of the keys; what is not asked for is not looked up."""
        return self.names[:most] if self.rows is None else self.name_rows(self.rows[:most])
