"""What both dialects answer, without a socket."""

import base64
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import orjson
import pytest

from data.simulator import catalogue as c
from data.simulator.cloud import Cloud
from data.simulator.data_center import DataCenter
from data.simulator.history import full_history
from data.simulator.jql import JqlError
from data.simulator.messages import BadRequestError, Request
from data.simulator.model import DAY
from data.simulator.site import Site

from .conftest import ENDS_AT

BASE = "http://127.0.0.1:9"
ALL = "project in (WEB, PAY, MOB) ORDER BY key"


@pytest.fixture(scope="module")
def site(world):
    return Site(world, lambda: ENDS_AT + 1_000, 0, ZoneInfo("UTC"))


@pytest.fixture(scope="module")
def cloud(site):
    return Cloud(site, BASE, "demo@example.com")


@pytest.fixture(scope="module")
def dc(site):
    return DataCenter(site, f"{BASE}/jira", "demo@example.com", result_window=1_500)


def ask(dialect, path, body=None, **query):
    """The decoded answer to a GET, or to a POST where there is a body."""
    method = "GET" if body is None else "POST"
    pairs = parse_qs(urlencode(query, doseq=True), keep_blank_values=True)
    answer = dialect.answer(Request(method, dialect.prefix + path, pairs, {}, orjson.dumps(body)))
    return answer.status, orjson.loads(answer.body)


def walk(cloud, **asked):
    """All pages of a Cloud search by POST."""
    pages, token = [], None
    while True:
        body = asked | ({"nextPageToken": token} if token else {})
        status, page = ask(cloud, "/search/jql", body)
        assert status == 200
        pages.append(page)
        token = page.get("nextPageToken")
        if token is None:
            return pages


# Cloud: search ------------------------------------------------------------------------


def test_cloud_walk_has_no_gap_and_no_duplicate(cloud, world):
    pages = walk(cloud, jql=ALL, fields=["summary"], maxResults=100)

    ids = [int(issue["id"]) for page in pages for issue in page["issues"]]
    assert len(pages) == 20
    assert sorted(ids) == [issue.id for issue in world.issues]
    assert [page["isLast"] for page in pages] == [False] * 19 + [True]
    assert "nextPageToken" not in pages[-1]
    assert all({"total", "startAt", "maxResults"}.isdisjoint(page) for page in pages)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, 50),
        ({"maxResults": 5_000}, 2_000),
        ({"maxResults": 9_999, "fields": ["id"]}, 2_000),
        ({"maxResults": 5_000, "fields": ["key"]}, 2_000),
        ({"maxResults": 5_000, "fields": ["summary"]}, 100),
        ({"maxResults": 5_000, "fields": ["id"], "expand": "changelog"}, 100),
        ({"maxResults": 7, "fields": ["summary"]}, 7),
    ],
)
def test_cloud_grants_large_pages_for_ids_only(cloud, asked, size):
    assert len(ask(cloud, "/search/jql", {"jql": ALL, **asked})[1]["issues"]) == size


@pytest.mark.parametrize(
    ("fields", "members", "names"),
    [
        ([], {"id"}, None),
        (["id"], {"id"}, None),
        (["key"], {"id", "key", "self", "expand"}, None),
        (["summary", "status"], {"id", "key", "self", "expand", "fields"}, {"summary", "status"}),
        (["summary,status"], {"id", "key", "self", "expand", "fields"}, {"summary", "status"}),
        (["summary", "nonsense"], {"id", "key", "self", "expand", "fields"}, {"summary"}),
    ],
)
def test_cloud_gives_the_fields_asked_for(cloud, fields, members, names):
    issue = ask(cloud, "/search/jql", {"jql": "key = WEB-5", "fields": fields})[1]["issues"][0]

    assert set(issue) == members
    assert names is None or set(issue["fields"]) == names


def test_cloud_star_and_minus_choose_fields(cloud):
    def fields(*names):
        answer = ask(cloud, "/search/jql", {"jql": "key = WEB-5", "fields": list(names)})[1]
        return set(answer["issues"][0]["fields"])

    assert fields("*all") == fields("*navigable") > {"summary", "created", c.POINTS}
    assert fields("*all", "-summary") == fields("-summary") == fields("*all") - {"summary"}


