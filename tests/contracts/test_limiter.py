"""One limit for all who share a home: strict by the log of a real server, whoever dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.database.watch import SLACK_S
from configuration.settings import Home
from data.jira_query_manager import TokenBucket, shared_bucket
from tests.services import PostgreSQL
from tests.support.commands import ROOT

PERIOD_S = 1.0
CAPACITY = 20
WORKER = """
import http.client, os, sys, threading
from configuration.settings import home_from
from data.jira_query_manager import shared_bucket
home, host, capacity, period_s = home_from(os.environ), sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
def ask():
    bucket = shared_bucket(home, host, capacity, period_s)
    while True:
        lease = bucket.lease()
        connection = http.client.HTTPConnection(host)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
        lease.close()
threads = [threading.Thread(target=ask) for _ in range(3)]
for thread in threads: thread.start()
"""


class Arrivals:
    """A server that notes when each request came."""

    def __init__(self) -> None:
        self.at: list[float] = []
        arrivals = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                arrivals.at.append(time.monotonic())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fullest(self, since: float = 0.0, period_s: float = PERIOD_S) -> int:
        """Return how many came within the fullest period."""
        seen = sorted(at for at in self.at if at >= since)
        return max((sum(start <= at < start + period_s for at in seen) for start in seen), default=0)


@pytest.fixture
def arrivals() -> Iterator[Arrivals]:
    made = Arrivals()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_all_tokens_may_leave_at_once_and_are_back_a_period_later(home: Home) -> None:
    ours, theirs = (shared_bucket(home, "jira.example", 3, PERIOD_S) for _ in range(2))

    began = time.monotonic()
    taken = [ours.consume(), theirs.consume(), ours.consume(), theirs.consume()]
    theirs.wait_for_token()

    assert taken == [True, True, True, False]
    assert PERIOD_S <= time.monotonic() - began < PERIOD_S + SLACK_S + 5


def test_a_token_is_out_until_its_request_has_ended(home: Home) -> None:
    ours, theirs = (shared_bucket(home, "jira.example", 1, 0.2) for _ in range(2))
    lease = ours.lease()
    time.sleep(0.2 + SLACK_S + 0.1)
    while_out = theirs.consume()
    lease.close()
    lease.close()  # changes nothing
    just_back = theirs.consume()
    theirs.wait_for_token()

    assert (while_out, just_back) == (False, False)


def test_a_hold_is_for_all_and_lifted_for_all(home: Home) -> None:
    ours, theirs = (shared_bucket(home, "jira.example", 1, PERIOD_S) for _ in range(2))
    ours.hold(60)

    assert 59 < theirs.held_for() <= 60
    assert 59 < theirs.lift_hold() <= 60
    assert ours.held_for() == 0
    assert ours.consume()


def test_machines_whose_clocks_differ_hold_for_as_long(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is an hour ahead asks no earlier."""
    shared_bucket(home, "jira.example", 1, PERIOD_S).hold(60)
    ahead = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: ahead)

    assert 58 < shared_bucket(home, "jira.example", 1, PERIOD_S).held_for() <= 60


def test_hosts_do_not_share_and_two_spellings_do(home: Home) -> None:
    assert shared_bucket(home, "a.example", capacity=1).consume()
    assert shared_bucket(home, "b.example:8080", capacity=1).consume()
    assert not shared_bucket(home, "A.example:443", capacity=1).consume()


@pytest.mark.parametrize(
    ("capacity", "period_s"), [(CAPACITY, PERIOD_S), pytest.param(100, 10.0, marks=pytest.mark.soak)]
)
def test_three_processes_keep_the_limit_though_one_is_killed(
    home: Home, other_process: dict[str, str], arrivals: Arrivals, capacity: int, period_s: float
) -> None:
    """No period holds more than there are tokens, some hold most of them, and the dead one's come back."""
    command = [sys.executable, "-c", WORKER, arrivals.host, str(capacity), str(period_s)]
    workers = [subprocess.Popen(command, cwd=ROOT, env={**os.environ, **other_process}) for _ in range(3)]
    try:
        deadline = time.monotonic() + 10 * period_s + 20
        while len(arrivals.at) < 3 * capacity and time.monotonic() < deadline:
            time.sleep(0.02)
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        killed_at = time.monotonic()
        time.sleep(3.2 * period_s)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()

    # A busy machine spreads a burst; what it spreads is never more.
    assert 0.7 * capacity <= arrivals.fullest(period_s=period_s) <= capacity
    assert arrivals.fullest(killed_at + 1.6 * period_s, period_s) >= 0.7 * capacity


