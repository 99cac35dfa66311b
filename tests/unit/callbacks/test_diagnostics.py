"""The engine room without a browser: what the page is told, what a bundle holds, what is timed."""

import io
import json
import zipfile
from contextlib import closing
from functools import partial
from pathlib import Path

from dash import Dash
from flask import Flask

from callbacks.timing import REMEMBERED, RecentTimings, time_callbacks
from callbacks.web.application import create_app
from configuration.profile import GithubSettings, Profile
from configuration.settings import Home
from data.hosts.reading import Reader
from data.intake.profile_sync import synchronize
from data.persistence import load_cache_metadata, save_profile
from data.profiles.sources import resolve
from data.store.database import _put_meta
from data.store.sqlite.opening import connect
from data.store.sqlite.rows import SqliteRows
from data.workspace import Workspace
from tests.servers.code_hosts import FakeGitHub, Repo, serving
from tests.support.builders import issue
from tests.support.dashboards import PORT, dashboard_over, workspace_over

HEADERS = {"Host": f"127.0.0.1:{PORT}", "Content-Type": "application/json"}


def told(folder: Path, dashboard: Dash | None = None) -> str:
    """What the Diagnostics page shows over worked example A, or what another dashboard shows, as text."""
    outputs = [
        {"id": "heading-diagnostics", "property": "children"},
        {"id": "diagnostics-body", "property": "children"},
    ]
    client = (dashboard or dashboard_over(folder)).server.test_client()
    names = json.loads(client.get("/_dash-dependencies", headers=HEADERS).data)
    one = next(each for each in names if "diagnostics-body.children" in each["output"])
    shown = [{**each, "value": {"filters": {}, "revision": "r"}} for each in one["inputs"]]
    shown = [{**each, "id": _as_id(each["id"])} for each in shown]
    body = {"output": one["output"], "outputs": outputs, "inputs": shown, "state": [], "changedPropIds": []}
    return client.post("/_dash-update-component", json=body, headers=HEADERS).get_data(as_text=True)


def _as_id(text: str) -> object:
    return json.loads(text) if text.startswith("{") else text


def test_a_store_of_files_has_nothing_to_ask(tmp_path: Path) -> None:
    """Its issues are counted, its data looked at, and no button asks a Jira."""
    text = told(tmp_path)

    assert "imported files" in text
    assert "No sync was made yet" in text
    assert "Verify every row" in text
    assert "Fetch everything again" not in text
    assert "Check now" not in text


def test_a_bundle_is_a_zip_of_what_is_shown(tmp_path: Path) -> None:
    client = dashboard_over(tmp_path).server.test_client()
    answer = client.get("/export/bundle.zip", headers=HEADERS)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))

    assert answer.headers["Content-Disposition"].endswith('filename="throughline-bundle.zip"')
    assert archive.namelist() == ["versions.txt", "settings.toml", "cache.json", "log.jsonl"]
    assert "A-1" not in "".join(archive.read(name).decode() for name in archive.namelist())


def test_a_bundle_for_another_site_is_refused(tmp_path: Path) -> None:
    client = dashboard_over(tmp_path).server.test_client()
    answer = client.get("/export/bundle.zip", headers={**HEADERS, "Host": "evil.example"})

    assert answer.status_code == 403


def test_only_the_last_times_are_remembered() -> None:
    timings = RecentTimings()
    for place in range(REMEMBERED + 2):
        timings.add(f"c{place}", 1.0)

    assert [len(timings.entries()), timings.entries()[0]["callback"]] == [REMEMBERED, "c2"]


def test_each_answer_of_the_page_is_timed() -> None:
    """By the first thing it changes; other requests are not."""
    server = Flask(__name__)
    timings = time_callbacks(server)
    server.add_url_rule("/_dash-update-component", "update", lambda: "{}", methods=["POST"])
    server.add_url_rule("/", "page", lambda: "page")
    client = server.test_client()
    client.get("/")
    client.post("/_dash-update-component", json={"output": "..cards.children...notice.children.."})
    client.post("/_dash-update-component", data="no json")
    entries = timings.entries()

    assert [entry["callback"] for entry in entries] == ["cards.children", "unknown"]
    assert all(entry["duration_ms"] >= 0 for entry in entries)


def test_what_version_2_changed_is_listed_for_what_version_1_stored(tmp_path: Path) -> None:
    """Metric by metric, the new rules with the issues concerned; of a new store there is nothing to tell."""
    moves = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]
    workspace = workspace_over(tmp_path, [issue("Z-1", history=moves, resolution="Withdrawn")])
    before = told(tmp_path, create_app(workspace, port=PORT))
    with closing(connect(workspace.pipeline().store.place.path)) as connection, connection:
        _put_meta(SqliteRows(connection), {"first_definitions": "1"})
    text = told(tmp_path, create_app(workspace, port=PORT))

    assert "Definitions, version 2" not in before
    assert "Definitions, version 2" in text
    assert "More resolutions stand for not delivered." in text
    assert "(Z-1)" in text


def test_repositories_are_told_of_with_what_is_left_to_read(tmp_path: Path, monkeypatch) -> None:
    """Two changes of three are known by name alone where a sync asks for one; its requests are counted."""
    monkeypatch.setattr("data.intake.hosts.Reader", partial(Reader, most=1))
    home, shop = Home(tmp_path), Repo("acme/shop")
    for number in (1, 2, 3):
        shop.pull(number, "pay", first="2026-03-02", opened="2026-03-03", merged=f"2026-03-0{number + 3}")
    with serving(FakeGitHub([shop])) as github:
        settings = GithubSettings(url=github.url, repositories=("acme/shop", "acme/lost"))
        save_profile(home, "team", Profile(github=settings))
        environment = {"GITHUB_TOKEN": "for" + "-tests", "GITHUB_API_URL": f"{github.url}/api/v3"}
        source = resolve(home, "team", environment)
        synchronize(source, home, environment)
        text = told(tmp_path, create_app(Workspace(home, environment, source), port=PORT)).replace(
            "\\u002f", "/"
        )
        asked = len(github.seen)

    known = load_cache_metadata(home, "team")
    assert known is not None
    assert known.syncs[-1].requests == asked
    assert "GitHub acme/shop" in text
    assert "2 changes known by name alone" in text
    assert "GitHub acme/lost could not be read since" in text
    assert "No sync was made yet" not in text
