"""Field mapping: checked by type with a sentence, proposed with reasons."""

from data.field_mapper import create_field_mapping_index, metrics_of, propose, validate

FIELDS = [
    {"id": "customfield_1", "name": "Story Points", "schema": {"type": "number"}},
    {"id": "customfield_2", "name": "Points of contact", "schema": {"type": "string"}},
    {"id": "customfield_3", "name": "Old story points", "schema": {"type": "number"}},
    {"id": "customfield_4", "name": "Service restored", "schema": {"type": "datetime"}},
    {"id": "summary", "name": "Summary"},
]


def sample(**values: object) -> dict:
    return {"id": "1", "key": "A-1", "fields": values}


def test_index_answers_in_both_directions() -> None:
    """The helper gives the index over the profile's mapping."""
    index = create_field_mapping_index({"story_points": "customfield_1"})

    assert index.get_jira_field("story_points") == "customfield_1"
    assert index.get_logical_name("customfield_1") == "story_points"


def test_a_mapping_that_works_says_nothing() -> None:
    """Right types, known fields; an empty id is not mapped."""
    assert validate({"story_points": "customfield_1", "restored_at": ""}, FIELDS) == ()


def test_each_mapping_that_cannot_work_gets_its_sentence() -> None:
    """A field of the wrong type, one that does not exist, and a name nobody knows."""
    wrong = {"restored_at": "customfield_1", "detected_at": "customfield_99", "colour": "summary"}

    sentences = validate(wrong, FIELDS)

    assert [sentence.split(" ")[0] for sentence in sentences] == [f"fields.{name}" for name in wrong]
    assert "needs a date field" in sentences[0]
    assert "customfield_99" in sentences[1]
    assert all(sentence.endswith(".") for sentence in sentences)


def test_the_best_proposal_is_the_one_with_name_and_values() -> None:
    """A usual name and filled values beat a name that only holds it; wrong types are out."""
    issues = [sample(customfield_1=3, customfield_3=None), sample(customfield_1=5.5, customfield_2="Robin")]

    proposals = propose("story_points", FIELDS, issues)

    assert [proposal.field for proposal in proposals] == ["customfield_1", "customfield_3"]
    assert proposals[0].confidence == 1
    assert proposals[0].reasons == (
        "its name is like 'story points'",
        "filled in 2 of 2 issues",
        "2 of 2 values are of the kind number",
    )


def test_without_a_likely_name_nothing_is_proposed() -> None:
    """A guess is no proposal."""
    assert propose("environment", FIELDS, []) == ()


def test_what_a_mapping_makes_better() -> None:
    """Known names tell their metrics, unknown ones none."""
    assert metrics_of("story_points") == ("flow_velocity_points",)
    assert metrics_of("colour") == ()
