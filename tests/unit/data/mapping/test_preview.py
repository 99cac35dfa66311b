"""What a change of settings would do to each metric, told before it is saved."""

from dataclasses import replace
from typing import Any

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import Profile, profile_from
from data.mapping.preview import MetricChange, Preview, Reading, preview
from data.metrics.report import View
from data.model.tables import Dataset
from data.pipeline import METRICS
from data.store.columns import build_issue_table
from tests.support.builders import issue, status_list, when
from tests.support.examples import example_a
from tests.support.rows import at, dataset
from tests.unit.data.mapping.test_field_proposals import sample

VIEW = View("2026-03-02", "2026-03-15", "2026-03-20T00:00:00Z")


def told(data: Dataset, after: dict[str, Any], before: dict[str, Any] | None = None, **more: Any) -> Preview:
    return preview(data, profile_from(before or {}), profile_from(after), VIEW, **more)


def change(seen: Preview, metric: str) -> MetricChange:
    return next(one for one in seen.changes if one.id == metric)


def example() -> Dataset:
    """Worked example A: two items with 3 and 8 days of flow time, a day of the first in Review."""
    return dataset(example_a().issues, status_list())


def with_points() -> Dataset:
    """Two delivered stories of 3 and 5 points, read with their field."""
    moves = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]
    issues = [
        issue(
            f"A-{n}", created="2026-03-01", history=moves, customfield_1=n, customfield_4=when("2026-03-03")
        )
        for n in (3, 5)
    ]
    read = sample(*issues)
    return Dataset(build_issue_table(read.rows), tuple(read.statuses))


def test_a_workflow_change_shows_before_and_after() -> None:
    """Worked example A gives (2 + 6) / 11 = 72.7 %; with nothing left that waits it does not apply."""
    seen = told(example(), {"workflow": {"active": ["Review"]}}, {"workflow": {"waiting": ["Review"]}})
    found = change(seen, "flow_efficiency")

    assert found.before is not None
    assert found.before.value == pytest.approx(100 * 8 / 11)
    assert found.change == "changed"
    assert found.after is not None
    assert found.after.state == "not_applicable"
    assert found.sentence == "Flow efficiency is 72.73 percent from 2; then it does not apply."
    assert seen.message == ""


def test_a_status_that_starts_later_changes_flow_time() -> None:
    """Doing counts as not started: A-1 starts with its Review and takes a day, A-2 never started."""
    seen = told(example(), {"workflow": {"not_started": ["Doing"], "waiting": ["Review"]}})

    time = change(seen, "flow_time")
    assert time.sentence == "Flow time is 5.5 days from 2; then it is 1 days from 1."
    velocity = change(seen, "flow_velocity")
    assert (velocity.change, velocity.sentence) == ("same", "Flow velocity stays as it is.")
    assert [one.id for one in seen.changes] == [metric.id for metric in METRICS]


def test_a_mapping_of_a_stored_field_shows_its_effect() -> None:
    """Points become a metric: 8 points in 14 days are 4 a week; back again they are gone."""
    mapped = {"fields": {"story_points": "customfield_1"}}

    there = change(told(with_points(), mapped), "flow_velocity_points")
    back = change(told(with_points(), {}, mapped), "flow_velocity_points")

    assert (there.before, there.change) == (None, "new")
    assert there.sentence == "Flow velocity in points would be new: it is 4 points/week from 2."
    assert (back.after, back.change) == (None, "gone")


def test_a_field_that_was_never_fetched_is_unknown_and_not_unchanged() -> None:
    """Only the metrics that read it wait; with the field fetched and empty nothing waits."""
    after = {"fields": {"commit_date": "customfield_77"}}

    seen = told(with_points(), after)

    assert seen.message == "customfield_77 has not been fetched yet: saving fetches all issues again."
    lead = change(seen, "change_lead_time")
    assert lead.change == "unknown until fetched"
    assert lead.sentence == "Change lead time is unknown until customfield_77 has been fetched."
    assert change(seen, "flow_time").change == "same"
    assert told(with_points(), after, fetched=["customfield_77"]).message == ""


def test_a_rule_over_a_field_waits_for_it_too() -> None:
    """Incident rules read fields by id."""
    seen = told(with_points(), {"incidents": {"fields": ["customfield_88 = Sev 1"]}})

    assert seen.message == "customfield_88 has not been fetched yet: saving fetches all issues again."
    assert change(seen, "time_to_restore").change == "unknown until fetched"
    assert change(seen, "deployment_frequency").change == "same"


def test_standard_fields_are_always_there() -> None:
    """Every issue is read with them."""
    assert told(with_points(), {"fields": {"restored_at": "resolutiondate"}}).message == ""


def test_a_contradiction_is_refused_and_nothing_is_computed() -> None:
    """The sentence is the one that saving would give."""
    with pytest.raises(ConfigurationError, match="'doing' stands in"):
        told(example(), {"workflow": {"active": ["Doing"], "done": ["doing"]}})


def test_nothing_changes_where_nothing_was_changed() -> None:
    """The same profile twice, also over an empty store."""
    empty = replace(dataset([]), as_of=at("2026-03-20"))

    for data in (example(), empty):
        assert {one.change for one in preview(data, Profile(), Profile(), VIEW).changes} == {"same"}


def test_all_changes_are_one_line() -> None:
    """Of 13 numbers: what moves, and what nobody knows yet, which is one number more."""
    stages = {"workflow": {"not_started": ["Doing"], "waiting": ["Review"]}}
    both = {**stages, "fields": {"story_points": "customfield_9"}}

    assert told(example(), stages).summary == "4 of 13 numbers change."
    assert told(example(), both).summary.endswith(", 1 is not known before a fetch.")
    assert told(example(), {}).summary == ""


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ([("new", None, 1.0)], "1 of 1 numbers changes."),
        ([("changed", 1.0, 1.0)],
         "None of 1 numbers changes, 1 keeps its value, made of other issues or weeks."),
        ([("same", 1.0, 1.0), ("unknown until fetched", None, None)] * 2,
         "None of 4 numbers changes, 2 are not known before a fetch."),
        ([("same", 1.0, 1.0)], ""),
    ],
)  # fmt: skip
def test_the_line_counts_each_kind(changes: list[tuple[Any, float | None, float | None]], line: str) -> None:
    def read(value: float | None) -> Reading | None:
        return None if value is None else Reading("ok", value, 3, "measured", None)

    made = [MetricChange("id", "Title", "days", read(old), read(new), kind, "") for kind, old, new in changes]

    assert Preview(tuple(made)).summary == line