def test_get_and_post_give_the_same_bytes(cloud):
    query = parse_qs(
        urlencode({"jql": ALL, "fields": "summary,status", "expand": "changelog", "maxResults": 9})
    )
    body = {"jql": ALL, "fields": ["summary", "status"], "expand": "changelog", "maxResults": 9}

    by_get = cloud.answer(Request("GET", "/rest/api/3/search/jql", query))
    by_post = cloud.answer(Request("POST", "/rest/api/3/search/jql", {}, {}, orjson.dumps(body)))

    assert by_get.body == by_post.body


@pytest.mark.parametrize(
    "body",
    [
        {"jql": ALL, "startAt": 0},
        {"jql": ALL, "validateQuery": True},
        {"jql": ALL, "expand": ["changelog"]},
        {"jql": ALL, "fields": "summary"},
        {"jql": ALL, "maxResults": "50"},
        {"jql": ALL, "maxResults": True},
        {"jql": ALL, "maxResults": 0},
        {"jql": "ORDER BY created"},
        {"jql": ""},
        {},
        [],
        {"jql": ALL, "nextPageToken": "nonsense"},
        {"jql": ALL, "nextPageToken": "Ä"},
        {"jql": ALL, "reconcileIssues": list(range(51))},
    ],
)
def test_cloud_refuses_what_the_contract_forbids(cloud, body):
    with pytest.raises(BadRequestError):
        ask(cloud, "/search/jql", body)


def test_a_token_leads_on_in_its_own_query_only(cloud):
    token = ask(cloud, "/search/jql", {"jql": ALL})[1]["nextPageToken"]
    tampered = base64.urlsafe_b64encode(base64.urlsafe_b64decode(token)[:-1] + b"x").decode()

    for jql, given in (("project = WEB", token), (ALL, tampered)):
        with pytest.raises(BadRequestError, match="token"):
            ask(cloud, "/search/jql", {"jql": jql, "nextPageToken": given})


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/search"), ("POST", "/search"), ("POST", "/search/id")]
)
def test_removed_endpoints_say_where_to_go(cloud, method, path):
    answer = cloud.answer(Request(method, "/rest/api/3" + path))

    assert answer.status == 410
    assert b"/rest/api/3/search/jql" in answer.body


def test_counting_is_exact_enough(cloud):
    assert ask(cloud, "/search/approximate-count", {"jql": "project = WEB"}) == (200, {"count": 900})


def test_bad_jql_is_passed_on(cloud):
    with pytest.raises(JqlError):
        ask(cloud, "/search/jql", {"jql": "foo = 1"})


# Cloud: changelogs --------------------------------------------------------------------


def test_embedded_changelogs_lose_their_oldest_entries(cloud, world):
    long = next(issue for issue in world.issues if len(full_history(1, issue)) > 100)
    body = {"jql": f"id = {long.id}", "fields": ["status"], "expand": "changelog"}

    log = ask(cloud, "/search/jql", body)[1]["issues"][0]["changelog"]

    created = [entry["created"] for entry in log["histories"]]
    assert log["total"] == len(full_history(1, long)) > 100
    assert len(log["histories"]) == log["maxResults"] == 40
    assert created == sorted(created, reverse=True)


def test_embedded_changelogs_below_the_cap_are_whole(cloud, world):
    short = next(issue for issue in world.issues if 5 < len(full_history(1, issue)) < 40)
    body = {"jql": f"id = {short.id}", "fields": ["status"], "expand": "changelog"}

    log = ask(cloud, "/search/jql", body)[1]["issues"][0]["changelog"]

    assert log["total"] == len(log["histories"])
    assert set(log["histories"][0]) == {"id", "author", "created", "items"}
    assert set(log["histories"][0]["items"][0]) == {
        "field",
        "fieldtype",
        "fieldId",
        "from",
        "fromString",
        "to",
        "toString",
    }


def test_the_changelog_of_one_issue_comes_in_pages_oldest_first(cloud, world):
    long = next(issue for issue in world.issues if len(full_history(1, issue)) > 100)

    first = ask(cloud, f"/issue/{long.key}/changelog")[1]
    rest = ask(cloud, f"/issue/{long.id}/changelog", startAt=100, maxResults=500)[1]

    entries = first["values"] + rest["values"]
    assert (first["startAt"], first["maxResults"], first["isLast"], len(first["values"])) == (
        0,
        100,
        False,
        100,
    )
    assert "nextPage" in first
    assert "nextPage" not in rest
    assert rest["isLast"] is True
    assert first["total"] == rest["total"] == len(entries)
    assert [entry["id"] for entry in entries] == sorted({entry["id"] for entry in entries}, key=int)
    assert [entry["created"] for entry in entries] == sorted(entry["created"] for entry in entries)


