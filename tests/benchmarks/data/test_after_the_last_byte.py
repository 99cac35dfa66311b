"""What is left to do once Jira has sent everything: publish, load, and answer all metrics (G14)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.data.test_store import printed
from tests.support.commands import ROOT
from tests.support.gates import SLACK, Gate, children_time

N = 10_000
GOAL = 0.15  # seconds
# A fresh process that syncs as the program does: what it prints are its clocks at the end, and its notes.
SYNC = """
import json, sys, time
from pathlib import Path
from configuration.memory import keep_freed_memory
from configuration.profile import Profile
from configuration.settings import Secret
from data.intake.sync import sync_all
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.metrics.report import View
from data.pipeline import Pipeline
from data.profiles.sources import Source
from tests.benchmarks.data.test_jira import JQL, Watch
from tests.support.stores import store_at
keep_freed_memory()
store = store_at(Path(sys.argv[2]))
client = JiraClient(Connection(sys.argv[1], "a@b.c", Secret("-".join("abc"))), TokenBucket())
with Watch() as watch:
    sync_all(client, store, JQL)
    report = Pipeline(Source("p", "jira", Profile(), store)).report(View())
print(json.dumps([report.scope_issues, watch.notes]))
"""


def work_after_the_last_byte(store: Path) -> float:
    """Return the processor time of a first sync of 10 000 issues and all metrics, after Jira's last byte."""
    arguments = [sys.executable, "-m", "tests.servers.flat_jira", "cloud", str(N), "0.1"]
    with subprocess.Popen(
        arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        issues, notes = json.loads(printed(SYNC, server.stdout.readline().strip(), str(store)))
        print(file=server.stdin, flush=True)
        _, _, last_at = json.loads(server.stdout.readline())
    assert issues == N
    return notes[-1][1] - max(worked for noted, worked in notes if noted <= last_at)


def least_work(folder: Path) -> float:
    """Return the least of up to three tries; each waits out a limit, so one within the goal is enough."""
    tries = []
    while not tries or (min(tries) > GOAL and len(tries) < 3):
        tries.append(work_after_the_last_byte(folder / f"{len(tries)}.sqlite"))
    return min(tries)


@pytest.mark.benchmark(timer=children_time)
def benchmark_g14_after_the_last_byte(gate: Gate, tmp_path: Path) -> None:
    """Within 150 ms of processor time everything is published and all metrics are answered."""
    seconds = gate.once(lambda: least_work(tmp_path))

    gate.hold("seconds of work after the last byte", seconds, goal=GOAL, fails_at=GOAL * SLACK)
