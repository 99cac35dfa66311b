"""Answers are remembered as bytes, those asked for last, within a number of bytes."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from data.answers import ENTRY_BYTES, AnswerMemory, Question

ROOM = 4 * (ENTRY_BYTES + 100)


def question(what: object, of: object = "here", data: str = "1") -> Question:
    return Question(of, data, what)


def test_an_answer_belongs_to_its_question() -> None:
    """Another view, other data, another pipeline: another answer."""
    memory = AnswerMemory()
    memory.keep(question("a"), b"one")

    assert memory.recall(question("a")) == b"one"
    assert memory.recall(question("b")) is None
    assert memory.recall(question("a", data="2")) is None
    assert memory.recall(question("a", of="there")) is None


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    """Room for four: the fifth pushes out the one that nobody asked for since."""
    memory = AnswerMemory(ROOM)
    for name in "abcd":
        memory.keep(question(name), bytes(100))
    memory.recall(question("a"))
    memory.keep(question("e"), bytes(100))

    assert [memory.recall(question(name)) is not None for name in "abcde"] == [True, False, True, True, True]
    assert memory.size == ROOM


def test_an_answer_that_is_given_anew_counts_once() -> None:
    """The later one holds, and takes the room of both."""
    memory = AnswerMemory(ROOM)
    memory.keep(question("a"), bytes(100))
    memory.keep(question("a"), bytes(40))

    assert memory.recall(question("a")) == bytes(40)
    assert memory.size == ENTRY_BYTES + 40


@pytest.mark.parametrize(("size", "kept"), [(ROOM // 4, True), (ROOM // 4 + 1, False)])
def test_an_answer_beyond_a_quarter_is_not_kept(size: int, kept: bool) -> None:
    """It would push out most others; one that just fits pushes out as many as it needs."""
    memory = AnswerMemory(ROOM)
    memory.keep(question("small"), b"x")
    memory.keep(question("large"), bytes(size))

    assert (memory.recall(question("large")) is not None) is kept
    assert memory.size <= ROOM


def test_an_answer_takes_the_room_that_is_counted() -> None:
    """An encoder leaves room behind what it hands out, here a twelfth: that is not kept."""
    memory = AnswerMemory()
    tracemalloc.start()
    memory.keep(question("a"), msgspec.msgpack.encode([bytes(50_000)] * 4))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert 200_000 < taken < memory.size + ENTRY_BYTES


def test_empty_answers_take_room_too() -> None:
    """So that the number of answers is bounded as well."""
    memory = AnswerMemory(10 * ENTRY_BYTES)
    for number in range(1_000):
        memory.keep(question(number), b"")

    assert sum(memory.recall(question(number)) is not None for number in range(1_000)) == 10


def test_what_is_forgotten_gives_its_room_back() -> None:
    """The answers of others stay."""
    memory, mine, other = AnswerMemory(), object(), object()
    for data in "12":
        memory.keep(question("a", mine, data), bytes(50))
    memory.keep(question("a", other), b"kept")
    memory.forget(mine)

    assert memory.recall(question("a", mine, "2")) is None
    assert memory.recall(question("a", other)) == b"kept"
    assert memory.size == ENTRY_BYTES + 4


def test_threads_share_a_memory() -> None:
    """Eight at once over room for four: the count of bytes stays right."""
    memory = AnswerMemory(ROOM)

    def use(number: int) -> None:
        for step in range(500):
            what = (number * step) % 11
            if memory.recall(question(what)) is None:
                memory.keep(question(what), bytes(100))
            if step % 50 == 0:
                memory.forget("here")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(8)))
    kept = sum(memory.recall(question(what)) is not None for what in range(11))

    assert memory.size == kept * (ENTRY_BYTES + 100) <= ROOM
