"""Logging as a whole: real files, threads and processes."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import ClassVar

import pytest
import time_machine

from configuration import logging_config
from configuration.logging_config import (
    cleanup_old_logs,
    flush_logging,
    log_exception_reference,
    run_context,
    setup_logging,
    shutdown_logging,
)
from configuration.logs.files import SharedRotatingFileHandler
from tests.support.promptness import assert_ends_within
from tests.support.redaction_corpus import BENIGN, lines_with_secrets

CHECKOUT = Path(__file__).resolve().parents[2]
logger = logging.getLogger("tests.workflow")


@pytest.fixture(autouse=True)
def _stop_logging():
    yield
    shutdown_logging()


def records(path: Path) -> list[dict]:
    """Return every line of a file; one that is not JSON fails the test."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def all_records(folder: Path, stem: str = "app.log") -> list[dict]:
    return [found for path in folder.glob(f"{stem}*") for found in records(path)]


def test_logging_workflow_end_to_end(temp_log_dir):
    """A run with requests, a failure and a secret: everything is there, tied together, and clean."""
    password = "hun" + "ter2"
    setup_logging(temp_log_dir, log_level="DEBUG", console=False)
    with run_context(profile="team") as run_id:
        logger.info("sync.started", extra={"mode": "full"})
        logger.debug("metric.calculated", extra={"metric": "flow_time", "n": 84})
        try:
            raise ConnectionError(f"https://bob:{password}@jira.example.com refused")  # noqa: TRY301
        except ConnectionError as error:
            reference = log_exception_reference(logger, "sync.failed", error)
    shutdown_logging()
    setup_logging(temp_log_dir, console=False)
    logger.info("app.started")
    shutdown_logging()

    found = records(temp_log_dir / "app.log")
    assert [line["message"] for line in found] == [
        "sync.started",
        "metric.calculated",
        "sync.failed",
        "app.started",
    ]
    assert {line["run_id"] for line in found[:3]} == {run_id}
    assert found[2]["reference"] == reference
    assert password not in (temp_log_dir / "app.log").read_text()


def test_multiple_handlers_write_correctly(temp_log_dir):
    """Everything goes to app.log, errors to errors.log too, each once; the console has its own level."""
    console = StringIO()
    setup_logging(temp_log_dir, log_level="DEBUG", console=console, console_level="WARNING")
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(logger, level)(f"at.{level}")
    flush_logging()

    assert [line["level"] for line in records(temp_log_dir / "app.log")] == [
        "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL",
    ]  # fmt: skip
    assert [line["level"] for line in records(temp_log_dir / "errors.log")] == ["ERROR", "CRITICAL"]
    assert [line.split()[2] for line in console.getvalue().splitlines()] == [
        "at.warning",
        "at.error",
        "at.critical",
    ]


# --- P1 and P2 over everything that is written ------------------------------------------------


def test_corpus_through_files_and_console(temp_log_dir):
    """P1, P2: 0 leaks and 0 harmed lines over files and console together, by message, argument and field."""
    console = StringIO()
    setup_logging(temp_log_dir, console=console)
    leaky = list(lines_with_secrets())
    for line in leaky:
        logger.info(line.text)
        logger.error("event %s", line.text, extra={"field": {"deep": [line.text]}})
    flush_logging()
    written = console.getvalue() + "".join(
        json.dumps(found, ensure_ascii=False)
        for path in temp_log_dir.glob("*.log*")
        for found in records(path)
    )

    leaks = [line.kind for line in leaky for secret in line.secrets if secret in written]

    assert leaks == []


def test_benign_lines_through_files(temp_log_dir):
    """P2: what is not secret arrives as it was sent, by message, argument and field."""
    setup_logging(temp_log_dir, max_bytes=0, console=False)
    for line in BENIGN:
        logger.info(line)
        logger.info("%s", line, extra={"field": [line]})
    flush_logging()

    found = records(temp_log_dir / "app.log")
    assert [line["message"] for line in found] == [line for line in BENIGN for _ in range(2)]
    assert [line["field"] for line in found[1::2]] == [[line] for line in BENIGN]
    assert not any("format_error" in line for line in found)


# --- P14: rotation, threads, processes, crashes -----------------------------------------------


def log_from_threads(threads: int, each: int) -> None:
    """Log through our handler alone: that of pytest would keep a million records in memory."""
    (ours,) = logging_config._list_installed()

    def work(worker: int) -> None:
        for number in range(each):
            fields = {"worker": worker, "number": number}
            ours.handle(
                logger.makeRecord("load", logging.INFO, __file__, 1, "load.line", (), None, "work", fields)
            )

    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


class Accountant(SharedRotatingFileHandler):
    """Counts the lines of every file that rotation deletes, which nobody can read afterwards."""

    deleted: ClassVar["Counter[str]"] = Counter()

    def doRollover(self) -> None:
        last = Path(f"{self.baseFilename}.{self.backupCount}")
        if last.exists():
            for found in records(last):
                self.deleted[f"{found['worker']}/{found['number']}"] += 1
        super().doRollover()


