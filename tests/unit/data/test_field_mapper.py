"""Field mapping: which metrics use a logical name, and mappings checked by type with a sentence."""

import pytest

from data.field_mapper import create_field_mapping_index, problems, validate
from data.model.logical_fields import LOGICAL, LOGICAL_FIELDS
from data.pipeline import ALL_METRICS

FIELDS = [
    {"id": "customfield_1", "name": "Story Points", "schema": {"type": "number"}},
    {"id": "customfield_4", "key": "restored", "name": "Service restored", "schema": {"type": "datetime"}},
    {"id": "customfield_5", "name": "Scripted", "schema": {"type": "any"}},
    {"id": "summary", "name": "Summary"},
    {"name": "Nameless"},
]


def test_index_answers_in_both_directions() -> None:
    """The helper gives the index over the profile's mapping."""
    index = create_field_mapping_index({"story_points": "customfield_1"})

    assert index.get_jira_field("story_points") == "customfield_1"
    assert index.get_logical_name("customfield_1") == "story_points"


@pytest.mark.parametrize(
    "mapping",
    [
        {"story_points": "customfield_1", "restored_at": ""},
        {"restored_at": "restored"},  # Data Center names fields by key, too
        {"commit_date": "customfield_5"},  # of an app that does not say what it holds
    ],
)
def test_a_mapping_that_works_says_nothing(mapping: dict[str, str]) -> None:
    """Right types, known fields; an empty id is not mapped."""
    assert validate(mapping, FIELDS) == ()
    assert validate(mapping, iter(FIELDS)) == ()


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (
            {"restored_at": "customfield_1"},
            "fields.restored_at needs a date field, and customfield_1 (Story Points) is of type number.",
        ),
        (
            {"detected_at": "customfield_99"},
            "fields.detected_at names the field customfield_99, which this Jira does not have.",
        ),
        (
            {"colour": "summary"},
            "fields.colour is not a name that a metric knows; use one of commit_date, deployed_at, "
            "environment, detected_at, restored_at, failed, impediment, story_points.",
        ),
        (
            {"detected_at": "customfield_4", "restored_at": "customfield_4"},
            "fields.restored_at and fields.detected_at name the same field customfield_4.",
        ),
    ],
)
def test_each_mapping_that_cannot_work_gets_its_sentence(mapping: dict[str, str], sentence: str) -> None:
    """Wrong type, no such field, a name nobody knows, one field for two meanings."""
    assert validate(mapping, FIELDS) == (sentence,)


def test_a_name_of_an_incident_rule_is_harmless() -> None:
    """No metric reads it, unless its field is missing; it may share its field with another name."""
    mapping = {"severity": "customfield_1", "story_points": "customfield_1", "gone": "customfield_99"}

    assert [(one.name, one.harmless) for one in problems(mapping, FIELDS)] == [
        ("severity", True),
        ("gone", False),
    ]


def test_what_a_mapping_makes_better() -> None:
    """Points need their field, restoration only gets better by one; all metrics that are named exist."""
    known = {metric.id for metric in ALL_METRICS}

    assert LOGICAL["story_points"].required == ("flow_velocity_points",)
    assert "time_to_restore" in LOGICAL["restored_at"].optional
    assert {metric for field in LOGICAL_FIELDS for metric in field.metrics} <= known
