"""What a file is, is told by its content; what is wrong with it, by its place."""

import gzip
import json
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.intake.bad_entries import BadEntry
from data.intake.import_files import read_issues, read_statuses, read_versions
from tests.support.builders import issue, status_list, version
from tests.support.rows import row

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


def test_what_is_not_an_issue_is_called_an_entry(tmp_path: Path) -> None:
    """A version that stands where an issue should is not "issue 1"."""
    with pytest.raises(InputError) as refused:
        list(read_issues(file(tmp_path, json.dumps([version(1, "1.0")])), refuse))

    assert "input.bin, entry 1: is a version" in refused.value.message


def test_sprints_and_development_are_found_in_a_file(tmp_path: Path) -> None:
    """By their values, in whatever field they stand, from the first issue that has some."""
    sprint = "com.atlassian.greenhopper.service.sprint.Sprint@1[id=4,rapidViewId=1,state=CLOSED,name=Four]"
    code = '{devSummaryJson={"cachedValue":{"summary":{"repository":{"overall":{"count":2}}}}}}'
    raws = [
        issue("A-1", customfield_1="x"),
        issue("A-2", customfield_1=[sprint]),
        issue("A-3", customfield_2=code, customfield_1=["what is this"]),
        issue("A-4", customfield_3=[{"id": 5, "name": "Five", "state": "active", "boardId": 2}]),
        issue("A-5", customfield_2=code, customfield_1=[sprint]),
    ]
    found = list(read_issues(file(tmp_path, json.dumps(raws)), refuse))

    assert [[each.name for each in row.sprints] for row in found] == [[], ["Four"], [], ["Five"], ["Four"]]
    assert [[each.count for each in row.development] for row in found] == [[], [], [2], [], [2]]
    assert [row.malformed > 0 for row in found] == [False, False, True, False, False]


def test_statuses_and_versions(tmp_path: Path) -> None:
    """As lists, as the paged form of the same answer, plain or packed."""
    statuses, versions = status_list("Doing", "Done"), [version(1, "1.0", release_date="2026-03-02")]
    packed = gzip.compress(json.dumps({"values": versions, "isLast": True}).encode())

    assert [each.name for each in read_statuses(file(tmp_path, json.dumps(statuses)))] == ["Doing", "Done"]
    assert read_versions(file(tmp_path, packed)) == read_versions(file(tmp_path, json.dumps(versions)))
    assert read_versions(file(tmp_path, "[]")) == []


@pytest.mark.parametrize("indent", [None, 1, 2])
@pytest.mark.parametrize("head", [{}, {"expand": "schema", "startAt": 0}])
def test_a_search_answer_however_it_is_laid_out(tmp_path: Path, indent: int | None, head: dict) -> None:
    """On one line, over many, and with other members before the issues."""
    path = tmp_path / "answer"
    text = json.dumps({**head, "issues": ISSUES}, indent=indent)
    path.write_text(text.replace("{\n", "{", 1) if indent == 1 else text)
    found = [entry.key for entry in read_issues(path, refuse)]

    assert found == ["A-1", "A-2"]


def test_statuses_in_their_other_shapes(tmp_path: Path) -> None:
    """Of a project, by issue type; as pages whose categories are words; several of these in a file."""
    by_type = [{"id": "1", "name": "Story", "subtask": False, "statuses": status_list("Done")}]
    words = {"values": [{"id": "9", "name": "Odd", "statusCategory": "IN_PROGRESS"}], "isLast": True}
    found = read_statuses(file(tmp_path, json.dumps(by_type) + json.dumps(words)))

    assert [(each.name, each.category) for each in found] == [("Done", "done"), ("Odd", "indeterminate")]


@pytest.mark.parametrize(
    ("content", "words", "hint"),
    [
        ([version(1, "1.0")], "an entry is a version", "--versions"),
        ([issue("A-1")], "an entry is an issue", "FILE"),
        ([{"id": "1", "name": "Story", "subtask": False}], "an entry is not a status", "GET /status"),
        ({"errorMessages": ["No project 'X'."]}, "\"No project 'X'\"", "Correct the request"),
        (7, "an entry is not a status", "GET /status"),
    ],
)
def test_what_is_not_a_list_of_statuses(content: object, words: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        read_statuses(file(tmp_path, json.dumps([content] if content == 7 else content)))

    assert words in told.value.message
    assert hint in told.value.hint


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (f'{{"issues": [{json.dumps(ISSUES[0])}, {{}}]}}\n{{}}\n', ["line 1, entry 2", "line 2"]),
        (json.dumps([[ISSUES[0], {}], [{}, ISSUES[1]]]), ["entry 2", "entry 3"]),
        (json.dumps(ISSUES[0]) + json.dumps({}) + "\n", ["line 1, entry 2"]),
    ],
)
def test_places_inside_of_pages(content: str, places: list[str], tmp_path: Path) -> None:
    """By line and number inside of it, or by number in the file."""
    bad: list[BadEntry] = []
    list(read_issues(file(tmp_path, content), bad.append))

    assert [entry.place for entry in bad] == places
