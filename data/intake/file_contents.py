"""What a path holds as text: one file, the files of a folder, the members of an archive, standard input.

All of it streams: at no time is more of a file in memory than its readers ask for.
"""

import codecs
import fnmatch
import gzip
import io
import os
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

from configuration.errors import InputError
from data.intake.foreign_forms import Form, archive_form, binary_form, text_form

STANDARD_INPUT = Path("-")
_HEAD_BYTES = 64 * 1024
_CHUNK_BYTES = 256 * 1024
_MOST_LAYERS = 3
_MOST_DIRECTORY_BYTES = 64 * 1024 * 1024  # of a zip: all of it is read at once
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")  # the second one: it is empty
_NAMES = ("*.json*", "*.ndjson*")
_MARKS = (  # the longer ones first: the mark of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


class CutOffError(Exception):
    """The compressed bytes end too early or are damaged; what was read before them is good."""


@dataclass(frozen=True, slots=True)
class Content:
    """A text, or something in a form that is not read.

    Attributes:
        name: of the file, and of the member inside it.
        stream: the text as UTF-8, without a byte order mark.
        form: what else it is, None for a text that may be JSON.
        head: how the text begins.
    """

    name: str
    stream: IO[bytes]
    form: Form | None
    head: bytes


def contents_of(path: Path, wanted: tuple[str, ...] = _NAMES) -> Iterator[Content]:
    """Yield what a path holds, piece by piece; each has to be read before the next one is asked for.

    Args:
        path: a file, a folder (read recursively, sorted, by the names that are ``wanted``), or ``-``.
        wanted: patterns of file names in folders and archives; an archive with none of them gives all it has.

    Raises:
        InputError: it is missing, not permitted, empty, damaged at its beginning, or holds nothing to read.
    """
    if path == STANDARD_INPUT:
        yield from _contents(Place("Standard input"), sys.stdin.buffer, wanted)
    elif _is_folder(path):
        yield from _contents_of_folder(path, wanted)
    else:
        yield from _contents_of_file(path, path.name, wanted)


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes come from: its name, inside how many layers, and whether they can be read again."""

    name: str
    layers: int = 0
    seekable: bool = False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # opening it will tell why


def _contents_of_folder(folder: Path, wanted: tuple[str, ...]) -> Iterator[Content]:
    paths = sorted(_files_in(folder, wanted))
    if not paths:
        raise InputError(
            f"The folder {folder.name} holds no file called {' or '.join(wanted)}.",
            hint="Give a folder with files of issues, or the files themselves.",
        )
    for path in paths:
        yield from _contents_of_file(path, path.relative_to(folder.parent).as_posix(), wanted)


def _files_in(folder: Path, wanted: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files of a folder and of those below it; hidden ones are not meant."""
    for base, folders, names in os.walk(folder, onerror=_refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(base, name) for name in names if _is_wanted(name, wanted))


def _refuse_folder(error: OSError) -> None:
    raise _unreadable(Path(error.filename).name, _os_reason(error)) from error


def _is_wanted(name: str, wanted: tuple[str, ...]) -> bool:
    last = name.rpartition("/")[2]
    return not last.startswith(".") and any(fnmatch.fnmatch(last.lower(), pattern) for pattern in wanted)


def _contents_of_file(path: Path, name: str, wanted: tuple[str, ...]) -> Iterator[Content]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(name, _os_reason(error)) from error
    with file:
        yield from _contents(Place(name, seekable=file.seekable()), file, wanted)


def _contents(place: Place, raw: Any, wanted: tuple[str, ...]) -> Iterator[Content]:
    """Yield what bytes hold, out of as many layers of packing as they have."""
    with _told(place.name):
        head = _read_head(raw)
    if not head:
        raise empty(place.name)
    if head.startswith(_GZIP_MAGIC):
        if place.layers == _MOST_LAYERS:
            raise InputError(
                f"{place.name} is packed too many times.", hint="Unpack it, and give what is inside."
            )
        inner = Place(place.name, place.layers + 1)
        with gzip.GzipFile(fileobj=_Replayed(chain((head,), _chunks(raw)))) as unpacked:
            yield from _contents(inner, unpacked, wanted)
    elif head.startswith(_ZIP_MAGICS):
        yield from _contents_of_zip(place, raw, head, wanted)
    else:
        yield _content(place.name, head, raw)


def _content(name: str, head: bytes, raw: Any) -> Content:
    mark, encoding = _find_encoding(head)
    form = binary_form(head) if encoding == "utf-8" else None
    chunks: Iterator[bytes] = chain((head[len(mark) :],), _chunks(raw))
    if encoding != "utf-8":
        chunks = _transcoded(chunks, encoding)
        head = head[len(mark) :].decode(encoding, "ignore").encode()
    stream = io.BufferedReader(_Replayed(filter(None, _kept(name, chunks))), _CHUNK_BYTES)
    head = head[len(mark) :] if encoding == "utf-8" else head
    return Content(name, stream, form or text_form(head), head)


def _find_encoding(head: bytes) -> tuple[bytes, str]:
    """Return byte order mark and encoding; without a mark UTF-16 is told by the zeros in ASCII."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return mark, encoding
    start = head[:8]
    if len(start) >= 4 and len(start) % 2 == 0:
        if not any(start[1::2]) and all(start[::2]):
            return b"", "utf-16-le"
        if not any(start[::2]) and all(start[1::2]):
            return b"", "utf-16-be"
    return b"", "utf-8"


def _transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _kept(name: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield chunks; what ends them is told as one kind of error for whoever reads."""
    try:
        yield from chunks
    except UnicodeError as error:
        raise CutOffError(f"its characters cannot be read: {error}") from error
    except _DAMAGED as error:
        raise CutOffError(f"the compressed file is cut off or damaged: {error}") from error
    except OSError as error:
        raise _unreadable(name, _os_reason(error)) from error


def _contents_of_zip(place: Place, raw: Any, head: bytes, wanted: tuple[str, ...]) -> Iterator[Content]:
    if place.layers:
        raise InputError(
            f"{place.name} holds an archive inside another.", hint="Unpack it, and give what is inside."
        )
    with ExitStack() as held, _told(place.name):
        file = raw if place.seekable else held.enter_context(_spooled(head, raw))
        _check_directory(place.name, file)
        archive = held.enter_context(zipfile.ZipFile(file))
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
        form = archive_form(names, lambda name: archive.read(name) if name == "mimetype" else b"")
        if form is not None:
            yield Content(place.name, io.BytesIO(), form, b"")
            return
        for member in _choose(place.name, names, wanted):
            with _opened(place.name, archive, member) as stream:
                yield from _contents(Place(f"{place.name}/{member}", place.layers + 1), stream, wanted)


def _choose(name: str, members: list[str], wanted: tuple[str, ...]) -> list[str]:
    shown = sorted(
        each for each in members if not any(part.startswith((".", "__MACOSX")) for part in each.split("/"))
    )
    if not shown:
        raise InputError(f"{name} is an archive without files.", hint="Give an archive with files of issues.")
    return [each for each in shown if _is_wanted(each, wanted)] or shown


@contextmanager
def _opened(name: str, archive: zipfile.ZipFile, member: str) -> Iterator[Any]:
    try:
        stream = archive.open(member)
    except (RuntimeError, NotImplementedError) as error:  # a password; a way of packing that is not known
        raise InputError(
            f"{name} cannot be unpacked: {error}.", hint="Unpack it yourself, and give the files inside."
        ) from error
    with stream:
        yield stream


def _check_directory(name: str, file: Any) -> None:
    """Refuse a zip whose list of members alone would fill the memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _HEAD_BYTES - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and len(tail) >= at + 16:
        (directory,) = struct.unpack_from("<I", tail, at + 12)
        if directory > _MOST_DIRECTORY_BYTES:
            raise InputError(f"{name} holds too many files.", hint="Unpack it, and give the folder.")
    file.seek(0)


@contextmanager
def _spooled(head: bytes, raw: Any) -> Iterator[IO[bytes]]:
    """Yield what comes in one go as a file that can be read in any order."""
    with tempfile.TemporaryFile() as file:
        file.write(head)
        for chunk in _chunks(raw):
            file.write(chunk)
        file.seek(0)
        yield file


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Tell what goes wrong at the beginning of a file as an error for people."""
    try:
        yield
    except _DAMAGED as error:
        raise _unreadable(name, "is cut off or damaged") from error
    except OSError as error:
        raise _unreadable(name, _os_reason(error)) from error


def _read_head(raw: Any) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < _HEAD_BYTES and (part := raw.read(_HEAD_BYTES - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _chunks(raw: Any) -> Iterator[bytes]:
    read: Callable[[], bytes] = lambda: raw.read(_CHUNK_BYTES)  # noqa: E731  # iter() wants a callable
    return iter(read, b"")


class _Replayed(io.RawIOBase):
    """A stream over chunks of bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def empty(name: str) -> InputError:
    """Return the error for a file without content."""
    return InputError(f"{name} is empty.", hint="Give a file with issues as Jira's REST API sends them.")


def _os_reason(error: OSError) -> str:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "does not exist",
        PermissionError: "may not be read",
    }
    return reasons.get(type(error), f"cannot be read ({error.strerror or error})")


def _unreadable(name: str, reason: str) -> InputError:
    return InputError(f"{name} {reason}.", hint="Check the path, and that the file is complete.")
