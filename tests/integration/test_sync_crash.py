"""A sync that is killed, cancelled or interrupted leaves a whole store behind, and is taken up again."""

import json
import math
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from configuration.errors import CancelledError
from data.cache_manager import Store
from data.intake.sync import sync_all
from data.simulator.server import JiraSimulator
from tests.support.commands import ROOT, command, environment, printed, run
from tests.support.promptness import assert_ends_within
from tests.support.stores import store_at
from tests.support.syncing import (
    DIALECTS,
    EVERYTHING,
    Clock,
    client_for,
    differences,
    settings_for,
    store_of,
    stores_of,
    synced,
    told,
)

N = 500


@contextmanager
def syncing(home: Path, settings: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run ``python app.py sync`` beside the test; it is killed at the end if it still runs."""
    process = subprocess.Popen(
        command("sync", "--json", *arguments),
        env=environment(home, **settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A shell that runs the tests in the background makes its children deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # one thread here
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_request(jira: JiraSimulator, process: "subprocess.Popen[str]", at_least: int = 1) -> None:
    """Wait until a process has asked so often, or has ended."""
    deadline = time.monotonic() + 30
    while len(jira.request_log) < at_least and process.poll() is None:
        assert time.monotonic() < deadline, "no request came"
        time.sleep(0.005)


def truth(jira: JiraSimulator, dialect: str, path: Path) -> dict:
    """Return what a store tells that was filled in one go."""
    store = store_at(path / f"truth-{time.monotonic_ns()}.sqlite")
    synced(jira, dialect, store)
    answer = told(store)
    store.delete()
    return answer


class Victim:
    """A home whose syncs are killed, and what its store may tell after each."""

    def __init__(self, jira: JiraSimulator, dialect: str, folder: Path) -> None:
        self.jira, self.dialect, self.folder = jira, dialect, folder
        self.home = folder / "home"
        self.rng = random.Random(dialect)
        self.last: dict | None = None
        self.span_s = 1.0
        self.kills = self.published = 0

    def attempt(self) -> None:
        """Start a sync, kill it at a random moment of its work, look at what it left."""
        for left in (self.home / "run").glob("*"):
            left.unlink()  # tokens of the dead would slow the next one down
        self.jira.requests.clear()
        with syncing(self.home, settings_for(self.jira, self.dialect)) as process:
            wait_for_request(self.jira, process)
            begun = time.monotonic()
            try:
                process.wait(self.rng.uniform(0, 1.2 * self.span_s))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                self.kills += 1
            else:
                self.span_s = 0.5 * self.span_s + 0.5 * (time.monotonic() - begun)
        self.examine()

    def examine(self) -> None:
        if not stores_of(self.home):
            return  # killed before it made one
        store = store_of(self.home)
        store.verify()
        now = told(store)
        ids = [row.id for row in now["rows"]]
        assert len(ids) == len(set(ids))
        if not now["revision"] or not now["complete"]:
            assert self.last is None, "what was complete is no more"
            assert len(ids) <= len(self.jira.site.issues())
        elif self.last is None or now["revision"] != self.last["revision"]:
            assert differences(now, truth(self.jira, self.dialect, self.folder)) == []
            self.last = now
            self.published += 1

    def forget(self) -> None:
        """Begin again with a first fetch."""
        for path in (self.home / "cache").glob("*"):
            path.unlink()
        self.last = None


def assert_kills(tmp_path: Path, dialect: str, kills: int) -> Victim:
    """Kill syncs of a Jira that changes now and then; every so often the next one is a first fetch."""
    with JiraSimulator(N, 3, dialect, latency_s=0.01) as jira:
        victim = Victim(jira, dialect, tmp_path)
        while victim.kills < kills:
            step = victim.kills
            victim.attempt()
            if victim.last is not None and step != victim.kills:
                jira.mutate(4)
                if victim.rng.random() < 0.2:
                    victim.forget()
        printed(victim.home, "sync", "--json", **settings_for(jira, dialect))
        end = truth(jira, dialect, tmp_path)
    assert differences(told(store_of(victim.home)), end) == []
    assert len(end["rows"]) == len(jira.site.issues())
    return victim


def kill_both(tmp_path: Path, kills: int) -> list[Victim]:
    """Kill syncs of both dialects side by side, for two cores have the time."""
    with ThreadPoolExecutor(len(DIALECTS)) as pool:
        folders = [tmp_path / dialect for dialect in DIALECTS]
        for folder in folders:
            folder.mkdir()
        return list(pool.map(assert_kills, folders, DIALECTS, [kills // 2] * 2))


def test_killed_at_20_random_moments(tmp_path: Path) -> None:
    victims = kill_both(tmp_path, 20)

    assert sum(victim.kills for victim in victims) == 20
    assert all(victim.published >= 1 for victim in victims)


@pytest.mark.soak
def test_killed_at_1000_random_moments(tmp_path: Path) -> None:
    victims = kill_both(tmp_path, 1_000)

    assert sum(victim.kills for victim in victims) == 1_000
    assert all(victim.published >= 20 for victim in victims)


# Taken up again -------------------------------------------------------------------------


def issue_pages(jira: JiraSimulator) -> int:
    """Return how many answers with issues were given since the log was cleared; sweeps of ids are small."""
    searches = [entry for entry in jira.request_log if entry.path.endswith(("/search", "/search/jql"))]
    return sum(entry.answer_bytes > 60_000 for entry in searches)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_killed_full_fetch_is_taken_up_where_it_was(tmp_path: Path, dialect: str) -> None:
    """Pages that are stored are not asked for again; at most one comes twice."""
    clock = Clock()
    with JiraSimulator(3_000, 3, dialect, latency_s=0.1, page_cap=100, clock=clock) as jira:
        clock.advance(3_600)  # nothing was updated in the last minutes
        settings = settings_for(jira, dialect)
        with syncing(tmp_path, settings) as process:
            wait_for_staged(tmp_path, 900)
            process.send_signal(signal.SIGKILL)
            process.wait()
        store = store_of(tmp_path)
        # Where the machine is slow, a part of it was shown by then.
        staged, shown = len(store.staged()), len(store.keys())
        jira.requests.clear()
        for left in (tmp_path / "run").glob("*"):
            left.unlink()
        outcome = json.loads(printed(tmp_path, "sync", "--json", **settings))
        pages = issue_pages(jira)
        end = truth(jira, dialect, tmp_path)

    assert 900 <= staged < 3_000
    assert pages <= math.ceil((3_000 - staged) / 100) + 1
    assert outcome["issues"]["fetched"] <= 3_000 - staged + 100
    assert (outcome["mode"], outcome["issues"]["created"]) == ("full", 3_000 - shown)
    assert differences(told(store), end) == []


def wait_for_staged(home: Path, at_least: int) -> None:
    """Wait until a sync has stored so many issues where nobody sees them yet."""
    deadline = time.monotonic() + 30
    while not stores_of(home) or len(store_of(home).staged()) < at_least:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_killed_first_fetch_has_shown_a_part(tmp_path: Path, dialect: str) -> None:
    """A long first fetch publishes what it has; a kill leaves that, marked as incomplete."""
    with JiraSimulator(2_000, 3, dialect, latency_s=1.0, page_cap=100) as jira:
        settings = settings_for(jira, dialect)
        with syncing(tmp_path, settings) as process:
            deadline = time.monotonic() + 30
            while not stores_of(tmp_path) or not store_of(tmp_path).revision():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.wait()
        part = told(store_of(tmp_path))
        shown = json.loads(printed(tmp_path, "metrics", "--json", **settings))
        jira.latency_s = 0
        for left in (tmp_path / "run").glob("*"):
            left.unlink()
        outcome = json.loads(printed(tmp_path, "sync", "--json", **settings))
        end = truth(jira, dialect, tmp_path)

    rows = {row.id: row for row in end["rows"]}
    assert 0 < len(part["rows"]) < 2_000
    assert all(row == rows[row.id] for row in part["rows"])
    assert (part["complete"], shown["complete"]) == (False, False)
    assert shown["scope"]["issues"] == len(part["rows"])
    assert outcome["issues"]["created"] == 2_000 - len(part["rows"])
    assert differences(told(store_of(tmp_path)), end) == []


# Cancelled and interrupted --------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("after_s", [0.3, 1.0, 2.0])
def test_cancelled_within_a_second(tmp_path: Path, dialect: str, after_s: float) -> None:
    """Whatever it does just then; what it has staged serves the next attempt."""
    stores: list[Store] = []
    with JiraSimulator(3_000, 3, dialect, latency_s=0.5, page_cap=100) as jira:

        def cancel() -> float:
            stores.append(store_at(tmp_path / f"scope{len(stores)}.sqlite"))
            cancelled, ended = threading.Event(), threading.Event()

            def work() -> None:
                client = client_for(jira, dialect, cancelled=cancelled)
                with pytest.raises(CancelledError):
                    sync_all(client, stores[-1], EVERYTHING, cancelled=cancelled)
                ended.set()

            threading.Thread(target=work, daemon=True).start()
            time.sleep(after_s)
            cancelled.set()
            asked = time.monotonic()
            assert ended.wait(10)
            return asked

        assert_ends_within(1.0, cancel)
        store = stores[-1]
        staged = len(store.staged())
        jira.latency_s = 0
        outcome = synced(jira, dialect, store)

    assert store.meta()["complete"] == "1"
    assert outcome.fetched <= 3_000 - staged + 100
    assert outcome.changes.stored == 3_000


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_cancelled_while_it_publishes(tmp_path: Path, calls: int) -> None:
    """The longest step that asks nobody: it looks up between pieces, and takes everything back."""
    store, one, asked = store_at(tmp_path / "scope.sqlite"), store_at(tmp_path / "one.sqlite"), []
    with JiraSimulator(200, 3) as jira:
        synced(jira, "cloud", store)
        jira.mutate(60)
        synced(jira, "cloud", one)
    before = told(store)
    store.stage(one.load_with_rows()[1])

    def proceed() -> None:
        asked.append(1)
        if len(asked) == calls:
            raise CancelledError("The sync was cancelled.", hint="Start it again.")

    if calls == 3:  # it looks up twice: before the rows, and before the columns
        assert store.publish_staged(None, as_of=1, meta={}, proceed=proceed).changed
        return
    with pytest.raises(CancelledError):
        store.publish_staged(None, as_of=1, meta={}, proceed=proceed)

    assert told(store) == before
    assert len(store.staged()) == len(one.keys())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_ctrl_c(tmp_path: Path, dialect: str) -> None:
    """130, a sentence, nothing on stdout, and numbers as before."""
    with JiraSimulator(400, 3, dialect) as jira:
        settings = settings_for(jira, dialect)
        printed(tmp_path, "sync", **settings)
        before = printed(tmp_path, "metrics", "--json", **settings)
        jira.mutate(20)
        jira.latency_s = 2.0

        def interrupt() -> float:
            jira.requests.clear()
            with syncing(tmp_path, settings, "--full") as process:
                wait_for_request(jira, process)
                process.send_signal(signal.SIGINT)
                asked = time.monotonic()
                out, err = process.communicate(timeout=20)
            assert (process.returncode, out) == (130, "")
            assert "Error: Interrupted." in err
            assert "Traceback" not in err
            return asked

        assert_ends_within(2.0, interrupt)
        after = run(tmp_path, "metrics", "--json", **settings).stdout

    assert after == before
