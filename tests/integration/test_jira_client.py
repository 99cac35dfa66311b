"""The client against a healthy simulated Jira: both dialects, complete histories, the rate, odd data."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from configuration.errors import QueryError
from configuration.settings import Home, Secret
from data.jira.dialects import FIELDS
from data.jira.issue_rows import FIELD_BIT
from data.jira_query_manager import TokenBucket, shared_bucket
from data.jira_simple import Connection, JiraClient
from data.model.tables import IssueRow
from data.simulator.messages import Response, ok
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Exchange, Fault, FaultServer, truth
from tests.support.rows import read_issue

JQL = "project in (WEB, PAY, MOB)"
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["cloud", "dc"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraSimulator]:
    with JiraSimulator(dialect=request.param, issues=1500) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def cloud() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=20) as simulator:
        yield simulator


def connection_to(simulator: JiraSimulator, url: str = "", dialect: str = "auto") -> Connection:
    email = simulator.email if is_cloud(simulator) else ""
    return Connection(url or simulator.url, email, Secret(simulator.token), dialect)


def is_cloud(simulator: JiraSimulator) -> bool:
    return "/rest/api/3" in simulator._dialect.api


def client_of(simulator: JiraSimulator, url: str = "", **options: Any) -> JiraClient:
    bucket = options.pop("bucket", None) or TokenBucket(100_000)
    return JiraClient(connection_to(simulator, url), bucket, **options)


def fetched(client: JiraClient, jql: str = JQL) -> dict[str, IssueRow]:
    return {row.id: row for page in client.pages(jql) for row in page}


def everything(simulator: JiraSimulator) -> dict[str, IssueRow]:
    return {row.id: row for row in map(read_issue, truth(simulator, FIELDS))}


class TestBothDialects:
    def test_every_issue_with_its_whole_history(self, jira: JiraSimulator) -> None:
        client = client_of(jira)

        rows = fetched(client)

        assert rows == everything(jira)
        assert all(row.has_changelog for row in rows.values())

    @pytest.mark.parametrize("page_size", [7, 100, 5000])
    def test_the_page_size_changes_nothing(self, jira: JiraSimulator, page_size: int) -> None:
        jql = "project = WEB AND created >= 0 ORDER BY updated DESC"

        rows = fetched(client_of(jira, page_size=page_size), f"{jql}")

        assert rows == {each: row for each, row in everything(jira).items() if row.key.startswith("WEB-")}

    def test_no_issue_comes_twice(self, jira: JiraSimulator) -> None:
        ids = [row.id for page in client_of(jira).pages(JQL) for row in page]

        assert len(ids) == len(set(ids)) == 1500

    def test_ids_are_swept_cheaply(self, jira: JiraSimulator) -> None:
        client = client_of(jira)
        client.server()

        refs = dict(client.ids(JQL))

        assert refs == {row.id: row.key for row in everything(jira).values()}
        assert client.requests.total <= 1 + (1 if is_cloud(jira) else 2)

    def test_the_count(self, jira: JiraSimulator) -> None:
        expected: list[int] = []

        assert client_of(jira).count(f"{JQL} ORDER BY key") == 1500
        next(client_of(jira).pages(JQL, expected.append))
        assert expected == [1500]

    def test_the_lists_around_the_issues(self, jira: JiraSimulator) -> None:
        client = client_of(jira)

        assert client.server().dialect == ("cloud" if is_cloud(jira) else "dc")
        assert abs(client.server().server_time_ms - time.time() * 1000) < 5000
        assert client.myself().time_zone == "UTC"
        assert client.flag_fields() == ["customfield_10021"]
        mapped = JiraClient(replace(client.connection, impediment="customfield_10035"), TokenBucket())
        assert mapped.flag_fields() == ["customfield_10021", "customfield_10035"]
        assert {status.category for status in client.statuses()} == {"new", "indeterminate", "done"}
        assert {project.key for project in client.projects()} == {"WEB", "PAY", "MOB"}
        assert any(version.released and version.release_date for version in client.versions("WEB"))
        assert any(kind["name"] == "Bug" for kind in client.issue_types())

    def test_a_wrong_query_in_jiras_own_words(self, jira: JiraSimulator) -> None:
        with pytest.raises(QueryError, match="does not exist") as raised:
            fetched(client_of(jira), "project = NOPE")

        assert raised.value.exit_code == 4

    def test_an_unbounded_query_is_refused_by_cloud(self, jira: JiraSimulator) -> None:
        if is_cloud(jira):
            with pytest.raises(QueryError):
                fetched(client_of(jira), "ORDER BY key")
        else:
            assert len(fetched(client_of(jira), "ORDER BY key")) == 1500

    def test_one_small_query_is_one_request(self, jira: JiraSimulator) -> None:
        client = client_of(jira)
        client.server()

        fetched(client, "project = WEB AND created >= 0 AND key < WEB-20")

        assert client.requests.by_path[_search(jira)] == 1
        assert client.requests.total <= 4  # and perhaps the fields and one bulk changelog


def _search(simulator: JiraSimulator) -> str:
    return "/rest/api/3/search/jql" if is_cloud(simulator) else "/rest/api/2/search"


class TestDialects:
    def test_cloud_gives_epoch_dates_as_well(self) -> None:
        with JiraSimulator(issues=400, epoch_changelogs=True) as simulator:
            assert fetched(client_of(simulator)) == everything(simulator)

    def test_long_queries_travel_by_post(self) -> None:
        with JiraSimulator(issues=300) as simulator:
            jql = f"{JQL} AND ({' OR '.join(['created >= 0'] * 150)})"

            assert len(fetched(client_of(simulator), jql)) == 300

        assert {entry.method for entry in simulator.request_log if "search/jql" in entry.path} == {"POST"}

    @pytest.mark.parametrize("page_cap", [1000, 50, 37])
    def test_data_center_grants_what_it_likes(self, page_cap: int) -> None:
        with JiraSimulator(dialect="dc", issues=400, page_cap=page_cap) as simulator:
            client = client_of(simulator)

            assert fetched(client) == everything(simulator)
            assert len(list(client.ids(JQL))) == 400

    def test_data_center_below_a_context_path(self) -> None:
        with JiraSimulator(dialect="dc", issues=50, context_path="/jira") as simulator:
            client = client_of(simulator)

            assert client.server().base_url.endswith("/jira")
            assert len(fetched(client)) == 50

    @pytest.mark.parametrize("window", [210, 250, 1000])
    def test_data_center_pages_only_so_far(self, window: int) -> None:
        """The query is cut by the instant of creation, whatever the limit turns out to be."""
        with JiraSimulator(dialect="dc", issues=1200, result_window=window, page_cap=200) as simulator:
            client = client_of(simulator)

            assert fetched(client) == everything(simulator)
            assert {each for each, _ in client.ids(JQL)} == everything(simulator).keys()

    def test_thousands_of_issues_of_one_instant(self) -> None:
        """An import gave them all one creation date; where Jira pages on, so do we."""
        with JiraSimulator(dialect="dc", issues=20) as simulator:
            body = b'{"id":"%d","key":"WEB-%d","fields":{"created":"2026-01-01T00:00:00.000+0000"}%s}'
            history = b',"changelog":{"total":0,"histories":[]}'

            def answer(request: Any) -> Response:
                if not request.path.endswith("/search"):
                    return simulator.handle(request)
                start, size = int(request.query["startAt"][0]), int(request.query["maxResults"][0])
                issues = b",".join(body % (n, n, history) for n in range(start, min(start + size, 12_000)))
                head = b'{"startAt":%d,"maxResults":%d,"total":12000,"issues":[' % (start, size)
                return Response(200, head + issues + b"]}")

            with FaultServer(answer) as server:
                assert len(fetched(client_of(simulator, server.url, page_size=1000))) == 12_000

    def test_the_dialect_can_be_set(self) -> None:
        with JiraSimulator(issues=20) as simulator:
            client = JiraClient(connection_to(simulator, dialect="cloud"), TokenBucket())

            assert len(fetched(client)) == 20
            assert "/rest/api/3/serverInfo" not in client.requests.by_path

    @pytest.mark.parametrize(("cloud", "asked"), [(True, 1), (False, 1)])
    def test_the_likely_dialect_is_asked_first(self, cloud: bool, asked: int) -> None:
        with JiraSimulator(dialect="cloud" if cloud else "dc", issues=20) as simulator:
            client = client_of(simulator)
            client.server()

            assert client.requests.total == asked


class Strange:
    """Answers of the simulator with changes to some issues of its search pages."""

    def __init__(self, simulator: JiraSimulator, change: Callable[[dict[str, Any]], None]) -> None:
        self._simulator = simulator
        self._change = change

    def __call__(self, request: Any) -> Response:
        answer = self._simulator.handle(request)
        if "/search" in request.path and answer.status == 200 and b'"issues"' in answer.body:
            page = json.loads(answer.body)
            for issue in page["issues"]:
                if issue.get("fields") and issue["key"].endswith("7"):
                    self._change(issue)
            # ensure_ascii writes half surrogates as escapes, as a broken Jira does.
            answer.body = json.dumps(page).encode()
        return answer


def _set(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda issue: issue["fields"].update(values)


STRANGE: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("missing fields", lambda issue: issue.update(fields={}), "created"),
    ("null fields", lambda issue: issue.update(fields=dict.fromkeys(FIELDS)), "status"),
    ("malformed date", _set(created="2026-13-45T99:00"), "created"),
    ("date as object", _set(updated={"at": 1}), "updated"),
    ("date far away", _set(resolutiondate=10**30), "resolutiondate"),
    ("unknown type", _set(issuetype="Bug"), "issuetype"),
    ("status as text", _set(status="Done"), "status"),
    ("labels as text", _set(labels="one two"), "labels"),
    ("number as summary", _set(summary=12), "summary"),
    ("half surrogate", _set(summary="broken \ud83d heart"), "summary"),
    ("links as text", _set(issuelinks="none"), "issuelinks"),
    ("versions without list", _set(fixVersions={"id": "1"}), "fixVersions"),
    ("missing changelog", lambda issue: issue.pop("changelog"), ""),
    ("null changelog", lambda issue: issue.update(changelog=None), ""),
    ("changelog as text", lambda issue: issue.update(changelog="no"), ""),
    ("histories of another shape", lambda issue: issue["changelog"].update(histories=[1, 2]), ""),
    ("a total that lies", lambda issue: issue["changelog"].update(total=99), ""),
    ("a large summary", _set(summary="x" * 1_000_000), ""),
]


class TestOddData:
    """P16: the issue stays, the bad value is counted, and the history is still complete."""

    @pytest.mark.parametrize(("change", "field"), [row[1:] for row in STRANGE], ids=[r[0] for r in STRANGE])
    @pytest.mark.parametrize("dialect", ["cloud", "dc"])
    def test_the_issue_stays(
        self, dialect: str, change: Callable[[dict[str, Any]], None], field: str
    ) -> None:
        with JiraSimulator(dialect=dialect, issues=60) as simulator:
            want = everything(simulator)
            with FaultServer(Strange(simulator, change)) as server:
                client = client_of(simulator, server.url)
                rows = fetched(client)

        assert rows.keys() == want.keys()
        for each, row in rows.items():
            assert row.transitions == want[each].transitions
            if field and row.key.endswith("7"):
                assert (row.missing | row.malformed) & FIELD_BIT[field]
            elif not row.key.endswith("7"):
                assert row == want[each]

    def test_what_is_no_issue_is_counted_and_the_rest_arrives(self) -> None:
        with JiraSimulator(issues=60) as simulator:

            def spoil(issue: dict[str, Any]) -> None:
                issue.update(key="no key")

            with FaultServer(Strange(simulator, spoil)) as server:
                client = client_of(simulator, server.url)
                rows = fetched(client)

        assert len(rows) + client.bad_issues == 60
        assert client.bad_issues > 0

    @pytest.mark.parametrize("dialect", ["cloud", "dc"])
    @pytest.mark.parametrize(
        "rubbish", [[1], [None], [{"key": "WEB-1"}], [{"id": {}, "key": "WEB-1"}], ["x"]]
    )
    def test_rubbish_among_the_issues(self, dialect: str, rubbish: list[Any]) -> None:
        with JiraSimulator(dialect=dialect, issues=60) as simulator:

            def answer(request: Any) -> Response:
                answer = simulator.handle(request)
                if "/search" in request.path and b'"issues"' in answer.body:
                    page = json.loads(answer.body)
                    answer.body = json.dumps({**page, "issues": page["issues"][:-1] + rubbish}).encode()
                return answer

            with FaultServer(answer) as server:
                client = client_of(simulator, server.url)

                assert len(fetched(client)) == 59
                assert client.bad_issues == 1

    def test_an_issue_that_is_deleted_before_its_history_is_read(self) -> None:
        with JiraSimulator(issues=200) as simulator:
            gone: list[str] = []

            def delete_first(exchange: Exchange) -> None:
                gone.append(json.loads(exchange.request.body)["issueIdsOrKeys"][0])
                issue = simulator.site.find(gone[0])
                assert issue is not None
                simulator.site.delete(issue)
                exchange.pass_on(exchange.genuine())

            def plan(_number: int, request: Any) -> Fault | None:
                return delete_first if "bulkfetch" in request.path and not gone else None

            with FaultServer(simulator.handle, plan) as server:
                rows = fetched(client_of(simulator, server.url))

        assert rows.keys() >= everything(simulator).keys()
        assert gone


WORKER = """
import sys, threading, time
from configuration.settings import Secret
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from pathlib import Path

