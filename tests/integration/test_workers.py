"""Workers beside a web process: real processes and signals on a real PostgreSQL, and a slow Jira."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import psycopg
import pytest

from configuration.database.connection import Database
from configuration.database.sealing import new_key
from configuration.profile import JiraSettings, Profile
from configuration.program import command as spelled
from configuration.settings import Home, Secret
from data.intake.jobs import JobState
from data.intake.queue import Queue
from data.intake.queued_jobs import UNATTENDED, WAITING, QueuedJobs
from data.persistence import save_profile, save_token
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from tests.services import PostgreSQL
from tests.support.calls import job, press
from tests.support.commands import ROOT, command, environment, hosted, working

N = 120
ENOUGH_S = 30.0


class Server:
    """A home in a database with one team, and whoever works on it."""

    def __init__(self, folder: Path, url: str, jira: JiraSimulator) -> None:
        self.url, self.folder, self.jira = url, folder, jira
        self.key = new_key()
        self.database = Database(url, (self.key,))
        self.home = Home(folder, self.database)
        self.queue = Queue(self.database)
        self.jobs = QueuedJobs(self.home, self.database, str)
        settings = JiraSettings(url=jira.url, email=jira.email, jql="created is not EMPTY", dialect="cloud")
        save_profile(self.home, "default", Profile(jira=settings))
        save_token(self.home, "default", jira.url, Secret(jira.token))

    @property
    def settings(self) -> dict[str, str]:
        """The variables of its processes."""
        return {"DATABASE_URL": self.url, "THROUGHLINE_KEYS": self.key}

    def worker(self) -> AbstractContextManager["subprocess.Popen[str]"]:
        """Run ``python app.py worker``."""
        return working(self.folder, **self.settings)

    def until(self, wanted: Callable[[JobState], bool], within_s: float = ENOUGH_S) -> JobState:
        """Return how the team's sync stands as soon as it is as wanted."""
        deadline = time.monotonic() + within_s
        while not wanted(state := self.jobs.state("default")):
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        return state

    def ended(self) -> JobState:
        """Return how the team's sync stands when nothing waits or runs."""
        return self.until(lambda state: not state.running)

    def states(self) -> list[str]:
        """Of all the queue holds, oldest first."""
        with self.database.transaction() as connection:
            rows = connection.execute(
                "SELECT status::text FROM procrastinate_jobs WHERE queue_name = 'sync' ORDER BY id"
            ).fetchall()
        return [row[0] for row in rows]

    def stored(self) -> int:
        """How many issues are published."""
        return len(resolve(self.home, "default", {}).store.keys())


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    """Return a server whose team has a Jira of its own."""
    with JiraSimulator(issues=N) as jira:
        made = Server(tmp_path, database_url, jira)
        yield made
        made.database.close()


def reads(state: JobState) -> bool:
    return state.running and state.label == "Reading Jira"


def test_the_page_asks_and_a_worker_reads(server: Server) -> None:
    """Without a worker it says what to do; then it tells of the sync, and stops it within a second."""
    with ExitStack() as stack:
        server.jira.latency_s = 3.0
        web = stack.enter_context(hosted(server.folder, 1, **server.settings))
        press(web.url, sync=True)
        alone = str(job(web.url)["job"])
        stack.enter_context(server.worker())
        server.until(reads)
        shown = job(web.url)
        began = time.monotonic()
        press(web.url, cancel=True)
        stopped = server.ended()
        took = time.monotonic() - began
        server.jira.latency_s = 0.0
        press(web.url, sync=True)
        server.until(lambda state: state.running)
        whole = server.ended()

    assert UNATTENDED in alone
    assert spelled("worker") in alone
    assert "Reading Jira" in str(shown["job"])
    assert not shown["poll"]["disabled"]
    assert stopped.error is not None
    assert took < 1.5
    assert whole.error is None
    assert server.stored() == N