@pytest.mark.parametrize("page_size", [7, 1_000])
def test_bulk_changelogs_add_up_over_pages(cloud, world, page_size):
    issues = world.issues[:40]
    asked = {
        "issueIdsOrKeys": [str(issue.id) for issue in issues],
        "fieldIds": ["status"],
        "maxResults": page_size,
    }
    found, tokens, token = {}, 0, None
    while True:
        page = ask(cloud, "/changelog/bulkfetch", asked | ({"nextPageToken": token} if token else {}))[1]
        for log in page["issueChangeLogs"]:
            found.setdefault(log["issueId"], []).extend(log["changeHistories"])
        token = page.get("nextPageToken")
        if token is None:
            break
        tokens += 1

    for issue in issues:
        changes = [
            change for change in full_history(1, issue) if any(i.field_id == "status" for i in change.items)
        ]
        entries = found.get(str(issue.id), [])
        assert len(entries) == len(changes)
        assert all({item["fieldId"] for item in entry["items"]} == {"status"} for entry in entries)
    assert (tokens > 10) is (page_size == 7)


def test_bulk_changelogs_can_carry_epoch_milliseconds(site, world):
    cloud = Cloud(site, BASE, "demo@example.com", epoch_changelogs=True)
    issue = next(issue for issue in world.issues if issue.changes)

    page = ask(cloud, "/changelog/bulkfetch", {"issueIdsOrKeys": [issue.key]})[1]

    entry = page["issueChangeLogs"][0]["changeHistories"][0]
    assert entry["created"] == full_history(1, issue)[0].at


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": ["1"] * 1_001},
        {"issueIdsOrKeys": ["1"], "fieldIds": [str(n) for n in range(11)]},
        {"issueIdsOrKeys": ["1"], "fieldIds": ["status", "status"]},
        {"issueIdsOrKeys": ["1"], "maxResults": 10_001},
        {"issueIdsOrKeys": ["1"], "maxResults": 0},
        {"issueIdsOrKeys": ["1"], "jql": ALL},
    ],
)
def test_bulk_changelogs_hold_to_their_limits(cloud, body):
    with pytest.raises(BadRequestError):
        ask(cloud, "/changelog/bulkfetch", body)


# Both: lists --------------------------------------------------------------------------


def test_statuses_types_and_fields(cloud, dc):
    for dialect in (cloud, dc):
        statuses = ask(dialect, "/status")[1]
        types = ask(dialect, "/issuetype")[1]
        fields = ask(dialect, "/field")[1]
        assert {each["statusCategory"]["key"] for each in statuses} == {"new", "indeterminate", "done"}
        assert c.QA.id not in {each["id"] for each in statuses}
        assert {each["subtask"] for each in types} == {True, False}
        assert ("hierarchyLevel" in types[0]) is dialect.cloud
        assert {"Flagged", "Story point estimate", "Sprint"} <= {each["name"] for each in fields}


def test_who_and_where(cloud, dc):
    assert ask(cloud, "/serverInfo")[1]["deploymentType"] == "Cloud"
    assert ask(dc, "/serverInfo")[1]["deploymentType"] == "Server"
    assert ask(cloud, "/myself")[1]["accountId"]
    assert {"name", "key", "timeZone"} <= set(ask(dc, "/myself")[1])
    assert "accountId" not in ask(dc, "/myself")[1]
    assert ask(cloud, "/serverInfo")[1]["serverTime"] == "2026-11-23T00:00:01.000+0000"


def test_projects_are_paged_on_cloud_and_bare_on_data_center(cloud, dc):
    first = ask(cloud, "/project/search", maxResults=2)[1]
    second = ask(cloud, "/project/search", maxResults=2, startAt=2)[1]

    assert [each["key"] for each in first["values"] + second["values"]] == ["MOB", "PAY", "WEB"]
    assert (first["total"], first["isLast"], second["isLast"]) == (3, False, True)
    assert {each["key"] for each in ask(dc, "/project")[1]} == {"WEB", "PAY", "MOB"}
    assert [each["key"] for each in ask(cloud, "/project/search", query="pay")[1]["values"]] == ["PAY"]


