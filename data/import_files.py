"""Reading issues, statuses, versions and deployments from files.

What a file is, is told by its content and not by its name: gzip or plain,
one issue a line, one array of issues, or one search answer.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec

from configuration.errors import InputError
from data.normalize import NotAnIssueError, instant_of, read_issue, read_status, read_version
from data.tables import MISSING, DeploymentRow, IssueRow, StatusRef, VersionRow

MAX_LINE_BYTES = 64 * 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry of a file that is no issue: where it stands and what is wrong with it."""

    path: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, {self.place}: {self.reason}"


class _SearchAnswer(msgspec.Struct):
    issues: list[msgspec.Raw]


class _KeyOnly(msgspec.Struct):
    key: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    issues: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def read_issues(
    path: Path, bad: Callable[[BadEntry], None], custom: tuple[str, ...] = ()
) -> Iterator[IssueRow]:
    """Yield the issues of a file in their order.

    Args:
        path: the file.
        bad: called with every entry that is no issue; what it raises ends the reading.
        custom: ids of further fields to read, as ``custom_fields`` gives them.

    Raises:
        InputError: the file is missing, empty, unreadable, cut off, or holds no issues at all.
    """
    with _opened(path) as stream:
        entries = _entries(stream, path, bad)
        for place, raw in entries:
            row = _row(path, place, raw, bad, custom)
            if row is not None:
                yield row


def read_statuses(path: Path) -> list[StatusRef]:
    """Return the statuses of a file with the answer of ``GET /status``; raises InputError."""
    return _listed(path, read_status, "statuses", "GET /status")


def read_versions(path: Path) -> list[VersionRow]:
    """Return the versions of a file with the answer of ``GET /project/KEY/versions``; raises InputError."""
    return _listed(path, read_version, "versions", "GET /project/KEY/versions")


def read_deployments(path: Path, bad: Callable[[BadEntry], None]) -> list[DeploymentRow]:
    """Return the deployments of a CSV or JSONL file.

    Columns: id, name, project, deployed_at, environment, failed, issues (keys
    separated by spaces, commas or semicolons; a list in JSONL).

    Raises:
        InputError: the file is missing, empty, or neither CSV with an id and a deployed_at nor JSONL.
    """
    text = _text(path)
    entries = _json_lines(text) if text.lstrip().startswith("{") else _csv_lines(path, text)
    rows = []
    for place, raw in entries:
        try:
            rows.append(_deployment(raw))
        except (ValueError, OverflowError) as error:
            bad(BadEntry(path.name, place, f"is no deployment: {error}"))
    return rows


