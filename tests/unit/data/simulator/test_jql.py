"""The JQL subset: what it finds, in which order, and how it says no."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from data.simulator import catalogue as c
from data.simulator.jql import JqlError, parse
from data.simulator.model import DAY
from data.simulator.site import Site

from .conftest import ENDS_AT

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def site(world):
    return Site(world, lambda: ENDS_AT, 0, NEW_YORK)


def _ms(*parts, zone=NEW_YORK):
    return int(dt.datetime(*parts, tzinfo=zone).timestamp() * 1000)


FOUND = [
    ("project = WEB", lambda i: i.project == "WEB"),
    ("project = 'Web Shop'", lambda i: i.project == "WEB"),
    ("project in (web, 10501)", lambda i: i.project in ("WEB", "PAY")),
    ("project not in (WEB)", lambda i: i.project != "WEB"),
    ("project != WEB AND project != PAY", lambda i: i.project == "MOB"),
    ("issuetype = Bug", lambda i: i.type is c.BUG),
    ("type in (Bug, 'Tech Debt')", lambda i: i.type in (c.BUG, c.TECH_DEBT)),
    ('status = "In Progress"', lambda i: i.status is c.IN_PROGRESS),
    ("status = 3", lambda i: i.status is c.IN_PROGRESS),
    ("statusCategory = Done", lambda i: i.status.category is c.DONE),
    ('statusCategory != "In Progress"', lambda i: i.status.category is not c.UNDERWAY),
    ("resolution is EMPTY", lambda i: i.resolution is None),
    ("resolution is not null", lambda i: i.resolution is not None),
    ("resolution != Done", lambda i: i.resolution not in (None, c.RESOLVED)),
    ("created is not EMPTY", lambda _: True),
    ("resolutiondate is EMPTY", lambda i: i.resolved_at is None),
    ("labels = search", lambda i: "search" in i.labels),
    ("created >= '2026-10-01'", lambda i: i.created >= _ms(2026, 10, 1)),
    ("created < '2026/10/01 13:30'", lambda i: i.created < _ms(2026, 10, 1, 13, 30)),
    ("updated >= -7d", lambda i: i.updated >= ENDS_AT - 7 * DAY),
    ("updated > '-1w 2d'", lambda i: i.updated > ENDS_AT - 9 * DAY),
    (f"updated >= {ENDS_AT - 3 * DAY}", lambda i: i.updated >= ENDS_AT - 3 * DAY),
    ("key = WEB-7", lambda i: i.key == "WEB-7"),
    ("key in (WEB-7, pay-3, 10001)", lambda i: i.key in ("WEB-7", "PAY-3") or i.id == 10_001),
    ("id not in (10001)", lambda i: i.id != 10_001),
    ("id >= 10100 AND id < 10200", lambda i: 10_100 <= i.id < 10_200),
    ("id > 999999", lambda _: False),
    ("key > MOB-300", lambda i: i.project == "MOB" and i.number > 300),
    (
        "project = WEB AND type = Bug OR project = PAY",
        lambda i: (i.project == "WEB" and i.type is c.BUG) or i.project == "PAY",
    ),
    (
        "project = WEB AND (type = Bug OR type = Task)",
        lambda i: i.project == "WEB" and i.type in (c.BUG, c.TASK),
    ),
    ("NOT (project = WEB) and not type = Bug", lambda i: i.project != "WEB" and i.type is not c.BUG),
    ("", lambda _: True),
]


@pytest.mark.parametrize(("jql", "expected"), FOUND)
def test_finds_exactly_what_the_words_say(site, world, jql, expected):
    _, result = site.search(jql)

    assert {issue.id for issue in result.issues} == {issue.id for issue in world.issues if expected(issue)}


@pytest.mark.parametrize(
    ("order", "key", "backwards"),
    [
        ("key", lambda i: (i.project, i.number), False),
        ("key DESC", lambda i: (i.project, i.number), True),
        ("created ASC", lambda i: (i.created, i.id), False),
        ("updated", lambda i: (i.updated, i.id), False),
        ("id desc", lambda i: i.id, True),
        ("priority, updated", lambda i: (int(i.priority.id), i.updated, i.id), False),
    ],
)
def test_orders_as_asked(site, order, key, backwards):
    _, result = site.search(f"project in (WEB, PAY, MOB) ORDER BY {order}")

    assert result.issues == sorted(result.issues, key=key, reverse=backwards)
    assert result.sort_keys == sorted(result.sort_keys)


def test_a_date_is_read_in_the_zone_of_the_account(world):
    """Midnight in New York is five hours after midnight in Greenwich."""
    east, west = (Site(world, lambda: ENDS_AT, 0, ZoneInfo(zone)) for zone in ("UTC", "America/New_York"))
    jql = "updated >= '2026-11-20 00:00'"

    between = {i.id for i in east.search(jql)[1].issues} - {i.id for i in west.search(jql)[1].issues}

    lo, hi = _ms(2026, 11, 20, zone=dt.UTC), _ms(2026, 11, 20)
    assert hi - lo == 5 * 3_600_000
    assert between == {i.id for i in world.issues if lo <= i.updated < hi}


@pytest.mark.parametrize(
    ("jql", "words"),
    [
        ("foo = 1", "Field 'foo' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status in (Done, Nope)", "The value 'Nope' does not exist for the field 'status'."),
        ("key = WEB-99999", "An issue with key 'WEB-99999' does not exist for field 'key'."),
        ("id = 77", "A value with ID '77' does not exist for the field 'id'."),
        ("key > nonsense", "The issue key 'nonsense' for field 'key' is invalid."),
        ("created >= soon", "Date value 'soon' for field 'created' is invalid."),
        ("created ~ 1", "The operator '~' is not supported by the 'created' field."),
        ("created in (1)", "The operator 'in' is not supported by the 'created' field."),
        ("project > WEB", "The operator '>' is not supported by the 'project' field."),
        ("project = WEB foo", "Expecting either 'OR' or 'AND' but got 'foo'. (line 1, character 15)"),
        ("project WEB", "Expecting operator but got 'WEB'. (line 1, character 9)"),
        ("project =", "Expecting either a value, list or function but got the end of the query."),
        ("project in WEB", "Expecting '(' but got 'WEB'."),
        ("project in (WEB", "Expecting ',' or ')' but got the end of the query."),
        ("(project = WEB", "Expecting ')' but got the end of the query."),
        ("AND", "Expecting a field name but got 'AND'."),
        ("project = 'WEB", "has not been completed."),
        ("assignee = currentUser()", "Field 'assignee' does not exist"),
        ("project = latest()", "Unable to find JQL function 'latest()'."),
        ("project is WEB", "The operator 'is' for the 'project' field only supports EMPTY or NULL."),
        ("project = WEB ORDER BY nothing", "Field 'nothing' does not exist"),
        ("project = WEB ORDER BY labels", "Not able to sort using field 'labels'."),
        ("project = WEB ORDER BY", "Expecting a field name but got the end of the query."),
        ("project = WEB ORDER BY " + ", ".join(["key"] * 8), "The maximum number of ORDER BY fields is 7."),
    ],
)
def test_says_no_in_the_words_of_jira(site, jql, words):
    with pytest.raises(JqlError) as refused:
        parse(jql, site.vocabulary())

    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("jql", "bounded"),
    [("", False), ("ORDER BY created", False), ("project = WEB", True), ("created > 0 ORDER BY key", True)],
)
def test_tells_whether_anything_restricts_the_search(site, jql, bounded):
    assert parse(jql, site.vocabulary()).bounded is bounded
