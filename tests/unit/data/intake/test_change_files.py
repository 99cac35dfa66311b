"""Changes and incidents from files: which columns mean what, and what makes a row a bad one."""

import json
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.intake.bad_entries import BadEntry
from data.intake.change_files import CHANGE_FORM
from data.intake.incident_files import INCIDENT_FORM
from data.intake.row_files import RowForm, read_rows
from data.model.changes import ChangeRow, IncidentRow
from data.model.tables import MISSING
from tests.support.rows import at

NOW = at("2026-03-10T00:00")


def read(form: RowForm, folder: Path, content: str) -> tuple[list, list[BadEntry]]:
    path, bad = folder / "input.bin", []
    path.write_text(content, encoding="utf-8")
    return list(read_rows(form, path, bad.append, NOW)), bad


CHANGE = ChangeRow(
    id="shop#12",
    project="A",
    issues=("A-1", "A-2"),
    first_commit_at=at("2026-03-01T08:00"),
    opened_at=at("2026-03-02T08:00"),
    first_review_at=MISSING,
    merged_at=at("2026-03-03T08:00"),
    commits=("aaaaaaa1", "bbbbbbb2"),
    deployments=("7",),
    name="Pay by card",
    service="shop",
)


@pytest.mark.parametrize(
    "content",
    [
        "id,project,issues,first_commit_at,opened_at,first_review_at,merged_at,commits,deployment,name\n"
        "shop#12,A,A-1 A-2,2026-03-01T08:00Z,2026-03-02T08:00Z,,2026-03-03T09:00+01:00,"
        '"aaaaaaa1,bbbbbbb2",7,Pay by card\n',
        json.dumps(
            {
                "id": "shop#12",
                "project": "A",
                "issues": ["A-1", "A-2"],
                "first_commit_at": "2026-03-01T08:00:00.000Z",
                "opened_at": 1772438400000,
                "merged_at": "2026-03-03T08:00Z",
                "commits": ["aaaaaaa1", "bbbbbbb2"],
                "deployment": "7",
                "name": "Pay by card",
            }
        ),
    ],
)
def test_changes_as_csv_or_lines(content: str, tmp_path: Path) -> None:
    assert read(CHANGE_FORM, tmp_path, content) == ([CHANGE], [])


@pytest.mark.parametrize(
    ("identity", "project", "service"),
    [("shop#12", "A", "shop"), ("group/shop#1", "A", "group/shop"), ("12", "A", "A"), ("12", "", "")],
)
def test_what_is_deployed_as_one_is_the_repository_else_the_project(
    identity: str, project: str, service: str, tmp_path: Path
) -> None:
    (row,), _ = read(CHANGE_FORM, tmp_path, f"id,project,merged_at\n{identity},{project},2026-03-05\n")

    assert (row.service, row.merged_at) == (service, at("2026-03-05"))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (",2026-03-02T10:00Z", "id is missing"),
        ("1,", "it has no instant"),
        ("1,2026-03-32", "merged_at is '2026-03-32'"),
        ("1,2026-03-12", "in the future"),
        ("1,2026-03-02,A-1", "more cells than there are columns"),
    ],
)
def test_a_bad_change_is_told_with_its_line(line: str, word: str, tmp_path: Path) -> None:
    found, bad = read(CHANGE_FORM, tmp_path, f"id,merged_at\n{line}\n2,2026-03-02T10:00Z\n")

    assert [row.id for row in found] == ["2"]
    assert (bad[0].place, word in bad[0].reason) == ("line 2", True)


def test_incidents_as_csv(tmp_path: Path) -> None:
    """One that goes on has no end."""
    content = (
        "id,project,detected_at,restored_at,deployment,issues,name\n"
        "9,A,2026-03-05T10:00Z,2026-03-05T12:00Z,7,A-3,No payments\n"
        "10,A,2026-03-06,,,,\n"
    )

    assert read(INCIDENT_FORM, tmp_path, content)[0] == [
        IncidentRow("9", "A", at("2026-03-05T10:00"), at("2026-03-05T12:00"), "7", ("A-3",), "No payments"),
        IncidentRow("10", "A", at("2026-03-06"), MISSING),
    ]


@pytest.mark.parametrize(
    ("form", "entry", "option"),
    [
        (CHANGE_FORM, {"id": "1", "deployed_at": "2026-03-05"}, "--deployments"),
        (CHANGE_FORM, {"id": "1", "detected_at": "2026-03-05"}, "--incidents"),
        (INCIDENT_FORM, {"id": "1", "merged_at": "2026-03-05"}, "--changes"),
    ],
)
def test_the_option_that_fits_is_named(form: RowForm, entry: dict, option: str, tmp_path: Path) -> None:
    rows, (bad,) = read(form, tmp_path, json.dumps([entry]))

    assert rows == []
    assert option in bad.remedy


def test_a_table_without_the_needed_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no columns id and merged_at"):
        read(CHANGE_FORM, tmp_path, "id,opened_at\n1,2026-03-05\n")
