"""The ``logs`` command over files that the real logging wrote."""

import json
import logging
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from callbacks.cli.logs import logs_command
from configuration.logging_config import log_exception_reference, run_context, setup_logging, shutdown_logging
from configuration.logs.reader import Wanted, follow, since_instant
from configuration.settings import Home

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Invocation:
    home: Home


def logs(home: Home, *options: str):
    return CliRunner().invoke(logs_command, options, obj=Invocation(home), color=False)


def write(home: Home, *entries: dict, name: str = "app.log") -> None:
    home.logs.mkdir(exist_ok=True)
    with (home.logs / name).open("a") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)


def entry(message: str, level: str = "INFO", day: int = 23, **fields: object) -> dict:
    return {
        "timestamp": f"2026-11-{day:02d}T08:00:00.000Z",
        "level": level,
        "message": message,
        "logger": "x",
        **fields,
    }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_shows_what_the_real_logging_wrote(home):
    """Level, event, fields and run on a line, the traceback below it."""
    setup_logging(home.logs, console=False)
    try:
        with run_context("run1"):
            logging.getLogger("data.sync").info("sync.started", extra={"mode": "full", "why": "no store yet"})
            reference = log_exception_reference(
                logging.getLogger("data.sync"), "sync.failed", OSError("no route")
            )
    finally:
        shutdown_logging()

    shown = logs(home)

    started, failed, *below = shown.stdout.splitlines()
    assert shown.exit_code == 0
    assert (
        started.split(" ", 1)[1] == 'INFO     sync.started mode=full why="no store yet" [data.sync run run1]'
    )
    assert failed.split(" ", 1)[1] == f"ERROR    sync.failed reference={reference} [data.sync run run1]"
    assert below == ["    OSError: no route"]


def test_rotated_files_come_first_and_in_order(home):
    """The oldest line is on top, however many files there are."""
    for name, number in (("app.log.10", 1), ("app.log.2", 2), ("app.log.1", 3), ("app.log", 4)):
        write(home, entry(f"e.{number}"), name=name)

    assert [line.split()[2] for line in logs(home).stdout.splitlines()] == ["e.1", "e.2", "e.3", "e.4"]


def test_filters_by_level_and_age(home):
    """Of a level and above; not before an instant."""
    write(
        home,
        entry("a.b", day=20),
        entry("c.d", "WARNING", 20),
        entry("e.f", "WARNING", 22),
        entry("g.h", day=22),
    )

    found = logs(home, "--level", "warning", "--since", "2026-11-21").stdout

    assert [line.split()[2] for line in found.splitlines()] == ["e.f"]


def test_errors_reach_further_back(home):
    """errors.log turns over slower than app.log, so errors are read from there."""
    write(home, entry("old.failed", "ERROR", 1), name="errors.log")
    write(home, entry("x.y"))

    assert "old.failed" in logs(home, "--level", "ERROR").stdout


def test_a_reference_leads_to_its_line(home):
    """Also when app.log has turned over since, and however it was copied; a broken line has no reference."""
    write(home, entry("old.failed", "ERROR", 1, reference="00ab12cd"), name="errors.log")
    write(home, entry("new.failed", "ERROR", 2, reference="11ab12cd"), entry("x.y"))
    with (home.logs / "app.log").open("a") as file:
        file.write("nonsense\n")

    found = {asked: logs(home, "--reference", asked) for asked in ("00ab12cd", " 11AB12CD ", "ffffffff")}

    assert [shown.stdout.split()[2:3] for shown in found.values()] == [["old.failed"], ["new.failed"], []]
    assert "--reference" in found["ffffffff"].stderr


@pytest.mark.parametrize("line", ['{"message": "ha', "[1]", "nonsense\x1b[2J", "\udcff"])
def test_broken_line_is_shown_as_such(home, line):
    """It is not hidden by a filter, and does not drive the terminal."""
    write(home, entry("a.b"))
    with (home.logs / "app.log").open("a", errors="surrogateescape") as file:
        file.write(line + "\n")
    write(home, entry("c.d"))

    shown = logs(home, "--since", "2026-11-01").stdout.splitlines()

    assert shown[1].startswith("(broken line) ")
    assert "\x1b" not in shown[1]
    assert len(shown) == 3


@pytest.mark.parametrize("options", [[], ["--level", "ERROR"]])
def test_nothing_to_show_is_said_on_stderr(home, options):
    """The answer stands on stdout, and nothing else."""
    shown = logs(home, *options)

    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "Nothing to show" in shown.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2d", "2026-11-21T12:00:00.000Z"),
        ("90m", "2026-11-23T10:30:00.000Z"),
        ("1w", "2026-11-16T12:00:00.000Z"),
        ("2026-11-21", "2026-11-21T00:00:00.000Z"),
        ("2026-11-21T10:00+02:00", "2026-11-21T08:00:00.000Z"),
    ],
)
def test_since(text, expected):
    """Ages count back from now; dates without a zone are UTC."""
    assert since_instant(text, NOW) == expected


@pytest.mark.parametrize("options", [["--since", "soon"], ["--since", "2d3h"], ["--level", "LOUD"]])
def test_wrong_options_exit_2(home, options):
    """A usage error, with a sentence on what can be said instead."""
    shown = logs(home, *options)

    assert (shown.exit_code, shown.stdout) == (2, "")


def rotate(folder: Path) -> None:
    for number in range(len(list(folder.iterdir())) - 1, 0, -1):
        (folder / f"app.log.{number}").rename(folder / f"app.log.{number + 1}")
    (folder / "app.log").rename(folder / "app.log.1")


class EnoughError(Exception):
    """Ends a test that follows for ever."""


def test_follow_survives_rotations(home):
    """Nothing is missed or shown twice when files are rotated under the reader, twice between two looks."""
    write(home, entry("e.1"))
    steps = iter(range(1, 6))

    def rotate_and_write(_seconds: float) -> None:
        step = next(steps, None)
        if step is None:
            raise EnoughError
        for number in (2 * step, 2 * step + 1):
            rotate(home.logs)
            write(home, entry(f"e.{number}"))

    seen = []
    with pytest.raises(EnoughError):
        for found in follow(home.logs, Wanted(), rotate_and_write):
            seen.append(found.data["message"])  # noqa: PERF401 - kept when the loop is ended by the error

    assert seen == [f"e.{number}" for number in range(1, 12)]


def test_follow_option_shows_new_lines(home):
    """-f in a process of its own, with a writer that starts later."""
    source = (
        "import sys, pathlib; from types import SimpleNamespace\n"
        "from callbacks.cli.logs import logs_command\n"
        "from configuration.settings import Home\n"
        "logs_command.main(['-f'], obj=SimpleNamespace(home=Home(pathlib.Path(sys.argv[1]))))"
    )
    checkout = Path(__file__).resolve().parents[4]
    with subprocess.Popen(
        [sys.executable, "-u", "-c", source, str(home.root)], cwd=checkout, stdout=subprocess.PIPE, text=True
    ) as reader:
        timer = threading.Timer(20, reader.kill)
        timer.start()
        time.sleep(0.3)
        write(home, entry("late.event"))
        line = reader.stdout.readline()
        timer.cancel()
        reader.kill()

    assert "late.event" in line
