"""Taking a text apart into its JSON values without ever holding more than one of them.

A file may have a value a line, one value over many lines, or several values one after another.
Of an array that is not on a line of its own the elements come one by one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

import msgspec
import numpy as np
from numpy.typing import NDArray

from configuration.errors import InputError

MAX_VALUE_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_SHORT_LINE_BYTES = 1024 * 1024  # a line that is longer is read like a document
_QUOTE, _COMMA = ord('"'), ord(",")
_STEP = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}
_MARKED = np.zeros(256, np.bool_)
_MARKED[[_QUOTE, _COMMA, *_STEP]] = True
_STEPS = np.zeros(256, np.int8)
_STEPS[list(_STEP)] = list(_STEP.values())
_GOES_ON = (b"{", b"[", b",", b":")


def values_in(stream: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the JSON values of a text, undecoded.

    Args:
        stream: UTF-8.
        name: of the file, for what is told.

    Yields:
        The number of its line where each value has one, else 0, and the value.

    Raises:
        InputError: a value is longer than 64 MiB, or the text is not complete JSON.
        CutOffError: the file was packed and is cut off.
    """
    first = next(_lines(stream, 1, _SHORT_LINE_BYTES), None)
    if first is None:
        return
    if _has_values_on_lines(first[1]):
        yield from chain((first,), _whole_lines(stream, name, first[0] + 1))
        return
    rest = iter(lambda: stream.read(_CHUNK_BYTES), b"")
    yield from ((0, value) for value in split_values(chain((first[1],), rest), name))


def split_values(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the objects, and the elements of the arrays, that follow each other in a text.

    Raises:
        InputError: one is longer than 64 MiB, or the text is not complete JSON.
    """
    scan = _Scan(name)
    for chunk in chunks:
        yield from scan.feed(chunk)
    scan.end()


def too_long(place: str) -> InputError:
    """Return the error for a value that is too large to be one issue or one page."""
    return InputError(
        f"{place} is longer than 64 MiB.",
        hint="Write one issue a line, for example with jq -c '.issues[]', or split the file.",
    )


def _lines(stream: IO[bytes], number: int, most_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers; one that is too long comes in pieces."""
    while line := stream.readline(most_bytes + 1):
        if line.strip():
            yield number, line
        number += 1


def _whole_lines(stream: IO[bytes], name: str, number: int) -> Iterator[tuple[int, bytes]]:
    for at, line in _lines(stream, number, MAX_VALUE_BYTES):
        if len(line) > MAX_VALUE_BYTES:
            raise too_long(f"{name}, line {at},")
        yield at, line


def _has_values_on_lines(line: bytes) -> bool:
    """Tell from the first line whether each line is for itself, or a value goes on over many of them."""
    if line.lstrip().startswith(b"[") or len(line) > _SHORT_LINE_BYTES:
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return not line.strip().endswith(_GOES_ON)
    return True


@dataclass(slots=True)
class _Scan:
    """Finds where values begin and end, chunk by chunk, by counting brackets outside of texts.

    Attributes:
        name: of the file.
        depth: of brackets at the end of what was fed.
        inside_text: whether it ends within quotes.
        opened: the bracket that the value of the lowest level began with, 0 between two.
        parts: of the value or element that is not complete.
        size: of these.
        held_back: a backslash at the end, which belongs to what follows.
    """

    name: str
    depth: int = 0
    inside_text: bool = False
    opened: int = 0
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    held_back: bytes = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what is complete with this chunk."""
        chunk = self.held_back + chunk
        slashes = len(chunk) - len(chunk.rstrip(b"\\"))
        self.held_back = b"\\" if slashes % 2 else b""
        chunk = chunk[: len(chunk) - slashes % 2]
        start = 0
        for at, mark, depth in self._edges(chunk):
            if mark == _COMMA:
                if self.opened == ord("["):
                    yield self._take(chunk[start:at])
                    start = at + 1
            elif _STEP[mark] > 0:
                self._between(chunk[start:at])
                self.opened, start = mark, at + (mark == ord("["))
            elif depth < 0 or mark - self.opened != 2:  # in ASCII a bracket closes two behind where it opens
                raise self._broken("brackets do not match")
            else:
                whole = self._take(chunk[start : at + (mark == ord("}"))])
                if mark == ord("}") or whole.strip():
                    yield whole
                self.opened, start = 0, at + 1
        self._keep(chunk[start:])

    def end(self) -> None:
        """Raise InputError where something is not complete."""
        if self.opened or self.depth:
            raise self._broken("it ends in the middle of a value")
        self._between(b"")

    def _edges(self, chunk: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield place, character and depth behind it of what separates the values of the lowest levels."""
        plain = chunk.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b"\\" in chunk else chunk
        marks = np.frombuffer(plain, np.uint8)
        at = np.flatnonzero(_MARKED[marks])
        marks = marks[at]
        quotes = marks == _QUOTE
        inside = (np.cumsum(quotes, dtype=np.int32) + self.inside_text) % 2 == 1
        steps = np.where(inside | quotes, 0, _STEPS[marks])
        depth: NDArray[np.int32] = self.depth + np.cumsum(steps, dtype=np.int32)
        if len(at):
            self.inside_text, self.depth = bool(inside[-1]), int(depth[-1])
        low = (depth - (steps > 0) <= 0) & (steps != 0) | (depth == 1) & (marks == _COMMA) & ~inside
        places = np.flatnonzero(low)
        yield from zip(at[places].tolist(), marks[places].tolist(), depth[places].tolist(), strict=True)

    def _take(self, part: bytes) -> bytes:
        self._keep(part)
        whole = b"".join(self.parts)
        self.parts.clear()
        self.size = 0
        return whole

    def _keep(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > MAX_VALUE_BYTES:
            raise too_long(self.name)
        if part:
            self.parts.append(part)

    def _between(self, part: bytes) -> None:
        """Refuse what stands between two values and is neither space nor comma."""
        found = self._take(part).strip(b" \t\r\n,\x1e")
        if found:
            words = found[:40].decode("utf-8", "replace")
            raise self._broken(f"{words!r} stands outside of objects and arrays")

    def _broken(self, how: str) -> InputError:
        return InputError(
            f"{self.name} is not complete JSON: {how}.",
            hint="Check that the file is whole: JSON one a line, as an array, or as Jira's answers.",
        )
