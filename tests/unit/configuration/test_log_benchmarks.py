"""G9 and G10: what logging and redaction cost, beside a fixed yardstick in the same process."""

import json
import logging
import statistics
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from pythonjsonlogger.json import JsonFormatter

from configuration import logging_config
from configuration.logging_config import (
    RequestMemory,
    flush_logging,
    log_request,
    setup_logging,
    shutdown_logging,
)
from configuration.redaction import Redactor

ROUNDS = 9
SLACK = 1.5  # a gate fails at one and a half times its goal
FIELDS = {
    "method": "GET",
    "url": "https://example.atlassian.net/rest/api/3/search/jql?maxResults=100",
    "status": 200,
    "duration_ms": 123.4,
    "bytes": 104_857,
    "attempt": 1,
    "waited_ms": 0.0,
}
LINE = "Fetched 100 of 4812 issues for project ABC in 1.2 s, status Done; next window 2026-08 to 2026-09. "


@pytest.fixture(autouse=True)
def _stop_logging():
    yield
    shutdown_logging()


def lone_logger(handler: logging.Handler, level: int = logging.DEBUG) -> logging.Logger:
    """Return a logger outside the tree, so that nothing but ``handler`` is measured."""
    made = logging.Logger("bench", level)
    made.addHandler(handler)
    return made


def cost(work: Callable[[], object], clock: Callable[[], float]) -> float:
    before = clock()
    work()
    return clock() - before


def report(name: str, goal: float, ratios: list[float]) -> float:
    found = statistics.median(ratios)
    print(f"\n{name}: {found:.3g} (goal {goal:g}, fails at {goal * SLACK:g})")
    return found


def benchmark_caller_cost(temp_log_dir):
    """G9: a redacted record costs the caller at most a quarter of an unredacted python-json-logger record."""
    setup_logging(temp_log_dir / "ours", max_bytes=10**9, console=False)
    (ours,) = logging_config._installed()
    plain = RotatingFileHandler(temp_log_dir / "plain.log", maxBytes=10**9, backupCount=5)
    plain.setFormatter(
        JsonFormatter("%(asctime)s %(levelname)s %(name)s %(module)s %(funcName)s %(lineno)d %(message)s")
    )

    def burst(target: logging.Logger) -> None:
        for _ in range(2_000):
            target.info("jira.request", extra=FIELDS)

    ratios = []
    for _ in range(ROUNDS):
        yardstick = cost(lambda: burst(lone_logger(plain)), time.thread_time)
        ratios.append(cost(lambda: burst(lone_logger(ours)), time.thread_time) / yardstick)
        flush_logging()
    plain.close()

    assert report("G9 caller, of a python-json-logger record", 0.25, ratios) <= 0.25 * SLACK


def benchmark_clean_text():
    """G9: 100 kB of clean text within 1 ms of processor time."""
    text = (LINE * 1000)[:100_000]
    redactor = Redactor()
    assert redactor.text(text) is text

    best = min(cost(lambda: redactor.text(text), time.process_time) for _ in range(40))

    assert report("G9 clean 100 kB, ms", 1.0, [best * 1000]) <= 1.0 * SLACK


@pytest.mark.parametrize(
    "piece",
    [
        LINE,
        "password=x ",
        "token=[",
        "Cookie: ",
        "key=",
        "a@b.co ",
        "eyJ",
        "token ",
        "<password>",
        "N",
        '\\"',
        "auth=('",
        "password for ",
        "://a:b@",
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "пароль=",
    ],
)
def benchmark_any_megabyte(piece):
    """G9: any 1 MB within 200 ms, whatever it is made of."""
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    redactor = Redactor(longest=2_000_000)

    best = 1.0
    for _ in range(9):  # the least of several is what the code costs; the rest is what else the machine did
        best = min(best, cost(lambda: redactor.text(text), time.process_time))
        if best <= 0.2:
            break

    assert report(f"G9 1 MB of {piece[:20]!r}, ms", 200, [best * 1000]) <= 200 * SLACK


def benchmark_growth():
    """G9: redaction is linear in length: four times the text costs about four times as much."""
    redactor = Redactor(longest=2_000_000)
    texts = {size: (LINE * 10_000)[:size] + " password=x" for size in (200_000, 800_000)}

    ratios = []
    for _ in range(ROUNDS):
        small, large = (
            cost(lambda size=size: redactor.text(texts[size]), time.process_time) for size in texts
        )
        ratios.append(large / small)

    assert report("G9 cost of 4x the text", 4.4, ratios) <= 4.4 * SLACK


def page() -> bytes:
    """Return a page of 100 issues of 10 kB, as Jira sends them."""
    fields = {f"customfield_{number}": {"value": "x" * 40, "id": str(number)} for number in range(30)}
    histories = [
        {
            "id": str(number),
            "author": {"displayName": "x" * 20, "avatarUrls": {"48x48": "https://h/" + "y" * 80}},
            "created": "2026-01-02T03:04:05.000+0000",
            "items": [
                {"field": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "In Progress"}
            ],
        }
        for number in range(20)
    ]
    issue = {"id": "1", "key": "ABC-1", "fields": fields, "changelog": {"total": 20, "histories": histories}}
    return json.dumps({"issues": [issue] * 100}).encode()


def benchmark_share_of_a_run(temp_log_dir):
    """G10: the log of a full run of 50 000 issues costs at most 1 % of it.

    The run is 500 pages, taken at a quarter of ``json.loads`` each: what G4
    allows the decoding alone, without network, store or metrics. Its log is
    one request per page (at DEBUG, so mostly suppressed), and 50 lines.
    """
    setup_logging(temp_log_dir, console=False)
    (ours,) = logging_config._installed()
    target = lone_logger(ours, logging.INFO)
    body = page()
    url = FIELDS["url"]

    def log_of_a_run() -> None:
        memory = RequestMemory()
        for _ in range(500):
            log_request(
                target, memory, method="GET", url=str(url), status=200, duration_ms=123.4, size=len(body)
            )
        for _ in range(50):
            target.info("metrics.calculated", extra={"metrics": 9, "duration_ms": 12.3, "issues": 50_000})
        flush_logging()

    ratios = []
    for _ in range(ROUNDS):
        decoding = cost(lambda: [json.loads(body) for _ in range(10)], time.process_time) / 10 * 500 * 0.25
        ratios.append(100 * cost(log_of_a_run, time.process_time) / decoding)

    assert report("G10 log of a full run, %", 1.0, ratios) <= 1.0 * SLACK
    assert len(Path(temp_log_dir / "app.log").read_text().splitlines()) == 51 * ROUNDS
