"""Deployment events from CSV and JSON: columns in any order, days beside instants, bad rows by their line."""

import json
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.intake.bad_entries import BadEntry
from data.intake.deployment_files import DEPLOYMENT_FORM
from data.intake.row_files import read_rows
from data.model.tables import MISSING, DeploymentRow
from tests.support.rows import at

NOW = at("2026-03-10T00:00")


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "input.bin"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refuse(entry: BadEntry) -> None:
    raise InputError(str(entry), hint="-")


def read(folder: Path, content: str | bytes) -> list[DeploymentRow]:
    return list(read_rows(DEPLOYMENT_FORM, file(folder, content), refuse, NOW))


EXPECTED = DeploymentRow(
    id="7",
    name="Seven",
    project="A",
    at=at("2026-03-02T10:00"),
    environment="production",
    failed=True,
    issues=("A-1", "A-2"),
)


@pytest.mark.parametrize(
    "content",
    [
        "id,name,project,deployed_at,environment,failed,issues\n"
        "7,Seven,A,2026-03-02T10:00:00Z,production,yes,A-1 A-2\n",
        "\ufeffid, deployed_at ,name,project,environment,failed,issues\n"
        '7,2026-03-02T10:00Z,Seven,A,production,1,"A-1,A-2"\n',
        "deployed_at,id,name,project,environment,failed,issues\r\n"
        " 2026-03-02T11:00+01:00,7,Seven,A,production,TRUE,A-1;A-2\r\n",
        json.dumps(
            {
                "id": 7,
                "name": "Seven",
                "project": "A",
                "deployed_at": "2026-03-02T10:00:00.000Z",
                "environment": "production",
                "failed": True,
                "issues": ["A-1", "A-2"],
            }
        ),
        '\n{"id":"7","name":"Seven","project":"A","deployed_at":1772445600000,'
        '"environment":"production","failed":"yes","issues":"A-1, A-2"}\n\n',
    ],
)
def test_deployments_as_csv_or_lines(content: str, tmp_path: Path) -> None:
    assert read(tmp_path, content) == [EXPECTED]


def test_a_line_is_a_line_whatever_characters_it_holds(tmp_path: Path) -> None:
    """U+2028 and U+0085 end a line for Python, not for JSON."""
    name = "one\u2028two\u0085three"
    content = json.dumps({"id": "1", "deployed_at": "2026-03-02T10:00Z", "name": name}, ensure_ascii=False)

    assert [each.name for each in read(tmp_path, content)] == [name]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (",2026-03-02T10:00Z,no", "missing"),
        ("1,,no", "missing"),
        ("1,2026-03-32,no", "2026-03-32"),
        ("1,02/03/2026,no", "neither an instant nor a day"),
        ("1,2026-W10,no", "neither an instant nor a day"),
        ("1,2026-03-11T00:00:01Z,no", "in the future"),
        ("1,2026-03-12,no", "in the future"),
        ("1,2099-01-01,no", "in the future"),
        ("1,2026-03-02,no,A-1,A-2", "more cells than there are columns"),
        ("1,2026-03-02T10:00Z,perhaps", "perhaps"),
    ],
)
def test_a_bad_row_is_told_with_its_line(line: str, word: str, tmp_path: Path) -> None:
    bad: list[BadEntry] = []
    content = f"id,deployed_at,failed\n{line}\n2,2026-03-02T10:00Z,no\n"
    found = list(read_rows(DEPLOYMENT_FORM, file(tmp_path, content), bad.append, NOW))

    assert [each.id for each in found] == ["2"]
    assert bad[0].place == "line 2"
    assert word in bad[0].reason


@pytest.mark.parametrize("day", ["2026-03-05", "2026-03-10", "2026-03-11"])
def test_a_day_stays_a_day(day: str, tmp_path: Path) -> None:
    """It has no instant; tomorrow may have begun elsewhere."""
    (row,) = read(tmp_path, f"id,deployed_at\n1,{day}\n")

    assert (row.at, row.day) == (MISSING, day)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_in_any_order_and_case(separator: str, tmp_path: Path) -> None:
    heads = ["Result", "COMMITS", "Deployed At", " Id", "issues", "colour"]
    cells = ["failed", "abc def", "2026-03-05", "7", "A-1 A-1 A-2", "blue"]
    (row,) = read(tmp_path, separator.join(heads) + "\n" + separator.join(cells) + "\n")

    assert row == DeploymentRow(
        id="7",
        name="7",
        project="",
        at=MISSING,
        environment="",
        failed=False,
        issues=("A-1", "A-2"),
        result="failed",
        day="2026-03-05",
        commits=("abc", "def"),
    )


def test_what_excel_writes(tmp_path: Path) -> None:
    """A line that names the separator, a byte order mark, and UTF-16 with tabs."""
    plain = "id;deployed_at\n1;2026-03-05\n"

    assert [row.id for row in read(tmp_path, "\ufeffsep=;\n" + plain)] == ["1"]
    assert [row.id for row in read(tmp_path, plain.replace(";", "\t").encode("utf-16"))] == ["1"]


def test_json_as_an_array_or_with_other_names(tmp_path: Path) -> None:
    one = {"ID": 1, "Deployed-At": "2026-03-05", "issues": ["A-1"], "commits": ["abc"], "result": None}
    rows = read(tmp_path, json.dumps([one, {**one, "ID": 2}], indent=1))

    assert [(row.id, row.day, row.issues, row.commits, row.result) for row in rows] == [
        ("1", "2026-03-05", ("A-1",), ("abc",), ""),
        ("2", "2026-03-05", ("A-1",), ("abc",), ""),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Summary,Issue key\nx,A-1\n", "is Jira's CSV export and has no columns id and deployed_at"),
        ("id,deployed_at,ID\n1,2026-03-05,2\n", "has the column id twice"),
        ("<html><title>Log in</title></html>", "is a login page"),
        ("id,deployed_at,name\n1,2026-03-05,Gr\u00fcn\n".encode("latin-1"), "byte 0xFC at place 36"),
    ],
)
def test_files_that_are_something_else(content: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("entry", "words", "option"),
    [
        ({"id": "1", "key": "A-1", "fields": {}}, "is an issue and not a deployment", "FILE"),
        ({"id": "1", "name": "1.0", "released": True, "archived": False}, "is a version", "--versions"),
        ({"id": "1", "name": "Done", "statusCategory": {}}, "is a status", "--statuses"),
    ],
)
def test_the_option_that_fits_is_named(entry: dict, words: str, option: str, tmp_path: Path) -> None:
    bad: list[BadEntry] = []
    rows = list(read_rows(DEPLOYMENT_FORM, file(tmp_path, json.dumps([entry])), bad.append, NOW))

    assert rows == []
    assert words in bad[0].reason
    assert option in bad[0].remedy
