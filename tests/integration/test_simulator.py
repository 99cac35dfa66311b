"""The simulator over HTTP: credentials, limits, clocks, connections, and Atlassian's own contract."""

import datetime as dt
import email.utils
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from data.simulator.model import seeded
from data.simulator.server import JiraSimulator

ALL = "project in (WEB, PAY, MOB) ORDER BY key"
TODAY = dt.date(2026, 11, 23)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cloud():
    with JiraSimulator(issues=600, seed=4, today=TODAY) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def dc():
    with JiraSimulator(issues=600, seed=4, dialect="dc", today=TODAY, context_path="/jira") as simulator:
        yield simulator


def session_for(simulator):
    """A client with the right credentials of either dialect."""
    session = requests.Session()
    if "/rest/api/3" in simulator.api:
        session.auth = (simulator.email, simulator.token)
    else:
        session.headers["Authorization"] = f"Bearer {simulator.token}"
    return session


def get(simulator, path, **params):
    with session_for(simulator) as session:
        return session.get(simulator.api + path, params=params, timeout=10)


def post(simulator, path, body):
    with session_for(simulator) as session:
        return session.post(simulator.api + path, json=body, timeout=10)


def _pages(simulator):
    """Every page of the site, as bytes, without the port that differs from start to start."""
    pages, token = [], None
    while True:
        body = {"jql": ALL, "fields": ["*all"], "expand": "changelog", "maxResults": 100}
        answer = post(simulator, "/search/jql", body | ({"nextPageToken": token} if token else {}))
        pages.append(answer.content.replace(simulator.url.encode(), b""))
        token = answer.json().get("nextPageToken")
        if token is None:
            return pages


def test_the_same_seed_and_day_give_the_same_bytes(cloud):
    with JiraSimulator(issues=600, seed=4, today=TODAY) as again:
        assert _pages(again) == _pages(cloud)


