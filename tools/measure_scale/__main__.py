"""Measures and writes docs/scale.md: ``python -m tools.measure_scale [--sizes N ...] [--users N ...]``.

What is measured is written at once, so that the largest size can be left for a night; rows that are not
asked for stay as they are. It takes some minutes up to 100 000 issues.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.commands import ROOT
from tools.measure_scale import real
from tools.measure_scale.page import NOT_RUN, PAGE, megabytes, put_between, rows_between, seconds, table

SIZES = (1_000, 10_000, 100_000, 1_000_000)
USERS = (1, 8, 32)
USERS_ISSUES = 5_000
CLICKING_S = 15.0
# A first sync of more would wait for the rate limit of Jira alone for a quarter of an hour.
MOST_FETCHED = 100_000
# By table, the head of it.
HEADS = {
    "intake": ("issues", "import", "first sync", "sync, nothing changed", "memory, import"),
    "answers": ("issues", "derive", "facts", "all metrics", "first page", "next page", "memory, served"),
    "users": (
        "users",
        "clicks a second",
        "half wait at most",
        "99 of 100 wait at most",
        "server's work a click",
    ),
}


def intake(issues: int) -> list[str]:
    """Return the row of taking so many issues in."""
    with tempfile.TemporaryDirectory() as home:
        imported = real.imported(Path(home), issues)
    first = again = NOT_RUN
    if issues <= MOST_FETCHED:
        with tempfile.TemporaryDirectory() as home:
            first, again = map(_worked, real.synced_twice(Path(home), issues))
    return [_count(issues), _worked(imported), first, again, megabytes(imported.peak_mb)]


def answers(issues: int) -> list[str]:
    """Return the row of answering over so many issues."""
    command = [sys.executable, "-m", "tools.measure_scale.meaning", str(issues)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(told)
    with tempfile.TemporaryDirectory() as home:
        looked = real.looked_at(Path(home), issues)
    times = found["derive_s"], found["facts_s"], found["metrics_s"], looked.first_s, looked.answer_s
    return [_count(issues), *map(seconds, times), megabytes(looked.peak_mb)]


def crowds(users: Sequence[int]) -> list[list[str]]:
    """Return a row for each number of users."""
    with tempfile.TemporaryDirectory() as home:
        found = real.crowds(Path(home), USERS_ISSUES, users, CLICKING_S)
    return [
        [_count(many), f"{one.clicks:.0f}", *map(seconds, (one.median_s, one.slowest_s, one.worked_s))]
        for many, one in found.items()
    ]


def _worked(spent: real.Spent) -> str:
    return f"{seconds(spent.worked_s)} ({seconds(spent.waited_s)})"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def write(name: str, measured: Sequence[Sequence[str]], page: Path = PAGE) -> None:
    """Put rows into a table of the page, in place of those of the same size; the others stay."""
    text = page.read_text(encoding="utf-8")
    rows = {row[0]: row for row in [*rows_between(text, name)[1:], *measured]}
    ordered = sorted(rows.values(), key=lambda row: int(row[0].replace(" ", "")))
    page.write_text(put_between(text, {name: table(HEADS[name], ordered)}), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Measure what is asked for, the smallest first, and write each row when it is known."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of issues")
    parser.add_argument("--users", type=int, nargs="*", default=USERS, help="numbers of users")
    asked = parser.parse_args(arguments)
    if asked.users:
        write("users", crowds(asked.users))
    for issues in asked.sizes:
        write("answers", [answers(issues)])
        write("intake", [intake(issues)])
        print(f"{issues:,} issues are measured.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