def test_versions_come_whole_or_in_pages(cloud, dc, world):
    for dialect in (cloud, dc):
        whole = ask(dialect, "/project/WEB/versions")[1]
        pages = [ask(dialect, "/project/WEB/version", startAt=start)[1] for start in range(0, len(whole), 50)]
        assert [each for page in pages for each in page["values"]] == whole
        assert len(whole) == len(world.versions["WEB"])
        assert all(len(each.get("releaseDate", "2026-01-01")) == 10 for each in whole)
        assert ask(dialect, "/project/NOPE/versions")[0] == 404


@pytest.mark.parametrize("path", ["/issue/WEB-99999", "/issue/WEB-1/nonsense", "/nonsense", "/project/WEB/x"])
def test_what_is_not_there_is_404(cloud, dc, path):
    for dialect in (cloud, dc):
        status, body = ask(dialect, path)
        assert status == 404
        assert set(body) == {"errorMessages", "errors"}


# Data Center --------------------------------------------------------------------------


def test_data_center_walk_has_an_exact_total(dc, world):
    pages = [
        ask(dc, "/search", jql=ALL, startAt=start, maxResults=500, fields="summary")
        for start in (0, 500, 1_000)
    ]

    ids = [issue["id"] for _, page in pages for issue in page["issues"]]
    assert len(set(ids)) == 1_500
    assert {page["total"] for _, page in pages} == {2_000}
    assert all(set(page) == {"expand", "startAt", "maxResults", "total", "issues"} for _, page in pages)


def test_data_center_cuts_large_pages_silently(dc):
    _, page = ask(dc, "/search", {"jql": ALL, "maxResults": 5_000, "fields": ["id"]})

    assert page["maxResults"] == len(page["issues"]) == 1_000
    assert {"id", "key", "self"} <= set(page["issues"][0])


def test_data_center_fails_beyond_its_result_window(dc):
    status, body = ask(dc, "/search", jql=ALL, startAt=1_400, maxResults=101)

    assert status == 500
    assert "Search limit exceeded" in body["errorMessages"][0]


def test_data_center_embeds_whole_histories(dc, world):
    long = next(issue for issue in world.issues if len(full_history(1, issue)) > 100)

    body = {"jql": f"key = {long.key}", "expand": ["changelog"], "fields": ["status"]}
    by_search = ask(dc, "/search", body)[1]["issues"][0]["changelog"]
    by_issue = ask(dc, f"/issue/{long.key}", expand="changelog")[1]["changelog"]

    assert by_search == by_issue
    assert by_search["total"] == len(by_search["histories"]) == len(full_history(1, long))
    created = [entry["created"] for entry in by_search["histories"]]
    assert created == sorted(created)
    items = [item for entry in by_search["histories"] for item in entry["items"]]
    assert all("fieldId" not in item for item in items)
    assert {"name", "key"} <= set(by_search["histories"][0]["author"])


def test_data_center_has_no_cloud_endpoints(dc):
    assert ask(dc, "/search/jql", jql=ALL)[0] == 404
    assert ask(dc, "/changelog/bulkfetch", {"issueIdsOrKeys": ["1"]})[0] == 404
    assert ask(dc, "/issue/WEB-1/changelog")[0] == 404


# Both: values -------------------------------------------------------------------------


def test_links_read_in_both_directions(cloud, world):
    incident = next(
        issue for issue in world.issues if any(end.type is c.CAUSE and end.inward for end in issue.links)
    )

    links = ask(cloud, f"/issue/{incident.key}", fields="issuelinks")[1]["fields"]["issuelinks"]
    link = next(each for each in links if each["type"]["inward"] == "is caused by")
    cause = ask(cloud, f"/issue/{link['inwardIssue']['key']}", fields="issuelinks")[1]["fields"]["issuelinks"]

    assert "outwardIssue" not in link
    assert incident.key in {each["outwardIssue"]["key"] for each in cause if "outwardIssue" in each}


def test_stamps_carry_the_offset_of_the_account(world):
    site = Site(world, lambda: ENDS_AT, 0, ZoneInfo("Asia/Kolkata"))

    issue = ask(Cloud(site, BASE, ""), "/issue/WEB-5", fields="created")[1]

    assert issue["fields"]["created"].endswith("+0530")


def test_a_week_of_pages_shows_every_change_after_the_watermark(cloud, world):
    since = ENDS_AT - 7 * DAY

    pages = walk(cloud, jql=f"updated >= {since} ORDER BY created", fields=["updated"], maxResults=20)

    found = {int(issue["id"]) for page in pages for issue in page["issues"]}
    assert found == {issue.id for issue in world.issues if issue.updated >= since}
