"""Rows of a comparison: which are too small, and in which order they stand."""

from dataclasses import replace

import pytest

from data.metrics.comparison import LEAST_ITEMS, in_order, is_small
from data.metrics.evaluate import no_data
from data.metrics.groups import NO_VALUE, Group
from data.pipeline import ALL_METRICS

NOTHING = {metric.id: no_data(metric, "nothing") for metric in ALL_METRICS}


def group(name: str, items: int, days: float | None = None, n: int = 0) -> Group:
    return Group(name, items, {"flow_time": replace(NOTHING["flow_time"], value=days, n=n)})


GROUPS = [group(NO_VALUE, 9, 1.0), group("web", 2, 5.0), group("API", 7, None), group("app", 7, 3.0)]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("name", ["API", "app", "web", NO_VALUE]),
        ("-name", ["web", "app", "API", NO_VALUE]),
        ("items", ["web", "API", "app", NO_VALUE]),
        ("-items", [NO_VALUE, "API", "app", "web"]),
        ("flow_time", [NO_VALUE, "app", "web", "API"]),
        ("-flow_time", ["web", "app", NO_VALUE, "API"]),
        ("by luck", ["API", "app", "web", NO_VALUE]),
    ],
)
def test_rows_stand_in_the_order_that_was_chosen(order: str, names: list[str]) -> None:
    """Whoever has no value stands last both ways; equals go by name; nothing is ranked by itself."""
    assert [each.name for each in in_order(GROUPS, order)] == names
    assert [each.name for each in in_order(reversed(GROUPS), order)] == names


@pytest.mark.parametrize(("n", "small"), [(LEAST_ITEMS - 1, True), (LEAST_ITEMS, False)])
def test_a_row_is_small_where_no_number_has_five_items(n: int, small: bool) -> None:
    """However many items it holds that nothing was made of; what it does not have is passed over."""
    assert is_small(group("web", 200, 5.0, n), ["flow_time", "flow_velocity_points"]) is small


def test_a_row_without_a_number_is_not_called_small() -> None:
    """Where only open work is shown nothing is told of how few items a number is made of."""
    assert is_small(group("web", 200, 5.0, 1), ["open"]) is False


@pytest.mark.parametrize(
    ("order", "names"), [("-open", ["app", "web", "API"]), ("open", ["web", "app", "API"])]
)
def test_rows_stand_by_what_is_no_metric(order: str, names: list[str]) -> None:
    groups = [each for each in GROUPS if each.name != NO_VALUE]
    values = {"app": 3, "web": 1, "API": None}

    assert [each.name for each in in_order(groups, order, values)] == names