def account(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, threads: int, each: int, max_bytes: int
) -> None:
    """Log under load and hold every line against the files: none missing, none twice."""
    monkeypatch.setattr("configuration.logging_config.SharedRotatingFileHandler", Accountant)
    monkeypatch.setattr(Accountant, "deleted", Counter())
    setup_logging(folder, max_bytes=max_bytes, console=False)
    log_from_threads(threads, each)
    shutdown_logging()

    found = Counter(f"{line['worker']}/{line['number']}" for line in all_records(folder)) + Accountant.deleted
    files = list(folder.glob("app.log*"))
    assert found == Counter(f"{worker}/{number}" for worker in range(threads) for number in range(each))
    assert len(files) <= 6
    assert all(path.stat().st_size <= max_bytes for path in files)


def test_log_rotation_under_load(temp_log_dir, monkeypatch):
    """8 threads, rotation every few hundred lines, every line accounted for."""
    account(temp_log_dir, monkeypatch, threads=8, each=2_500, max_bytes=100_000)


@pytest.mark.soak
def test_million_lines_from_eight_threads(temp_log_dir, monkeypatch):
    """P14 in full: 1e6 lines at the real size of 10 MB."""
    account(temp_log_dir, monkeypatch, threads=8, each=125_000, max_bytes=10 * 1024 * 1024)


def test_ten_megabyte_files(temp_log_dir):
    """T102: at the default size, files rotate at 10 MB and five old ones are kept."""
    setup_logging(temp_log_dir, console=False)
    text = "line " * 40_000
    for _ in range(350):
        logger.info(text)
    flush_logging()

    sizes = [path.stat().st_size for path in temp_log_dir.glob("app.log*")]
    assert len(sizes) == 6
    assert sum(size > 9_500_000 for size in sizes) >= 5
    assert all(size <= 10 * 1024 * 1024 for size in sizes)


WRITER = """
import logging, sys
from configuration.logging_config import setup_logging
folder, name, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
setup_logging(folder, max_bytes=size, backup_count=200, console=False)
print("ready", flush=True); sys.stdin.readline()
for number in range(count):
    logging.getLogger("load").info("load.line", extra={"who": name, "number": number})
print("done", flush=True)
"""


def start_writer(folder: Path, name: str, count: int, size: int) -> "subprocess.Popen[str]":
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(count), str(size)],
        cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def test_two_processes_share_the_files(temp_log_dir):
    """Two processes write and rotate the same files: nothing lost, nothing doubled, every line whole."""
    writers = [start_writer(temp_log_dir, name, 4_000, 60_000) for name in ("a", "b")]
    complaints = [writer.communicate("go\n", timeout=60)[1] for writer in writers]

    found = Counter((line["who"], line["number"]) for line in all_records(temp_log_dir))
    assert complaints == ["", ""]
    assert found == Counter((name, number) for name in ("a", "b") for number in range(4_000))
    assert len(list(temp_log_dir.glob("app.log*"))) > 5


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on this system")
def test_killed_process_leaves_whole_lines(temp_log_dir):
    """SIGKILL may lose what is queued, and nothing of what came before; the next process writes on."""
    writer = start_writer(temp_log_dir, "killed", 200_000, 10**9)
    assert writer.stdin is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()
    while (temp_log_dir / "app.log").stat().st_size < 100_000:
        time.sleep(0.005)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()

    setup_logging(temp_log_dir, max_bytes=0, console=False)
    logger.info("app.started")
    flush_logging()

    *killed, started = [
        line for line in records(temp_log_dir / "app.log") if line["message"] != "log.torn_line"
    ]
    assert [line["number"] for line in killed] == list(range(len(killed)))
    assert len(killed) > 100
    assert started["message"] == "app.started"


def test_stopped_process_does_not_stop_the_others(temp_log_dir):
    """Who was stopped while it held the lock cannot make anybody wait for it."""
    fcntl = pytest.importorskip("fcntl")
    setup_logging(temp_log_dir, console=False)
    holder = os.open(temp_log_dir / ".app.log.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)

        def write() -> float:
            before = time.monotonic()
            logger.info("still.written")
            return before

        assert_ends_within(0.5, write)
        flush_logging()
    finally:
        os.close(holder)

    assert {line["message"] for line in records(temp_log_dir / "app.log")} == {"still.written"}


def test_clock_set_back(temp_log_dir):
    """Time running backwards breaks neither lines, nor rotation, nor the clean-up."""
    setup_logging(temp_log_dir, max_bytes=2_000, console=False)
    with time_machine.travel("2026-11-23T12:00:00Z"):
        for number in range(20):
            logger.info("before", extra={"number": number})
        flush_logging()
    with time_machine.travel("2025-01-01T00:00:00Z"):
        for number in range(20):
            logger.info("after", extra={"number": number})
        flush_logging()
        deleted = cleanup_old_logs(temp_log_dir)

    assert deleted == 0
    assert {line["timestamp"][:4] for line in all_records(temp_log_dir)} <= {"2025", "2026"}
    assert all(path.stat().st_size <= 2_000 for path in temp_log_dir.glob("app.log*"))
