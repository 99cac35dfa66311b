"""What was answered, as bytes: the same question about the same data is answered once."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

MOST_BYTES = 64 * 1024 * 1024
# A key, its place in the order, and what an object of bytes needs beside them.
ENTRY_BYTES = 1024
# A larger answer would push many others out, and is seldom asked for twice.
LARGEST_SHARE = 1 / 4


class Question(NamedTuple):
    """What an answer was given to.

    Attributes:
        of: whose data: an object that is compared by what it is, and not by what it holds.
        data: which state of these data.
        what: all else that the answer depends on.
    """

    of: object
    data: Hashable
    what: Hashable


class AnswerMemory:
    """The answers that were asked for last, as many as fit; safe to share between threads.

    Args:
        most_bytes: that answers and their keys may take together.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._answers: OrderedDict[Question, bytes] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes that are taken."""
        return self._size

    def recall(self, question: Question) -> bytes | None:
        """Return the answer to a question; None where it has to be found anew."""
        with self._lock:
            answer = self._answers.get(question)
            if answer is not None:
                self._answers.move_to_end(question)
            return answer

    def keep(self, question: Question, answer: bytes) -> None:
        """Remember an answer, in place of those that nobody has asked for longest."""
        if len(answer) > self._most * LARGEST_SHARE:
            return
        # What an encoder hands out may have room for more behind it, which nobody would count.
        answer = bytes(memoryview(answer))
        with self._lock:
            self._drop(question)
            self._answers[question] = answer
            self._size += len(answer) + ENTRY_BYTES
            while self._size > self._most:
                self._drop(next(iter(self._answers)))

    def forget(self, of: object) -> None:
        """Drop the answers about the data of ``of``, of whichever state."""
        with self._lock:
            for question in [known for known in self._answers if known.of is of]:
                self._drop(question)

    def _drop(self, question: Question) -> None:
        answer = self._answers.pop(question, None)
        if answer is not None:
            self._size -= len(answer) + ENTRY_BYTES
