"""Whether forecasts keep their word on real weeks, what they promise for it, and what they cost (P24)."""

import gzip
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from configuration.profile import Profile
from data.forecast.answer import SEED, Question, forecast
from data.forecast.history import History, read_history
from data.forecast.paths import at_least
from data.forecast.record import HORIZONS, Track, keep_record, look_ahead
from data.meaning.delivery import derive
from data.model.periods import zone_named
from data.model.tables import Dataset
from data.store.columns import build_issue_table
from tests.benchmarks.data.test_calibration import samples
from tests.support.gates import Gate
from tests.support.rows import read_issue

LEAST_WEEKS = 60
JUDGED = (2, 4, 8, 12)
HOLDS = {85: (80.0, 90.0), 50: (44.0, 56.0)}


def read_project(path: Path) -> History:
    """Return the weeks of a sample project, which has no histories: items end with their resolution."""
    lines = gzip.decompress(path.read_bytes()).splitlines()
    table = build_issue_table(read_issue(line) for line in lines if line.strip())
    as_of = int(max(table.updated.max(), table.resolved.max()))
    return read_history(derive(Dataset(table, as_of=as_of), Profile(), zone_named("UTC"), as_of))


@cache
def projects() -> tuple[NDArray[np.int64], ...]:
    """Return the weekly counts of every sample project with sixty whole weeks."""
    found = (read_project(path).weekly for path in sorted(samples().glob("*.ndjson.gz")))
    return tuple(weekly for weekly in found if len(weekly) >= LEAST_WEEKS)


def tracks(level: int, horizon: int) -> list[Track]:
    return [keep_record(weekly, SEED)[level, horizon] for weekly in projects()]


@pytest.mark.parametrize("horizon", JUDGED)
@pytest.mark.parametrize("level", HOLDS)
def benchmark_p24_promises_hold(gate: Gate, level: int, horizon: int) -> None:
    """P24: pooled over the projects a level holds as often as it says."""
    found = gate.once(lambda: tracks(level, horizon))
    came = np.concatenate([track.came for track in found])
    held = float((came >= np.concatenate([track.promised for track in found])).mean() * 100)
    nominal = float((came >= np.concatenate([track.nominal for track in found])).mean() * 100)
    low, high = HOLDS[level]

    assert len(came) >= 500
    gate.hold(f"{level} % held in {len(came)}, nominal {nominal:.1f}", held, goal=high, fails_at=high)
    gate.hold(f"{level} % held", held, goal=low, fails_at=low, at_least=True)


@pytest.mark.parametrize("horizon", JUDGED)
def benchmark_p24_sharpness(gate: Gate, horizon: int) -> None:
    """P24: what is promised at 85 %, over what came, is no less than plain resampling at equal coverage."""
    ours = gate.once(lambda: tracks(85, horizon))
    came = np.concatenate([track.came for track in ours])
    promised = np.concatenate([track.promised for track in ours])
    held = (came >= promised).mean()
    runs = [
        look_ahead(weekly, origin, SEED)[HORIZONS.index(horizon)]
        for weekly, track in zip(projects(), ours, strict=True)
        for origin in track.origins.tolist()
    ]
    plain = next(
        made
        for level in np.arange(0.5, 1.001, 0.005)
        if (came >= (made := np.array([at_least(run, level) for run in runs]))).mean() >= held
    )

    gate.hold(
        f"promised at {horizon} weeks over plain resampling raised to {held:.3f}",
        float(promised.sum() / max(plain.sum(), 1)),
        goal=1.0,
        fails_at=1 / 1.5,
        at_least=True,
    )


def benchmark_forecast_cost(gate: Gate) -> None:
    """Ten thousand runs of half a year in 50 ms, and the record of two years in a second."""
    random = np.random.default_rng(SEED)
    days = random.poisson(1.2, (104, 7))
    start = np.datetime64("2025-01-06", "D")
    mondays = tuple((start + np.timedelta64(7 * week, "D")).item() for week in range(104))
    known = History(mondays, days, np.zeros((104, 7), np.int64), np.zeros(104, np.int64))
    question = Question(200, None, mondays[-1])
    weekly = known.weekly

    both, record = gate.spent(lambda: forecast(known, question), lambda: keep_record(weekly, SEED))
    gate.hold("seconds of the record of 104 weeks", min(record), goal=1.0)
    gate.hold("seconds of 10 000 runs", min(both) - min(record), goal=0.05, fails_at=0.075)
