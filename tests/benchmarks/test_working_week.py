"""A scripted working week of a team: how often what is stored is enough, and what that saves Jira.

What it measured stands in ``specs/008-metrics-performance/measurements.md``.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.profile import WorkflowSettings, profile_from
from configuration.settings import Home, Secret
from data.metrics.report import View
from data.persistence import save_profile, save_token
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.store.ledger import ledger_of
from data.workspace import Workspace
from tests.support.gates import Gate

DAY_S = 86_400
ISSUES = 5_000
PROJECTS = ("WEB", "PAY", "MOB")
TYPES = ("Story", "Bug", "Task")
PERIODS = (("2026-09-01", "2026-11-22"), ("2026-06-01", "2026-08-31"), ("2026-10-23", "2026-11-22"))


def looks_of_a_day() -> Iterator[View]:
    """What three people look at: the overview, each project, each type, three periods, and some of both."""
    yield View()
    yield from (View(projects=(project,)) for project in PROJECTS)
    yield from (View(types=(kind,)) for kind in TYPES)
    for first, last in PERIODS:
        yield View(date_from=first, date_to=last)
        yield from (View(date_from=first, date_to=last, projects=(project,)) for project in PROJECTS)
        yield from (View(date_from=first, date_to=last, types=(kind,)) for kind in TYPES)
        yield from (View(date_from=first, date_to=last, projects=("WEB",), types=(kind,)) for kind in TYPES)


def day(home: Home, *, remapped: bool) -> None:
    """A start in the morning with its sync, the looks, and on one day another meaning of a status."""
    workspace = Workspace(home, {}, resolve(home, "team", {}))
    workspace.refresh()
    workspace.jobs.join("team", 120)
    assert workspace.jobs.state("team").error is None
    for look in looks_of_a_day():
        workspace.pipeline().report(look)
    if remapped:
        profile = workspace.pipeline().profile
        save_profile(home, "team", replace(profile, workflow=WorkflowSettings(waiting=("In Review",))))
        workspace.reload("team")
        workspace.pipeline().report(View())
    workspace.close()


def week(home: Home, jira: JiraSimulator, shift: list[float]) -> None:
    """Five days with 60 changes before each; ``shift`` is how far the clock of Jira is ahead."""
    for weekday in range(5):
        jira.mutate(60, seed=weekday)
        day(home, remapped=weekday == 2)
        shift[0] += DAY_S * 0.95  # a morning is a little earlier than the one before


def benchmark_working_week(gate: Gate, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At least 95 % of look-ups hit, and at least 95 % of the requests are saved."""
    home, shift = Home(tmp_path), [0.0]
    with JiraSimulator(issues=ISSUES, clock=lambda: time.time() + shift[0]) as jira:
        settings = {"url": jira.url, "email": jira.email, "jql": "created is not EMPTY", "dialect": "cloud"}
        save_profile(home, "team", profile_from({"jira": settings}))
        save_token(home, "team", jira.url, Secret(jira.token))
        with caplog.at_level(logging.INFO):
            gate.once(lambda: week(home, jira, shift))
    statistics = ledger_of(home, "team").statistics()
    logged = [record.getMessage() for record in caplog.records if record.getMessage().startswith("cache.")]

    assert logged.count("cache.hit") == statistics.hits
    assert logged.count("cache.miss") == sum(statistics.misses.values())
    assert len(jira.requests.entries()) == statistics.calls
    gate.hold("hit rate", statistics.hit_rate, goal=0.95, at_least=True)
    gate.hold("requests saved", statistics.saved_share, goal=0.95, at_least=True)
