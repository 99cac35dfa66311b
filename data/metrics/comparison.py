"""Groups beside each other: which of them are too small to compare, and in which order they stand. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from data.metrics.groups import NO_VALUE, Group
from data.model.words import fold

# Of fewer items one more or less changes everything.
LEAST_ITEMS = 5
BY_NAME, BY_ITEMS = "name", "items"


def is_small(group: Group, names: Iterable[str]) -> bool:
    """Tell whether no number of a group is made of as many as five items; without a number it is not said.

    Args:
        group: a row of the comparison.
        names: of the metrics that are compared; those that it does not have are passed over.
    """
    made = [group.results[name].n for name in names if name in group.results]
    return bool(made) and max(made) < LEAST_ITEMS


def in_order(
    groups: Iterable[Group], order: str, values: Mapping[str, float | None] | None = None
) -> list[Group]:
    """Return groups in the order that somebody chose; those that are equal in it go by name.

    Nothing is ranked unless somebody asks for it: what is not known as an order gives the names.

    Args:
        groups: rows of the comparison.
        order: ``name``, ``items``, the id of a metric or what ``values`` are; a minus before it for the
            largest first.
        values: by group, where the order is by something else than a metric.

    Returns:
        The same groups. Whoever has no name, or no value, stands last in either direction.
    """
    column, down = order.removeprefix("-"), order.startswith("-")
    named = sorted(groups, key=_name_key, reverse=down and column == BY_NAME)
    if column == BY_ITEMS:
        return sorted(named, key=lambda group: -group.flow_items if down else group.flow_items)
    if column == BY_NAME:
        return [*_without(named, NO_VALUE), *(group for group in named if group.name == NO_VALUE)]
    worth = {group.name: _value_of(group, column) for group in named} if values is None else values
    known = [(value, group) for group in named if (value := worth.get(group.name)) is not None]
    known.sort(key=lambda pair: -pair[0] if down else pair[0])
    return [*(group for _, group in known), *(g for g in named if worth.get(g.name) is None)]


def _name_key(group: Group) -> tuple[bool, str, str]:
    return group.name == NO_VALUE, fold(group.name), group.name


def _without(groups: Sequence[Group], name: str) -> list[Group]:
    return [group for group in groups if group.name != name]


def _value_of(group: Group, metric_id: str) -> float | None:
    result = group.results.get(metric_id)
    return None if result is None else result.value
