"""What holds the benchmarks can fail: figures and gates by hand, and a run of pytest with a clock by hand."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.gates import Figure, children_time, exponent, median_ratio, table

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("found", "at_least", "holds"),
    [
        (1.5, False, True),
        (1.51, False, False),
        (1.5, True, True),
        (1.49, True, False),
        (math.nan, False, False),
        (math.nan, True, False),
    ],
)
def test_a_gate_lets_its_own_figure_pass_and_nothing_beyond(
    found: float, at_least: bool, holds: bool
) -> None:
    assert Figure(found, 1.0, 1.5, at_least=at_least).holds is holds


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ({1: 2.0, 2: 4.0, 4: 8.0}, 1),
        ({1: 1.0, 2: 4.0, 4: 16.0}, 2),
        ({10: 3.0, 20: 3.0}, 0),
    ],
)
def test_exponent(seconds: dict[int, float], expected: float) -> None:
    """Twice the size takes twice, four times, or as long."""
    assert exponent(seconds) == pytest.approx(expected)


def test_the_median_is_of_rounds_side_by_side() -> None:
    """2, 3 and 1: a slow second that hits both leaves no trace."""
    assert median_ratio([2.0, 30.0, 1.0], [1.0, 10.0, 1.0]) == 2


def test_children_time_counts_processes_that_ended() -> None:
    """A process that works for a tenth of a second and more is in it."""
    before = children_time()
    work = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", work], check=True)

    assert 0.1 < children_time() - before < 10


def test_the_table_shows_the_last_run_beside_this_one() -> None:
    """A figure that has no past has a dash there; one beyond its gate is named."""
    figures = {
        "tests/a.py::one": {"ratio": Figure(0.25, 0.2, 0.3, "json.loads"), "MB": Figure(9, 5, 7)},
        "tests/a.py::two": {"ratio": Figure(1, 1, 1)},
    }
    last = {"tests/a.py::one": {"figures": {"ratio": {"found": 0.5}}}}

    assert [line.split(maxsplit=4) for line in table(figures, last)] == [
        ["found", "last", "goal", "gate", "figure"],
        ["0.25", "0.5", "0.2", "0.3", "a.py::one: ratio of json.loads"],
        ["9", "-", "5", "7", "a.py::one: MB  FAILED"],
        ["1", "-", "1", "1", "a.py::two: ratio"],
    ]


BENCHMARKS = """
import pytest

class Clock:
    now = 0.0
    def __call__(self):
        return self.now

clock, done = Clock(), []
pytestmark = pytest.mark.benchmark(timer=clock)

def taking(seconds, name="x"):
    def work():
        clock.now += seconds
        done.append(name)
    return work

def test_turns(gate):
    ready = lambda: done.append("ready")
    times = gate.spent(taking(3.0, "A"), taking(2.0, "B"), taking(1.0, "C"), rounds=2, before=ready)
    assert times == ([3.0, 3.0], [2.0, 2.0], [1.0, 1.0])
    assert "".join(done) == "BCreadyABCreadyA"

def test_at_the_gate(gate):
    assert gate.ratio(taking(3.0), taking(2.0), of="two", goal=1.0, rounds=3) == 3.0

def test_beyond_the_gate(gate):
    gate.ratio(taking(3.25), taking(2.0), of="two", goal=1.0, rounds=3)

def test_beyond_another_gate(gate):
    gate.ratio(taking(1.0), taking(2.0), of="two", goal=1.0, fails_at=0.25, rounds=3)

def test_scale(gate):
    gate.ratio(taking(8.0), taking(2.0), of="a quarter", goal=1.0, fails_at=1.0, scale=4, rounds=1)

def test_growth(gate):
    work = {1: taking(1.0), 2: taking(2.0), 4: taking(4.0)}
    assert gate.growth(work, goal=1.0, fails_at=1.01, rounds=2) == {1: 1.0, 2: 2.0, 4: 4.0}

def test_growth_beyond_the_gate(gate):
    gate.growth({1: taking(1.0), 2: taking(4.0), 4: taking(16.0)}, goal=1.0, fails_at=1.9, rounds=2)

def test_count(gate):
    gate.hold("count", gate.once(lambda: 8), goal=8)

def test_count_too_small(gate):
    gate.hold("count", gate.once(lambda: 7), goal=8, at_least=True)
"""


def measured(folder: Path, *options: str) -> str:
    """Run the benchmarks above with the project's settings; return what pytest prints."""
    file = folder / "test_by_hand.py"
    file.write_text(BENCHMARKS, encoding="utf-8")
    settings = ("-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider")
    settings += ("-p", "no:randomly")  # its clock ticks from one benchmark to the next
    storage = f"--benchmark-storage=file://{folder / 'kept'}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *settings, storage, str(file), *options],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_run_fails_where_a_figure_does_and_is_kept_for_the_next(tmp_path: Path) -> None:
    """Four of nine benchmarks fail, each by its figure; the second run shows the first beside it."""
    first = measured(tmp_path, "--benchmark-autosave")
    (path,) = (tmp_path / "kept").rglob("*.json")
    kept = {run["name"]: run for run in json.loads(path.read_text(encoding="utf-8"))["benchmarks"]}
    second = measured(tmp_path, "--benchmark-compare")

    assert "4 failed, 5 passed" in first
    assert "ratio: 1.625 of two; the gate is at most 1.5, the goal 1" in first
    assert "exponent: 2 of 1 issues; the gate is at most 1.9, the goal 1" in first
    assert "count: 7; the gate is at least 8, the goal 8" in first
    assert set(kept) == {line.split("(")[0][4:] for line in BENCHMARKS.splitlines() if "def test" in line}
    info = kept["test_beyond_the_gate"]["extra_info"]
    assert {name: info[name] for name in ("ratio", "goal", "yardstick")} == {
        "ratio": 1.625,
        "goal": 1.0,
        "yardstick": "two",
    }
    assert kept["test_at_the_gate"]["stats"]["rounds"] == 3
    assert kept["test_at_the_gate"]["stats"]["median"] == 3.0
    assert "    1.62        -        1      1.5" in first
    assert "    1.62     1.62        1      1.5" in second
    assert "warning" not in first + second


@pytest.mark.slow
def test_without_benchmarks_everything_runs_once_and_nothing_is_held(tmp_path: Path) -> None:
    """What counts is still counted; what is timed is skipped."""
    assert "1 failed, 1 passed, 7 skipped" in measured(tmp_path, "--benchmark-disable")
