"""The rows of the mapping: what is mapped, how likely it is, by whom, and what is proposed instead."""

import pytest

from configuration.profile import Profile
from data.field_mapper import LOGICAL
from data.mapping_rows import MappingRow, mapping_rows, with_certain_fields
from data.pipeline import ALL_METRICS
from data.provenance import by_hand, with_field
from tests.builders import when
from tests.rows import at
from tests.unit.data.test_field_proposals import FIELDS, done, sample

NOON = at("2026-11-23T12:00")
SAMPLE = sample(
    *(
        done(n, customfield_1=n, customfield_4=when("2026-03-06"), customfield_5="2026-01-05")
        for n in range(6)
    )
)


def rows(profile: Profile | None = None) -> dict[str, MappingRow]:
    return {row.name: row for row in mapping_rows(profile or Profile(), FIELDS, SAMPLE)}


def test_every_logical_name_has_its_row() -> None:
    """With what each metric makes of it."""
    found = rows()

    assert list(found) == list(LOGICAL)
    assert set(found["failed"].needs()) == {metric.id for metric in ALL_METRICS}
    assert found["story_points"].needs()["flow_velocity_points"] == "required"
    assert found["story_points"].needs()["flow_time"] == "not needed"


def test_a_mapped_field_is_judged_as_well() -> None:
    """Somebody mapped the plan: it may stand, and the row shows how little speaks for it."""
    profile = with_field(Profile(), "deployed_at", "customfield_5", by_hand(NOON))

    row = rows(profile)["deployed_at"]

    assert row.judged is not None
    assert (row.judged.field, row.judged.confidence) == ("customfield_5", 0.383)
    assert row.origin == "set by hand 2026-11-23T12:00:00.000Z"
    assert row.proposals.best is not None
    assert row.proposals.best.field == "customfield_4"
    assert not row.doubtful
    assert "deployments.type names no type" in row.idle
    assert rows()["deployed_at"].idle == ""


def test_a_mapping_that_cannot_work_is_doubtful() -> None:
    """Of the wrong type: judged, with its problem; not there at all: not judged."""
    found = rows(Profile(fields={"deployed_at": "customfield_1", "detected_at": "customfield_99"}))

    assert "needs a date field" in found["deployed_at"].problem
    assert found["deployed_at"].doubtful
    assert "does not have" in found["detected_at"].problem
    assert found["detected_at"].judged is None


@pytest.mark.parametrize(
    ("name", "doubtful"),
    [("story_points", False), ("deployed_at", False), ("environment", True), ("failed", False)],
)
def test_only_doubtful_rows_ask_for_somebody(name: str, doubtful: bool) -> None:
    """Certain ones do not; an empty field of the right name does; a name without any candidate does not."""
    assert rows()[name].doubtful is doubtful


def test_only_what_is_certain_is_mapped_without_asking() -> None:
    """And what somebody has mapped stays, whatever is proposed; no field gets two names."""
    profile = with_field(Profile(), "story_points", "customfield_3", by_hand(NOON))

    mapped = with_certain_fields(profile, list(rows(profile).values()), NOON)

    assert mapped.fields == {"story_points": "customfield_3", "deployed_at": "customfield_4"}
    assert mapped.provenance["deployed_at"] == (
        "proposed, confidence 1.00, 2026-11-23T12:00:00.000Z: customfield_4"
    )
    assert with_certain_fields(mapped, list(rows(mapped).values()), NOON) == mapped


def test_before_jira_was_asked_there_are_rows_without_proposals() -> None:
    """No fields, no sample."""
    found = mapping_rows(Profile(), [])

    assert [row.proposals.best for row in found] == [None] * len(LOGICAL)
    assert not any(row.doubtful for row in found)
