"""The running server at its edges: large bodies, idle connections, odd calls, stores that cannot be read."""

import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from callbacks.web.limits import MOST_BODY_BYTES
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import FaultServer, once, too_many
from tests.support.calls import EVERYTHING, job, press, projects, settled, source_of
from tests.support.commands import run, served
from tests.support.promptness import assert_ends_within
from tests.support.stores import store_at


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over sample data that has come to rest."""
    server = served(tmp_path_factory.mktemp("home"), "--demo")
    address = next(server)
    settled(address)
    yield address
    server.close()


def answer_to(url: str, head: str, body: bytes = b"") -> bytes:
    """The first line that the server says to a request which it may not have read to its end."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.replace("\n", "\r\n").format(host=f"{host}:{port}").encode() + body)
        return connection.recv(4096).split(b"\r\n")[0]


POST = "POST /_dash-update-component HTTP/1.1\nHost: {host}\nContent-Type: application/json\n"


def test_a_large_body_is_refused_by_its_length(url: str) -> None:
    """Before any of it was sent; at the limit itself it is read and judged."""
    large = answer_to(
        url, f"{POST}Content-Length: {MOST_BODY_BYTES + 1}\n\n".replace("{{", "{").replace("}}", "}")
    )
    chunks = f"{POST}Transfer-Encoding: chunked\n\n".replace("{{", "{").replace("}}", "}")
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"

    assert large.split()[1] == b"413"
    assert answer_to(url, chunks, piece * 20).split()[1] == b"413"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"output": "nobody.children"}',
        b'{"output": "job.children", "outputs": []}',
        b'{"output": 5}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_a_malformed_call_is_told_and_leaves_no_traceback(url: str, body: bytes) -> None:
    """400 with one sentence, as plain text."""
    request = urllib.request.Request(
        f"{url}/_dash-update-component", body, {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)

    with refused.value as answer:
        assert answer.code == 400
        assert answer.read().decode().strip().endswith(".")


def test_a_call_for_very_many_outputs_costs_nothing(url: str) -> None:
    """20 000 outputs once kept a thread for a minute."""
    body = json.dumps({"output": "job.children", "outputs": [{"id": "job", "property": "children"}] * 20_000})
    request = urllib.request.Request(
        f"{url}/_dash-update-component", body.encode(), {"Content-Type": "application/json"}
    )

    def ask() -> float:
        began = time.monotonic()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        with refused.value as answer:
            assert answer.code == 400
        return began

    assert_ends_within(5.0, ask)


def test_idle_connections_do_not_lock_a_reader_out(url: str) -> None:
    """150 of them stay open without a word."""
    host, port = url.removeprefix("http://").split(":")
    with ExitStack() as held:
        for _ in range(150):
            held.enter_context(socket.create_connection((host, int(port)), timeout=5))
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            assert answer.status == 200


@pytest.fixture
def synced_home(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str], JiraSimulator]]:
    """A home with a store, and the environment that leads to its Jira."""
    with JiraSimulator(issues=120) as jira:
        known = {
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_TOKEN": jira.token,
            "JIRA_JQL": EVERYTHING,
        }
        assert run(tmp_path, "sync", **known).returncode == 0
        yield tmp_path, known, jira


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def words(path: Path) -> None:
    path.write_text("this was a store once, and is long enough to look like one\n" * 80)


def pages_blanked(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))


@pytest.mark.parametrize("harm", [zeros, cut, words, pages_blanked])
def test_the_dashboard_starts_over_a_damaged_store_and_mends_it(
    synced_home: tuple[Path, dict[str, str], JiraSimulator], harm: object
) -> None:
    """The page says so and has a button; after a click the numbers are there again."""
    home, known, _ = synced_home
    store = next((home / "cache").glob("*.sqlite"))
    store_at(store).meta()
    for beside in (home / "cache").glob("*.sqlite-*"):
        beside.unlink()
    assert callable(harm)
    harm(store)
    server = served(home, **known)
    url = next(server)
    told = json.dumps(source_of(url))
    pressed = press(url, refetch="default")
    settled(url)
    mended = projects(url)
    server.close()

    assert "damaged" in told
    assert "Fetch everything again" in told
    assert pressed
    assert mended == ["MOB", "PAY", "WEB"]
    assert list((home / "cache").glob("*damaged*")), sorted((home / "cache").iterdir())


def test_only_profiles_that_exist_are_opened(
    synced_home: tuple[Path, dict[str, str], JiraSimulator],
) -> None:
    """With an address in the environment any name once made a pipeline and a file."""
    home, known, _ = synced_home
    server = served(home, **known)
    url = next(server)
    settled(url)
    for number in range(20):
        job(url, f"made-up-{number}")
    server.close()

    assert [path.name for path in (home / "run").iterdir() if "made-up" in path.name] == []


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_what_a_home_holds_is_for_its_owner(synced_home: tuple[Path, dict[str, str], JiraSimulator]) -> None:
    """Locks, look-ups and the limiter's file follow no umask."""
    home, _, _ = synced_home
    modes = {path.name: path.stat().st_mode & 0o077 for path in (home / "run").iterdir() if path.is_file()}

    assert modes
    assert {name: mode for name, mode in modes.items() if mode} == {}


def test_a_wait_that_jira_asked_for_is_lifted_by_a_click(
    synced_home: tuple[Path, dict[str, str], JiraSimulator],
) -> None:
    """The notice has a button; without it nobody is asked before the time."""
    home, known, jira = synced_home
    with FaultServer(jira.handle, once(too_many("3600"))) as busy:
        told = {**known, "JIRA_URL": busy.url}
        server = served(home, **told)
        url = next(server)
        first = json.dumps(settled(url)["job"]["children"])
        asked = len(busy.seen)
        press(url, sync=True)
        second = json.dumps(settled(url)["job"]["children"])
        kept_waiting = len(busy.seen)
        press(url, ask_now="default")
        third = settled(url)["job"]["children"]
        server.close()

    assert "Ask now all the same" in first
    assert "Ask now all the same" in second
    assert kept_waiting == asked
    assert third is None
    assert len(busy.seen) > asked


def test_a_reader_who_leaves_ends_the_work_for_them(tmp_path: Path) -> None:
    """Of 28 views that nobody waits for some are given up, and the next is answered."""
    server = served(tmp_path, "--demo")
    url = next(server)
    settled(url)
    host, port = url.removeprefix("http://").split(":")
    for day in range(1, 29):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            view = f"from=2025-01-01&to=2026-10-{day:02d}"
            head = f"GET /export/metrics.json?{view} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
            connection.sendall(head.encode())

    with urllib.request.urlopen(f"{url}/export/metrics.json", timeout=30) as answer:
        assert json.loads(answer.read())["metrics"]
    server.close()
    events = [json.loads(line) for line in (tmp_path / "logs" / "app.log").read_text("utf-8").splitlines()]
    given_up = [event for event in events if event["message"] == "request.given_up"]
    assert given_up
    assert {event["reason"] for event in given_up} == {"left"}
