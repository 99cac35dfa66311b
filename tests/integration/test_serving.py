"""``serve`` as a process: stored numbers first, and what is wrong with the connection beside them."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from data.cache_manager import References, Store
from data.simulator.server import JiraSimulator
from tests.commands import ROOT, environment, run, served

EVERYTHING = "created is not EMPTY ORDER BY key"


def callback(url: str, output: str, inputs: list[dict], state: list[dict]) -> dict:
    """Ask for what a page asks for when it is opened."""
    body = {"output": output, "outputs": [], "inputs": inputs, "state": state, "changedPropIds": []}
    names = [part.split(".") for part in output.strip(".").split("...")]
    body["outputs"] = [{"id": name, "property": prop} for name, prop in names]
    request = urllib.request.Request(
        f"{url}/_dash-update-component", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())["response"]


def job(url: str) -> dict:
    """The line about the background job, as the page polls it."""
    poll = [{"id": "poll", "property": "n_intervals", "value": 0}]
    seen = [
        {"id": "revision", "property": "data", "value": None},
        {"id": "filters", "property": "data", "value": {}},
    ]
    return callback(url, "..job.children...revision.data...poll.disabled..", poll, seen)


def projects(url: str) -> list[str]:
    """What the filter of projects can be set to."""
    names = ("status.children", "sync-now.hidden", "banner.children")
    names += tuple(f"filter-{name}.data" for name in ("project", "type", "label", "src"))
    output = f"..{'...'.join((*names, 'filter-src.wrapperProps'))}.."
    source = [{"id": "source", "property": "data", "value": {"src": None}}]
    return callback(url, output, source, [])["filter-project"]["data"]


def settled(url: str) -> dict:
    """The same once no job runs any more."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = job(url)
        if answer["poll"]["disabled"]:
            return answer
        time.sleep(0.2)
    raise AssertionError("the background job did not end")


def test_a_first_sync_runs_in_the_background(tmp_path: Path) -> None:
    """With a Jira configured and nothing stored, the page fills by itself."""
    with JiraSimulator(issues=150) as jira:
        jira_environment = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token}
        server = served(tmp_path, JIRA_JQL=EVERYTHING, **jira_environment)
        url = next(server)
        answer, known = settled(url), projects(url)
        server.close()

    assert answer["job"]["children"] is None
    assert len(answer["revision"]["data"].partition("!")[0]) == 16
    assert known == ["MOB", "PAY", "WEB"]


def test_stored_numbers_survive_a_connection_that_is_not_complete(tmp_path: Path) -> None:
    """Without its token the page shows what is stored, and says which variable is missing."""
    with JiraSimulator(issues=150) as jira:
        known = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_JQL": EVERYTHING}
        synced = run(tmp_path, "sync", "--json", JIRA_TOKEN=jira.token, **known)
    revision = json.loads(synced.stdout)["revision"]
    store = next((tmp_path / "cache").glob("*.sqlite"))
    age_by_an_hour(store)
    server = served(tmp_path, **known)
    answer = settled(next(server))
    server.close()

    assert answer["revision"]["data"].partition("!")[0] == revision
    assert "JIRA_TOKEN is not set" in json.dumps(answer["job"]["children"])
    assert "Log reference" in json.dumps(answer["job"]["children"])


def age_by_an_hour(path: Path) -> None:
    """Let the last sync be an hour ago, by the store's own means."""
    store = Store(path)
    meta, (data, rows) = store.meta(), store.load_with_rows()
    store.stage(rows)
    an_hour_ago = str(int(meta["synced_here_at"]) - 3_600_000)
    references = References(data.statuses, data.versions)
    store.publish_staged(references, as_of=data.as_of, meta={"synced_here_at": an_hour_ago})


def test_a_polite_stop_is_no_failure(tmp_path: Path) -> None:
    """SIGTERM ends the server with 0 and frees its port."""
    with (tmp_path / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py", "serve", "--demo", "--port", "0"],
            env=environment(tmp_path),
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
        deadline = time.monotonic() + 30
        while b"http://" not in (tmp_path / "out.txt").read_bytes() and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=20)

    assert b"Throughline is at http://127.0.0.1:" in (tmp_path / "out.txt").read_bytes()
    assert code == 0
