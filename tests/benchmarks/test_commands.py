"""What importing and measuring real issues may cost, start-up included, as processor time of the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference.samples import facts, require
from tests.support.commands import printed
from tests.support.gates import Gate, children_time

pytestmark = pytest.mark.benchmark(timer=children_time)
ALOY, AC = "titanium-ALOY.ndjson.gz", "titanium-AC.ndjson.gz"
READING = """
import gzip, json, sys
for path in sys.argv[1:]:
    with gzip.open(path) as file:
        for line in file:
            json.loads(line)
"""
YARDSTICK = "a process that only reads the same files as JSON"


def reading() -> None:
    """Let a process read both projects and do nothing with them."""
    subprocess.run([sys.executable, "-c", READING, require(ALOY), require(AC)], check=True)


def benchmark_import_of_6002_issues(gate: Gate, tmp_path: Path) -> None:
    """Within 3 s of processor time."""
    homes = iter(range(100))

    def importing() -> None:
        home = tmp_path / str(next(homes))
        home.mkdir()
        printed(home, "import", require(ALOY), require(AC))

    seconds = gate.ratio(importing, reading, of=YARDSTICK, goal=9, fails_at=1.3 * 12.5, rounds=3)
    gate.hold("seconds", seconds, goal=3)


def benchmark_metrics_over_6002_issues(gate: Gate, tmp_path: Path) -> None:
    """Within 1 s of processor time."""
    printed(tmp_path, "import", require(ALOY), require(AC))
    told = []

    def measuring() -> None:
        told.append(printed(tmp_path, "metrics", "--json", "--to", "2015-12-31"))

    seconds = gate.ratio(measuring, reading, of=YARDSTICK, goal=5, fails_at=1.3 * 8.4, rounds=3)
    assert json.loads(told[0])["scope"]["issues"] == facts(ALOY)["issues"] + facts(AC)["issues"] == 6002
    assert len(set(told)) == 1
    gate.hold("seconds", seconds, goal=1, fails_at=1.4)
