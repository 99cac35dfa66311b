"""Where the lead time of changes of code goes: coding, pickup, review, and until the deployment. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, in_order
from data.metrics.context import CalculationContext
from data.model.instants import DAY_MS
from data.model.statistics import percentile
from data.model.tables import MISSING, Instants

CHANGE_STAGES = ("coding", "pickup", "review", "deploy")


def change_stages(context: CalculationContext) -> dict[str, Any] | None:
    """Return how long the stages of the changes deployed in the period took.

    A change is written until its request is opened (coding), waits until somebody else looks at it (pickup),
    is looked at until it comes into the main line (review), and waits there for its deployment (deploy). A
    stage has no length where one of its ends is not known, or where it would end before it begins.

    Args:
        context: the period; a change belongs to the day of its deployment. Under filters of issues a change
            counts with the issues that it names.

    Returns:
        Days: P50 and n of each stage, and how many changes there are; None where no changes are stored.

    Source:
        DORA, change lead time; the split is that of most tools that read pull requests.
    """
    delivery = context.delivery
    if not len(delivery.code):
        return None
    deployed = delivery.once(_find_deployed)
    rows = context.part(deployed).rows - len(delivery.issues)
    days = {name: _known(each[rows]) for name, each in delivery.once(_split).items()}
    stages = {
        name: {"p50": percentile(np.sort(each), 0.5) if len(each) else None, "n": len(each)}
        for name, each in days.items()
    }
    return {"unit": "days", "n": len(rows), **stages}


def _find_deployed(delivery: DeliveryTables) -> Population:
    """Return the deployed changes by the day of their deployment."""
    code, n = delivery.code, len(delivery.issues)
    rows = np.flatnonzero(code.landed & (code.deployment >= 0))
    day = delivery.deployments.day[code.deployment[rows]]
    found = in_order(rows + n, day, by_day=True)
    return Population(found.rows, found.at, found.code, by_day=True, with_changes=True)


def _split(delivery: DeliveryTables) -> dict[str, NDArray[np.float64]]:
    """Return the days of each stage by change, NaN where it has none."""
    code = delivery.code
    deployed = np.append(delivery.deployments.reckoned_at, MISSING)[code.deployment]
    ends = (code.first_commit_at, code.opened_at, code.first_review_at, code.merged_at, deployed)
    pairs = zip(CHANGE_STAGES, ends[:-1], ends[1:], strict=True)
    return {name: _days_between(since, until) for name, since, until in pairs}


def _days_between(since: Instants, until: Instants) -> NDArray[np.float64]:
    known = (since != MISSING) & (until != MISSING) & (until >= since)
    return np.where(known, (until - np.where(known, since, until)) / DAY_MS, np.nan)


def _known(days: NDArray[np.float64]) -> NDArray[np.float64]:
    return days[~np.isnan(days)]
