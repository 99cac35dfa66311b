"""Many people look at one server of two processes while a worker reads a Jira: nobody meets an error."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.database.sealing import new_key
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.intake.queued_jobs import QueuedJobs
from data.persistence import save_profile, save_token
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from tests.support.calls import EVERYTHING
from tests.support.commands import ROOT, environment, hosted, working
from tests.support.people import PROXY
from tests.support.syncing import synced

STORED, READ = "stored", "read"


@dataclass
class Size:
    """How many people for how long, and of how many issues."""

    people: int
    seconds: int
    stored: int
    read: int


EVERY_RUN = Size(people=12, seconds=6, stored=300, read=1_000)
WHOLE = Size(people=200, seconds=120, stored=5_000, read=50_000)


@pytest.fixture(params=[EVERY_RUN, pytest.param(WHOLE, marks=pytest.mark.soak)], ids=["few", "whole"])
def size(request: pytest.FixtureRequest) -> Size:
    return request.param


@pytest.fixture
def jira(size: Size) -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=size.read) as simulator:
        yield simulator


@pytest.fixture
def shared(tmp_path: Path, database_url: str, jira: JiraSimulator, size: Size) -> Iterator[Home]:
    """Return a home in a database with one profile that has its issues, and one that is to be read."""
    home = Home(tmp_path, Database(database_url, (new_key(),)))
    with JiraSimulator(issues=size.stored) as other:
        for name, site in ((STORED, other), (READ, jira)):
            settings = JiraSettings(url=site.url, email=site.email, jql=EVERYTHING, dialect="cloud")
            save_profile(home, name, Profile(jira=settings))
            save_token(home, name, site.url, Secret(site.token))
        synced(other, "cloud", resolve(home, STORED, {}).store)
        yield home
    assert home.database is not None
    home.database.close()


def test_nobody_meets_an_error_while_a_sync_runs(shared: Home, database_url: str, size: Size) -> None:
    """Every answer came and was whole, of either profile, and the sync ended well."""
    database = shared.database
    assert database is not None
    settings = {"DATABASE_URL": database_url, "THROUGHLINE_KEYS": ",".join(database.keys), **PROXY}
    jobs = QueuedJobs(shared, database, str)
    crowd = [sys.executable, "-m", "tests.support.crowd"]
    with ExitStack() as stack:
        server = stack.enter_context(hosted(shared.root, 2, **settings))
        stack.enter_context(working(shared.root, **settings))
        jobs.start(READ, full=True)
        told = json.loads(
            subprocess.run(
                [*crowd, server.url, str(size.people), str(size.seconds), STORED, READ],
                cwd=ROOT,
                env=environment(shared.root),
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        print(json.dumps(told, indent=1))
        jobs.join(READ, 60)
        state = jobs.state(READ)

    assert told["errors"] == []
    assert state.error is None
    assert told["click"]["n"] >= size.people
    assert len(resolve(shared, READ, {}).store.keys()) == size.read
