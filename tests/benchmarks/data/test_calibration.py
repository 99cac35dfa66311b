"""How often a change is claimed though nothing changes, and seen where something does (P23).

Real weeks are put in another order, each with all that belongs to it; simulated teams go on as they were,
with weekly counts that vary up to five times as much as chance alone, and failures that come in clusters.
A small count in every run has room for chance; the full one (``-m soak``) has none.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from data.charts.recent import recent
from data.metrics.report import Report
from data.model.metric import MetricResult
from tests.support.commands import ROOT
from tests.support.gates import Gate
from tests.support.teams import (
    APART,
    PERIOD,
    WARM_UP,
    Chance,
    RealWeeks,
    draw_team,
    read_completed_weeks,
    read_released_weeks,
    team_profile,
    views_of,
)

SEED = 20200101
PER_CARD, PER_VIEW, SEEN = 0.07, 0.12, 0.80
# Of a small count: three and a half standard errors of some 400 comparisons.
PER_CARD_FAILS, PER_VIEW_FAILS = 0.105, 0.17
FLOW = ("flow_velocity", "flow_time", "request_lead_time", "flow_distribution")
DORA = ("deployment_frequency", "change_lead_time", "change_fail_rate", "deployment_rework_rate")
TEAMS = [Chance(variance=variance, clusters=clusters) for variance in (1, 2, 3, 5) for clusters in (1, 2, 3)]
WEEKS = WARM_UP + 6 * APART // 7 + 1
FEWEST = 100  # comparisons of a card, or nothing is said of it


@dataclass
class Claims:
    """What was compared, what was claimed, and how many views held a clear change."""

    compared: Counter[str] = field(default_factory=Counter)
    claimed: Counter[str] = field(default_factory=Counter)
    views: int = 0
    clear: int = 0

    def add(self, results: dict[str, MetricResult]) -> None:
        """Count the cards of one view."""
        known = {name: result for name, result in results.items() if result.trend != "unknown"}
        self.compared.update(known.keys())
        self.claimed.update(name for name, result in known.items() if result.trend != "flat")
        self.views += 1
        self.clear += any(result.confidence == "strong" for result in known.values())

    def hold(self, gate: Gate, per_card: float, per_view: float) -> None:
        """Hold every card, and all of them together, to the promise."""
        assert self.compared
        for name, n in sorted(self.compared.items()):
            if n >= FEWEST:
                gate.hold(f"{name}, false of {n}", self.claimed[name] / n, goal=PER_CARD, fails_at=per_card)
        share = self.clear / self.views
        gate.hold(f"views of {self.views} with a clear one", share, goal=PER_VIEW, fails_at=per_view)


def samples() -> Path:
    """Return the folder of real issues."""
    folder = (ROOT / (os.environ.get("SAMPLES_DIR") or "../shared")).resolve() / "data"
    if not folder.is_dir():
        if os.environ.get("REQUIRE_SAMPLES") == "1":
            pytest.fail("there are no samples in SAMPLES_DIR and REQUIRE_SAMPLES=1")
        pytest.skip("there are no samples in SAMPLES_DIR")
    return folder


def shuffled(weeks: RealWeeks, orders: int) -> Iterator[Report]:
    """Yield the views of a real project with its weeks in other orders."""
    rng, profile = np.random.default_rng(SEED), team_profile(start_source="created")
    for _ in range(orders):
        yield from views_of(weeks.in_order(rng.permutation(weeks.n)), weeks.n, profile)


def simulated(teams: Iterable[Chance], each: int) -> Iterator[Report]:
    """Yield the views of simulated teams in which nothing changes."""
    rng, profile = np.random.default_rng(SEED), team_profile()
    for chance in teams:
        for _ in range(each):
            yield from views_of(draw_team(rng, chance, WEEKS), WEEKS, profile)


def count_cards(reports: Iterable[Report], names: tuple[str, ...] = ()) -> Claims:
    """Count the cards of views, all of them or those named."""
    claims = Claims()
    for report in reports:
        claims.add({name: found for name, found in report.results.items() if not names or name in names})
    return claims


def count_lists(reports: Iterable[Report]) -> Claims:
    """Count the Overview's lists of changes."""
    claims = Claims()
    for report in reports:
        assert report.context is not None
        claims.add(dict(report.context.once(recent).results))
    return claims


