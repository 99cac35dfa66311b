"""What commands and the server take: in processes of their own, with real files, sockets and stores."""

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.callbacks.test_pages import LAST
from tests.benchmarks.test_serving_memory import Served, serving
from tests.support.builders import status_list
from tests.support.commands import ROOT, command, environment
from tests.support.large_stores import fill_home
from tests.support.plain_issues import plain_issues, releases

AT_ONCE = 10_000  # issues that are made before they are written
LOOKS = 20


@dataclass(frozen=True)
class Spent:
    """What a process took.

    Attributes:
        worked_s: processor time, that of the system among it.
        waited_s: by the clock on the wall.
        peak_mb: the most memory that it held.
    """

    worked_s: float
    waited_s: float
    peak_mb: float


@dataclass(frozen=True)
class Looked:
    """What a server took over a store.

    Attributes:
        first_s: processor time of the first answer, for which everything is loaded and derived.
        answer_s: the same of another period, in the middle of several.
        peak_mb: the most memory that it held.
    """

    first_s: float
    answer_s: float
    peak_mb: float


@dataclass(frozen=True)
class Crowd:
    """What users got who click as fast as they are answered.

    Attributes:
        clicks: answers in a second, of all of them.
        median_s: what half of the clicks waited at most.
        slowest_s: what 99 of 100 waited at most.
        worked_s: processor time of the server for one click.
    """

    clicks: float
    median_s: float
    slowest_s: float
    worked_s: float


def spent_by(arguments: Sequence[str | Path], home: Path, **more: str) -> Spent:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed.
    """
    began = time.monotonic()
    with (home / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            command(*arguments), env=environment(home, **more), cwd=ROOT, stdout=out, stderr=out
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} failed: {(home / 'out.txt').read_text()}")
    return Spent(used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss / 1024)


def imported(home: Path, issues: int) -> Spent:
    """Import a file of so many issues, with their statuses and releases; the file is gone afterwards."""
    path, statuses, versions = (home / name for name in ("issues.jsonl", "statuses.json", "versions.json"))
    statuses.write_text(json.dumps(status_list()), encoding="utf-8")
    versions.write_text(json.dumps(releases()), encoding="utf-8")
    with path.open("w", encoding="utf-8") as file:
        for lines in _lines(issues):
            file.write(lines)
    try:
        return spent_by(["import", path, "--statuses", statuses, "--versions", versions], home)
    finally:
        path.unlink()


def _lines(issues: int) -> Iterator[str]:
    """Yield issues as lines of JSON: those that were made first again and again, under other names."""
    made = [json.dumps(issue) for issue in plain_issues(min(issues, AT_ONCE))]
    ids = [json.loads(line)["id"] for line in made]
    for begin in range(0, issues, AT_ONCE):
        yield "".join(
            line.replace(f'"P-{place + 1}"', f'"P-{begin + place + 1}"').replace(
                f'"{ids[place]}"', f'"{begin + 1_000_000 + place}"', 1
            )
            + "\n"
            for place, line in enumerate(made[: issues - begin])
        )


@contextmanager
def flat_jira(issues: int) -> Iterator[str]:
    """Serve a Jira Cloud of so many equal issues that answers after a tenth of a second."""
    arguments = [sys.executable, "-m", "tests.servers.flat_jira", "cloud", str(issues), "0.1"]
    with subprocess.Popen(
        arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            print(file=server.stdin, flush=True)
            server.stdout.readline()


def synced_twice(home: Path, issues: int) -> tuple[Spent, Spent]:
    """Sync everything from a Jira, and once more when nothing has changed."""
    with flat_jira(issues) as url:
        secret = "-".join("abc")
        jira = {"JIRA_URL": url, "JIRA_EMAIL": "a@b.c", "JIRA_TOKEN": secret, "JIRA_JQL": "project = FLAT"}
        first, again = (spent_by(["sync"], home, **jira) for _ in range(2))
    return first, again


def looked_at(home: Path, issues: int) -> Looked:
    """Serve so many issues and look at the Flow page over a year: once, and then over other years."""
    fill_home(home, issues)
    with serving(home) as served:
        before = worked_by(served.pid)
        served.ask(period(0))
        first = worked_by(served.pid)
        for number in range(1, LOOKS + 1):
            served.ask(period(number))
        each = (worked_by(served.pid) - first) / LOOKS
        return Looked(first - before, each, served.megabytes("VmHWM"))


def worked_by(pid: int) -> float:
    """Return the processor time in seconds of a process with all its threads."""
    cells = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def crowds(home: Path, issues: int, users: Sequence[int], last_s: float) -> dict[int, Crowd]:
    """Serve so many issues; return by number of users what they get who click for a while."""
    fill_home(home, issues)
    with serving(home) as served:
        served.look(0)
        numbers = iter(range(1_000_000))
        return {many: _crowd(served, many, last_s, numbers) for many in users}


def _crowd(served: Served, users: int, last_s: float, numbers: Iterator[int]) -> Crowd:
    waited: list[float] = []
    lock = threading.Lock()
    until = time.monotonic() + last_s

    def click() -> None:
        while (began := time.monotonic()) < until:
            with lock:
                number = next(numbers)
            served.ask(period(number))
            waited.append(time.monotonic() - began)

    worked, began = worked_by(served.pid), time.monotonic()
    with ThreadPoolExecutor(users) as pool:
        for one in [pool.submit(click) for _ in range(users)]:
            one.result()
    passed, worked = time.monotonic() - began, worked_by(served.pid) - worked
    ordered = sorted(waited)
    slowest = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return Crowd(len(ordered) / passed, ordered[len(ordered) // 2], slowest, worked / len(ordered))


def period(number: int) -> dict[str, str]:
    """Return filters of a period of about a year that no other number has."""
    last = LAST - dt.timedelta(days=number % 300)
    first = last - dt.timedelta(days=363 - number // 300)
    return {"from": first.isoformat(), "to": last.isoformat()}
