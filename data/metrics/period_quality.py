"""What is odd about the numbers of one view, beyond what is met in its issues. Pure."""

from collections.abc import Iterator

import numpy as np

from data.meaning import quality_rules as rules
from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Rows, find_facts
from data.meaning.flow_items import FLOW_ITEMS
from data.meaning.quality import find_issues
from data.metrics.context import CalculationContext
from data.model.instants import DAY_MS
from data.model.metric import QualityFinding
from data.model.tables import MISSING, Flags

LEAST_FOR_LITTLE = 20
TOLERANCE = 0.25


def find_in_period(context: CalculationContext) -> tuple[QualityFinding, ...]:
    """Return every finding on the numbers of one view that has something to report."""
    return (*_check_littles_law(context), *_find_unclassified(context))


def _check_littles_law(context: CalculationContext) -> Iterator[QualityFinding]:
    """Compare the mean load of started items with their completions a day times their mean flow time.

    Both sides speak of the same items only where work begins with a status; where the load itself rises or
    falls, the law does not hold.

    Source:
        Little, A proof for the queuing formula L = lambda W.
    """
    delivery, window = context.delivery, context.window
    if delivery.start_source != "status":
        return
    rows, started = context.completed.rows, delivery.started_at
    rows = rows[(started[rows] != MISSING) & (started[rows] <= delivery.completed_at[rows])]
    if len(rows) < LEAST_FOR_LITTLE:
        return
    traffic = context.facts.started_load.between(window.lo, window.end, context.choice.rows)
    load = float(traffic.time) / (window.end - window.lo)
    before, after = traffic.count_at(np.array([window.lo, window.end])).tolist()
    days = float(np.mean(delivery.completed_at[rows] - started[rows])) / DAY_MS
    expected = len(rows) / window.days * days
    largest = max(load, expected)
    odd = largest > 0 and abs(load - expected) / largest > TOLERANCE
    if odd and abs(after - before) <= TOLERANCE * load:
        yield find_issues(rules.LITTLES_LAW, delivery.issues, _flag(delivery, rows))


def _find_unclassified(context: CalculationContext) -> Iterator[QualityFinding]:
    """Name the types of the delivered items where more than half of these stand for no flow item."""
    delivery = context.delivery
    delivered, unclassified = context.facts.delivered.rows, delivery.once(_keep_unclassified)
    rest = context.chosen(unclassified)
    if not len(rest) or 2 * len(rest) <= len(context.chosen(delivered)):
        return
    kinds = delivery.issues.types
    counts: dict[str, int] = {}
    for code, n in enumerate(np.bincount(delivery.issues.type[rest], minlength=len(kinds)).tolist()):
        counts[kinds[code].name] = counts.get(kinds[code].name, 0) + n
    most = sorted(((-n, name) for name, n in counts.items() if n))
    rule = rules.with_names(rules.UNCLASSIFIED, (f"{name or 'without a type'} ({-n})" for n, name in most))
    yield find_issues(rule, delivery.issues, _flag(delivery, rest))


def _keep_unclassified(delivery: DeliveryTables) -> Rows:
    """Return the delivered items of all time that stand for no flow item."""
    rows = delivery.once(find_facts).delivered.rows
    unclassified: Rows = rows[delivery.flow_item[rows] == FLOW_ITEMS.index("Unclassified")]
    return unclassified


def _flag(delivery: DeliveryTables, rows: Rows) -> Flags:
    flags = np.zeros(len(delivery.issues), np.bool_)
    flags[rows] = True
    return flags
