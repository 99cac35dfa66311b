"""Every request that we can send to Cloud, against Atlassian's own contract.

An independent mock server (Prism) checks requests against the published
document. It holds no state, so what it answers is canned; what counts is that
it never objects to a request.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from configuration.errors import QueryError, RepeatedTokenError, SourceError
from configuration.settings import Secret
from data.jira.changelogs import Completer, read_decoded
from data.jira.dialects import CLOUD, decode_search
from data.jira.transport import Call
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.simulator.messages import Request, Response
from tests.servers.fault_server import FaultServer

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "contracts/jira-cloud-openapi.json"
STARTUP_S = 60.0


def missing(what: str) -> NoReturn:
    if os.environ.get("REQUIRE_SAMPLES") == "1":
        pytest.fail(f"{what} and REQUIRE_SAMPLES=1")
    pytest.skip(what)


def prism_command() -> list[str]:
    local = ROOT / "node_modules" / ".bin" / "prism"
    found = str(local) if local.exists() else shutil.which("prism")
    if not found:
        missing("the contract server is not installed: npm install --no-save @stoplight/prism-cli")
    contract = (ROOT / (os.environ.get("SAMPLES_DIR") or "../shared")).resolve() / CONTRACT
    if not contract.exists():
        missing("the contract is not in SAMPLES_DIR")
    return [found, "mock", "-h", "127.0.0.1", str(contract), "-p"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    port = free_port()
    with subprocess.Popen(
        [*prism_command(), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _await(f"{url}/rest/api/3/serverInfo", process)
            yield url
        finally:
            process.terminate()


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    began = time.monotonic()
    while time.monotonic() - began < STARTUP_S:
        if process.poll() is not None:
            pytest.fail("the contract server ended at once")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the contract server does not start")


class Judge:
    """Hands requests to the contract server, and keeps what it objects to."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.objections: list[str] = []
        self.asked: set[tuple[str, str]] = set()

    def __call__(self, request: Request) -> Response:
        query = "&".join(
            f"{name}={urllib.request.quote(value)}"
            for name, values in request.query.items()
            for value in values
        )
        passed_on = urllib.request.Request(
            f"{self._url}{request.path}{'?' + query if query else ''}",
            data=request.body or None,
            headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
            method=request.method,
        )
        try:
            answer = urllib.request.urlopen(passed_on, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self._note(request, answer.status, answer.headers.get("sl-violations"))
            content_type = answer.headers.get("Content-Type", "application/json")
            return Response(answer.status, answer.read(), {}, content_type)

    def _note(self, request: Request, status: int, violations: str | None) -> None:
        self.asked.add((request.method, request.path))
        for violation in json.loads(violations or "[]"):
            # Atlassian's own examples break Atlassian's schemas; only requests are ours.
            if (violation.get("location") or [""])[0] == "request":
                self.objections.append(f"{request.method} {request.path}: {violation}")
        if status >= 400:
            self.objections.append(f"{request.method} {request.path}: {status}")


KEPT_HEADERS = ("authorization", "accept", "content-type")


@pytest.fixture
def judge(prism: str) -> Iterator[tuple[Judge, JiraClient]]:
    judge = Judge(prism)
    with FaultServer(judge) as server:
        connection = Connection(server.url, "ann@example.com", Secret("-".join(["made", "up"])))
        yield judge, JiraClient(connection, TokenBucket(), sleep=lambda _s: None)


def _any(client: JiraClient, call: Call) -> Any:
    return client.ask(call, lambda body: body)


LONG = f"id in ({', '.join(map(str, range(10_000, 10_400)))})"
REQUESTS: dict[str, Callable[[JiraClient], Any]] = {
    "server": lambda client: client.server(),
    "account": lambda client: client.myself(),
    "fields": lambda client: client.fields(),
    "statuses": lambda client: client.statuses(),
    "issue types": lambda client: client.issue_types(),
    "projects": lambda client: client.projects(),
    "versions": lambda client: client.versions("ABC"),
    "count": lambda client: client.count("project = ABC ORDER BY key"),
    "ids": lambda client: list(client.ids("project = ABC")),
    "ids of a long query": lambda client: list(client.ids(LONG)),
    "pages": lambda client: list(client.pages("project = ABC")),
    "pages of a long query": lambda client: list(client.pages(LONG)),
    "a later page": lambda client: _any(
        client, CLOUD.search("project = ABC", size=100, histories=True, token="next")
    ),
    "a later page of a long query": lambda client: _any(
        client, CLOUD.search(LONG, size=100, histories=True, token="next")
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_contract_accepts_every_request(judge: tuple[Judge, JiraClient], name: str) -> None:
    server, client = judge

    # The mock answers every bulk request with one and the same next page.
    with contextlib.suppress(RepeatedTokenError):
        REQUESTS[name](client)

    assert server.asked
    assert server.objections == []


def test_the_contract_accepts_the_completion_of_histories(judge: tuple[Judge, JiraClient]) -> None:
    """In bulk, page after page, and one by one."""
    server, client = judge
    completer = Completer(client._site, CLOUD)
    body = b'{"issues":[{"id":"10100","key":"ABC-1","fields":{}}]}'
    for raw in decode_search(body).issues:
        completer.takes(read_decoded(raw, repaired=False))

    with pytest.raises(RepeatedTokenError):
        completer.flush()
    completer._issue_histories("10100")

    assert server.objections == []
    assert ("POST", "/rest/api/3/changelog/bulkfetch") in server.asked
    assert ("GET", "/rest/api/3/issue/10100/changelog") in server.asked


def test_the_contract_server_would_object(judge: tuple[Judge, JiraClient]) -> None:
    """The test above can fail: an unknown property is refused."""
    server, client = judge
    path = CLOUD.path("search/jql")

    with pytest.raises((QueryError, SourceError)):
        client.ask(Call(path, body={"jql": "project = ABC", "startAt": 0}, template=path), decode_search)

    assert server.objections
