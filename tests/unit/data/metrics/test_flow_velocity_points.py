"""Points a week: estimates of delivered items, with those that have none told apart."""

import pytest

from data.flow_calculator import calculate_all_flow_metrics, calculate_flow_velocity_points
from data.model.metric import MetricResult
from tests.support.builders import issue, status_list

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-16T00:00:00Z"}
PROFILE = {"fields": {"story_points": "customfield_7"}}


def item(key: str, done: str, points: object, resolution: str = "Done") -> dict:
    return issue(key, history=[(done, "Done")], resolution=resolution, customfield_7=points)


def velocity(issues: list[dict], **options: object) -> MetricResult:
    return calculate_flow_velocity_points(
        issues, **{**PERIOD, "statuses": status_list(), "profile": PROFILE, **options}
    )


def test_points_of_delivered_items_add_up() -> None:
    """3 + 5 + 0.5 points in two weeks: 8.5 x 7 / 14 = 4.25 a week; no estimate is not an estimate of 0."""
    found = velocity(
        [
            item("A-1", "2026-03-03", 3),
            item("A-2", "2026-03-08T23:59:59", 5),
            item("A-3", "2026-03-09", 0.5),
            item("A-4", "2026-03-10", None),
            item("A-5", "2026-03-10", 8, "Won't Do"),
            item("A-6", "2026-03-10", 0),
            item("A-7", "2026-03-16", 13),
        ]
    )

    assert (found.value, found.n, found.unit, found.state) == (4.25, 4, "points/week", "ok")
    assert [(week.value, week.n) for week in found.weekly] == [(8, 2), (0.5, 2)]
    assert found.included == ("A-1", "A-2", "A-3", "A-6")
    assert found.excluded == {"not_delivered": ("A-5",), "no_estimate": ("A-4",)}


@pytest.mark.parametrize("points", [-1, "M", {"value": "big"}, True, "2026-03-03"])
def test_what_is_no_number_of_points_is_no_estimate(points: object) -> None:
    """A negative number, a size, a truth and a day cannot be added up."""
    found = velocity([item("A-1", "2026-03-03", points)])

    assert (found.value, found.n, found.excluded) == (0, 0, {"no_estimate": ("A-1",)})


@pytest.mark.parametrize("points", ["5", {"value": "5"}, ["5,0"]])
def test_points_are_read_however_the_field_spells_them(points: object) -> None:
    """5 points in 14 days are 2.5 a week."""
    found = velocity([item("A-1", "2026-03-03", points)])

    assert (found.value, found.n, found.excluded) == (2.5, 1, {})


def test_points_appear_only_where_they_are_mapped() -> None:
    """The family keeps its seven members unless the profile maps a field of points."""
    options = {**PERIOD, "statuses": status_list()}
    plain = calculate_all_flow_metrics([item("A-1", "2026-03-03", 3)], **options)
    mapped = calculate_all_flow_metrics([item("A-1", "2026-03-03", 3)], **options, profile=PROFILE)

    assert list(mapped) == [*plain, "flow_velocity_points"]
    assert len(plain) == 7
    assert velocity([item("A-1", "2026-03-03", 3)], profile={}).state == "not_configured"


def test_no_issues_are_no_data() -> None:
    """Over nothing there is no number and a sentence."""
    found = velocity([])

    assert (found.value, found.state, bool(found.message)) == (None, "no_data", True)
