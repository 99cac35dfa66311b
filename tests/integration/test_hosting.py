"""Two workers of gunicorn over one home, asked one at a time: both tell of a job, its stop and its end."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.persistence import save_profile, save_token
from data.simulator.server import JiraSimulator
from tests.support.calls import EVERYTHING, job, press, projects
from tests.support.commands import Hosted, hosted

LOCK = Path("run") / "default.job.lock"


@pytest.fixture
def jira() -> Iterator[JiraSimulator]:
    """Return a Jira that takes its time: a first sync lasts for a quarter of a minute and more."""
    with JiraSimulator(issues=400, latency_s=1.5) as simulator:
        yield simulator


@pytest.fixture
def home(tmp_path: Path, jira: JiraSimulator) -> Path:
    settings = JiraSettings(url=jira.url, email=jira.email, jql=EVERYTHING, dialect="cloud")
    save_profile(Home(tmp_path), "default", Profile(jira=settings))
    save_token(Home(tmp_path), "default", jira.url, Secret(jira.token))
    return tmp_path


def told(server: Hosted, worker: int) -> tuple[bool, str]:
    """Return what one worker says of the job: whether it runs, and the words."""
    with server.only(worker):
        answer = job(server.url)
    return not answer["poll"]["disabled"], json.dumps(answer["job"]["children"])


def until(server: Hosted, worker: int, wanted: Callable[[bool, str], bool], within_s: float) -> str:
    """Wait until one worker says what is wanted, and return its words."""
    deadline = time.monotonic() + within_s
    while not wanted(*told(server, worker)):
        assert time.monotonic() < deadline, told(server, worker)
        time.sleep(0.05)
    return told(server, worker)[1]


@pytest.mark.slow
def test_two_workers_are_one_dashboard(home: Path, jira: JiraSimulator) -> None:
    """One begins to sync; the other one tells of it and stops it, and tells of its end when it is killed."""
    with hosted(home) as server:
        until(server, server.workers()[0], lambda running, _: running, 10)
        first = server.owner_of(home / LOCK)
        other = next(pid for pid in server.workers() if pid != first)
        looks = [told(server, pid) for pid in (other, first) * 4]
        with server.only(other):
            press(server.url, cancel=True)
        began = time.monotonic()
        cancelled = until(server, first, lambda running, _: not running, 20)
        took = time.monotonic() - began
        same = told(server, other)
        with server.only(other):
            press(server.url, sync=True)
        until(server, first, lambda running, _: running, 20)
        second = server.owner_of(home / LOCK)
        begun = (home / "out.txt").read_text()
        server.process.send_signal(signal.SIGSTOP)  # so that nobody takes the place of the dead one yet
        os.kill(other, signal.SIGKILL)
        lost = until(server, first, lambda running, _: not running, 20)
        server.process.send_signal(signal.SIGCONT)
        jira.latency_s = 0.0
        press(server.url, sync=True)
        until(server, first, lambda running, _: not running, 30)
        known = projects(server.url)
        jira.latency_s = 5.0
        press(server.url, sync=True)
        until(server, first, lambda running, _: running, 20)
        last, ending = server.owner_of(home / LOCK), time.monotonic()
        server.process.terminate()
        while Path(f"/proc/{last}").exists() and time.monotonic() < ending + 10:
            time.sleep(0.05)
        ended = time.monotonic() - ending

    assert [running for running, _ in looks] == [True] * 8
    assert second == other
    assert took < 3.0  # a second, and the look of a busy machine
    assert "The sync was cancelled." in cancelled or "The work was stopped." in cancelled
    assert same == (False, cancelled)
    assert "The job ended unexpectedly." in lost
    assert known == ["MOB", "PAY", "WEB"]
    assert (server.process.returncode, ended < 4) == (0, True)  # its sync would have gone on for longer
    assert not (home / "run" / "default.job.json").exists()  # who stops the server need not be told of it
    assert (begun.count("serve.started"), begun.count("serve.joined")) == (1, 1)
