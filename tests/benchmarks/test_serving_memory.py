"""What a served process holds over large data: while it is looked at, and when the data change (G18)."""

import datetime as dt
import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from configuration.settings import Home
from data.cache_manager import References
from data.profiles.sources import resolve
from tests.benchmarks.callbacks.test_pages import LAST, page_call
from tests.support.commands import command, environment, free_port, wait_for
from tests.support.gates import Gate
from tests.support.large_stores import fill_home, rows_of
from tests.support.synthetic import synthetic_dataset

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="reads /proc")  # noqa: PTH112
VIEWS = 64
DAYS = (89, 363)


@dataclass(frozen=True)
class Served:
    """A dashboard in a process of its own."""

    url: str
    pid: int

    def megabytes(self, name: str) -> float:
        """What the kernel says of its memory: ``VmRSS`` is what it holds, ``VmHWM`` the most that it held."""
        lines = (Path("/proc") / str(self.pid) / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024

    def look(self, number: int) -> int:
        """Ask for cards and figures of the Flow page for a view of its own; return how many bytes came."""
        last = LAST - dt.timedelta(days=number)
        filters = {"from": (last - dt.timedelta(days=DAYS[number % 2])).isoformat(), "to": last.isoformat()}
        if number % 3:
            filters |= (
                {"project": [f"P{number % 20:02d}"]}
                if number % 3 == 1
                else {"label": [f"label-{number % 50}"]}
            )
        return self.ask(filters)

    def ask(self, filters: dict) -> int:
        """Ask for the Flow page with these filters; return how many bytes came."""
        body = page_call(filters)
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.url}/_dash-update-component", json.dumps(body).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return len(answer.read())


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """Serve what a home holds."""
    port = free_port()
    with (home / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            command("serve", "--port", str(port)), env=environment(home), stdout=out, stderr=out
        )
        try:
            wait_for(f"http://127.0.0.1:{port}", process)
            yield Served(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(timeout=20)


def change(home: Path, issues: int) -> None:
    """Publish a later reading of every hundredth issue, as a sync in another process does."""
    later = [
        msgspec.structs.replace(row, updated=row.updated + 1, newest=row.newest + 1)
        for row in list(rows_of(synthetic_dataset(issues).issues))[::100]
    ]
    resolve(Home(home), "default", {}).store.add(later, References())


# By number of issues: what it may hold at most, in megabytes.
MOST = {200_000: 400, 1_000_000: 1_300}


@pytest.mark.parametrize("issues", [200_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def benchmark_memory_of_64_views(gate: Gate, tmp_path: Path, issues: int) -> None:
    """They add at most 80 MB to what is held after the first two, and data that change do not add up."""
    fill_home(tmp_path, issues)
    with serving(tmp_path) as served:
        for number in (200, 201):
            served.look(number)
        before = served.megabytes("VmRSS")
        sizes = gate.once(lambda: [served.look(number) for number in range(VIEWS)])
        grown = served.megabytes("VmRSS") - before
        change(tmp_path, issues)
        served.look(0)
        most = served.megabytes("VmHWM")

    assert min(sizes) > 5_000  # an empty page would need little
    gate.hold("megabytes more after 64 views", grown, goal=80)
    gate.hold("megabytes at most", most, goal=MOST[issues], fails_at=1.2 * MOST[issues])
