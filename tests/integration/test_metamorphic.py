"""What must not matter does not: properties of the whole path, whatever the store holds."""

import copy
import re
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.reference.clock import DAY
from tests.reference.worlds import Sample, comparable_worlds, worlds
from tests.support.engine import engine_metrics

LOOK = settings(max_examples=30)
COUNTS = ("flow_velocity", "flow_velocity_points", "deployment_frequency")


def distinct(sample: Sample) -> Sample:
    """The store with one version of each issue: of equally new ones the order decides, by definition."""
    known = {issue["id"]: issue for issue in sample.issues}
    return sample._replace(issues=list(known.values()))


DATE = re.compile(r"\d{4}-\d\d-\d\d(?=T|$)")


def shifted(value: Any, weeks: int) -> Any:
    """Every date in a document, later by whole weeks; names of weeks are left out, and months altogether."""
    if isinstance(value, dict):
        return {
            key: shifted(item, weeks)
            for key, item in value.items()
            if key not in ("week", "series", "revision")
        }
    if isinstance(value, list | tuple):
        return [shifted(item, weeks) for item in value]
    if isinstance(value, str):
        return DATE.sub(lambda found: later(found[0], weeks), value) if DATE.match(value) else value
    return value


def later(day: str, weeks: int) -> str:
    return (date.fromisoformat(day) + timedelta(weeks=weeks)).isoformat()


@LOOK
@given(worlds(), st.data())
def test_the_order_of_issues_does_not_matter(sample: Sample, data: st.DataObject) -> None:
    """Any order of pages and of issues gives the same document, digit by digit."""
    sample = distinct(sample)
    shuffled = data.draw(st.permutations(sample.issues))

    assert engine_metrics(shuffled, **sample.arguments()) == engine_metrics(
        sample.issues, **sample.arguments()
    )


@LOOK
@given(worlds(), st.data())
def test_a_page_that_comes_twice_changes_nothing(sample: Sample, data: st.DataObject) -> None:
    """A server that repeats a page, wherever it lies, adds nothing, not even to the revision."""
    sample = distinct(sample)
    since = data.draw(st.integers(0, len(sample.issues)))
    until = data.draw(st.integers(since, len(sample.issues)))
    repeated = [*sample.issues, *copy.deepcopy(sample.issues[since:until])]

    assert engine_metrics(repeated, **sample.arguments()) == engine_metrics(
        sample.issues, **sample.arguments()
    )


@LOOK
@given(comparable_worlds(), st.integers(-300, -1))  # what lies in the future is not read
def test_shifting_data_and_period_together_shifts_only_the_labels(sample: Sample, weeks: int) -> None:
    """By whole weeks, in a zone whose clocks never change."""
    sample = sample._replace(profile={**sample.profile, "timezone": "UTC"})
    moved = sample._replace(
        issues=shifted(sample.issues, weeks),
        versions=shifted(sample.versions, weeks),
        deployments=shifted(list(sample.deployments), weeks),
        period=tuple(shifted(sample.period, weeks)),
        as_of=sample.as_of + weeks * 7 * DAY,
    )
    here = engine_metrics(sample.issues, **sample.arguments())
    there = engine_metrics(moved.issues, **moved.arguments())

    assert shifted(there, 0) == shifted(here, weeks)


@LOOK
@given(worlds(), st.data())
def test_the_parts_of_a_period_add_up(sample: Sample, data: st.DataObject) -> None:
    """What is counted in a period is counted in exactly one of its two parts."""
    assume(sample.period[0] is not None and sample.period[0] < sample.period[1])
    first, last = (date.fromisoformat(day) for day in sample.period)
    middle = first + timedelta(days=data.draw(st.integers(0, (last - first).days - 1)))
    periods = [(first, last), (first, middle), (middle + timedelta(days=1), last)]
    whole, left, right = (
        engine_metrics(
            sample.issues,
            **sample._replace(period=(since.isoformat(), until.isoformat())).arguments(),
        )["metrics"]
        for since, until in periods
    )

    assert {"flow_velocity", "deployment_frequency"} <= set(whole)
    for name in set(COUNTS) & set(whole):
        assert whole[name]["n"] == left[name]["n"] + right[name]["n"]
        parts = left[name]["included"] + right[name]["included"]
        assert sorted(whole[name]["included"]) == sorted(parts)
        assert sum(week["n"] for week in whole[name]["weekly"]) == whole[name]["n"]