def _row(
    path: Path,
    place: str,
    raw: bytes | msgspec.Raw,
    bad: Callable[[BadEntry], None],
    custom: tuple[str, ...],
) -> IssueRow | None:
    try:
        return read_issue(raw, custom)
    except NotAnIssueError as error:
        bad(BadEntry(path.name, place, f"is not a Jira issue: {error}"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        bad(BadEntry(path.name, place, f"is not JSON: {error}"))
    except RecursionError:
        bad(BadEntry(path.name, place, "is nested too deeply"))
    return None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Yield a file, plain or gzip, without its byte order mark.

    Raises:
        InputError: it is missing, a folder, not permitted, or empty.
    """
    with ExitStack() as held:
        try:
            stream: Any = held.enter_context(path.open("rb"))
            if stream.peek(2)[:2] == _GZIP_MAGIC:
                # A GzipFile does not close what it reads from; the stack does.
                stream = held.enter_context(io.BufferedReader(gzip.GzipFile(fileobj=stream)))
            start = stream.peek(3)[:3]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _unreadable(path, "is cut off or damaged") from error
        except OSError as error:
            raise _unreadable(path, _os_reason(error)) from error
        if not start:
            raise InputError(
                f"{path.name} is empty.", hint="Give a file with issues as Jira's REST API sends them."
            )
        if start == _BOM:
            stream.read(3)
        yield stream


def _os_reason(error: OSError) -> str:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "does not exist",
        IsADirectoryError: "is a folder",
        PermissionError: "may not be read",
    }
    return reasons.get(type(error), f"cannot be read ({error.strerror or error})")


def _unreadable(path: Path, reason: str) -> InputError:
    return InputError(f"{path.name} {reason}.", hint="Check the path, and that the file is complete.")


def _entries(
    stream: BinaryIO, path: Path, bad: Callable[[BadEntry], None]
) -> Iterator[tuple[str, bytes | msgspec.Raw]]:
    """Yield each entry with its place, whichever of the three shapes the file has."""
    lines = _lines(stream, path, bad)
    first = next(lines, None)
    if first is None:
        raise InputError(
            f"{path.name} is empty.", hint="Give a file with issues as Jira's REST API sends them."
        )
    number, line = first
    shape = _shape(line)
    if shape == "lines":
        yield from ((f"line {n}", text) for n, text in chain(((number, line),), lines))
        return
    yield from _document(path, _whole(path, chain((line,), (text for _, text in lines))), shape)


def _whole(path: Path, lines: Iterable[bytes]) -> bytes:
    """Join the lines of a document that has to be read as one."""
    parts: list[bytes] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > MAX_LINE_BYTES:
            raise _too_long(path.name)
        parts.append(line)
    return b"".join(parts)


def _too_long(place: str) -> InputError:
    return InputError(f"{place} is longer than 64 MiB.", hint="Write one issue a line, or split the file.")


def _lines(stream: BinaryIO, path: Path, bad: Callable[[BadEntry], None]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, numbered from 1; a file that is cut off ends in a bad entry."""
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(MAX_LINE_BYTES + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            bad(BadEntry(path.name, f"line {number}", f"the compressed file is cut off or damaged ({error})"))
            return
        except OSError as error:
            raise _unreadable(path, _os_reason(error)) from error
        if not line:
            return
        if len(line) > MAX_LINE_BYTES:
            raise _too_long(f"{path.name}, line {number},")
        if line.strip():
            yield number, line


def _shape(line: bytes) -> str:
    """Tell from the first line what the file is: lines, an array, an answer, or a document over lines."""
    if line.lstrip().startswith(b"["):
        return "array"
    try:
        found = msgspec.json.decode(line, type=_KeyOnly)
    except (msgspec.DecodeError, RecursionError):
        # The first line of a document that is laid out over many lines ends where something goes on.
        return "document" if line.strip().endswith((b"{", b"[", b",")) else "lines"
    return "document" if found.key is msgspec.UNSET and found.issues is not msgspec.UNSET else "lines"


def _document(path: Path, whole: bytes, shape: str) -> Iterator[tuple[str, msgspec.Raw]]:
    """Yield the issues of an array or of a search answer, or a single issue laid out over lines."""
    try:
        if shape == "array":
            found = msgspec.json.decode(whole, type=list[msgspec.Raw])
        elif msgspec.json.decode(whole, type=_KeyOnly).issues is msgspec.UNSET:
            found = [msgspec.Raw(whole)]
        else:
            found = msgspec.json.decode(whole, type=_SearchAnswer).issues
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(
            f"{path.name} is no complete JSON: {error}.",
            hint="Give issues one a line, as one array, or as one search answer.",
        ) from error
    if not found:
        raise InputError(f"{path.name} holds no issues.", hint="Give a file with at least one issue.")
    yield from ((f"issue {place}", raw) for place, raw in enumerate(found, start=1))


def _listed(path: Path, read: Callable[[Any], _T], what: str, endpoint: str) -> list[_T]:
    text = _text(path)
    try:
        found = msgspec.json.decode(text)
        if isinstance(found, dict) and isinstance(found.get("values"), list):
            found = found["values"]  # the paged form of the same answer
        if not isinstance(found, list):
            raise NotAnIssueError("not a list")
        return [read(entry) for entry in found]
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise InputError(
            f"{path.name} is no list of {what}: {error}.", hint=f"Give what {endpoint} answers."
        ) from error


def _text(path: Path) -> str:
    try:
        with _opened(path) as stream:
            data = stream.read(MAX_LINE_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _unreadable(path, "is cut off or damaged") from error
    except OSError as error:
        raise _unreadable(path, _os_reason(error)) from error
    if len(data) > MAX_LINE_BYTES:
        raise _too_long(path.name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no UTF-8 text.", hint="Save the file as UTF-8.") from error


def _json_lines(text: str) -> Iterator[tuple[str, Any]]:
    # Not splitlines(): a JSON text may hold characters that Python takes for ends of lines.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"line {number}", msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError):
                yield f"line {number}", None


def _csv_lines(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        yield from _csv_rows(path, reader)
    except csv.Error as error:
        raise InputError(
            f"{path.name}, line {reader.line_num}, is no CSV: {error}.",
            hint="Check that the quotes of the file are closed.",
        ) from error


def _csv_rows(path: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[str, Any]]:
    names = [name.strip() for name in reader.fieldnames or ()]
    if "id" not in names or "deployed_at" not in names:
        raise InputError(
            f"{path.name} has no columns id and deployed_at.",
            hint="Give CSV with id, name, project, deployed_at, environment, failed, issues, or JSON lines.",
        )
    reader.fieldnames = names
    for row in reader:
        yield f"line {reader.line_num}", row


def _deployment(raw: Any) -> DeploymentRow:
    """Turn one entry into a row; raises ValueError where id or time are missing or senseless."""
    if not isinstance(raw, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  # one kind of error for every bad entry
    identity, at = raw.get("id"), _deployed_at(raw.get("deployed_at"))
    if identity in (None, "") or at == MISSING:
        raise ValueError("id or deployed_at is missing")
    issues = raw.get("issues") or ()
    if isinstance(issues, str):
        issues = issues.replace(",", " ").replace(";", " ").split()
    if not isinstance(issues, list | tuple):
        raise ValueError("issues is neither a text nor a list")  # noqa: TRY004  # as above
    return DeploymentRow(
        id=str(identity),
        name=str(raw.get("name") or identity),
        project=str(raw.get("project") or ""),
        at=at,
        environment=str(raw.get("environment") or ""),
        failed=_truth(raw.get("failed")),
        issues=tuple(str(key) for key in issues),
    )


def _deployed_at(value: Any) -> int:
    if not isinstance(value, str | int | None) or isinstance(value, bool):
        raise ValueError(f"deployed_at is {value!r}, which is no instant")  # noqa: TRY004  # as above
    try:
        return instant_of(value.strip() if isinstance(value, str) else value)
    except ValueError as error:
        raise ValueError(f"deployed_at is {value!r}, which is no instant") from error


def _truth(value: Any) -> bool:
    text = str(value or "").strip().casefold()
    if text in ("", "false", "no", "0"):
        return False
    if text in ("true", "yes", "1"):
        return True
    raise ValueError(f"failed is {value!r}, neither true nor false")
