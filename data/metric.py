"""The nouns that metrics, command line and page share: a result and its evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

State = Literal["ok", "no_data", "not_configured", "not_applicable"]
Evidence = Literal["measured", "inferred", "proxy"]
Trend = Literal["up", "down", "flat", "unknown"]
Better = Literal["higher", "lower", "neither"]
Kind = Literal["count", "duration", "proportion", "ratio"]

NOT_A_CANDIDATE = -1
INCLUDED = 0


@dataclass(frozen=True, slots=True)
class Week:
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


@dataclass(frozen=True, slots=True)
class Previous:
    """The same metric over as many civil days just before the period."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which rows a metric looked at, and what became of each: one small code per row.

    A row has one code, so every candidate is included or left out for exactly
    one reason by construction. Keys are looked up only when somebody asks.

    Attributes:
        code: by row: ``NOT_A_CANDIDATE``, ``INCLUDED``, or 1 + the place of its reason.
        reasons: reason names, in the order of the definition.
        name_rows: turns row numbers into issue keys or deployment ids.
    """

    code: NDArray[np.int8]
    reasons: tuple[str, ...]
    name_rows: Callable[[NDArray[np.intp]], tuple[str, ...]]

    def rows(self, reason: str | None = None) -> NDArray[np.intp]:
        """Return the included rows, or those left out for ``reason``, ascending."""
        code = INCLUDED if reason is None else 1 + self.reasons.index(reason)
        return np.flatnonzero(self.code == code)

    def keys(self, reason: str | None = None) -> tuple[str, ...]:
        """Return the keys of ``rows(reason)``."""
        return self.name_rows(self.rows(reason))

    def counts(self) -> dict[str, int]:
        """Return how many rows each reason left out; reasons without rows are absent."""
        left_out = np.bincount(self.code[self.code > INCLUDED], minlength=len(self.reasons) + 1)[1:]
        return {reason: int(n) for reason, n in zip(self.reasons, left_out, strict=True) if n}


def sort_out(
    looked_at: NDArray[np.bool_],
    reasons: Mapping[str, NDArray[np.bool_]],
    name_rows: Callable[[NDArray[np.intp]], tuple[str, ...]],
) -> Candidates:
    """Give each row its code: the first reason that applies, else included.

    Args:
        looked_at: rows that are candidates.
        reasons: masks by name, in the order of the definition.
        name_rows: turns row numbers into keys.
    """
    code = np.where(looked_at, np.int8(INCLUDED), np.int8(NOT_A_CANDIDATE))
    for place, mask in reversed(list(enumerate(reasons.values(), start=1))):
        code[looked_at & mask] = place
    return Candidates(code, tuple(reasons), name_rows)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a metric computes for one period; the comparison and the intervals are made from it.

    Attributes:
        value: None where there is nothing to say.
        candidates: the evidence.
        weekly: one value per week of the period, NaN without data.
        weekly_n: how many items each of them is made of.
        sample: the durations themselves, in the metric's unit; None for other kinds.
        successes: the k of k out of n; None for other kinds than proportions.
        weights: what each included row counts for; None: 1.
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
    weights: NDArray[np.float64] | None = None
    state: State = "ok"
    message: str | None = None
    evidence: Evidence = "measured"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many rows the value is made of."""
        return int(np.count_nonzero(self.candidates.code == INCLUDED))

    @property
    def total(self) -> float:
        """What the included rows count for together."""
        return self.n if self.weights is None else float(self.weights.sum())

    @property
    def variance(self) -> float:
        """The variance of ``total`` by chance alone: of a count the count itself."""
        return self.n if self.weights is None else float((self.weights**2).sum())


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A number with everything needed to question it (METRICS.md section 3).

    Attributes:
        definition: versioned id of the rule, ``flow_time/1``.
        state: why there is, or is not, a value.
        message: a sentence for people; always set when ``value`` is None.
        value: full double precision; rates and shares in percent.
        unit: ``days``, ``items/week``, ``percent`` ...
        n: how many rows are included.
        percentiles: ``p50``/``p85``/``p95`` for durations, None for counts and rates.
        percentiles_withheld: name -> why it is not given.
        interval: 95 % Wilson interval in percent, for proportions.
        evidence: measured, inferred or proxy.
        previous: the period before, None if no issue was created before ``from``.
        trend: direction of the number, not a judgement.
        band: ``{"edition", "level", "greyed"}`` or None.
        weekly: one entry per ISO week that meets the period, ascending.
        candidates: which rows were looked at, and what became of each.
        extra: fields that only this metric has, in output order.
    """

    definition: str
    state: State
    message: str | None
    value: float | None
    unit: str
    n: int
    percentiles: Mapping[str, float | None] | None
    percentiles_withheld: Mapping[str, str]
    interval: tuple[float, float] | None
    evidence: Evidence
    previous: Previous | None
    trend: Trend
    band: Mapping[str, Any] | None
    weekly: tuple[Week, ...]
    candidates: Candidates
    extra: Mapping[str, Any] = field(default_factory=dict)

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
    version: int = 1
    in_business_days: bool = False

    @property
    def definition(self) -> str:
        """The versioned id, ``flow_time/1``."""
        return f"{self.id}/{self.version}"

    def definition_under(self, *, business_days: bool) -> str:
        """Return the versioned id with the profile's choices, ``flow_time/1+business``."""
        return self.definition + ("+business" if business_days and self.in_business_days else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One data-quality finding: what was met, in which issues, and what would mend it."""

    code: str
    n: int
    keys: tuple[str, ...]
    message: str
    remedy: str
