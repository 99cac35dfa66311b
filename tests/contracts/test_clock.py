"""One clock for all who share a home."""

import os
import subprocess
import sys
import time

from configuration.settings import Home
from data.model.clock import clock_of
from tests.support.commands import ROOT


def test_it_tells_milliseconds_and_goes_on(home: Home) -> None:
    clock = clock_of(home)
    first = clock.now_ms()
    time.sleep(0.05)
    later = clock.now_ms()

    assert abs(first - time.time_ns() // 1_000_000) < 2000
    assert 40 <= later - first < 2000


def test_two_processes_agree(home: Home, other_process: dict[str, str]) -> None:
    script = (
        "import os; from configuration.settings import home_from; from data.model.clock import clock_of;"
        "print(clock_of(home_from(os.environ)).now_ms())"
    )
    before = clock_of(home).now_ms()
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **other_process},
        capture_output=True,
        check=True,
    )

    assert before - 500 <= int(told.stdout) <= clock_of(home).now_ms() + 500
