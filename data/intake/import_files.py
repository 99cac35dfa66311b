"""Reading issues, statuses and versions from files.

What a file is, is told by its content and not by its name: see ``file_contents.py`` for packing and
characters, ``json_stream.py`` for lines and documents, ``issue_envelopes.py`` for what issues come
wrapped in, ``foreign_forms.py`` for what cannot be read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from configuration.errors import InputError
from data.intake.bad_entries import BadEntry, Note
from data.intake.file_contents import STANDARD_INPUT, Content, CutOffError, contents_of, empty
from data.intake.foreign_forms import advice_for_issues
from data.intake.issue_envelopes import NoIssue, cut_by_powershell, unwrapped, what_else
from data.intake.json_stream import split_values, values_in
from data.intake.row_files import byte_words, conversion_hint
from data.jira.answers import server_words
from data.jira.fields_by_value import fields_by_value, may_hold_more
from data.jira.issue_rows import (
    JiraIssue,
    NotAnIssueError,
    decode_issue,
    issue_row,
    read_status,
    read_version,
)
from data.jira.requested_fields import NO_FIELDS
from data.jira.stamps import LATEST
from data.model.tables import IssueRow, StatusRef, VersionRow

_T = TypeVar("_T")
_MOST_LEVELS = 5  # of pages within lists, records within messages
_CATEGORY_KEYS = {"TODO": "new", "IN_PROGRESS": "indeterminate", "DONE": "done"}  # of GET /statuses/search


def read_issues(
    path: Path,
    bad: Note,
    custom: tuple[str, ...] = (),
    met: Callable[[JiraIssue], None] = lambda issue: None,
    latest: int = LATEST,
    *,
    impediment: str = "",
) -> Iterator[IssueRow]:
    """Yield the issues of a file, of a folder or of standard input in their order.

    Args:
        path: the file, the folder, or ``-``.
        bad: called with every entry that is not an issue; what it raises ends the reading.
        custom: ids of further fields to read, as ``custom_fields`` gives them.
        met: called with each issue as it was decoded.
        latest: the last instant that a stamp may tell, as ``latest_of`` says.
        impediment: id of the field that is mapped as a flag, "" for none.

    Raises:
        InputError: the file is missing, empty, unreadable, cut off, in a form that cannot be read,
            or holds no issues at all.
    """
    make_row = partial(issue_row, latest=latest, impediment=impediment)
    reader = _Reader(bad, custom, met, make_row)
    for content in contents_of(path):
        if content.form is not None:
            raise InputError(f"{content.name} {content.form.words}.", hint=advice_for_issues(content.form))
        yield from reader.rows(content)
    if not reader.entries:
        raise InputError(
            f"{name_of(path)} holds no issues.",
            hint="Check the query, and that the account may see its projects: where it may not, Jira answers"
            " with an empty list.",
        )


def name_of(path: Path) -> str:
    """Return what a file is called when it is told about."""
    return "Standard input" if path == STANDARD_INPUT else path.name


class _Reader:
    """Reads the issues of the texts of one path.

    Attributes:
        entries: how many entries it has met, good or bad.
    """

    def __init__(
        self,
        bad: Note,
        custom: tuple[str, ...],
        met: Callable[[JiraIssue], None],
        make_row: Callable[[JiraIssue, set[str]], IssueRow],
    ) -> None:
        self.entries = 0
        self._bad = bad
        self._custom = custom
        self._found = NO_FIELDS  # of sprints and development, which no list of fields names here
        self._met = met
        self._make_row = make_row

    def rows(self, content: Content) -> Iterator[IssueRow]:
        """Yield the issues of a text."""
        place = _Place(content.name, self.entries)
        values = 0
        try:
            for line, value in values_in(content.stream, content.name):
                values += 1
                if line:
                    place = _Place(content.name, self.entries, line)
                yield from self._rows_of(value, place)
        except CutOffError as error:
            if not values:
                raise InputError(
                    f"{content.name} is cut off or damaged ({error}).",
                    hint="Check the path, and that the file is complete.",
                ) from error
            self._note_bad(replace(place, line=place.line and place.line + 1), NoIssue(str(error)))
        if not values and not content.head.strip():
            raise empty(content.name)

    def _rows_of(self, raw: bytes | msgspec.Raw, place: "_Place", levels: int = 0) -> Iterator[IssueRow]:
        """Yield the issues of one value: itself, or those inside of it."""
        inside: list[msgspec.Raw] | list[bytes] = []
        try:
            row: IssueRow | NoIssue | None = self._row_of(raw)
        except NotAnIssueError as error:
            row, inside = self._look_inside(raw, error, levels)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            row, inside = _taken_apart(bytes(raw), error)
        except RecursionError:
            row = NoIssue("is nested too deeply")
        if isinstance(row, NoIssue):
            self._note_bad(place, row)
        elif row is not None:
            self.entries += 1
            yield row
        for each in inside:
            yield from self._rows_of(each, replace(place, wrapped=len(inside) > 1), levels + 1)

    def _look_inside(
        self, raw: bytes | msgspec.Raw, error: NotAnIssueError, levels: int
    ) -> tuple[NoIssue | None, list[msgspec.Raw] | list[bytes]]:
        """Return what is inside of a value, or why it is neither an issue nor wrapped around some."""
        if levels >= _MOST_LEVELS:
            return NoIssue("is nested too deeply"), []
        try:
            inner = unwrapped(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            return _taken_apart(bytes(raw), broken)
        if isinstance(inner, list):
            return None, inner
        return inner or NoIssue(f"is not a Jira issue: {error}"), []

    def _row_of(self, raw: bytes | msgspec.Raw) -> IssueRow | NoIssue:
        """Return an issue as a row; raises NotAnIssueError, DecodeError and RecursionError."""
        cut = cut_by_powershell(raw)
        if cut is not None:
            return cut
        issue, row = self._decoded(raw)
        if may_hold_more(bytes(raw), row):
            self._found = self._found.with_others(fields_by_value(bytes(raw)))
            issue, row = self._decoded(raw)
        self._met(issue)
        return row

    def _decoded(self, raw: bytes | msgspec.Raw) -> tuple[JiraIssue, IssueRow]:
        issue, unreadable = decode_issue(raw, self._custom, self._found)
        return issue, self._make_row(issue, unreadable)

    def _note_bad(self, place: "_Place", found: NoIssue) -> None:
        self.entries += 1
        self._bad(BadEntry(place.name, place.words(self.entries), found.reason, found.remedy))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where entries stand.

    Attributes:
        name: of the file.
        before: how many entries came before this file, or this line.
        line: its number, 0 where the file is not one of lines.
        wrapped: whether the line holds several of them.
    """

    name: str
    before: int
    line: int = 0
    wrapped: bool = False

    def words(self, entries: int) -> str:
        """Return the place of the last of so many entries."""
        if not self.line:
            return f"entry {entries - self.before}"
        return f"line {self.line}" + (f", entry {entries - self.before}" if self.wrapped else "")


