"""A full fetch beside what the rate limit and the latency leave to an ideal client (G13, G14)."""

import heapq
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import pytest

from configuration.settings import Secret
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from tests.support.commands import ROOT
from tests.support.gates import SLACK, Gate

JQL = "project in (WEB, PAY, MOB)"


def floor_s(requests: int, latency_s: float, workers: int, *, head: int, tail: int) -> float:
    """Return what an ideal client needs for so many requests under the strict limit.

    ``head`` requests depend on each other, ``tail`` on all before; the rest
    travels side by side. A token is back ten seconds after its answer.
    """
    tokens = [0.0] * 100

    def send(ready: float) -> float:
        end = max(ready, heapq.heappop(tokens)) + latency_s
        heapq.heappush(tokens, end + 10.0)
        return end

    at = 0.0
    for _ in range(head):
        at = send(at)
    lanes = [at] * workers
    for _ in range(requests - head - tail):
        heapq.heappush(lanes, send(heapq.heappop(lanes)))
    at = max(lanes)
    for _ in range(tail):
        at = send(at)
    return at


@dataclass(frozen=True)
class Fetch:
    """What a full fetch took.

    Attributes:
        seconds: from the first request to the last row.
        requests: how many the server saw.
        fullest: the most of them within ten seconds.
        rest_s: processor time after the last byte.
    """

    seconds: float
    requests: int
    fullest: int
    rest_s: float

    def of_floor(self, dialect: str, latency_s: float) -> float:
        """Return how many times as long it took as an ideal client needs."""
        head, tail = (3, 1) if dialect == "cloud" else (2, 0)
        return self.seconds / floor_s(self.requests, latency_s, 12, head=head, tail=tail)


class Watch:
    """Notes every few milliseconds how long this process has worked, until its block ends.

    Attributes:
        notes: instants of the monotonic clock, which all processes share, and the processor time until then.
    """

    def __enter__(self) -> "Watch":
        self.notes = [(time.monotonic(), time.process_time())]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._note)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.notes.append((time.monotonic(), time.process_time()))

    def _note(self) -> None:
        while not self._over.wait(0.005):
            self.notes.append((time.monotonic(), time.process_time()))

    def worked_since(self, at: float) -> float:
        """Return the processor time from an instant of the monotonic clock to the end."""
        before = max(worked for noted, worked in self.notes if noted <= at)
        return self.notes[-1][1] - before


def fetched(dialect: str, issues: int, latency_s: float) -> Fetch:
    """Fetch everything from a server that has a process of its own."""
    arguments = [sys.executable, "-m", "tests.servers.flat_jira", dialect, str(issues), str(latency_s)]
    with subprocess.Popen(
        arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().strip()
        connection = Connection(url, "a@b.c" if dialect == "cloud" else "", Secret("-".join("abc")))
        client = JiraClient(connection, TokenBucket())
        began = time.monotonic()
        with Watch() as watch:
            n = sum(len(page) for page in client.pages(JQL))
        seconds = time.monotonic() - began
        print(file=server.stdin, flush=True)
        seen, fullest, last_at = json.loads(server.stdout.readline())
    assert n == issues
    return Fetch(seconds, seen, fullest, watch.worked_since(last_at))


# By dialect and latency: the most requests, the goal beside the floor, and where the gate fails.
GATES = {
    ("cloud", 0.1): (108, 1.05, 1.075),
    ("cloud", 0.3): (108, 1.05, 1.075),
    ("dc", 0.1): (53, 1.1, 2.0),
    ("dc", 0.3): (53, 1.1, 1.65),
}
REST_S = 0.15


# A fetch mostly waits, and how long is the question; so this is about the clock on the wall.
@pytest.mark.waits
@pytest.mark.benchmark(timer=time.perf_counter)
@pytest.mark.parametrize(("dialect", "latency_s"), GATES)
def benchmark_a_full_fetch_of_10_000(gate: Gate, dialect: str, latency_s: float) -> None:
    """G13 and G14: near the floor, and nothing is left to do after the last byte.

    Data Center needs 52 requests, all of them in the first burst, so there the work of the client (0.5 s for
    62 MB, of which decoding takes 0.2, rows 0.15 and receiving the rest) is what the time goes by: 1.3 to 1.5
    times the floor of 0.7 s. It is the same whether the fetching threads decode or the reading one alone.
    """
    requests, goal, fails_at = GATES[dialect, latency_s]
    made = gate.once(lambda: attempts(dialect, latency_s, goal))

    gate.hold("requests", max(one.requests for one in made), goal=requests)
    gate.hold("requests in 10 s", max(one.fullest for one in made), goal=100)
    found = min(one.of_floor(dialect, latency_s) for one in made)
    gate.hold("ratio", found, goal=goal, fails_at=fails_at, of="the floor of rate and latency")
    rest_s = min(one.rest_s for one in made)
    gate.hold("seconds of work after the last byte", rest_s, goal=REST_S, fails_at=REST_S * SLACK)


def attempts(dialect: str, latency_s: float, goal: float) -> list[Fetch]:
    """Fetch up to three times, until one reaches the goals: what it lacks is what else the machine did."""
    made: list[Fetch] = []
    for _ in range(3):
        made.append(fetched(dialect, 10_000, latency_s))
        if made[-1].of_floor(dialect, latency_s) <= goal and made[-1].rest_s <= REST_S:
            break
    return made


@pytest.mark.soak
@pytest.mark.parametrize("dialect", ["cloud", "dc"])
def test_a_full_fetch_of_100_000(dialect: str) -> None:
    """G13 at the size where only the rate counts; memory stays flat (P17)."""
    fetch = fetched(dialect, 100_000, 0.2)

    assert fetch.fullest <= 100
    assert fetch.of_floor(dialect, 0.2) <= 1.05