def test_a_token_of_a_killed_process_is_back_a_period_later(
    home: Home, other_process: dict[str, str]
) -> None:
    script = (
        "import os, time; from configuration.settings import home_from;"
        "from data.jira_query_manager import shared_bucket;"
        "lease = shared_bucket(home_from(os.environ), 'jira.example', 1, 1.0).lease();"
        "print('out', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, **other_process})
    assert holder.stdout is not None
    bucket = shared_bucket(home, "jira.example", 1, 1.0)
    try:
        assert holder.stdout.readline() == b"out\n"
        time.sleep(1.0 + SLACK_S + 0.1)
        while_it_lives = bucket.consume()
    finally:
        holder.kill()
        holder.communicate()
    waited_s = bucket.wait_for_token()

    assert not while_it_lives
    assert 0.9 <= waited_s < 1.0 + SLACK_S + 5


@pytest.fixture
def shifted(database_url: str) -> Iterator[tuple[str, Database]]:
    """Return the address of a database whose clock a test can put forward or back, and who does so."""
    mover = Database(database_url)
    with mover.transaction() as connection:
        connection.execute("CREATE SCHEMA shifted CREATE TABLE shift (seconds float8)")
        connection.execute("INSERT INTO shifted.shift VALUES (0)")
        connection.execute(
            "CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            " $$SELECT pg_catalog.clock_timestamp() + seconds * interval '1 s' FROM shifted.shift$$"
        )
    yield f"{database_url}?options=-csearch_path%3Dshifted,public,pg_catalog", mover
    with mover.transaction() as connection:
        connection.execute("DROP SCHEMA shifted CASCADE")
    mover.close()


def put(mover: Database, seconds: float) -> None:
    with mover.transaction() as connection:
        connection.execute("UPDATE shifted.shift SET seconds = %s", [seconds])


@pytest.mark.parametrize("who", ["one that asked before", "one that begins"])
def test_steps_of_the_clock_of_the_database_free_nothing(
    shifted: tuple[str, Database], tmp_path: Path, who: str
) -> None:
    """An hour forward, back, and forward again: each token was just used or is out, whoever looks first."""
    url, mover = shifted
    processes = [Database(url) for _ in range(5)]  # what makes a process, to the limit

    def bucket_of(number: int) -> TokenBucket:
        return shared_bucket(Home(tmp_path, processes[number]), "jira.example", 3, 0.4)

    ours, theirs = bucket_of(0), bucket_of(1)
    seen = [theirs.held_for()]
    for step, number in ((3600.0, 2), (0.0, 3), (3600.0, 4)):
        lease = ours.lease()
        for _ in range(2):
            ours.wait_for_token()
        put(mover, step)
        first = bucket_of(number) if who == "one that begins" else theirs
        seen += [first.consume(), theirs.consume(), ours.consume()]
        time.sleep(0.4 + SLACK_S + 0.1)
        seen += [theirs.consume(), theirs.consume(), theirs.consume()]  # the lease is out
        lease.close()
    for process in processes:
        process.close()

    assert seen == [0, *[False, False, False, True, True, False] * 3]


def test_after_a_restart_of_the_database_what_is_out_stays_out(
    database: Database, postgres: PostgreSQL, tmp_path: Path
) -> None:
    """Nobody has a lock then, and a request may still be on its way; it lands, and is back a period later."""
    home = Home(tmp_path, database)
    ours, theirs = (shared_bucket(home, "jira.example", 1, 0.2) for _ in range(2))
    lease = ours.lease()
    postgres.stop()
    postgres.start()
    time.sleep(0.2 + SLACK_S)
    while_out = theirs.consume()
    lease.close()
    just_back = theirs.consume()
    theirs.wait_for_token()

    assert (while_out, just_back) == (False, False)
