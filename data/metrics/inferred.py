"""Whether an inferred meaning of a status decides what a number is made of. Pure."""

from data.meaning.facts import Rows
from data.metrics.context import CalculationContext
from data.model.metric import Evidence


def evidence_of_times(context: CalculationContext, rows: Rows, *, starts: bool) -> Evidence:
    """Return ``inferred`` where an inferred category decides the end of an included item.

    Args:
        context: reads what is inferred about starts and ends.
        rows: the included items; without any nothing is inferred.
        starts: the number is measured from the start of the work, so that counts too.
    """
    lives, facts = context.delivery.lives, context.facts
    ends = facts.ends_inferred and lives.end_inferred[rows].any()
    begins = starts and facts.starts_inferred and lives.start_inferred[rows].any()
    return "inferred" if ends or begins else "measured"


def evidence_of_restoration(context: CalculationContext, rows: Rows) -> Evidence:
    """Return ``inferred`` where an inferred category decides the end of an included incident."""
    delivery = context.delivery
    rows = rows[rows < len(delivery.issues)]  # what files tell of has an end of its own
    by_completion = delivery.restored.at[rows] == delivery.completed_at[rows]
    if delivery.mapped.restored is not None:
        by_completion &= ~delivery.mapped.restored.known[rows]
    return "inferred" if (by_completion & delivery.lives.end_inferred[rows]).any() else "measured"


def evidence_of_delivery(context: CalculationContext, rows: Rows) -> Evidence:
    """Return ``inferred`` where that holds, or where only the usual name of a status left an item out."""
    left_out = context.completed.of(context.facts.left_out_by_status)
    return "inferred" if left_out.any() else evidence_of_times(context, rows, starts=False)
