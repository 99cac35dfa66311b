"""G9 and G10: what logging and redaction cost, beside a fixed yardstick in the same process."""

import json
import logging
import time
from collections.abc import Iterator
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
from configuration.logs.redaction import Redactor
from tests.support.gates import SLACK, Gate

ROUNDS = 9
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
def _stop_logging() -> Iterator[None]:
    yield
    shutdown_logging()


def lone_logger(handler: logging.Handler, level: int = logging.DEBUG) -> logging.Logger:
    """Return a logger outside the tree, so that nothing but ``handler`` is measured."""
    made = logging.Logger("bench", level)
    made.addHandler(handler)
    return made


@pytest.mark.benchmark(timer=time.thread_time)  # the caller's part; the writer has a thread of its own
def benchmark_caller_cost(gate: Gate, temp_log_dir: Path) -> None:
    """G9: a redacted record costs the caller at most a quarter of an unredacted python-json-logger record."""
    setup_logging(temp_log_dir / "ours", max_bytes=10**9, console=False)
    (ours,) = logging_config._list_installed()
    plain = RotatingFileHandler(temp_log_dir / "plain.log", maxBytes=10**9, backupCount=5)
    plain.setFormatter(
        JsonFormatter("%(asctime)s %(levelname)s %(name)s %(module)s %(funcName)s %(lineno)d %(message)s")
    )

    def burst(target: logging.Logger) -> None:
        for _ in range(2_000):
            target.info("jira.request", extra=FIELDS)

    gate.ratio(
        lambda: burst(lone_logger(ours)),
        lambda: burst(lone_logger(plain)),
        of="a python-json-logger record",
        goal=0.25,
        before=flush_logging,
    )
    plain.close()


def benchmark_clean_text(gate: Gate) -> None:
    """G9: 100 kB of clean text within 1 ms of processor time."""
    text = (LINE * 1000)[:100_000]
    redactor = Redactor()
    assert redactor.text(text) is text

    seconds = gate.ratio(
        lambda: redactor.text(text), text.lower, of="lower() of the same text", goal=30, rounds=40
    )
    gate.hold("ms", seconds * 1000, goal=1, fails_at=SLACK)


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(LINE, id="clean"),
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
        "password",
        'name="token" ',
        "name=apassword",
        "sig=",
        "x" * 16 + " ",
        "secret\uff1aprivate-lines: 1",
    ],
)
def benchmark_any_megabyte(gate: Gate, piece: str) -> None:
    """G9: any 1 MB within 200 ms, whatever it is made of."""
    text, clean = ((part * (1_000_000 // len(part) + 1))[:1_000_000] for part in (piece, LINE))
    redactor = Redactor(longest=2_000_000)

    seconds = gate.ratio(
        lambda: redactor.text(text), lambda: redactor.text(clean), of="as much clean text", goal=18, rounds=4
    )
    gate.hold("ms", seconds * 1000, goal=200, fails_at=200 * SLACK)


def benchmark_growth(gate: Gate) -> None:
    """G9: redaction is linear in length: four times the text costs about four times as much."""
    redactor = Redactor(longest=2_000_000)
    small, large = ((LINE * 10_000)[:size] + " password=x" for size in (200_000, 800_000))

    gate.ratio(
        lambda: redactor.text(large),
        lambda: redactor.text(small),
        of="a quarter of the text",
        goal=4.4,
    )


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


def benchmark_share_of_a_run(gate: Gate, temp_log_dir: Path) -> None:
    """G10: the log of a full run of 50 000 issues costs at most 1 % of it.

    The run is 500 pages, taken at a quarter of ``json.loads`` each: what G4
    allows the decoding alone, without network, store or metrics. Its log is
    one request per page (at DEBUG, so mostly suppressed), and 50 lines.
    """
    setup_logging(temp_log_dir, console=False)
    (ours,) = logging_config._list_installed()
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

    gate.ratio(
        log_of_a_run,
        lambda: [json.loads(body) for _ in range(10)],
        of="taking in 500 pages",
        goal=0.01,
        scale=500 / 10 * 0.25,
        rounds=ROUNDS,
    )
    assert len(Path(temp_log_dir / "app.log").read_text().splitlines()) == 51 * ROUNDS
