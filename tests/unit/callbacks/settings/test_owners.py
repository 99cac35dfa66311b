"""The row of owners: there where several people share a database, and filled in by administrators."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.settings.owners import row
from configuration.people import Person
from configuration.settings import Home
from data.people.owners import owners_of
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.workspace import Workspace
from tests.support.people import ADMINISTRATOR, acting, behind_proxy, sent, shared_workspace


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """Return one whose profile team is owned by blue."""
    with JiraSimulator(issues=5) as jira, shared_workspace(tmp_path, database_url, jira) as made:
        yield made


def test_an_administrator_sets_owners(workspace: Workspace, database_url: str) -> None:
    """Trimmed, in order, and told; without any, every editor may."""
    app, place = behind_proxy(workspace, database_url), ("settings-owners-set", "n_clicks")
    values = {"settings-owners-set.n_clicks": 1, "settings-profile.value": "team"}
    told = [
        sent(
            app,
            "settings-owners-told.children",
            place,
            {**values, "settings-owners.value": groups},
            ADMINISTRATOR,
        )
        for groups in ([" red", "green"], [])
    ]
    sentences = [answer["response"]["settings-owners-told"]["children"] for answer in told]

    assert sentences == ["Saved: green, red may change team.", "Saved: every editor may change team."]
    assert owners_of(workspace.home, "team.toml") == frozenset()


def test_the_row(workspace: Workspace, tmp_path: Path) -> None:
    """Of a laptop there is none; others than administrators do not see it."""
    with acting(Person("rea", "reader")):
        hidden = row(workspace, "team")
    shown = row(workspace, "team")
    laptop = Workspace(Home(tmp_path), {}, resolve(Home(tmp_path), "default", {}))

    assert row(laptop, "default") is None
    assert hidden is not None
    assert hidden.hidden
    assert shown is not None
    assert not shown.hidden
    assert "blue" in str(shown)
