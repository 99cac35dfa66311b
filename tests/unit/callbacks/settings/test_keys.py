"""Keys of the API on the Settings page: made and revoked by administrators, and shown once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from callbacks.settings.keys import part
from configuration.people import Person
from configuration.settings import Home
from data.people.api_keys import ApiKey, key_of, list_keys
from data.people.audit import last_lines
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.workspace import Workspace
from tests.support.people import ADMINISTRATOR, acting, behind_proxy, sent, shared_workspace

MAKE = ("settings-key-make", "n_clicks")


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    with JiraSimulator(issues=5) as jira, shared_workspace(tmp_path, database_url, jira) as made:
        yield made


@pytest.fixture
def app(workspace: Workspace, database_url: str) -> Dash:
    return behind_proxy(workspace, database_url)


def pressed(app: Dash, by: tuple[object, str] = MAKE, name: str = "ci", **typed: Any) -> dict[str, Any]:
    """Press one of the buttons with what an administrator typed, and return what changes."""
    values = {
        "settings-key-make.n_clicks": 1,
        "settings-key-name.value": name,
        "settings-key-role.value": typed.get("role", "editor"),
        "settings-profile.value": typed.get("profile", "team"),
    }
    answer: dict[str, Any] = sent(app, "settings-key-told.children", by, values, ADMINISTRATOR)["response"]
    return answer


def test_a_key_is_made_shown_once_and_revoked(app: Dash, workspace: Workspace) -> None:
    made = pressed(app, name=" ci ")
    text = made["settings-key-told"]["children"][1]["props"]["children"][0]["props"]["children"]
    found, listed = key_of(workspace.home, text), str(part(workspace))
    gone = pressed(app, ({"kind": "settings-key-revoke", "name": "ci"}, "n_clicks"))
    lines = [(line.person, line.action, line.subject) for line in last_lines(workspace.home, 9)]

    assert found == ApiKey("ci", "editor", ("team",))
    assert "(editor) for team" in str(made["settings-keys"])
    assert "(editor) for team" in listed
    assert text not in listed
    assert "opens nothing any more" in str(gone["settings-key-told"])
    assert gone["settings-keys"]["children"] == []
    assert key_of(workspace.home, text) is None
    assert lines == [("ada@team.example", "key revoked", "ci"), ("ada@team.example", "key made", "ci")]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "a b"}, "cannot be the name of a key"),
        ({"role": "administrator"}, "No key has the role 'administrator'."),
        ({"profile": "nobody"}, "There is no profile called nobody."),
        ({"profile": None}, "No profile was named."),
    ],
)
def test_what_makes_no_key_is_told(app: Dash, workspace: Workspace, typed: dict[str, Any], says: str) -> None:
    answer = pressed(app, **typed)

    assert says in answer["settings-key-name"]["error"]
    assert list_keys(workspace.home) == []


def test_who_sees_them(workspace: Workspace, tmp_path: Path) -> None:
    """Administrators on a server."""
    laptop = Workspace(Home(tmp_path), {}, resolve(Home(tmp_path), "default", {}))
    with acting(Person("flo", "editor")):
        editor = part(workspace)
    with acting(Person("ada", "administrator")):
        administrator = part(workspace)

    assert part(laptop) is None
    assert editor is None
    assert administrator is not None