def _explain_broken(value: bytes, error: Exception) -> NoIssue:
    try:
        value.decode()
    except UnicodeDecodeError as found:
        return NoIssue(f"is not UTF-8: {byte_words(value, found)}", conversion_hint())
    return NoIssue(f"is not JSON: {error}")


def _taken_apart(line: bytes, error: Exception) -> tuple[NoIssue | None, list[bytes]]:
    """Return the values that follow each other on a line, or what is wrong with it."""
    if "trailing characters" in str(error):
        try:
            found = list(split_values((line,), ""))
        except InputError:
            found = []
        if len(found) > 1:
            return None, found
    return _explain_broken(line, error), []


def read_statuses(path: Path) -> list[StatusRef]:
    """Return the statuses of ``GET /status`` or ``GET /project/KEY/statuses``; raises InputError."""
    return _read_list(path, _status_of, _STATUSES)


def read_versions(path: Path) -> list[VersionRow]:
    """Return the versions that ``GET /project/KEY/versions`` answers; raises InputError."""
    return _read_list(path, _version_of, _VERSIONS)


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a list beside the issues holds."""

    one: str
    many: str
    endpoint: str


_STATUSES = _Listed("a status", "statuses", "GET /status")
_VERSIONS = _Listed("a version", "versions", "GET /project/KEY/versions")


def _status_of(raw: Any) -> StatusRef:
    if isinstance(raw, dict) and isinstance(raw.get("statusCategory"), str):
        key = _CATEGORY_KEYS.get(raw["statusCategory"], raw["statusCategory"])
        raw = {**raw, "statusCategory": {"key": key}}
    return read_status(raw)


def _version_of(raw: Any) -> VersionRow:
    return read_version(raw)


def _read_list(path: Path, read: Callable[[Any], _T], listed: _Listed) -> list[_T]:
    """Return the entries of a list: as an array, as pages, one a line, or several of these."""
    rows: list[_T] = []
    for content in contents_of(path):
        if content.form is not None:
            raise InputError(
                f"{content.name} {content.form.words}.", hint=f"Give what {listed.endpoint} answers, as JSON."
            )
        try:
            for _, value in values_in(content.stream, content.name):
                rows.extend(_listed_entry(content.name, each, read, listed) for each in _records(value))
        except CutOffError as error:
            raise InputError(
                f"{content.name} is cut off or damaged ({error}).",
                hint="Check the path, and that the file is complete.",
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _not_listed(content.name, str(error), listed) from error
    return rows


def _records(value: bytes | msgspec.Raw) -> Iterator[Any]:
    """Yield the entries of a value: of an array, of a page, of an issue type with its statuses, or itself."""
    found = msgspec.json.decode(value)
    waiting = [found]
    while waiting:
        each = waiting.pop(0)
        inner = each if isinstance(each, list) else None
        if isinstance(each, dict):
            inner = next(
                (each[name] for name in ("values", "statuses") if isinstance(each.get(name), list)), None
            )
        if inner is None:
            yield each
        else:
            waiting[:0] = inner


def _listed_entry(name: str, raw: Any, read: Callable[[Any], _T], listed: _Listed) -> _T:
    """Return one entry of a list; raises InputError that names what it is instead."""
    other = what_else(raw)
    if other is not None and other.reason != f"is {listed.one}":
        raise InputError(
            f"{name} is not a list of {listed.many}: an entry {other.reason}.", hint=other.remedy
        )
    words = server_words(msgspec.json.encode(raw)) if isinstance(raw, dict) and "id" not in raw else ""
    if words:
        raise InputError(
            f'{name} is an error of Jira and not a list of {listed.many}: "{words.rstrip(".")}".',
            hint=f"Correct the request; give what {listed.endpoint} answers.",
        )
    if other is None:
        raise _not_listed(name, f"an entry is not {listed.one}", listed)
    try:
        return read(raw)
    except NotAnIssueError as error:
        raise _not_listed(name, str(error), listed) from error


def _not_listed(name: str, reason: str, listed: _Listed) -> InputError:
    return InputError(
        f"{name} is not a list of {listed.many}: {reason}.", hint=f"Give what {listed.endpoint} answers."
    )
