"""Fields proposed from names, types, fill, values and the changelog; nothing doubtful is chosen."""

import json

import pytest

from data.jira.issue_rows import custom_fields, read_status
from data.mapping.field_proposals import (
    FieldProposals,
    FieldSample,
    Proposal,
    candidate_fields,
    likeness_of,
    may_be_chosen,
    propose,
    propose_all,
)
from data.model.logical_fields import LOGICAL
from tests.support.builders import issue, status_list, when
from tests.support.rows import read_issue

FIELDS = [
    {"id": "customfield_1", "name": "Story Points", "schema": {"type": "number", "custom": "x"}},
    {"id": "customfield_2", "name": "Points of contact", "schema": {"type": "string", "custom": "x"}},
    {"id": "customfield_3", "name": "Old story points", "schema": {"type": "number", "custom": "x"}},
    {"id": "customfield_4", "name": "Deployment date", "schema": {"type": "datetime", "custom": "x"}},
    {"id": "customfield_5", "name": "Planned deployment date", "schema": {"type": "date", "custom": "x"}},
    {"id": "customfield_6", "name": "Im Einsatz seit", "schema": {"type": "date", "custom": "x"}},
    {"id": "customfield_7", "name": "Environment", "schema": {"type": "option", "custom": "x"}},
    {"id": "resolutiondate", "name": "Resolved", "schema": {"type": "datetime", "system": "resolutiondate"}},
    {"name": "Without an id", "schema": {"type": "number"}},
]
IDS = custom_fields([str(field.get("id", "")) for field in FIELDS])


def sample(*issues: dict) -> FieldSample:
    """The rows of issues with all their custom values."""
    rows = [read_issue(json.dumps(one).encode(), IDS) for one in issues]
    return FieldSample(rows, tuple(map(read_status, status_list())))


def done(number: int, **fields: object) -> dict:
    """A story that was worked on from the 2nd to the 5th of March."""
    moves = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]
    return issue(f"A-{number}", created="2026-03-01", history=moves, **fields)


def of(name: str, *issues: dict) -> FieldProposals:
    return propose(name, FIELDS, sample(*issues))


@pytest.mark.parametrize(
    ("field", "offered"),
    [
        ({"id": "created", "schema": {"type": "datetime", "system": "created"}}, False),
        (
            {
                "id": "statuscategorychangedate",
                "name": "Status Category Changed",
                "schema": {"type": "datetime", "system": "statuscategorychangedate"},
            },
            False,
        ),
        ({"id": "duedate", "name": "Due", "custom": False, "schema": {"type": "date"}}, False),
        ({"id": "customfield_8", "name": "Due Date", "schema": {"type": "date", "custom": "x"}}, False),
        ({"id": "customfield_8", "name": "RESOLVED", "schema": {"type": "date", "custom": "x"}}, False),
        (
            {
                "id": "customfield_8",
                "name": "[CHART] Date of First Response",
                "schema": {
                    "type": "datetime",
                    "custom": "com.atlassian.jira.ext.charting:firstresponsedate",
                },
            },
            False,
        ),
        ({"id": "customfield_8", "name": "Resolved on site", "schema": {"type": "date"}}, True),
        ({"id": "customfield_4", "name": "Deployment date", "schema": {"type": "datetime"}}, True),
        ({"id": "customfield_7", "name": "Deployment date", "schema": {"type": "number"}}, False),
    ],
)
def test_stamps_of_jira_are_never_offered(field: dict[str, object], offered: bool) -> None:
    """Neither proposed nor in the list, for any name that is a date."""
    for name in ("commit_date", "deployed_at", "detected_at", "restored_at"):
        assert may_be_chosen(LOGICAL[name], field) is offered
    assert offered or not propose("deployed_at", [field]).candidates


def test_a_usual_name_with_values_that_agree_is_certain() -> None:
    """Five stories, each filled with a small number: 0.4 + 0.35 + 0.15 + 0.1 = 1."""
    found = of("story_points", *(done(n, customfield_1=n + 0.5) for n in range(5)))

    assert found.best == Proposal(
        "customfield_1",
        "Story Points",
        1.0,
        (
            "its name is a usual one",
            "filled in 5 of 5 issues of the types that use it",
            "5 of 5 values are of the kind number",
            "5 of 5 are whole or half numbers from 0 to 100",
        ),
        ("0.5", "1.5", "2.5"),
        "A-0",
        filled=5,
        askable=5,
    )
    assert found.chosen == found.best


def test_a_name_alone_is_never_chosen() -> None:
    """Without a sample the usual name gives 0.4: shown, and doubtful."""
    found = propose("story_points", FIELDS)

    assert found.best is not None
    assert (found.best.field, found.best.confidence) == ("customfield_1", 0.4)
    assert found.best.reasons == ("its name is a usual one", "no issue of the sample has a value")
    assert found.doubtful
    assert found.chosen is None


