"""A server that is used for long: clicks and syncs, with memory, descriptors and threads in bounds (P22)."""

import datetime as dt
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.simulator.server import JiraSimulator
from tests.support.calls import EVERYTHING, press, settled
from tests.support.commands import ROOT, environment, free_port, wait_for

PAGE_BYTES = 4096
# What caches and allocators take once everything has been asked for; what leaks goes on beyond it.
MOST_GROWTH_BYTES = 96 * 1024 * 1024
# Eight threads of the server, a job, and for a moment the workers of two syncs; leaks would be hundreds.
MOST_DESCRIPTORS, MOST_THREADS = 60, 40


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process holds: bytes in memory, open descriptors, threads."""

    memory: int
    descriptors: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> "Usage":
        """Read it from the kernel."""
        place = Path("/proc") / str(pid)
        return cls(
            int((place / "statm").read_text().split()[1]) * PAGE_BYTES,
            len(list((place / "fd").iterdir())),
            len(list((place / "task").iterdir())),
        )


@contextmanager
def server_over(home: Path, jira: JiraSimulator) -> Iterator[tuple[str, int]]:
    """Serve a home that reads ``jira``; yield address and process id."""
    port = free_port()
    known = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token, "JIRA_JQL": EVERYTHING}
    command = [sys.executable, str(ROOT / "app.py"), "serve", "--port", str(port)]
    with (home / "out.txt").open("wb") as out:
        process = subprocess.Popen(command, env=environment(home, **known), stdout=out, stderr=out, cwd=ROOT)
        try:
            wait_for(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(timeout=20)


def click(url: str, number: int) -> None:
    """Ask for the numbers of one more view, as a file: every view is another one."""
    first = f"2026-{1 + number % 9:02d}-{1 + number % 27:02d}"
    project = ("", "&project=WEB", "&project=MOB", "&project=PAY")[number % 4]
    with urllib.request.urlopen(
        f"{url}/export/metrics.json?from={first}&to=2026-10-31{project}", timeout=60
    ) as answer:
        assert json.loads(answer.read())["schema"]


def look(url: str, number: int) -> None:
    """Ask for a view that nobody asked for before, and for a profile that does not exist."""
    first = dt.date(2024, 1, 1) + dt.timedelta(days=number % 400)
    last = dt.date(2026, 10, 31) - dt.timedelta(days=number // 400)
    with urllib.request.urlopen(f"{url}/export/metrics.json?from={first}&to={last}", timeout=60) as answer:
        assert json.loads(answer.read())["period"]["from"] == first.isoformat()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}/export/metrics.json?src=team{number}", timeout=60)
    assert refused.value.code == 400
    refused.value.close()


def used_for_views(home: Path, issues: int, views: int) -> list[Usage]:
    """Look at views and names, none twice; return what the server held after every hundredth of them."""
    seen = []
    with JiraSimulator(issues=issues) as jira, server_over(home, jira) as (url, pid):
        settled(url)
        for number in range(views):
            look(url, number)
            if (number + 1) % max(1, views // 100) == 0:
                seen.append(Usage.of(pid))
    return seen


def used_for(home: Path, issues: int, turns: int) -> list[Usage]:
    """Click four views and sync what changed, turn after turn; return what the server held after each."""
    seen = []
    numbers = itertools.count()
    with JiraSimulator(issues=issues) as jira, server_over(home, jira) as (url, pid):
        settled(url)
        for _ in range(turns):
            for _ in range(4):
                click(url, next(numbers))
            jira.mutate(5)
            press(url, sync=True)
            assert settled(url)["job"]["children"] is None  # it ended, and well
            seen.append(Usage.of(pid))
    return seen


def assert_in_bounds(seen: list[Usage]) -> None:
    """Compare the end with a time when every cache was full."""
    settled_in, last = seen[len(seen) // 3], seen[-1]

    assert last.memory - settled_in.memory < MOST_GROWTH_BYTES, [one.memory >> 20 for one in seen]
    assert max(one.descriptors for one in seen) <= MOST_DESCRIPTORS, [one.descriptors for one in seen]
    assert max(one.threads for one in seen) <= MOST_THREADS, [one.threads for one in seen]


pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="reads /proc")  # noqa: PTH112


def test_clicks_and_syncs_leave_nothing_behind(tmp_path: Path) -> None:
    """24 views and 6 syncs of changes."""
    seen = used_for(tmp_path, 300, 6)

    assert len(seen) == 6
    assert_in_bounds(seen)


@pytest.mark.soak
def test_hours_of_clicks_and_syncs_leave_nothing_behind(tmp_path: Path) -> None:
    """As many as somebody makes in a working week: 1 200 views and 300 syncs, over 2 000 issues."""
    began = time.monotonic()
    seen = used_for(tmp_path, 2_000, 300)
    print(f"\n{len(seen)} turns in {time.monotonic() - began:.0f} s: {seen[0]} ... {seen[-1]}")

    assert_in_bounds(seen)


def test_views_and_names_are_not_kept_for_ever(tmp_path: Path) -> None:
    """300 views and 300 names that nobody asks for again."""
    assert_in_bounds(used_for_views(tmp_path, 300, 300))


@pytest.mark.soak
def test_ten_thousand_views_and_names_are_not_kept(tmp_path: Path) -> None:
    """10 000 of each, over 2 000 issues."""
    seen = used_for_views(tmp_path, 2_000, 10_000)
    print(f"\n{seen[0]} ... {seen[len(seen) // 3]} ... {seen[-1]}")

    assert_in_bounds(seen)
