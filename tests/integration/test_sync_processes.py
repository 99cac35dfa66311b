"""Several processes, one home: syncs take turns, readers read, and nobody hears of a lock."""

import json
import random
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

import data.store.locks
from configuration.errors import StoreError
from configuration.settings import Home
from data.intake.profile_sync import synchronize
from data.persistence import load_cache_metadata
from data.simulator.server import JiraSimulator
from data.store.locks import held
from tests.support.commands import ROOT, command, environment, printed
from tests.support.stores import store_at
from tests.support.syncing import (
    DIALECTS,
    differences,
    settings_for,
    source_for,
    store_of,
    synced,
    told,
)


def together(home: Path, settings: dict[str, str], *commands: Sequence[str]) -> list[tuple[int, str, str]]:
    """Run commands at the same time; return code, stdout and stderr of each."""
    processes = [
        subprocess.Popen(
            command(*arguments),
            env=environment(home, **settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for arguments in commands
    ]
    answers = [process.communicate(timeout=120) for process in processes]
    return [(process.returncode, *answer) for process, answer in zip(processes, answers, strict=True)]


@contextmanager
def restless(jira: JiraSimulator, changes: random.Random) -> Iterator[None]:
    """Change a Jira all the time."""
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(0.05 + 0.2 * changes.random()):
            jira.mutate(1)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def assert_rounds(tmp_path: Path, dialect: str, rounds: int) -> None:
    """Two processes sync at once while the Jira changes; some of their syncs compare everything."""
    home, rng = tmp_path / "home", random.Random(dialect)
    with JiraSimulator(300, 3, dialect) as jira:
        settings = settings_for(jira, dialect)
        printed(home, "sync", **settings)
        for number in range(rounds):
            with restless(jira, rng):
                commands = [["sync", "--json"], ["sync", "--json", *(["--full"] if number % 5 == 4 else [])]]
                for code, out, err in together(home, settings, *commands):
                    assert (code, err) == (0, ""), number
                    assert json.loads(out)["state"] == "ok"
            ids = [row.id for row in told(store_of(home))["rows"]]
            assert len(ids) == len(set(ids))
        printed(home, "sync", **settings)
        fresh = store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, fresh)

    assert differences(told(store_of(home)), told(fresh)) == []
    metadata = load_cache_metadata(Home(home), "default")
    assert len(metadata.syncs) == min(200, 2 * rounds + 2)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_syncing_processes(tmp_path: Path, dialect: str) -> None:
    """Equal to the truth in the end; every sync is noted, none in place of another."""
    assert_rounds(tmp_path, dialect, 5)


@pytest.mark.soak
@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_syncing_processes_for_50_rounds(tmp_path: Path, dialect: str) -> None:
    assert_rounds(tmp_path, dialect, 50)


def test_many_readers_while_two_sync(tmp_path: Path) -> None:
    """Each reader sees one published state, whole: its revision belongs to its numbers."""
    with JiraSimulator(400, 3) as jira:
        settings = settings_for(jira, "cloud")
        printed(tmp_path, "sync", **settings)
        as_of = ("--as-of", "2026-06-01T00:00:00Z", "--to", "2026-06-01")
        readers = [["metrics", "--json", *as_of]] * 5
        seen: dict[str, str] = {}
        for _ in range(2):
            jira.mutate(30)
            answers = together(tmp_path, settings, ["sync"], *readers, ["sync", "--full"])
            assert [(code, err) for code, _, err in answers] == [(0, "")] * len(answers)
            for _, out, _ in answers[1:-1]:
                assert seen.setdefault(json.loads(out)["revision"], out) == out

    assert len(seen) >= 1


def test_a_second_sync_waits_and_then_says_that_one_is_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    with JiraSimulator(60, 3) as jira:
        source = source_for(jira, "cloud", home)
        monkeypatch.setattr(data.store.locks, "LOCK_WAIT_S", 0.3)
        with (
            held(home, source.store.key),
            pytest.raises(StoreError, match="Another sync of the same issues is running") as met,
        ):
            synchronize(source, home, {})
        asked = len(jira.request_log)
        after = synchronize(source, home, {})

    assert met.value.exit_code == 6
    assert asked == 0
    assert (after.mode, after.changes.stored) == ("full", 60)


def test_a_sync_of_another_scope_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    with JiraSimulator(60, 3) as jira:
        one, other = (source_for(jira, "cloud", home, jql=f"project = {key}") for key in ("WEB", "PAY"))
        monkeypatch.setattr(data.store.locks, "LOCK_WAIT_S", 0.3)
        with held(home, one.store.key):
            assert synchronize(replace(other, name="other"), home, {}).changes.stored > 0
