"""``serve`` as a process: stored numbers first, and what is wrong with the connection beside them."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from data.cache_manager import References
from data.simulator.server import JiraSimulator
from tests.support.calls import EVERYTHING, projects, settled
from tests.support.commands import ROOT, environment, run, served
from tests.support.stores import store_at


def test_a_first_sync_runs_in_the_background(tmp_path: Path) -> None:
    """With a Jira configured and nothing stored, the page fills by itself."""
    with JiraSimulator(issues=150) as jira:
        jira_environment = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token}
        server = served(tmp_path, JIRA_JQL=EVERYTHING, **jira_environment)
        url = next(server)
        answer, known = settled(url), projects(url)
        server.close()

    assert answer["job"]["children"] is None
    assert len(answer["latest"]["data"].partition("!")[0]) == 16
    assert known == ["MOB", "PAY", "WEB"]


def test_stored_numbers_survive_a_connection_that_is_not_complete(tmp_path: Path) -> None:
    """Without its token the page shows what is stored, and says in its own words what is missing."""
    with JiraSimulator(issues=150) as jira:
        known = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_JQL": EVERYTHING}
        synced = run(tmp_path, "sync", "--json", JIRA_TOKEN=jira.token, **known)
    revision = json.loads(synced.stdout)["revision"]
    store = next((tmp_path / "cache").glob("*.sqlite"))
    age_by_an_hour(store)
    server = served(tmp_path, **known)
    answer = settled(next(server))
    server.close()

    assert answer["latest"]["data"].partition("!")[0] == revision
    assert "The token is not set for the profile default." in json.dumps(answer["job"]["children"])
    assert "Log reference" in json.dumps(answer["job"]["children"])


def age_by_an_hour(path: Path) -> None:
    """Let the last sync be an hour ago, by the store's own means."""
    store = store_at(path)
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