def test_a_killed_worker_is_followed_by_another(server: Server) -> None:
    """Its sync has failed; the twin that waited reads everything, and one that was paused is left alone."""
    server.jira.latency_s = 1.0
    server.jobs.start("default")
    with server.worker() as first:
        server.until(reads)
        with server.worker():
            server.queue.put("default", beside=True)
            first.send_signal(signal.SIGSTOP)
            time.sleep(6.0)
            paused = server.states()
            first.kill()
            killed = time.monotonic()
            first.wait()
            while "failed" not in server.states() or not reads(server.jobs.state("default")):
                assert time.monotonic() - killed < ENOUGH_S, server.states()
                time.sleep(0.05)
            took = time.monotonic() - killed
            server.jira.latency_s = 0.0
            end = server.ended()

    assert paused == ["doing", "todo"]
    assert took < 10.0
    assert (end.error, server.stored(), server.states()) == (None, N, ["failed"])


def test_a_worker_that_is_asked_to_stop_leaves_its_sync_to_the_next(server: Server) -> None:
    """It ends within seconds with code 0, has published nothing, and the sync waits."""
    server.jira.latency_s = 5.0
    server.jobs.start("default", full=True)
    with server.worker() as first:
        server.until(reads)
        first.terminate()
        code = first.wait(5.0)
    waiting, stored = server.jobs.state("default"), server.stored()
    server.jira.latency_s = 0.0
    with server.worker():
        end = server.ended()

    assert (code, stored, waiting.running, waiting.label) == (0, 0, True, WAITING)
    assert server.states() == ["aborted"]
    assert (end.error, server.stored()) == (None, N)


def test_a_worker_outlives_an_outage_of_the_database(server: Server, postgres: PostgreSQL) -> None:
    """Nobody has to start it again, and the sync that was cut is brought to its end."""
    server.jira.latency_s = 1.0
    server.jobs.start("default")
    with server.worker() as process:
        server.until(reads)
        postgres.stop()
        time.sleep(1.5)
        postgres.start()
        server.jira.latency_s = 0.0
        end = server.ended()
        lives = process.poll() is None

    assert lives
    assert (end.error, server.stored()) == (None, N)


def test_a_worker_of_another_version_refuses(server: Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        kept = server.queue.version()
        connection.execute("COMMENT ON TABLE procrastinate_jobs IS '2.9.0'")
        try:
            with server.worker() as process:
                _, said = process.communicate(timeout=ENOUGH_S)
        finally:
            connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{kept}'".encode())

    assert process.returncode == 6
    assert (
        f"Error: The queue in the database is that of Procrastinate 2.9.0, and {kept} is installed." in said
    )
    assert "Install the versions that requirements-server.lock of the dashboards names" in said


def test_a_laptop_has_no_workers(tmp_path: Path) -> None:
    answer = subprocess.run(
        command("worker"), env=environment(tmp_path), cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 2
    assert "Error: A worker takes its work from a database, and DATABASE_URL names none." in answer.stderr


@pytest.mark.parametrize(("kills", "pause_s"), [(2, 1.0), pytest.param(30, 10.0, marks=pytest.mark.soak)])
def test_nothing_is_lost_or_doubled_however_often_a_worker_is_killed(
    server: Server, kills: int, pause_s: float
) -> None:
    """Twins wait all the time; no two syncs ever run at once, and the last one brings all there is."""
    server.jira.latency_s = 0.5
    most = 0
    with ExitStack() as stack:
        workers = [stack.enter_context(server.worker()) for _ in range(2)]
        server.jobs.start("default")
        for number in range(kills):
            server.until(reads)
            until = time.monotonic() + pause_s
            while time.monotonic() < until:
                server.queue.put("default", full=number % 2 == 0, beside=True)
                most = max(most, server.states().count("doing"))
                time.sleep(0.05)
            server.until(reads)
            victim = workers.pop(0)
            victim.kill()
            workers.append(stack.enter_context(server.worker()))
        server.jira.latency_s = 0.0
        end = server.ended()

    assert most == 1
    assert (end.error, server.stored()) == (None, N)
    assert set(server.states()) <= {"failed"}