def test_another_process_gives_the_same_bytes(cloud):
    """No hash seed, clock or path of the process leaks into the world."""
    program = (
        "import datetime, hashlib; from data.simulator.world import build_world;"
        "w = build_world(4, 600, 1795392000000);"
        "print(hashlib.sha256(repr([(i.key, i.summary, i.changes) for i in w.issues]).encode()).hexdigest())"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(prints) == 1


# Credentials --------------------------------------------------------------------------


def test_the_token_opens_the_door(cloud, dc):
    assert get(cloud, "/myself").json()["emailAddress"] == cloud.email
    answer = get(dc, "/myself")
    assert answer.status_code == 200
    assert answer.headers["X-AUSERNAME"] == answer.json()["name"]


@pytest.mark.parametrize("auth", [None, ("demo@example.com", "wrong"), ("other@example.com", "right")])
def test_cloud_refuses_strangers(cloud, auth):
    if auth is not None:
        auth = (auth[0], cloud.token if auth[1] == "right" else auth[1])

    answer = requests.get(f"{cloud.url}/rest/api/3/myself", auth=auth, timeout=10)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("OAuth realm=")
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert "Client must be authenticated" in answer.text


def test_data_center_wants_a_bearer_token_and_no_basic(dc):
    wrong = [
        requests.get(f"{dc.url}/rest/api/2/myself", auth=(dc.email, dc.token), timeout=10),
        requests.get(f"{dc.url}/rest/api/2/myself", headers={"Authorization": "Bearer no"}, timeout=10),
    ]

    for answer in wrong:
        assert answer.status_code == 401
        assert answer.headers["X-AUSERNAME"] == "anonymous"
        assert set(answer.json()) == {"message", "status-code"}


def test_server_info_is_public(cloud, dc):
    for simulator in (cloud, dc):
        assert requests.get(simulator.api + "/serverInfo", timeout=10).status_code == 200


def test_a_scoped_token_works_through_the_gateway_only():
    with JiraSimulator(issues=30, today=TODAY, scoped_token=True) as simulator:
        auth = (simulator.email, simulator.token)
        cloud_id = requests.get(f"{simulator.url}/_edge/tenant_info", timeout=10).json()["cloudId"]
        path = "/rest/api/3/myself"

        assert requests.get(simulator.url + path, auth=auth, timeout=10).status_code == 401
        assert requests.get(simulator.gateway_url + path, auth=auth, timeout=10).status_code == 200
        assert simulator.gateway_url.endswith(f"/ex/jira/{cloud_id}")


@pytest.mark.parametrize(("dialect", "path"), [("cloud", "/search/jql"), ("dc", "/search")])
def test_an_anonymous_view_is_empty_with_a_straight_face(dialect, path):
    with JiraSimulator(issues=30, dialect=dialect, today=TODAY, anonymous=True) as simulator:
        answer = requests.get(simulator.api + path, params={"jql": ALL}, timeout=10)
        wrong = requests.get(simulator.api + path, auth=("a", "b"), timeout=10)

        assert answer.status_code == 200
        assert answer.json()["issues"] == []
        assert requests.get(simulator.api + "/myself", timeout=10).status_code == 401
        assert wrong.status_code == 401


# HTTP ---------------------------------------------------------------------------------


def test_errors_speak_like_jira(cloud, dc):
    answers = [
        get(cloud, "/search/jql", jql="foo = 1"),
        get(cloud, "/search/jql", jql=""),
        get(cloud, "/search/jql", jql=ALL, maxResults="abc"),
        post(cloud, "/search/jql", {"jql": ALL, "startAt": 0}),
        get(dc, "/search", jql="foo = 1"),
    ]

    for answer in answers:
        assert answer.status_code == 400
        assert answer.json()["errors"] == {}
        assert answer.json()["errorMessages"]
    assert "Unbounded" in answers[1].json()["errorMessages"][0]


def test_cloud_answers_below_older_numbers_and_data_center_not_below_newer(cloud, dc):
    for path in ("/rest/api/2/serverInfo", "/rest/api/latest/serverInfo", "/rest/api/3/serverInfo"):
        assert requests.get(cloud.url + path, timeout=10).json()["deploymentType"] == "Cloud"
    assert requests.get(dc.url + "/rest/api/latest/serverInfo", timeout=10).status_code == 200
    assert requests.get(dc.url + "/rest/api/3/serverInfo", timeout=10).status_code == 404


def test_queries_can_be_checked_without_running_them(cloud):
    good, bad = post(cloud, "/jql/parse", {"queries": [ALL, "foo = 1"]}).json()["queries"]

    assert good == {"query": ALL}
    assert "Field 'foo' does not exist" in bad["errors"][0]


@pytest.mark.parametrize("path", ["/rest/api/2/search", "/rest/api/3/search"])
def test_removed_searches_answer_410(cloud, path):
    answer = requests.get(cloud.url + path, auth=(cloud.email, cloud.token), timeout=10)

    assert answer.status_code == 410
    assert "CHANGE-2046" in answer.json()["errorMessages"][0]


def test_nothing_answers_outside_the_context_path(dc):
    outside = dc.url.removesuffix("/jira") + "/rest/api/2/serverInfo"

    assert requests.get(outside, timeout=10).status_code == 404


def test_answers_are_compressed_when_asked(cloud):
    with session_for(cloud) as session:
        params = {"jql": ALL, "fields": "*all", "maxResults": 100}
        small = session.get(cloud.api + "/search/jql", params=params, timeout=10)
        plain = session.get(
            cloud.api + "/search/jql", params=params, headers={"Accept-Encoding": "identity"}, timeout=10
        )

    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert small.content == plain.content
    assert int(small.headers["Content-Length"]) * 4 < int(plain.headers["Content-Length"])


def test_limits_are_told_where_the_real_one_tells_them(cloud, dc):
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(
        get(cloud, "/search/jql", jql=ALL).headers
    )
    assert "X-RateLimit-Limit" not in get(cloud, "/myself").headers
    answer = get(dc, "/search", jql=ALL)
    assert answer.headers["Retry-After"] == "0"
    assert answer.headers["X-RateLimit-FillRate"] == "10"


def test_it_listens_on_loopback_and_stops_for_good():
    simulator = JiraSimulator(issues=30, today=TODAY)
    simulator.start()
    with session_for(simulator) as session:
        assert session.get(simulator.api + "/myself", timeout=10).status_code == 200
        simulator.stop()
        simulator.stop()
        # Neither the connection that was kept alive nor a new one is answered.
        with pytest.raises(requests.ConnectionError):
            session.get(simulator.api + "/myself", timeout=10)
    assert simulator.url.startswith("http://127.0.0.1:")


def test_a_simulator_that_never_started_can_be_stopped():
    JiraSimulator(issues=1, today=TODAY).stop()


def test_many_clients_at_once_see_one_truth(cloud):
    with ThreadPoolExecutor(8) as pool:
        walks = list(pool.map(lambda _: _pages(cloud), range(8)))

    assert all(walk == walks[0] for walk in walks)


def test_links_lead_to_a_page(cloud):
    assert "WEB-1:" in requests.get(f"{cloud.url}/browse/WEB-1", timeout=10).text
    assert requests.get(f"{cloud.url}/browse/WEB-99999", timeout=10).status_code == 404


# Limits, delays, clocks -----------------------------------------------------------------


def test_the_rate_limit_is_real_and_counted():
    with JiraSimulator(issues=30, today=TODAY, rate_limit=5, rate_window_s=1.0) as simulator:
        answers = [get(simulator, "/myself") for _ in range(7)]
        codes = [answer.status_code for answer in answers]

        assert codes == [200] * 5 + [429] * 2
        assert answers[-1].headers["RateLimit-Reason"] == "jira-burst-based"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert simulator.requests.violations == 2
        assert simulator.requests.max_in_window == 7
        assert [entry.status for entry in simulator.request_log] == codes
        time.sleep(1.05)
        assert get(simulator, "/myself").status_code == 200


def test_without_a_limit_requests_are_only_counted():
    with JiraSimulator(issues=30, today=TODAY) as simulator:
        for _ in range(12):
            get(simulator, "/myself")

        assert simulator.requests.max_in_window == 12
        assert simulator.requests.violations == 0
        assert simulator.request_log[0].path == "/rest/api/3/myself"
        simulator.requests.clear()
        assert simulator.request_log == []


def test_data_center_answers_429_with_a_page():
    with JiraSimulator(issues=30, dialect="dc", today=TODAY, rate_limit=1) as simulator:
        get(simulator, "/myself")
        answer = get(simulator, "/myself")

        assert answer.status_code == 429
        assert answer.headers["Content-Type"].startswith("text/html")


def test_latency_delays_every_answer():
    with JiraSimulator(issues=30, today=TODAY, latency_s=0.1) as simulator:
        begun = time.monotonic()
        get(simulator, "/myself")

        assert time.monotonic() - begun >= 0.1


@pytest.mark.parametrize("skew_s", [0, 5_400, -5_400])
def test_the_servers_clock_may_be_wrong(skew_s):
    with JiraSimulator(issues=60, clock_skew_s=skew_s) as simulator:
        answer = get(simulator, "/serverInfo")
        date = email.utils.parsedate_to_datetime(answer.headers["Date"])
        stamp = dt.datetime.strptime(answer.json()["serverTime"], "%Y-%m-%dT%H:%M:%S.%f%z")
        ahead_s = (date - dt.datetime.now(dt.UTC)).total_seconds()

        simulator.mutate(5)
        newest = max(issue.updated for issue in simulator.site.issues()) / 1000

        assert abs((stamp - date).total_seconds()) <= 1
        assert abs(ahead_s - skew_s) < 5
        assert abs(newest - time.time() - skew_s) < 5


def test_another_day_shifts_the_clock_to_its_noon():
    with JiraSimulator(issues=60, today=dt.date(2024, 2, 29)) as simulator:
        date = email.utils.parsedate_to_datetime(get(simulator, "/serverInfo").headers["Date"])
        newest = max(issue.updated for issue in simulator.site.issues()) / 1000

        assert date.strftime("%Y-%m-%d %H") == "2024-02-29 12"
        assert dt.datetime.fromtimestamp(newest, dt.UTC).date() < dt.date(2024, 2, 29)


def test_the_history_may_end_at_an_instant():
    end = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
    with JiraSimulator(issues=300, today=end) as simulator:
        newest = max(issue.updated for issue in simulator.site.issues()) / 1000

        assert end.timestamp() - 3 * 86_400 < newest < end.timestamp()
        assert abs(simulator.now_ms() / 1000 - time.time()) < 5


def test_nothing_has_happened_in_the_future():
    """Whatever the hour, a world that ends today never runs ahead of its server's clock."""
    for hour in (0, 1, 12, 23):
        now = dt.datetime(2026, 11, 23, hour, 0, 1, tzinfo=dt.UTC)
        for today in (None, TODAY, TODAY + dt.timedelta(days=1)):
            simulator = JiraSimulator(issues=60, today=today, clock=now.timestamp)
            simulator.stop()
            assert max(issue.updated for issue in simulator.site.issues()) < simulator.now_ms()


# Change ---------------------------------------------------------------------------------


def test_a_change_is_found_by_its_time():
    with JiraSimulator(issues=300, today=TODAY) as simulator:
        before = simulator.now_ms()
        done = simulator.mutate(30, seed=9)
        jql = f"updated >= {before} ORDER BY created"
        found = post(simulator, "/search/jql", {"jql": jql, "fields": ["updated"]}).json()["issues"]

        assert len(done) == 30
        living = {str(issue.id) for issue in simulator.site.issues() if issue.updated >= before}
        assert {issue["id"] for issue in found} == living
        assert len(living) >= 15


def test_pages_follow_the_order_while_the_world_changes():
    """A walk by id meets each issue at most once, and every one that was there throughout."""
    with JiraSimulator(issues=300, today=TODAY) as simulator:
        known = {issue.id for issue in simulator.site.issues()}
        seen, token = [], None
        while True:
            body = {"jql": "created is not EMPTY ORDER BY id", "maxResults": 20}
            page = post(simulator, "/search/jql", body | ({"nextPageToken": token} if token else {})).json()
            seen += [int(issue["id"]) for issue in page["issues"]]
            token = page.get("nextPageToken")
            if token is None:
                break
            simulator.mutate(3)

        stayed = {issue.id for issue in simulator.site.issues()} & known
        assert len(seen) == len(set(seen))
        assert stayed <= set(seen)
        assert len(stayed) < len(known)  # some were deleted meanwhile


def test_reconciled_issues_are_read_after_write():
    with JiraSimulator(issues=60, today=TODAY, index_lag_s=60) as simulator:
        new = simulator.mutator.add(seeded(1), "WEB")
        body = {"jql": "project = WEB", "maxResults": 5_000}

        plain = post(simulator, "/search/jql", body).json()["issues"]
        reconciled = post(simulator, "/search/jql", body | {"reconcileIssues": [new.id]}).json()["issues"]

        assert str(new.id) not in {issue["id"] for issue in plain}
        assert str(new.id) in {issue["id"] for issue in reconciled}


def test_an_old_key_leads_to_the_moved_issue():
    with JiraSimulator(issues=60, today=TODAY) as simulator:
        issue = simulator.site.find("WEB-3")
        moved = simulator.site.move(issue, "PAY", author=0)

        answer = get(simulator, "/issue/WEB-3", fields="summary").json()

        assert answer["id"] == str(issue.id)
        assert answer["key"] == moved.key


def test_a_page_shows_what_changed_a_moment_ago():
    """Kept bytes are dropped with the change, in the issue and where neighbours show it."""
    with JiraSimulator(issues=300, today=TODAY) as simulator:
        parent = next(i for i in simulator.site.issues() if simulator.site.children(i.id))
        child = simulator.site.children(parent.id)[0]
        get(simulator, f"/issue/{child.key}")

        simulator.site.change(parent, 0, (), summary="Something else")

        fields = get(simulator, f"/issue/{child.key}").json()["fields"]
        assert fields["parent"]["fields"]["summary"] == "Something else"


def test_the_world_changes_by_itself_when_asked():
    with JiraSimulator(issues=60, today=TODAY, mutate_every_s=0.02) as simulator:
        began = simulator.now_ms()
        deadline = threading.Event()
        for _ in range(250):
            if any(issue.updated >= began for issue in simulator.site.issues()):
                return
            deadline.wait(0.02)
        pytest.fail("nothing happened within five seconds")


# The contract ---------------------------------------------------------------------------


def _contract():
    path = (ROOT / (os.environ.get("SAMPLES_DIR") or "../shared")).resolve()
    path = path / "contracts" / "jira-cloud-openapi.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    if os.environ.get("REQUIRE_SAMPLES") == "1":
        pytest.fail("the contract is missing in SAMPLES_DIR and REQUIRE_SAMPLES=1")
    pytest.skip("the contract is not in SAMPLES_DIR")


_KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
}


