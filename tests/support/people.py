"""A dashboard of server mode behind a proxy that says who asks, for tests that need no browser."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from dash import Dash

from callbacks.web.application import create_app
from callbacks.web.serving import entrance_of
from configuration.database.connection import Database
from configuration.people import Person, enter
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from configuration.sign_in import sign_in_from
from data.people.owners import set_owners
from data.persistence import save_profile, save_token
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.store.documents import documents_of
from data.workspace import Workspace
from tests.support.calls import AT_HOME, answering

PROXY = {
    "TRUSTED_PROXY": "127.0.0.1",
    "TRUSTED_HEADER": "X-User",
    "TRUSTED_GROUPS_HEADER": "X-Groups",
    "TRUSTED_GROUPS": "all=reader, green=editor, blue=editor, admins=administrator",
}
OWNER = "blue"


def asked_by(name: str, *groups: str) -> dict[str, str]:
    """Return the headers that the proxy sends with a request of somebody."""
    return {**AT_HOME, "X-User": name, "X-Groups": ",".join(groups)}


READER = asked_by("rea@team.example", "all")
STRANGER = asked_by("ed@team.example", "green")
EDITOR = asked_by("flo@team.example", "all", OWNER)
ADMINISTRATOR = asked_by("ada@team.example", "admins")


@contextmanager
def acting(person: Person) -> Iterator[None]:
    """Work for a person inside the block."""
    enter(person)
    try:
        yield
    finally:
        enter(None)


@contextmanager
def shared_workspace(folder: Path, url: str, jira: JiraSimulator) -> Iterator[Workspace]:
    """Yield a workspace over a database; the group blue owns the profile team, nobody the profile other."""
    home = Home(folder, Database(url, [Fernet.generate_key().decode()]))
    for name, site in (("team", jira.url), ("other", "")):
        save_profile(home, name, Profile(jira=JiraSettings(url=site, email=jira.email, jql="project = PAY")))
    save_token(home, "team", jira.url, Secret(jira.token))
    documents_of(home, "profiles").write("broken.toml", b"= no TOML")
    set_owners(home, "team.toml", [OWNER])
    workspace = Workspace(home, {}, resolve(home, "team", {}))
    try:
        yield workspace
    finally:
        workspace.close()
        assert home.database is not None
        home.database.close()


def behind_proxy(workspace: Workspace, database_url: str) -> Dash:
    """Return the dashboard of a workspace that believes the proxy at 127.0.0.1."""
    sign_in = sign_in_from({**PROXY, "DATABASE_URL": database_url})
    return create_app(workspace, entrance=entrance_of(workspace.home, sign_in))


def spelt(place: object) -> str:
    """Return an id as Dash spells it."""
    return place if isinstance(place, str) else json.dumps(place, sort_keys=True, separators=(",", ":"))


def sent(app: Dash, output: str, by: tuple[object, str], values: dict, headers: dict[str, str]) -> dict:
    """Send a callback as the page does, and return the answer.

    Args:
        app: the dashboard.
        output: part of what the callback changes.
        by: component and property that were touched.
        values: of components by kind or id and property, such as ``{"settings-url.value": ...}``; of a
            pattern one component, that of ``by`` where the kind is the same.
        headers: of the request.
    """
    client = app.server.test_client()
    spec = answering(app, output, headers)
    place, prop = by

    def filled(one: dict) -> object:
        name = json.loads(one["id"]) if one["id"].startswith("{") else one["id"]
        wild = isinstance(name, dict) and any(value in (["ALL"], ["MATCH"]) for value in name.values())
        found = {"id": name, "property": one["property"]}
        if not wild:
            return {**found, "value": values.get(f"{spelt(name)}.{one['property']}")}
        if isinstance(place, dict) and place["kind"] == name["kind"]:
            met = {**found, "id": place, "value": values.get(f"{name['kind']}.{one['property']}", 1)}
            return [met] if ["ALL"] in name.values() else met
        return [] if ["ALL"] in name.values() else {**found, "value": None}

    parts = [part.rpartition(".") for part in spec.strip(".").split("...")]
    outputs = [{"id": _met(name, place), "property": one.partition("@")[0]} for name, _, one in parts]
    body = {
        "output": spec,
        "outputs": outputs if spec.startswith("..") else outputs[0],
        "inputs": [filled(one) for one in app.callback_map[spec]["inputs"]],
        "state": [filled(one) for one in app.callback_map[spec]["state"]],
        "changedPropIds": [f"{spelt(place)}.{prop}"],
    }
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code in (200, 204), answer.get_data(as_text=True)
    return answer.get_json() if answer.status_code == 200 else {}


def _met(name: str, place: object) -> object:
    """Return the id of an output, that of the component that was touched where it goes with it."""
    if not name.startswith("{"):
        return name
    found = json.loads(name)
    return {key: place[key] if value == ["MATCH"] else value for key, value in found.items()}