url, email, token, path, capacity, period, calls = sys.argv[1:]
bucket = TokenBucket(int(capacity), float(period), path=Path(path))
client = JiraClient(Connection(url, email, Secret(token), "cloud"), bucket)

def work():
    for _ in range(int(calls)):
        client.myself()

threads = [threading.Thread(target=work) for _ in range(10)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(client.requests.retries)
"""


def storm(folder: Path, period_s: float, calls: int, processes: int = 2) -> tuple[FaultServer, list[int]]:
    """Let processes of ten threads each ask as fast as they may; return the server's view and the retries."""
    with JiraSimulator(issues=10, rate_limit=100, rate_window_s=period_s) as simulator:

        def answer(request: Any) -> Response:
            wait_s = simulator.requests.admit(time.monotonic())
            return simulator.too_many(wait_s) if wait_s else simulator.handle(request)

        with FaultServer(answer) as server:
            given = [server.url, simulator.email, simulator.token, str(folder / "run" / "host.json")]
            arguments = [sys.executable, "-c", WORKER, *given, "100", str(period_s), str(calls)]
            running = [
                subprocess.Popen(arguments, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
                for _ in range(processes)
            ]
            retries = [int(process.communicate(timeout=600)[0]) for process in running]
        assert simulator.requests.violations == 0
        return server, retries


class TestRate:
    """P3: no window ever holds more than the bucket has tokens, and no request is refused."""

    def test_two_processes_of_ten_threads(self, tmp_path: Path) -> None:
        """At ten times the allowed load, with a period of a second so that several windows fit in."""
        server, retries = storm(tmp_path, 1.0, 25)

        assert len(server.seen) == 500
        assert server.fullest_window(1.0) <= 100
        assert retries == [0, 0]

    @pytest.mark.soak
    def test_two_processes_with_the_real_period(self, tmp_path: Path) -> None:
        server, retries = storm(tmp_path, 10.0, 50)

        assert len(server.seen) == 1000
        assert server.fullest_window(10.0) <= 100
        assert retries == [0, 0]

    def test_ten_threads_of_one_process(self, cloud: JiraSimulator, tmp_path: Path) -> None:
        bucket = TokenBucket(50, 0.5, path=tmp_path / "host.json")
        with FaultServer(cloud.handle) as server:
            client = JiraClient(connection_to(cloud, server.url), bucket)
            client.server()
            threads = [
                threading.Thread(target=lambda: [client.myself() for _ in range(20)]) for _ in range(10)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

            assert len(server.seen) == 201
            assert server.fullest_window(0.5) <= 50

    def test_slow_answers_do_not_open_the_window(self, cloud: JiraSimulator) -> None:
        """The server may count a request when it answers; so it does here."""
        counted: list[float] = []

        def slow(request: Any) -> Response:
            time.sleep(0.3 if len(counted) % 3 else 0.0)
            counted.append(time.monotonic())
            return ok({"accountId": "ann"})

        with FaultServer(slow) as server:
            client = JiraClient(connection_to(cloud, server.url, "cloud"), TokenBucket(10, 0.5))
            threads = [
                threading.Thread(target=lambda: [client.myself() for _ in range(3)]) for _ in range(10)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            server.arrivals = counted

            assert server.fullest_window(0.5) <= 10

    def test_a_redirect_pays_for_each_hop(self, cloud: JiraSimulator) -> None:
        bucket = TokenBucket(100)
        with FaultServer(
            cloud.handle, lambda number, _request: _redirect_once if number == 0 else None
        ) as server:
            client = JiraClient(connection_to(cloud, server.url), bucket)
            client.server()

            assert client.requests.total == len(server.seen) == 2

    def test_a_killed_process_does_not_keep_its_tokens(self, tmp_path: Path) -> None:
        path = tmp_path / "host.json"
        script = (
            "import sys, os, pathlib\n"
            "from data.jira_query_manager import TokenBucket\n"
            "TokenBucket(2, 0.5, path=pathlib.Path(sys.argv[1])).lease()\n"
            "os.kill(os.getpid(), 9)\n"
        )
        for _ in range(2):
            subprocess.run([sys.executable, "-c", script, str(path)], cwd=CHECKOUT, check=False)

        waited = TokenBucket(2, 0.5, path=path).wait_for_token()

        assert waited <= 0.6


def _redirect_once(exchange: Exchange) -> None:
    path = exchange.request.path
    exchange.send(307, headers={"Location": f"{path}?again=1"})


def test_the_shared_bucket_lies_under_run(tmp_path: Path) -> None:
    shared_bucket(Home(tmp_path), "jira.example.com:443").consume()

    assert [file.name for file in (tmp_path / "run").iterdir()] == ["rate-jira.example.com.json"]