def _breaches(schema, value, document, where):
    """Where *value* breaks *schema*; nulls pass, as they do in Atlassian's own examples."""
    if value is None:
        return []
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return _breaches(document["components"]["schemas"][name], value, document, where)
    found = [line for part in schema.get("allOf", []) for line in _breaches(part, value, document, where)]
    kind = schema.get("type")
    if kind and not isinstance(value, _KINDS[kind]):
        return [*found, f"{where}: {type(value).__name__} instead of {kind}"]
    if kind == "array":
        for place, each in enumerate(value[:50]):
            found += _breaches(schema.get("items", {}), each, document, f"{where}[{place}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        extra = schema.get("additionalProperties", True)
        for name, each in value.items():
            if name in known:
                found += _breaches(known[name], each, document, f"{where}.{name}")
            elif extra is False:
                found.append(f"{where}: unknown {name}")
            elif isinstance(extra, dict):
                found += _breaches(extra, each, document, f"{where}.{name}")
        found += [f"{where}: no {name}" for name in schema.get("required", []) if name not in value]
    return found


@pytest.mark.parametrize(
    ("method", "template", "path", "asked"),
    [
        ("get", "/search/jql", "/search/jql", {"jql": ALL, "fields": "*all", "expand": "changelog"}),
        ("post", "/search/jql", "/search/jql", {"jql": ALL, "fields": ["*all"], "expand": "changelog"}),
        ("post", "/search/approximate-count", "/search/approximate-count", {"jql": ALL}),
        ("post", "/changelog/bulkfetch", "/changelog/bulkfetch", {"issueIdsOrKeys": ["WEB-1", "WEB-2"]}),
        ("get", "/field", "/field", {}),
        ("get", "/status", "/status", {}),
        ("get", "/statuscategory", "/statuscategory", {}),
        ("post", "/jql/parse", "/jql/parse", {"queries": [ALL, "foo = 1"]}),
        ("get", "/issuetype", "/issuetype", {}),
        ("get", "/project/search", "/project/search", {}),
        ("get", "/project/{projectIdOrKey}/versions", "/project/WEB/versions", {}),
        ("get", "/project/{projectIdOrKey}/version", "/project/WEB/version", {}),
        ("get", "/issue/{issueIdOrKey}", "/issue/WEB-1", {}),
        ("get", "/issue/{issueIdOrKey}/changelog", "/issue/WEB-1/changelog", {}),
        ("get", "/myself", "/myself", {}),
    ],
)
def test_answers_keep_to_atlassians_contract(cloud, method, template, path, asked):
    document = _contract()
    answer = get(cloud, path, **asked) if method == "get" else post(cloud, path, asked)
    operation = document["paths"]["/rest/api/3" + template][method]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]

    assert answer.status_code == 200
    assert _breaches(schema, answer.json(), document, "") == []
