"""Values of sprint fields: objects and what Java prints of them say the same; what is odd costs itself."""

import json
from typing import Any

import pytest

from data.jira.sprint_values import looks_like_sprints, read_sprints
from data.model.tables import MISSING, Sprint
from tests.support.rows import at

OBJECT = {
    "id": 12,
    "name": "Web 12, part [2]",
    "state": "CLOSED",
    "boardId": 3,
    "goal": "Ship, rest",
    "startDate": "2026-03-02T08:00:00.000Z",
    "endDate": "2026-03-13T16:00:00.000Z",
    "completeDate": "2026-03-13T17:30:00.000+0100",
}
TEXT = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1f2e3d[id=12,rapidViewId=3,state=CLOSED,"
    "name=Web 12, part [2],startDate=2026-03-02T09:00:00.000+01:00,endDate=2026-03-13T16:00:00.000Z,"
    "completeDate=2026-03-13T16:30:00.000Z,activatedDate=<null>,sequence=12,goal=Ship, id=99,name=no]"
)
# Other versions print the same in the order of the alphabet.
SORTED = (
    "com.atlassian.greenhopper.service.sprint.Sprint@428da144[completeDate=2026-03-13T16:30:00.000Z,"
    "endDate=2026-03-13T16:00:00.000Z,goal=Ship, rest,id=12,name=Web 12, part [2],rapidViewId=3,"
    "sequence=12,startDate=2026-03-02T08:00:00.000Z,state=CLOSED]"
)
TWELVE = Sprint(
    "12",
    "Web 12, part [2]",
    "closed",
    "3",
    at("2026-03-02T08:00"),
    at("2026-03-13T16:00"),
    at("2026-03-13T16:30"),
)


def read(*values: Any) -> tuple[tuple[Sprint, ...], bool]:
    return read_sprints(tuple(json.dumps(value).encode() for value in values))


@pytest.mark.parametrize("value", [OBJECT, [OBJECT], TEXT, [TEXT], [SORTED], [None, OBJECT, ""]])
def test_one_sprint_however_it_is_written(value: Any) -> None:
    assert read(value) == ((TWELVE,), False)


@pytest.mark.parametrize("value", [None, "", [], [None]])
def test_without_sprints_nothing_is_odd(value: Any) -> None:
    assert read(value) == ((), False)


def test_sprints_of_several_fields_stand_once_and_by_number() -> None:
    """9 is before 12, whatever text says; the same answer in another order gives the same."""
    nine = {**OBJECT, "id": 9, "name": "Nine"}
    found, odd = read([OBJECT, nine], [TEXT])

    assert [sprint.id for sprint in found] == ["9", "12"]
    assert not odd
    assert read([nine], [TEXT, OBJECT]) == (found, odd)


def test_one_that_has_not_begun_has_no_instants() -> None:
    text = "com.atlassian.greenhopper.service.sprint.Sprint@1[id=4,rapidViewId=<null>,state=FUTURE,name=Next"
    text += ",startDate=<null>,endDate=<null>,completeDate=<null>,sequence=4]"
    future = Sprint("4", "Next", "future", "", MISSING, MISSING, MISSING)

    assert read([text]) == ((future,), False)
    assert read([{"id": 4, "name": "Next", "state": "future"}]) == ((future,), False)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Web 12", []),
        (7, []),
        (True, []),
        ([{"name": "Web 12"}], []),
        ([{"id": None, "name": "Web 12"}, OBJECT], ["12"]),
        ([{**OBJECT, "id": True}], []),
        ([[OBJECT]], []),
        ("com.atlassian.greenhopper.service.sprint.Sprint@1[state=CLOSED,name=Web 12]", []),
        ([{**OBJECT, "startDate": "in spring"}], ["12"]),
        ([{**OBJECT, "endDate": {"a": 1}}], ["12"]),
        ([{**OBJECT, "completeDate": True}], ["12"]),
        ([TEXT.replace("2026-03-13T16:00", "yesterday")], ["12"]),
    ],
)
def test_what_cannot_be_read_is_told_and_costs_no_other(value: Any, kept: list[str]) -> None:
    found, odd = read(value)

    assert odd
    assert [sprint.id for sprint in found] == kept


def test_a_number_beyond_all_bounds_is_told() -> None:
    assert read_sprints((b'[{"id": 1e999}]',)) == ((), True)


def test_a_date_that_cannot_be_read_is_missing_and_the_others_stay() -> None:
    ((sprint,), odd) = read([{**OBJECT, "startDate": "in spring"}])

    assert odd
    assert (sprint.starts_at, sprint.ends_at) == (MISSING, at("2026-03-13T16:00"))


def test_long_names_are_cut() -> None:
    ((sprint,), _) = read([{**OBJECT, "name": "x" * 1_000}])

    assert sprint.name == "x" * 200


@pytest.mark.parametrize("value", [OBJECT, [OBJECT], [TEXT], SORTED])
def test_a_field_of_sprints_is_known_by_its_values(value: Any) -> None:
    assert looks_like_sprints(value)


@pytest.mark.parametrize(
    "value",
    [None, [], "Web 12", {"id": 1, "state": "open"}, [{"id": 1, "boardId": 2}], ["a[id=1,state=b]"], 5],
)
def test_no_other_field_is_taken_for_one(value: Any) -> None:
    assert not looks_like_sprints(value)