def count_real(orders: int) -> Claims:
    """Count over both sample projects; of releases only what belongs to their weeks."""
    folder = samples()
    flow = [read_completed_weeks(folder, project) for project in ("AC", "ALOY")]
    parts = [count_cards(shuffled(weeks, orders), FLOW) for weeks in flow]
    parts.append(count_cards(shuffled(read_released_weeks(folder, "ALOY"), orders), DORA))
    total = Claims()
    for part in parts:
        total.compared += part.compared
        total.claimed += part.claimed
        total.views += part.views
        total.clear += part.clear
    return total


def benchmark_p23_real_weeks_in_another_order(gate: Gate) -> None:
    """P23: at most 7 % of the comparisons of a card are false, and 12 % of the views have a clear one."""
    claims = gate.once(partial(count_real, 25))

    claims.hold(gate, PER_CARD_FAILS, PER_VIEW_FAILS)


def benchmark_p23_simulated_teams(gate: Gate) -> None:
    """P23: the same of teams whose counts vary 1 to 5 times Poisson, their failures 1 to 3 times binomial."""
    claims = gate.once(lambda: count_cards(simulated(TEAMS, 8)))

    claims.hold(gate, PER_CARD_FAILS, PER_VIEW_FAILS)


def doubled(teams: int) -> float:
    """Return how often a team that goes from 8 to 16 items a week is told so."""
    rng, profile = np.random.default_rng(SEED), team_profile()
    before = WARM_UP + PERIOD // 7 + 1  # the period begins on the Monday after these weeks
    weeks = before + PERIOD // 7 + 1
    means = [8.0] * before + [16.0] * (weeks - before)
    teams_drawn = (draw_team(rng, Chance(variance=2.0), weeks, means) for _ in range(teams))
    seen = [
        report.results["flow_velocity"].trend == "up"
        for team in teams_drawn
        for report in islice(views_of(team, weeks, profile), 1)
    ]
    assert len(seen) == teams
    return sum(seen) / teams


def benchmark_p23_a_doubling_is_seen(gate: Gate) -> None:
    """P23: from 8 items a week to 16 over 90 days, variance twice the mean: told in at least 80 %."""
    gate.hold("seen", gate.once(lambda: doubled(100)), goal=SEEN, at_least=True)


@pytest.mark.soak
@pytest.mark.parametrize(
    "count",
    [
        lambda: count_real(200),
        lambda: count_cards(simulated(TEAMS, 120)),
        lambda: count_lists(simulated(TEAMS, 120)),
    ],
    ids=["real", "simulated", "list"],
)
def benchmark_p23_full_count(gate: Gate, count: Callable[[], Claims]) -> None:
    """P23: some ten thousand views of each, and no room for chance."""
    gate.once(count).hold(gate, PER_CARD, PER_VIEW)


@pytest.mark.soak
@pytest.mark.parametrize("clusters", [1, 2, 3])
def benchmark_p23_few_deployments(gate: Gate, clusters: int) -> None:
    """Three deployments a week, one in ten failed: too few to tell clusters. Known, and kept from growing."""
    few = [Chance(deployments=3, fail_rate=0.1, clusters=clusters, variance=variance) for variance in (1, 3)]
    claims = gate.once(lambda: count_cards(simulated(few, 200), ("change_fail_rate",)))
    n = claims.compared["change_fail_rate"]
    gate.hold(f"false of {n}", claims.claimed["change_fail_rate"] / n, goal=PER_CARD, fails_at=0.15)


@pytest.mark.soak
def benchmark_p23_a_doubling_is_seen_full_count(gate: Gate) -> None:
    """P23: a thousand teams."""
    gate.hold("seen", gate.once(lambda: doubled(1_000)), goal=SEEN, at_least=True)