def test_few_values_count_for_less() -> None:
    """One value of five: 0.4 + 0.6 / 5 = 0.52."""
    found = of("story_points", done(1, customfield_1=3))

    assert found.best is not None
    assert found.best.confidence == pytest.approx(0.52)
    assert "fewer than 5 values were met" in found.best.reasons


def test_the_changelog_tells_the_date_from_its_plan() -> None:
    """Deployed a day after done; planned two months before: the same words, another life."""
    issues = [
        done(n, customfield_4=when("2026-03-06"), customfield_5="2026-01-05", customfield_6="2026-03-06")
        for n in range(6)
    ]

    found = of("deployed_at", *issues)

    # 0.4 + 0.6; no name, 0.6; half of 2 * 1 / 3 is 0.333, 0.4 * 0.333 + 0.15 + 0.1 = 0.383
    assert [(one.field, one.confidence) for one in found.candidates] == [
        ("customfield_4", 1.0),
        ("customfield_6", 0.6),
        ("customfield_5", 0.383),
    ]
    assert (
        "6 of 6 lie close to the issue's move into done, or some days after it" in found.candidates[0].reasons
    )
    assert (
        "0 of 6 lie close to the issue's move into done, or some days after it" in found.candidates[2].reasons
    )
    assert found.candidates[0].samples == ("2026-03-06 00:00 UTC",)
    assert not found.doubtful


def test_agreement_is_averaged_over_the_sample() -> None:
    """Half of the dates contradict: 0.4 + 0.35 / 2 + 0.25 = 0.825."""
    days = ["2026-03-06"] * 3 + ["2026-01-05"] * 3

    found = of("deployed_at", *(done(n, customfield_4=when(day)) for n, day in enumerate(days)))

    assert found.best is not None
    assert found.best.confidence == pytest.approx(0.825)


def test_fill_is_reckoned_over_the_types_that_use_the_field() -> None:
    """Nobody fills an incident's field in a story; five of ten incidents are a half."""
    incidents = [issue(f"I-{n}", type="Incident", customfield_7={"value": "Production"}) for n in range(5)]
    empty = [issue(f"I-{n}", type="Incident") for n in range(5, 10)]

    found = of("environment", *incidents, *empty, *(done(n) for n in range(30)))

    assert found.best is not None
    assert found.best.confidence == pytest.approx(0.95)
    assert "filled in 5 of 10 issues of the types that use it" in found.best.reasons


def test_close_candidates_are_for_somebody_to_tell_apart() -> None:
    """Both likely, neither chosen."""
    first = Proposal("a", "A", 0.95, ())

    assert FieldProposals("failed", (first, Proposal("b", "B", 0.86, ()))).doubtful
    assert not FieldProposals("failed", (first, Proposal("b", "B", 0.85, ()))).doubtful
    assert FieldProposals("failed", (Proposal("a", "A", 0.69, ()),)).doubtful
    assert FieldProposals("failed").best is None
    assert FieldProposals("failed").doubtful


def test_standard_dates_and_wrong_types_are_no_candidates() -> None:
    """When Jira resolved an issue says nothing of a deployment; a contact is not a number."""
    assert candidate_fields(FIELDS) == tuple(f"customfield_{n}" for n in range(1, 8))
    assert "customfield_2" not in {one.field for one in propose("story_points", FIELDS).candidates}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textarea"},
        {"type": "array", "items": "user", "custom": "x"},
        {"type": "array", "items": "json", "custom": "x"},
        {"type": "string", "system": "description"},
        "not a schema",
        None,
    ],
)
def test_prose_and_people_are_not_asked_for(schema: object) -> None:
    """Whatever the field is called: its values would leave Jira for nothing."""
    assert candidate_fields([{"id": "customfield_9", "name": "Deployment notes", "schema": schema}]) == ()


def test_what_may_be_private_is_hidden() -> None:
    """Addresses, long words and long texts do not reach the page."""
    texts = ["ask robin@example.com", "x" * 25, "production " * 9]
    issues = [done(n, customfield_7={"value": texts[n % 3]}) for n in range(6)]

    found = of("environment", *issues)

    assert found.best is not None
    assert found.best.samples == ("ask ***", "***", "production production productio\u2026")


@pytest.mark.parametrize(
    ("name", "title", "likeness"),
    [
        ("detected_at", "Incident detected at", 1),
        ("story_points", "Story point estimate", 1),
        ("story_points", "Old story points", 0.4),
        ("environment", "Target environment", 1),
        ("environment", "Test environment", 1 / 3),
        ("commit_date", "Commitment", 0),
        ("story_points", "", 0),
    ],
)
def test_likeness_counts_shared_words(name: str, title: str, likeness: float) -> None:
    """Without fillers and plurals; a word of doubt halves it."""
    assert likeness_of(LOGICAL[name], title) == pytest.approx(likeness)


def test_every_logical_name_gets_an_answer() -> None:
    """Also over a Jira without any field."""
    assert list(propose_all(FIELDS)) == list(LOGICAL)
    assert all(found.best is None for found in propose_all([]).values())
