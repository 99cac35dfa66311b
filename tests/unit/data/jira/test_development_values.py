"""Values of the development field: what Java prints, with JSON in it; counts and states, never more."""

import json
from typing import Any

import pytest

from data.jira.development_values import looks_like_development, read_development
from data.model.tables import DEVELOPMENT_KINDS, MISSING, Development, Environment
from tests.support.rows import at

LAST = "2026-03-05T10:00:00.000+0100"
PULLS = {"count": 3, "lastUpdated": LAST, "stateCount": 2, "state": "MERGED", "open": False}
COMMITS = {"count": 9, "lastUpdated": LAST}
PLACES = {
    "count": 2,
    "lastUpdated": LAST,
    "topEnvironments": [
        {"title": "Production", "status": "DEPLOYED", "lastUpdated": "2026-03-05T08:00:00.000+0000"},
        {"title": "Staging"},
    ],
    "successfulCount": 1,
}


def document(**kinds: Any) -> str:
    summary = {
        kind.replace("_", "-"): {"overall": told, "byInstanceType": {}} for kind, told in kinds.items()
    }
    return json.dumps({"cachedValue": {"errors": [], "summary": summary}, "isStale": True})


def cloud(**kinds: Any) -> str:
    return f"{{pullrequest={{dataType=pullrequest, state=MERGED}}, json={document(**kinds)}}}"


def data_center(**kinds: Any) -> str:
    bean = "com.atlassian.jira.plugin.devstatus.rest.SummaryBean@1b[summary={},errors=[],configErrors=[]]"
    return f"{{summaryBean={bean}, devSummaryJson={document(**kinds)}}}"


def read(*values: Any) -> tuple[dict[str, Development], bool]:
    found, odd = read_development(values)
    return {DEVELOPMENT_KINDS[each.kind]: each for each in found}, odd


def of(kind: str, *told: Any, **more: Any) -> Development:
    return Development(DEVELOPMENT_KINDS.index(kind), *told, **more)


@pytest.mark.parametrize("written", [cloud, data_center])
def test_what_both_kinds_of_jira_say(written: Any) -> None:
    """In the order of the kinds, without those of which there is nothing."""
    text = written(deployment_environment=PLACES, repository=COMMITS, pullrequest=PULLS, branch={"count": 0})
    merged = of("pullrequest", 3, "MERGED", 2, at("2026-03-05T09:00"))
    places = (Environment("Production", "DEPLOYED", at("2026-03-05T08:00")), Environment("Staging"))

    assert read_development([text]) == (
        (
            merged,
            of("repository", 9, at=at("2026-03-05T09:00")),
            of("deployment-environment", 2, "", 1, at("2026-03-05T09:00"), places),
        ),
        False,
    )


@pytest.mark.parametrize("value", [None, "", " ", "{}", {}, cloud(), data_center(build={"count": 0})])
def test_without_code_there_is_nothing_and_nothing_odd(value: Any) -> None:
    assert read_development([value]) == ((), False)


@pytest.mark.parametrize(
    ("told", "done"),
    [
        ({"count": 4, "state": "OPEN", "stateCount": 3, "details": {"mergedCount": 1, "total": 4}}, 1),
        ({"count": 4, "state": "OPEN", "stateCount": 3}, 0),
        ({"count": 4, "state": "MERGED", "stateCount": 3}, 3),
        ({"count": 4, "successfulBuildCount": 2, "failedBuildCount": 2}, 2),
        ({"count": 4, "details": {"mergedCount": "one"}}, 0),
    ],
)
def test_how_many_are_done(told: dict[str, Any], done: int) -> None:
    found, _ = read(cloud(pullrequest=told))

    assert found["pullrequest"].done == done


@pytest.mark.parametrize(
    "value",
    [
        "a remark that somebody typed",
        "{repository={count=9, dataType=repository}}",
        cloud(repository=COMMITS)[:-30],
        "{json={}}",
        "{json={" + '"cachedValue": 1}}',
        cloud(repository={"count": "nine"}),
        cloud(repository={"count": -1}),
        cloud(repository={"count": True}),
        cloud(repository=[]),
        cloud(repository={"count": 1, "lastUpdated": "in spring"}),
        "son={" * 50_000,
        'json={"cachedValue":' + "[" * 100_000,
        17,
        ["x"],
    ],
)
def test_what_cannot_be_read_is_told(value: Any) -> None:
    assert read(value)[1]


def test_one_odd_kind_costs_no_other() -> None:
    found, odd = read(cloud(repository={"count": "nine"}, pullrequest=PULLS, gossip={"overall": 1}))

    assert odd
    assert list(found) == ["pullrequest"]


def test_an_unreadable_instant_is_missing() -> None:
    found, odd = read(cloud(repository={"count": 1, "lastUpdated": "in spring"}))

    assert odd
    assert found["repository"] == of("repository", 1, at=MISSING)


def test_the_name_of_an_environment_is_not_taken_for_the_summary() -> None:
    """What Java prints stands before the JSON and may hold anything."""
    text = '{deployment-environment={title=json={"cachedValue":{"summary":{}}}}, json='
    found, odd = read(text + document(repository=COMMITS) + "}")

    assert (list(found), odd) == (["repository"], False)


def test_of_many_environments_the_first_twenty_are_kept() -> None:
    many = {"count": 50, "topEnvironments": [{"title": f"Stage {n}" * 90} for n in range(50)]}
    found, _ = read(cloud(deployment_environment=many))
    names = [each.name for each in found["deployment-environment"].environments]

    assert (len(names), max(map(len, names))) == (20, 200)


def test_two_fields_are_read_as_one() -> None:
    found, _ = read(cloud(repository=COMMITS), None, cloud(repository={"count": 1}, pullrequest=PULLS))

    assert (found["repository"].count, found["pullrequest"].count) == (9, 3)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (cloud(repository=COMMITS), True),
        (data_center(), True),
        ("{}", False),
        (None, False),
        ("a note about json={}", False),
        ({"cachedValue": {}}, False),
    ],
)
def test_the_field_is_known_by_its_values(value: Any, is_one: bool) -> None:
    assert looks_like_development(value) is is_one
