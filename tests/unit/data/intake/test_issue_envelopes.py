"""Issues come out of what they are wrapped in; what is not an issue says what it is."""

import json
from typing import Any

import pytest

from data.intake.issue_envelopes import NoIssue, cut_by_powershell, unwrapped, what_else
from tests.support.builders import changelog, entry, issue, status_item, version

ISSUE = issue("A-1")


def inside(value: Any) -> list[Any] | NoIssue | None:
    found = unwrapped(json.dumps(value).encode())
    return [json.loads(bytes(each)) for each in found] if isinstance(found, list) else found


@pytest.mark.parametrize(
    "value",
    [
        [ISSUE],
        {"issues": [ISSUE], "total": 1},
        {"values": [ISSUE], "isLast": True},
        {"webhookEvent": "jira:issue_updated", "issue": ISSUE, "changelog": {"id": "1", "items": []}},
        {"id": 2, "timestamp": 1, "issue": ISSUE},
        {"type": "RECORD", "stream": "issues", "record": ISSUE, "time_extracted": "2026-03-02T10:00:00Z"},
        {"type": "RECORD", "record": {"stream": "issues", "data": ISSUE, "emitted_at": 1}},
        {"type": "RECORD", "record": {"data": ISSUE}},
        {"_airbyte_ab_id": "x", "_airbyte_emitted_at": 1, "_airbyte_data": ISSUE},
        {"_airbyte_ab_id": "x", "_airbyte_data": json.dumps(ISSUE)},
    ],
)
def test_what_issues_are_wrapped_in(value: Any) -> None:
    assert inside(value) == [ISSUE]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "SCHEMA", "stream": "issues", "schema": {}},
        {"type": "STATE", "value": {}},
        {"type": "LOG", "log": {"level": "INFO", "message": "x"}},
        {"type": "RECORD", "stream": "users", "record": {"id": "1"}},
        {"type": "RECORD", "record": {"stream": "sprint_issues", "data": {**ISSUE, "id": "7-10001"}}},
        {"issues": []},
    ],
)
def test_what_holds_no_issue_and_is_no_fault(value: Any) -> None:
    assert inside(value) == []


@pytest.mark.parametrize(
    ("value", "reason", "remedy"),
    [
        (
            {"errorMessages": ["The value 'X' does not exist."], "errors": {}},
            "The value 'X' does not exist",
            "",
        ),
        ({"errorMessages": [], "errors": {"jql": "Bad."}}, '"jql: Bad"', "Correct the request"),
        ({"code": 401, "message": "Unauthorized"}, '"Unauthorized"', "Correct the request"),
        ({"key": "A-1", "fields": {}}, "has no id; jira-cli", "jira issue view KEY --raw"),
        ({"id": "1", "key": "A-1", "summary": "x"}, "it has no fields", "fields=*all"),
        ({"id": "1"}, "it has no key and no fields", "fields=*all"),
        ({"id": "1", "name": "Done", "statusCategory": {}}, "is a status", "--statuses"),
        (version(1, "1.0"), "is a version", "--versions"),
        ({"id": "1", "deployed_at": "2026-03-02"}, "is a deployment", "--deployments"),
        (entry(1, "2026-03-02T10:00"), "is a history without its issue", "expand=changelog"),
        ({"name": "x"}, "it has no id and no key and no fields", ""),
        (7, "is not a JSON object", ""),
        ({"issues": {"a": 1}}, "is a search answer whose issues are not a list", ""),
    ],
)
def test_what_is_not_an_issue(value: Any, reason: str, remedy: str) -> None:
    found = inside(value)

    assert isinstance(found, NoIssue)
    assert reason in found.reason
    assert remedy in found.remedy


def test_an_issue_whose_members_are_odd_is_left_to_its_reader() -> None:
    assert inside({"id": {}, "key": "A-1", "fields": {}}) is None
    assert what_else(7) is None


def test_what_powershell_cuts() -> None:
    """At depths 2 to 5 of an answer; a summary that only looks like it is fine."""
    log = changelog([entry(1, "2026-03-02T10:00", status_item(("To Do", "10001"), ("Doing", "10002")))])
    whole = {**ISSUE, "changelog": log}
    cut = [
        {**whole, "fields": "@{summary=x}"},
        {**whole, "changelog": "@{startAt=0; histories=System.Object[]}"},
        {**whole, "changelog": {"histories": "System.Object[]"}},
        {**whole, "changelog": {"histories": ["@{id=1; items=System.Object[]}"]}},
        {**whole, "changelog": {"histories": [{**log["histories"][0], "items": "System.Object[]"}]}},
        {**whole, "changelog": {"histories": [{**log["histories"][0], "items": ["@{field=status}"]}]}},
        {**whole, "fields": {**ISSUE["fields"], "status": "@{name=Done}"}},
    ]
    fine = {**whole, "fields": {**ISSUE["fields"], "summary": "@{x} and System.Object[]"}}

    assert all(cut_by_powershell(json.dumps(each).encode()) for each in cut)
    found = cut_by_powershell(json.dumps(cut[0]).encode())
    assert found is not None
    assert "-Depth 20" in found.remedy
    assert cut_by_powershell(json.dumps(fine).encode()) is None
