"""Values that agree with the life of their issue, and values that contradict it."""

import pytest

from data.jira.issue_rows import read_status
from data.mapping.field_agreement import Categories, Life, agreement, expectation, life_of, span_of
from data.model.logical_fields import LOGICAL_FIELDS
from tests.support.builders import issue, status_list
from tests.support.rows import at, row

CATEGORIES = Categories(map(read_status, status_list()))
LIFE = Life(at("2026-03-01"), at("2026-03-05"), at("2026-03-10"))
OPEN_LIFE = Life(at("2026-03-01"), None, None)


@pytest.mark.parametrize(
    ("history", "started", "completed"),
    [
        ([("2026-03-02", "Doing"), ("2026-03-05", "Done")], "2026-03-02", "2026-03-05"),
        (
            [
                ("2026-03-02", "Doing"),
                ("2026-03-03", "Done"),
                ("2026-03-04", "Doing"),
                ("2026-03-06", "Done"),
            ],
            "2026-03-02",
            "2026-03-06",
        ),
        ([("2026-03-02", "Doing")], "2026-03-02", None),
        ([("2026-03-04", "Done")], None, "2026-03-04"),
        ([], None, None),
    ],
)
def test_the_life_of_an_issue_is_read_off_its_changelog(
    history: list[tuple], started: str | None, completed: str | None
) -> None:
    """Started at the first status in progress, completed with the final run of done."""
    life = life_of(row(issue("A-1", created="2026-03-01", history=history)), CATEGORIES)

    assert life == Life(at("2026-03-01"), started and at(started), completed and at(completed))


def test_without_moves_the_resolution_date_tells() -> None:
    """As for the metrics: done without any entry is completed when it was resolved."""
    done = issue("A-1", created="2026-03-01", first="Done", resolutiondate="2026-03-04")

    assert life_of(row(done), CATEGORIES).completed == at("2026-03-04")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("commit_date", at("2026-03-05"), 1.0),
        ("commit_date", at("2026-03-10"), 1.0),
        ("commit_date", "2026-03-04", 1.0),  # a day of slack
        ("commit_date", at("2026-03-01"), 0.5),  # four days early: half way from 1 to 7
        ("commit_date", at("2026-03-17"), 0.0),
        ("deployed_at", at("2026-03-10"), 1.0),
        ("deployed_at", at("2026-03-17"), 1.0),  # the next weekly release
        ("deployed_at", at("2026-03-31"), 0.5),  # 21 days: half way from 7 to 35
        ("deployed_at", at("2026-03-06"), 0.5),  # four days before: half way from 1 to 7
        ("deployed_at", at("2026-03-01"), 0.0),
        ("deployed_at", "2026-04-14", 0.0),
        ("detected_at", at("2026-02-28"), 1.0),
        ("detected_at", at("2026-03-05"), 0.5),
        ("detected_at", at("2026-03-08"), 0.0),
        ("restored_at", "2026-03-10", 1.0),
        ("restored_at", at("2026-03-06"), 0.5),
        ("restored_at", at("2026-02-20"), 0.0),  # over before it began
        ("environment", "Production EU", 1.0),
        ("environment", ("staging", "Paris"), 0.5),
        ("environment", "Internet Explorer", 0.0),
        ("failed", "No", 1.0),
        ("failed", "Purple", 0.0),
        ("story_points", 0.0, 1.0),
        ("story_points", 2.5, 1.0),
        ("story_points", 2.7, 0.0),
        ("story_points", -1.0, 0.0),
        ("story_points", 100.5, 0.0),
    ],
)
def test_agreement_with_a_finished_issue(name: str, value: object, expected: float) -> None:
    """Started on the 5th, completed on the 10th: near is 1, far is 0, half way between is a half."""
    assert agreement(name, value, LIFE) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("commit_date", at("2026-03-05")),
        ("deployed_at", at("2026-03-05")),
        ("restored_at", at("2026-03-05")),
        ("detected_at", "soon"),
        ("story_points", "many"),
        ("environment", 3.0),
    ],
)
def test_what_cannot_be_told_is_left_open(name: str, value: object) -> None:
    """An issue that never started says nothing of commits; text says nothing as a date."""
    assert agreement(name, value, OPEN_LIFE) is None


@pytest.mark.parametrize("text", ["2026-02-30", "2026-W10-1", "20260301", "soon", None, 2.0])
def test_what_is_no_date_has_no_span(text: object) -> None:
    """Only civil dates and instants are dates."""
    assert span_of(text) is None


def test_every_logical_name_has_a_rule_and_words_for_it() -> None:
    """A new logical name cannot be forgotten here."""
    assert all(expectation(field.name) for field in LOGICAL_FIELDS)
    assert all(agreement(field.name, None, LIFE) in (None, 0.0) for field in LOGICAL_FIELDS)
