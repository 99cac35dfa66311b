"""Whether forecasts, expectations and risks keep their word in worlds whose process is known.

In teams in which nothing changes a level holds as often as it says. The companies of the simulator deliver
half as much again at the end of their eighteen months as at the beginning: forecasts made of their past hold
too often there, and expectations and risks can be held to what came. A handful of worlds in every run has
room for chance; the two hundred of ``-m soak`` have none.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from configuration.profile import Profile
from data.forecast.answer import SEED
from data.forecast.history import read_history
from data.forecast.outlook import EVERY_TYPE, Standing, standing_of
from data.forecast.record import HORIZONS, keep_record
from data.meaning.delivery import DeliveryTables, derive
from data.model.instants import DAY_MS
from data.model.tables import MISSING, Dataset
from data.simulator.cloud import Cloud
from data.simulator.rendering import FieldChoice
from data.simulator.site import Site
from data.simulator.world import build_world
from data.store.columns import build_issue_table
from tests.support.rows import read_issue
from tests.support.teams import Chance, draw_team, team_profile

UTC = ZoneInfo("UTC")
ENDS_AT = 1_795_392_000_000  # 2026-11-22
QUARTER = 91 * DAY_MS
FIELDS = FieldChoice(["issuetype,project,status,resolution,resolutiondate,created,updated,labels"], "")
HANDFUL, MANY = 5, 200
WEEKS = 104
LEVELS = {85: (80.0, 90.0), 50: (44.0, 56.0)}


@dataclass
class Kept:
    """What was promised in some worlds, and what came of it.

    Attributes:
        held: by level and horizon: promises kept, and made.
        expected: items that kept the expectation of their week, and items.
        said: risks that were told a quarter before the end of a world.
        missed: whether these items missed their expectation after all.
    """

    held: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    expected: list[float] = field(default_factory=lambda: [0.0, 0.0])
    said: list[float] = field(default_factory=list)
    missed: list[bool] = field(default_factory=list)

    def percent(self, level: int, horizon: int) -> float:
        """How many percent of the promises of a level and horizon were kept."""
        kept, made = self.held[level, horizon]
        return kept * 100 / made

    @property
    def brier(self) -> tuple[float, float]:
        """Mean squared error of the risks, and that of the share of misses said of all alike."""
        said, missed = np.array(self.said), np.array(self.missed, np.float64)
        return float(((said - missed) ** 2).mean()), float(missed.var())


def read_world(seed: int) -> Dataset:
    """The tables of one simulated company of 400 to 1 000 issues, read from its JSON."""
    site = Site(build_world(seed, 400 + 200 * (seed % 4), ENDS_AT), lambda: ENDS_AT, 0, UTC)
    renderer = Cloud(site, "http://127.0.0.1", "").renderer
    table = build_issue_table(read_issue(renderer.issue(issue, FIELDS, 0)) for issue in site.issues())
    return Dataset(table, as_of=ENDS_AT)


def add_record(found: Kept, weekly: NDArray[np.int64]) -> None:
    for at, track in keep_record(weekly, SEED).items():
        found.held[at][0] += int((track.came >= track.promised).sum())
        found.held[at][1] += len(track)


def keep_steady(teams: Iterable[int]) -> Kept:
    """Two years of teams of 6, 10 or 14 items a week in the mean, up to five times as uneven as by chance."""
    found = Kept()
    for seed in teams:
        chance = Chance(items=(6, 10, 14)[seed % 3], variance=(1, 2, 3, 5)[seed % 4])
        dataset = draw_team(np.random.default_rng((SEED, seed)), chance, WEEKS)
        known = derive(dataset, team_profile(), UTC, dataset.as_of)
        # The weeks before are those in which the first items were waiting to be done.
        add_record(found, read_history(known).newest(WEEKS).weekly)
    return found


def keep(worlds: Iterable[int]) -> Kept:
    """Companies of the simulator, with all that they say."""
    found = Kept()
    for seed in worlds:
        dataset = read_world(seed)
        known = derive(dataset, Profile(), UTC, ENDS_AT)
        add_record(found, read_history(known).weekly)
        everything = standing_of(known, None).expectations[EVERY_TYPE]
        found.expected[0] += (everything.held or 0.0) * everything.judged / 100
        found.expected[1] += everything.judged
        then = derive(dataset, Profile(), UTC, ENDS_AT - QUARTER)
        _follow(found, then, standing_of(then, None), known)
    return found


def _follow(found: Kept, then: DeliveryTables, standing: Standing, known: DeliveryTables) -> None:
    """Hold the risks of a quarter ago, of what had not missed its expectation yet, to what came."""
    for risks in standing.risks.values():
        if risks.limit is None or not risks.tells:
            continue
        for row, said in zip(risks.rows.tolist(), risks.risk.tolist(), strict=True):
            started = then.started_at[row]
            if then.as_of - started > risks.limit * DAY_MS:
                continue
            completed = known.completed_at[row]
            until = known.as_of if completed == MISSING else completed
            found.said.append(said)
            found.missed.append(bool(until - started > risks.limit * DAY_MS))


def told(found: Kept) -> str:
    """The numbers as a line, for whoever wants to write them down."""
    words = str({at: round(found.percent(*at), 1) for at in found.held})
    if found.said:
        (brier, base), (kept, judged) = found.brier, found.expected
        words += (
            f"; expectation {kept * 100 / judged:.1f} % of {judged:.0f}; "
            f"risk {np.mean(found.said):.3f} said, {np.mean(found.missed):.3f} missed of {len(found.said)}, "
            f"Brier {brier:.4f} against {base:.4f}"
        )
    return words


def hold(found: Kept, room: float = 0.0) -> None:
    for level, (low, high) in LEVELS.items():
        for horizon in HORIZONS:
            assert low - room <= found.percent(level, horizon) <= high + room, told(found)


@pytest.mark.slow
def test_a_handful_of_steady_teams() -> None:
    """Some 430 forecasts a horizon, most of which share weeks with others."""
    hold(keep_steady(range(HANDFUL)), room=10)


@pytest.mark.slow
def test_a_handful_of_companies() -> None:
    found = keep(range(HANDFUL))

    assert found.expected[1] > 1_000
    assert 80 <= found.expected[0] * 100 / found.expected[1] <= 90, told(found)
    assert all(
        found.percent(level, horizon) >= low for level, (low, _) in LEVELS.items() for horizon in HORIZONS
    )


@pytest.mark.soak
def test_two_hundred_steady_teams(capsys: pytest.CaptureFixture[str]) -> None:
    found = keep_steady(range(MANY))
    with capsys.disabled():
        print(told(found))  # the numbers of specs/metrics.md

    hold(found)


@pytest.mark.soak
def test_two_hundred_companies(capsys: pytest.CaptureFixture[str]) -> None:
    found = keep(range(MANY))
    with capsys.disabled():
        print(told(found))  # as above

    brier, base = found.brier
    assert 80 <= found.expected[0] * 100 / found.expected[1] <= 90
    assert brier < base
    assert abs(np.mean(found.said) - np.mean(found.missed)) < 0.05
    assert all(
        found.percent(level, horizon) >= low for level, (low, _) in LEVELS.items() for horizon in HORIZONS
    )
