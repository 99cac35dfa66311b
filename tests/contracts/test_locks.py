"""A lock that one holds at a time, and that dies with its holder, for each kind of home."""

import os
import subprocess
import sys
import threading
import time

import pytest

import data.store.locks
from configuration.errors import CancelledError, StoreError
from configuration.settings import Home
from data.store.locks import held
from tests.support.commands import ROOT
from tests.support.promptness import assert_ends_within

HOLDER = """
import os, time
from configuration.settings import home_from
from data.store.locks import held
with held(home_from(os.environ), "one"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_it_is_free_again_afterwards(home: Home) -> None:
    for _ in range(2):
        with held(home, "one", wait_s=0):
            pass
    with pytest.raises(ZeroDivisionError), held(home, "one", wait_s=0):
        raise ZeroDivisionError
    with held(home, "one", wait_s=0):
        pass


def test_two_names_do_not_mind_each_other(home: Home) -> None:
    with held(home, "one", wait_s=0), held(home, "two", wait_s=0):
        pass


@pytest.mark.parametrize("wait_s", [None, 0.3])
def test_who_comes_second_waits_and_is_told(
    home: Home, monkeypatch: pytest.MonkeyPatch, wait_s: float | None
) -> None:
    monkeypatch.setattr(data.store.locks, "LOCK_WAIT_S", 0.3)
    with held(home, "one"):
        begun = time.monotonic()
        with (
            pytest.raises(StoreError, match="Another sync of the same issues is running") as met,
            held(home, "one", wait_s=wait_s),
        ):
            pytest.fail("both hold it")

    assert met.value.exit_code == 6
    assert 0.3 <= time.monotonic() - begun < 3


def test_who_comes_second_gets_it_once_it_is_free(home: Home) -> None:
    """Of four threads one at a time is inside."""
    inside, most, done = [], [], []

    def work() -> None:
        with held(home, "one", wait_s=20):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()
            done.append(1)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert (max(most), len(done)) == (1, 4)


def test_the_wait_can_be_cancelled(home: Home) -> None:
    def cancel() -> float:
        cancelled = threading.Event()
        threading.Timer(0.2, cancelled.set).start()
        due = time.monotonic() + 0.2
        with held(home, "one"), pytest.raises(CancelledError), held(home, "one", cancelled):
            pytest.fail("both hold it")
        return due

    assert_ends_within(1.0, cancel)


def test_it_dies_with_its_holder(home: Home, other_process: dict[str, str]) -> None:
    command = [sys.executable, "-c", HOLDER]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, **other_process})
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError), held(home, "one", wait_s=0):
            pytest.fail("both hold it")
    finally:
        holder.kill()
        holder.communicate()

    with held(home, "one", wait_s=2):
        pass


def test_another_thread_may_give_it_back(home: Home) -> None:
    """A generator that holds it may be closed by whoever comes last."""
    holding = held(home, "one", wait_s=0)
    holding.__enter__()
    thread = threading.Thread(target=holding.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with held(home, "one", wait_s=0):
        pass
