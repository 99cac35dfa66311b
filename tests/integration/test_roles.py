"""Each role tries everything that it may not do, by every callback and every address that there is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from dash import Dash

from configuration.settings import Home
from data.people.audit import last_lines
from data.simulator.server import JiraSimulator
from data.store.documents import documents_of
from data.workspace import Workspace
from tests.support.people import (
    ADMINISTRATOR,
    EDITOR,
    READER,
    STRANGER,
    behind_proxy,
    sent,
    shared_workspace,
    spelt,
)

# Callbacks that only show something: by the first thing that each changes.
LOOKS = (
    "status.children",
    "job.children",
    "answer-overview.data",
    "answer-dora.data",
    "answer-flow.data",
    "answer-compare.data",
    "drawer-table.children",
    "drawer.title",
    "drawer-rows.getRowsResponse",
    "forecast-answer.children",
    "sprints-answer.children",
    '"kind":"repair-effect"',
    "glance.children",
    '"kind":"glance-told"',
    "heading-settings.children",
    "settings-url.value",
    "settings-agreed.data",
    '{"kind":"settings-rule","name":["MATCH"]}.value',
    "settings-bar-told.children...settings-bar-save.children",
    "heading-diagnostics.children",
    "settings-owners.value",
)


class Act(NamedTuple):
    """Something that can be done from the page: callback, what was touched, what is in the fields."""

    output: str
    by: tuple[object, str]
    values: dict
    least: str = "editor"


CLICK = "n_clicks"
SHOWN = {"settings-shown.data": {"profile": "team", "target": "team"}}
TEAM = {"filters.data": {"src": "team"}}
EVENT = {"event-day.value": "2026-01-05", "event-text.value": "New"}
OPENED = {"events-dialog.opened": True, "views-dialog.opened": True}
EDITS = {"profile": "team", "token": False, "source": {}, "field": {}, "stage": {}, "host": []}
SAVING = {"edits": {**EDITS, "rule": {"timezone": "Europe/Rome"}}, "asked": 1}
BUTTON = {"settings-connect.n_clicks": 1, "settings-mapping-load.n_clicks": 1, "settings-verify.n_clicks": 1}
PROFILE = {"settings-profile.value": "other", "settings-profile-name.value": "new"}
TYPED = {"url": "ftp://127.0.0.1", "email": "a@b.example", "jql": "project = A"}
FIELDS = {f"settings-{name}.value": value for name, value in TYPED.items()} | {
    "settings-token.value": "-".join(["a", "token"])
}


def act_of_profile(name: str, least: str) -> Act:
    place = {"kind": "settings-profile-act", "name": name}
    return Act("settings-profile-told.children", (place, CLICK), PROFILE, least)


def acts_of_host(kind: str, setting: str) -> tuple[Act, Act]:
    token, forget = ({"kind": f"settings-host-{name}", "name": kind} for name in ("token", "forget"))
    values = {
        f"{spelt({'kind': 'settings-rule', 'name': setting})}.value": ["not a name"],
        f"{spelt(token)}.value": "-".join(["a", "token"]),
        f"{spelt(forget)}.n_clicks": 1,
        **SHOWN,
    }
    return (
        Act(f"{spelt(token)}.error", (token, "value"), values),
        Act(f"{spelt(forget)}.hidden", (forget, CLICK), values, "administrator"),
    )


def act_of_diagnostics(output: str, name: str, least: str = "editor") -> Act:
    button = f"diagnostics-{name}"
    return Act(f"diagnostics-{output}", (button, CLICK), {f"{button}.n_clicks": 1, **TEAM}, least)


REPAIR = {"code": "history_missing", "page": "overview", "title": "Measure from the creation of each item"}
ACTS = (
    *(
        Act("poll.n_intervals", ("command", "data"), {"command.data": {"what": what, "name": "team"}, **TEAM})
        for what in ("sync", "cancel", "refetch", "ask-now")
    ),
    Act('"kind":"repair-saved"', ({"kind": "repair-save", **REPAIR}, CLICK), TEAM),
    Act(
        "events-kept.children",
        ("event-add", CLICK),
        {"event-add.n_clicks": 1, **EVENT, **OPENED, **TEAM},
    ),
    Act(
        "views-kept.children",
        ("saved-add", CLICK),
        {"saved-add.n_clicks": 1, "saved-name.value": "New", "url.pathname": "/flow", **OPENED, **TEAM},
    ),
    Act("settings-email-box.hidden", ("settings-verify", CLICK), {**BUTTON, **FIELDS, **SHOWN}),
    Act("settings-price.children", ("settings-jql", "value"), {**FIELDS, **SHOWN}),
    Act("settings-saved.children", ("settings-connect", CLICK), {**BUTTON, **FIELDS, **SHOWN}),
    Act("settings-mapping.children", ("settings-mapping-load", CLICK), {**BUTTON, **SHOWN}),
    Act(
        '{"kind":"settings-host-verdict","name":"git"}.children',
        ({"kind": "settings-rule", "name": "git.paths"}, "value"),
        {'{"kind":"settings-rule","name":"git.paths"}.value': ["/nowhere"], **SHOWN},
    ),
    *acts_of_host("github", "github.repositories"),
    *acts_of_host("gitlab", "gitlab.projects"),
    Act("settings-bar-said.data", ("settings-bar-asked", "data"), {"settings-bar-asked.data": SAVING}),
    Act(
        "notice.children@",
        ({"kind": "settings-afresh", "name": "broken"}, CLICK),
        {},
        "administrator",
    ),
    *(act_of_profile(name, "administrator") for name in ("create", "copy", "rename", "delete")),
    act_of_profile("show", "editor"),
    Act(
        "settings-owners-told.children",
        ("settings-owners-set", CLICK),
        {"settings-owners-set.n_clicks": 1, "settings-owners.value": ["green"], **PROFILE},
        "administrator",
    ),
    Act(
        "settings-key-told.children",
        ("settings-key-make", CLICK),
        {
            "settings-key-make.n_clicks": 1,
            "settings-key-name.value": "ci",
            "settings-key-role.value": "editor",
            **PROFILE,
        },
        "administrator",
    ),
    Act(
        "settings-key-told.children",
        ({"kind": "settings-key-revoke", "name": "ci"}, CLICK),
        PROFILE,
        "administrator",
    ),
    act_of_diagnostics("checked.children", "check"),
    act_of_diagnostics("verified.children", "verify"),
    act_of_diagnostics("confirm.opened", "confirmed"),
    act_of_diagnostics("bundle.children", "preview", "administrator"),
    Act(
        "diagnostics-log.children",
        ("diagnostics-level", "value"),
        {"diagnostics-level.value": "INFO"},
        "administrator",
    ),
)
# What every editor may, whoever owns the profile that is shown.
OF_NOBODY = ({"kind": "settings-profile-act", "name": "show"},)
ADDRESSES_OF_ADMINISTRATORS = ("/export/bundle.zip",)
OPEN = ("/health", "/ready", "/_favicon.ico", "/assets/", "/_dash-component-suites/", "/static/")


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    """Return a small Jira."""
    with JiraSimulator(issues=20) as simulator:
        yield simulator


@pytest.fixture
def workspace(tmp_path: Path, database_url: str, jira: JiraSimulator) -> Iterator[Workspace]:
    """Return two profiles of a database; blue owns the first one."""
    with shared_workspace(tmp_path, database_url, jira) as made:
        yield made


@pytest.fixture
def app(workspace: Workspace, database_url: str) -> Dash:
    """Return the dashboard over them."""
    return behind_proxy(workspace, database_url)


def kept(home: Home) -> dict[str, bytes | None]:
    """Everything that people may change, as it lies there."""
    return {
        f"{folder}/{name}": documents_of(home, folder).read(name)
        for folder in ("profiles", "secrets")
        for name in documents_of(home, folder).names()
    }


def refusals(home: Home) -> int:
    return sum(line.action == "refused" for line in last_lines(home, 500))


def test_every_callback_was_decided_on(app: Dash) -> None:
    """A new one shows something, or is tried below by those who may not; nobody forgets to think of it."""
    app.server.test_client().get("/_dash-dependencies", headers=READER)
    served = [name for name, one in app.callback_map.items() if one.get("callback")]
    decided = (*LOOKS, *(act.output for act in ACTS))
    forgotten = [name for name in served if not any(one in name for one in decided)]
    gone = [one for one in decided if not any(one in name for name in served)]

    assert len(served) > 35
    assert forgotten == []
    assert gone == []


@pytest.mark.parametrize("role", ["reader", "stranger", "editor"])
def test_what_a_role_may_not_is_refused(app: Dash, workspace: Workspace, role: str) -> None:
    """A reader does nothing, an editor nothing to what others own, and only administrators enter tokens.

    Nothing changes by it.
    """
    headers = {"reader": READER, "stranger": STRANGER, "editor": EDITOR}[role]
    before, passed = kept(workspace.home), []
    for act in ACTS:
        owns = role == "editor" or (role == "stranger" and act.by[0] in OF_NOBODY)
        if owns and act.least == "editor":
            continue
        count = refusals(workspace.home)
        answer = json.dumps(sent(app, act.output, act.by, act.values, headers))
        if refusals(workspace.home) == count and "Only a" not in answer:
            passed.append((act.output, act.by))

    assert passed == []
    assert kept(workspace.home) == before
    assert not workspace.jobs.state("team").running
    assert workspace.shown == "team"


def test_an_administrator_is_refused_nothing(app: Dash, workspace: Workspace) -> None:
    """The same requests are what the page sends: to somebody who may they do something."""
    before = kept(workspace.home)
    for act in ACTS:
        sent(app, act.output, act.by, act.values, ADMINISTRATOR)
    lines = last_lines(workspace.home, 500)

    assert refusals(workspace.home) == 0
    assert kept(workspace.home) != before
    assert [line.subject for line in lines if line.action == "sync cancelled"] == ["team"]
    assert {line.person for line in lines} == {"ada@team.example"}


def test_every_address_wants_somebody(app: Dash) -> None:
    """Without a name no address tells anything; to a reader those of administrators say why not."""
    client = app.server.test_client()
    rules = {rule.rule for rule in app.server.url_map.iter_rules() if not rule.rule.startswith(OPEN)}
    named = [rule.replace("<kind>", "md").replace("<path:path>", "dora") for rule in sorted(rules)]
    paths = [rule.split("<")[0] for rule in named]
    nobody = {path: client.get(path, headers={"Host": READER["Host"]}).status_code for path in paths}
    reader = {path: client.get(path, headers=READER).status_code for path in ADDRESSES_OF_ADMINISTRATORS}

    assert len(paths) > 15
    assert set(nobody.values()) <= {401, 404}, nobody
    assert {path for path, status in nobody.items() if status == 404} <= {"/_reload-hash", "/api/"}
    assert set(reader.values()) == {403}
