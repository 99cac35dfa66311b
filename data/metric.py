"""The nouns that metrics, command line and page share: a result and its evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "no_data", "not_configured", "not_applicable"]
Evidence = Literal["measured", "inferred", "proxy"]
Trend = Literal["up", "down", "flat", "unknown"]
Better = Literal["higher", "lower", "neither"]


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
class MetricResult:
    """A number with everything needed to question it (METRICS.md section 3).

    Attributes:
        definition: versioned id of the rule, ``flow_time/1``.
        state: why there is, or is not, a value; never None beside a missing value.
        message: a sentence for people; always set when ``value`` is None.
        value: full double precision; rates and shares in percent.
        unit: ``days``, ``items/week``, ``percent`` ...
        n: length of ``included``.
        percentiles: ``p50``/``p85``/``p95`` for durations, None for counts and rates.
        percentiles_withheld: name -> why it is not given.
        interval: 95 % Wilson interval in percent, for proportions.
        evidence: measured, inferred or proxy.
        previous: the period before, None if no issue was created before ``from``.
        trend: direction of the number, not a judgement.
        band: ``{"edition", "level", "greyed"}`` or None.
        weekly: one entry per ISO week that meets the period, ascending.
        included: issue keys (or deployment ids) by project then number.
        excluded: reason -> keys; every candidate is included or under exactly one reason.
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
    included: tuple[str, ...]
    excluded: Mapping[str, tuple[str, ...]]
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of a family: what a card, a drawer and the glossary need to know of a metric.

    Attributes:
        id: ``flow_time``.
        title: ``Flow time``.
        unit: as in the JSON.
        better: which direction is good news, for the words beside a comparison.
        formula: the rule in one sentence for the drawer.
        fields: the Jira fields the number is read from.
        compute: the pure function behind it.
    """

    id: str
    title: str
    unit: str
    better: Better
    formula: str
    fields: tuple[str, ...]
    compute: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One data-quality finding: what was met, in which issues, and what would mend it."""

    code: str
    n: int
    keys: tuple[str, ...]
    message: str
    remedy: str
