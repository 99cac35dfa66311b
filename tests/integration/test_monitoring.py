"""What a watcher reads of a server: real processes, a real PostgreSQL, and the text that Prometheus takes."""

import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callbacks.web.counting import kind_of
from configuration.database.connection import Database
from configuration.database.sealing import new_key
from configuration.errors import ConfigurationError, InputError
from configuration.profile import JiraSettings, Profile, SyncSettings
from configuration.program import VERSION
from configuration.settings import Home, Secret
from data.intake.queued_jobs import QueuedJobs
from data.monitoring.endpoint import watched
from data.monitoring.slots import Slots
from data.monitoring.standing import Standing
from data.persistence import save_profile, save_token
from data.simulator.server import JiraSimulator
from tests.support.commands import ROOT, free_port, hosted, working

WITHIN_S = 30.0
TEAM = "default"  # the one that a first web process asks to be synced
Samples = dict[str, float]
_ANOTHER = """
import sys
from pathlib import Path
from data.monitoring.slots import Slots
print(Slots(Path(sys.argv[1]))())
"""


def text_of(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def scraped(port: int) -> Samples:
    """Return what is told, by name and the sorted values of its labels."""
    return {
        " ".join((sample.name, *(sample.labels[label] for label in sorted(sample.labels)))): sample.value
        for family in text_string_to_metric_families(text_of(port))
        for sample in family.samples
    }


def asked(url: str, path: str, times: int = 1) -> None:
    for _ in range(times):
        try:
            urllib.request.urlopen(f"{url}{path}", timeout=10).close()
        except urllib.error.HTTPError as error:
            error.close()


class Watched:
    """A server whose team has a Jira, watched on a port of its own."""

    def __init__(self, folder: Path, url: str, jira: JiraSimulator) -> None:
        self.folder, self.port = folder, free_port()
        self.database = Database(url, (new_key(),))
        self.settings = {
            "DATABASE_URL": url,
            "THROUGHLINE_KEYS": self.database.keys[0],
            "METRICS_PORT": str(self.port),
        }
        home = Home(folder, self.database)
        self.jobs = QueuedJobs(home, self.database, str)
        connection = JiraSettings(url=jira.url, email=jira.email, jql="created is not EMPTY", dialect="cloud")
        save_profile(home, TEAM, Profile(jira=connection, sync=SyncSettings(every_minutes=0)))
        save_token(home, TEAM, jira.url, Secret(jira.token))

    def until(self, name: str, at_least: float) -> Samples:
        """Return what is told as soon as a number is so large; meanwhile nobody need be there."""
        deadline, found = time.monotonic() + WITHIN_S, Samples()
        while found.get(name, -1.0) < at_least:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
            with contextlib.suppress(OSError):
                found = scraped(self.port)
        return found


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Watched]:
    with JiraSimulator(issues=60) as jira:
        watched = Watched(tmp_path, database_url, jira)
        yield watched
        watched.database.close()


