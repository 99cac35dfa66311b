"""What to look at first: items in progress, by how far they are beyond what may be expected of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.forecast.expectation import Expectation
from data.forecast.outlook import EVERY_TYPE, Standing, expectations_of, standing_of
from data.meaning.delivery import DeliveryTables
from data.meaning.facts import find_facts
from data.meaning.flow_items import FLOW_ITEMS
from data.metrics.context import CalculationContext
from data.model.instants import DAY_MS
from data.model.tables import MISSING, Flags

FIRST = 5
Days = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attention:
    """An item in progress, and what there is to know of it.

    Attributes:
        key: of the issue.
        kind: flow item type.
        status: it is in.
        waits: work waits in that status.
        flagged: it is flagged.
        age: days since its start, or since the first stay in progress that is known.
        limit: days within which 85 % of the items of its type are done, or of all items where its type has
            too few; None where all have.
        of_type: ``limit`` is that of its type.
        risk: 0 to 1, to take longer than that, 1 where it has; None where past risks were no better than the
            share of misses.
    """

    key: str
    kind: str
    status: str
    waits: bool
    flagged: bool
    age: float
    limit: float | None
    of_type: bool
    risk: float | None

    @property
    def over(self) -> bool:
        """It has taken longer than may be expected."""
        return self.limit is not None and self.age > self.limit


def look_first(context: CalculationContext) -> tuple[Attention, ...]:
    """Return what to look at first among the items in progress at T that a view lets through, five at most.

    First those that have taken longer than may be expected, by how many times. Then the others by their risk;
    those of which age and stage tell nothing come after them, by the share of the expectation that is used
    up, and last those of which nothing can be expected, by age. Of equals the one comes first on which nobody
    works, because it waits or is flagged.

    Args:
        context: of the view; its period does not matter.

    Source:
        specs/metrics.md, "What to look at first".
    """
    delivery, chosen = context.delivery, context.choice.rows
    load = context.facts.load
    rows = np.sort(load.issue[load.at(delivery.as_of, chosen)]).astype(np.intp)
    ages = (delivery.as_of - _find_begun(delivery, rows)) / DAY_MS
    expectations = context.once(expectations_of)
    limits = np.array([_limit_of(expectations, name)[0] for name in FLOW_ITEMS])[delivery.flow_item[rows]]
    over = ages > limits
    if np.count_nonzero(over) >= FIRST:
        # The others cannot be among the first, so nobody has to know their risk.
        rows, ages, limits, over = rows[over], ages[over], limits[over], over[over]
        risks = np.ones(len(rows))
    else:
        risks = np.where(over, 1.0, _risk_of(standing_of(delivery, chosen), len(delivery.issues))[rows])
    waits = delivery.workflow.waiting[delivery.lives.status_at[rows]]
    flagged = delivery.once(_flagged_at)[rows]
    first = _order(ages, limits, risks, waits | flagged)[:FIRST]
    return tuple(
        _describe(delivery, expectations, int(rows[place]), float(ages[place]), float(risks[place]))
        for place in first.tolist()
    )


def _order(ages: Days, limits: Days, risks: Days, held_up: Flags) -> NDArray[np.intp]:
    """Return the places of items, what to look at first before the others; NaN is what nobody knows."""
    used = np.divide(ages, limits, out=np.full(len(ages), np.inf), where=limits != 0)
    tier = np.select([ages > limits, ~np.isnan(risks), ~np.isnan(limits)], [0, 1, 2], 3)
    most = np.select([tier == 1, tier == 3], [risks, ages], used)
    then = np.where(tier == 1, used, ages)
    return np.lexsort((-then, ~held_up, -most, tier))


def _describe(
    delivery: DeliveryTables, expectations: Mapping[str, Expectation], row: int, age: float, risk: float
) -> Attention:
    kind, status = FLOW_ITEMS[delivery.flow_item[row]], int(delivery.lives.status_at[row])
    limit, of_type = _limit_of(expectations, kind)
    return Attention(
        key=delivery.issues.keys(np.array([row]))[0],
        kind=kind,
        status=delivery.workflow.names[status],
        waits=bool(delivery.workflow.waiting[status]),
        flagged=bool(delivery.once(_flagged_at)[row]),
        age=age,
        limit=None if np.isnan(limit) else limit,
        of_type=of_type,
        risk=None if np.isnan(risk) else risk,
    )


def _limit_of(expectations: Mapping[str, Expectation], kind: str) -> tuple[float, bool]:
    """Return what may be expected of a type, and whether that is its own; NaN where nothing may."""
    own = expectations[kind].days if kind in expectations else None
    if own is not None:
        return own, True
    everybody = expectations[EVERY_TYPE].days
    return np.nan if everybody is None else everybody, False


def _find_begun(delivery: DeliveryTables, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    begun, stays = delivery.started_at[rows], delivery.once(find_facts).stays
    unknown = np.flatnonzero((begun == MISSING) | delivery.lives.start_unknown[rows])
    begun[unknown] = stays.entered[stays.start[rows[unknown]]]
    return begun


def _flagged_at(delivery: DeliveryTables) -> Flags:
    """Flag the rows that are flagged at T."""
    issues, found = delivery.issues, np.zeros(len(delivery.issues), np.bool_)
    now = (issues.flag_from <= delivery.as_of) & (issues.flag_until > delivery.as_of)
    found[issues.flag_issue[now]] = True
    return found


def _risk_of(standing: Standing, n: int) -> NDArray[np.float64]:
    """Return the risk of each row, NaN where none is told."""
    found = np.full(n, np.nan)
    for risks in standing.risks.values():
        if risks.limit is not None and risks.tells:
            found[risks.rows] = risks.risk
    return found
