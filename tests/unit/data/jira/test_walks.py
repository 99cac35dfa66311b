"""Walks side by side: every page once, an error of one is an error of all, and nobody is left running."""

import threading
import time
from collections.abc import Iterator

import pytest

from configuration.errors import CancelledError
from data.jira.walks import FanOut


def pages(*numbers: int) -> Iterator[int]:
    yield from numbers


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "jira-walk"]


def all_ended(within_s: float = 3.0) -> bool:
    end = time.monotonic() + within_s
    while running() and time.monotonic() < end:
        time.sleep(0.01)
    return not running()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_page_of_every_walk_comes_once(workers: int) -> None:
    """Whatever the order; also more walks than workers, more workers than walks, and a walk of nothing."""
    stop = threading.Event()
    walks = iter([pages(1, 2, 3), pages(), pages(4), pages(5, 6)])

    assert sorted(FanOut(walks, workers, stop)) == [1, 2, 3, 4, 5, 6]
    assert stop.is_set()
    assert all_ended()


def test_one_walk_keeps_its_order() -> None:
    assert list(FanOut(iter([pages(3, 1, 2)]), 1, threading.Event())) == [3, 1, 2]


def test_no_walks_have_no_pages() -> None:
    assert list(FanOut(iter([]), 3, threading.Event())) == []


def test_a_walk_that_fails_ends_all_of_them() -> None:
    """The error arrives where the pages are read, as it is."""

    def failing() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("in the middle")

    stop = threading.Event()
    with pytest.raises(ZeroDivisionError, match="in the middle"):
        list(FanOut(iter([failing(), pages(*range(100))]), 2, stop))

    assert stop.is_set()
    assert all_ended()


def test_taking_a_walk_may_fail_too() -> None:
    def walks() -> Iterator[Iterator[int]]:
        yield pages(1)
        raise ZeroDivisionError("no second one")

    with pytest.raises(ZeroDivisionError, match="no second one"):
        list(FanOut(walks(), 2, threading.Event()))


def test_a_reader_that_goes_away_stops_the_workers() -> None:
    """A page each is on its way; a walk that looks at the sign goes no further."""
    stop, made = threading.Event(), []

    def endless() -> Iterator[int]:
        while not stop.is_set():
            made.append(len(made))
            yield len(made)

    for count, _page in enumerate(FanOut(iter([endless(), endless()]), 2, stop)):
        if count == 3:
            break

    assert all_ended()
    assert len(made) < 50


def test_a_reader_that_waits_can_be_cancelled() -> None:
    """Nothing comes, and the user does not want it any more."""
    cancelled, stop = threading.Event(), threading.Event()

    def silent() -> Iterator[int]:
        stop.wait(10)
        yield from ()

    threading.Timer(0.1, cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        list(FanOut(iter([silent()]), 1, stop, cancelled))

    assert time.monotonic() - began < 3
    assert all_ended()
