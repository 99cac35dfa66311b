"""What a file is, is told by its content; what is wrong with it, by its place."""

import gzip
import json
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.import_files import BadEntry, read_deployments, read_issues, read_statuses, read_versions
from data.tables import DeploymentRow
from tests.builders import issue, status_list, version
from tests.rows import at, row

ISSUES = [issue("A-1", summary="line\u2028separator, ä and \u0085"), issue("A-2")]
LINES = "".join(json.dumps(raw, ensure_ascii=False) + "\n" for raw in ISSUES)


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "input.bin"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refuse(entry: BadEntry) -> None:
    raise InputError(str(entry), hint="-")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES.replace("\n", "\r\n"),
        LINES.rstrip("\n"),
        "\n\n" + LINES.replace("\n", "\n\n"),
        "\ufeff" + LINES,
        json.dumps(ISSUES),
        json.dumps(ISSUES, indent=2),
        "  " + json.dumps(ISSUES),
        json.dumps({"issues": ISSUES, "isLast": True}),
        json.dumps({"isLast": True, "issues": ISSUES}, indent=2),
        json.dumps({"startAt": 0, "total": 2, "issues": ISSUES}) + "\n",
    ],
)
def test_three_shapes_plain_or_packed(content: str, packed: bool, tmp_path: Path) -> None:
    data = gzip.compress(content.encode()) if packed else content.encode()

    assert list(read_issues(file(tmp_path, data), refuse)) == [row(raw) for raw in ISSUES]


def test_a_single_issue_over_many_lines(tmp_path: Path) -> None:
    found = list(read_issues(file(tmp_path, json.dumps(ISSUES[0], indent=2)), refuse))

    assert [each.key for each in found] == ["A-1"]


def test_bad_entries_are_told_with_their_place(tmp_path: Path) -> None:
    content = LINES + "\nnonsense\n{}\n" + LINES
    bad: list[BadEntry] = []
    found = list(read_issues(file(tmp_path, content), bad.append))

    assert [each.key for each in found] == ["A-1", "A-2", "A-1", "A-2"]
    assert [entry.place for entry in bad] == ["line 4", "line 5"]
    assert str(bad[0]).startswith("input.bin, line 4: is not JSON")
    assert "not a Jira issue" in bad[1].reason


def test_statuses_and_versions(tmp_path: Path) -> None:
    """As lists, as the paged form of the same answer, plain or packed."""
    statuses, versions = status_list("Doing", "Done"), [version(1, "1.0", release_date="2026-03-02")]
    packed = gzip.compress(json.dumps({"values": versions, "isLast": True}).encode())

    assert [each.name for each in read_statuses(file(tmp_path, json.dumps(statuses)))] == ["Doing", "Done"]
    assert read_versions(file(tmp_path, packed)) == read_versions(file(tmp_path, json.dumps(versions)))
    assert read_versions(file(tmp_path, "[]")) == []


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
    assert read_deployments(file(tmp_path, content), refuse) == [EXPECTED]


def test_a_line_is_a_line_whatever_characters_it_holds(tmp_path: Path) -> None:
    """U+2028 and U+0085 end a line for Python, not for JSON."""
    name = "one\u2028two\u0085three"
    content = json.dumps({"id": "1", "deployed_at": "2026-03-02T10:00Z", "name": name}, ensure_ascii=False)

    assert [each.name for each in read_deployments(file(tmp_path, content), refuse)] == [name]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (",2026-03-02T10:00Z,no", "missing"),
        ("1,,no", "missing"),
        ("1,2026-03-02,no", "2026-03-02"),
        ("1,2026-03-02T10:00Z,perhaps", "perhaps"),
    ],
)
def test_a_deployment_that_is_none(line: str, word: str, tmp_path: Path) -> None:
    bad: list[BadEntry] = []
    found = read_deployments(
        file(tmp_path, f"id,deployed_at,failed\n{line}\n2,2026-03-02T10:00Z,no\n"), bad.append
    )

    assert [each.id for each in found] == ["2"]
    assert bad[0].place == "line 2"
    assert word in bad[0].reason


@pytest.mark.parametrize("indent", [None, 1, 2])
@pytest.mark.parametrize("head", [{}, {"expand": "schema", "startAt": 0}])
def test_a_search_answer_however_it_is_laid_out(tmp_path: Path, indent: int | None, head: dict) -> None:
    """On one line, over many, and with other members before the issues."""
    path = tmp_path / "answer"
    text = json.dumps({**head, "issues": ISSUES}, indent=indent)
    path.write_text(text.replace("{\n", "{", 1) if indent == 1 else text)
    found = [entry.key for entry in read_issues(path, refuse)]

    assert found == ["A-1", "A-2"]