@pytest.mark.slow
def test_all_processes_of_a_machine_are_one_address(server: Watched) -> None:
    """Two web processes and a worker add up, whoever tells; nobody is told whom they work for."""
    with ExitStack() as stack:
        web = stack.enter_context(hosted(server.folder, 2, **server.settings))
        waiting = server.until("throughline_syncs_waiting", 1)
        worker = stack.enter_context(working(server.folder, **server.settings))
        done = server.until("throughline_syncs_total ok", 1)
        server.jobs.join(TEAM, WITHIN_S)
        for pid in web.workers():
            with web.only(pid):
                asked(web.url, "/ready", 3)
        asked(web.url, "/nothing-of-ours")
        asked(web.url, "/metrics")
        told = server.until("throughline_answers_total /ready 200", 6)
        text = text_of(server.port)
        worker.send_signal(signal.SIGTERM)
        worker.wait(10)
        first = web.owner_of(server.folder / "run" / "monitoring" / "port.lock")
        os.kill(first, signal.SIGKILL)  # another one has its place soon, and goes on with what it had counted
        asked(web.url, "/ready")
        after = server.until("throughline_answers_total /ready 200", 7)
        places = {path.name for path in (server.folder / "run" / "monitoring").glob("counter_*.db")}

    assert (waiting["throughline_workers"], waiting["throughline_database_up"]) == (0, 1)
    assert "throughline_newest_publish_age_seconds" not in waiting
    assert (done["throughline_sync_seconds_count ok"], done["throughline_workers"]) == (1, 1)
    assert done["throughline_source_requests_total"] >= 3
    assert done["throughline_limiter_wait_seconds_total"] >= 0
    assert 0 <= told["throughline_newest_publish_age_seconds"] < 60
    assert (told["throughline_syncs_waiting"], told["throughline_syncs_running"]) == (0, 0)
    assert told["throughline_answers_total /ready 200"] == 6
    assert told["throughline_answer_seconds_count /ready"] == 6
    assert told["throughline_answers_total other 404"] == 2  # no page has the numbers
    assert told[f"throughline_build_info {platform.python_version()} {VERSION}"] == 1
    assert after["throughline_answers_total /ready 200"] == 7
    assert after["throughline_syncs_total ok"] == 1
    assert places == {"counter_0.db", "counter_1.db", "counter_2.db"}
    assert [word for word in (TEAM, "WEB-", "PAY-", "127.0.0.1", "nothing-of-ours") if word in text] == []


def test_places_are_taken_again(tmp_path: Path) -> None:
    """The first process begins anew, whatever a crash of the machine left; the next ones go on counting."""
    (tmp_path / "counter_7.db").write_bytes(b"torn")
    first = Slots(tmp_path)()
    (tmp_path / "counter_0.db").write_bytes(b"counted")
    others = [
        subprocess.check_output([sys.executable, "-c", _ANOTHER, str(tmp_path)], cwd=ROOT, text=True)
        for _ in range(2)
    ]

    assert (first, others) == (0, ["1\n", "1\n"])
    assert sorted(path.name for path in tmp_path.glob("counter_*.db")) == ["counter_0.db", "counter_1.db"]
    assert (tmp_path / "counter_0.db").read_bytes() == b"counted"


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    nowhere = Database(f"postgresql://team@127.0.0.1:{free_port()}/none")
    names = {metric.name: metric.samples[0].value for metric in Standing(nowhere).collect()}

    assert names == {"throughline_build": 1, "throughline_database_up": 0}


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home on a server, in a process that forgets what it is watched by."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    return Home(tmp_path, Database(database_url))


@pytest.mark.parametrize(
    ("port", "host", "says"),
    [
        ("http", "", "METRICS_PORT 'http' is not a port."),
        ("0", "", "METRICS_PORT '0' is not a port."),
        ("65536", "", "METRICS_PORT '65536' is not a port."),
        ("9464", "nowhere.invalid", "METRICS_HOST 'nowhere.invalid' is no address of this machine."),
    ],
)
def test_what_makes_no_sense_is_refused(port: str, host: str, says: str, home: Home) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        watched(home, {"METRICS_PORT": port, "METRICS_HOST": host})

    assert refusal.value.message == says
    assert refusal.value.hint


def test_a_port_that_another_program_has_is_refused(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError) as refusal:
        port = taken.getsockname()[1]
        watched(home, {"METRICS_PORT": str(port)})

    assert f"Port {port} on 127.0.0.1 cannot be used for METRICS_PORT" in refusal.value.message
    assert "another METRICS_PORT" in refusal.value.hint


def test_where_nothing_can_be_counted_people_are_served_all_the_same(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.run.write_text("in the way of the folder")
    counters = watched(home, {"METRICS_PORT": str(free_port())})

    assert counters is None
    assert [record.message for record in caplog.records] == ["monitoring.no_counts"]


def test_pages_are_few_kinds() -> None:
    """Whatever somebody asks for, it is one of a few."""
    pages = frozenset(("/", "/flow"))
    paths = ("/", "/flow", "/flow/", "/_dash-update-component", "/_dash-layout", "/assets/x.js", "/export/a")

    assert [kind_of(path, pages) for path in paths] == [
        "/",
        "/flow",
        "other",
        "callback",
        "script",
        "script",
        "export",
    ]
