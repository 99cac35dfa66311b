"""What stands above each issue, found once for the tables of a delivery. Pure."""

from data.meaning.delivery import DeliveryTables
from data.meaning.hierarchy import Above, find_above


def above_of(delivery: DeliveryTables) -> Above:
    """Return the epic of each issue and what stands on top of it, as ``delivery.once`` keeps it."""
    return find_above(delivery.issues)
