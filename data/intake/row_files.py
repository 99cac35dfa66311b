"""Reading rows that stand beside the issues: CSV or JSON, by the names of their columns.

What kind of rows it is says a ``RowForm``; see ``deployment_files.py`` and its neighbours.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from configuration.errors import InputError
from data.intake.bad_entries import BadEntry, Note
from data.intake.file_contents import Content, CutOffError, contents_of
from data.intake.foreign_forms import find_delimiter, folded
from data.intake.issue_envelopes import what_else
from data.intake.json_stream import MAX_VALUE_BYTES, values_in
from data.jira.stamps import instant_of, latest_of
from data.model.instants import to_ms
from data.model.tables import MISSING

_FILES = ("*.csv*", "*.json*", "*.ndjson*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class RowForm(Generic[_Row]):
    """One kind of rows.

    Attributes:
        what: a row of it is called.
        option: by which files of it are given.
        columns: names that mean something, in any order and case.
        needed: those that must be there.
        read: turns the values of an entry by name, and this machine's time, into a row; raises ValueError
            where one of them makes no sense.
    """

    what: str
    option: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[Mapping[str, Any], int], _Row]

    @property
    def remedy(self) -> str:
        """What to give instead of what cannot be read."""
        must = " and ".join(self.needed)
        return f"Give CSV or JSON lines with {', '.join(self.columns)}; {must} must be there."


def read_rows(form: RowForm[_Row], path: Path, bad: Note, now_ms: int) -> Iterator[_Row]:
    """Yield the rows of a CSV file, or of JSON as lines or an array.

    Args:
        form: what a row is.
        path: a file, a folder, or ``-``.
        bad: called with every entry that is not such a row; what it raises ends the reading.
        now_ms: this machine's time; what is more than a day later cannot have happened.

    Raises:
        InputError: the file is missing, empty, or neither CSV with the needed columns nor JSON.
    """
    for content in contents_of(path, _FILES):
        for place, raw in _entries(form, content):
            try:
                row = form.read(_by_name(raw), now_ms)
            except (ValueError, OverflowError) as error:
                bad(_bad_entry(form, content.name, place, raw, error))
            else:
                yield row


def _by_name(raw: Any) -> dict[Any, Any]:
    if not isinstance(raw, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004  # one kind of error for every bad entry
    named = {name if name is None else folded(name): value for name, value in raw.items()}
    if named.get(None):  # where csv puts what is beyond the last column
        raise ValueError("it has more cells than there are columns; put a list of keys into quotes")
    return named


def _bad_entry(form: RowForm[Any], name: str, place: str, raw: Any, error: Exception) -> BadEntry:
    other = what_else(raw)
    if other is not None and form.option not in other.remedy:
        return BadEntry(name, place, f"{other.reason} and not {form.what}", other.remedy)
    return BadEntry(name, place, f"is not {form.what}: {error}")


def _entries(form: RowForm[Any], content: Content) -> Iterator[tuple[str, Any]]:
    if content.form is not None and content.form.kind != "csv":
        raise InputError(f"{content.name} {content.form.words}.", hint=form.remedy)
    if content.head.lstrip().startswith((b"{", b"[")):
        yield from _json_entries(content)
    else:
        yield from _csv_entries(form, content)


def _json_entries(content: Content) -> Iterator[tuple[str, Any]]:
    try:
        for count, (line, value) in enumerate(values_in(content.stream, content.name), start=1):
            yield (f"line {line}" if line else f"entry {count}"), _decoded(value)
    except CutOffError as error:
        raise _cut_off(content.name, error) from error


def _decoded(value: bytes) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _csv_entries(form: RowForm[Any], content: Content) -> Iterator[tuple[str, Any]]:
    text = _text_of(content)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=find_delimiter(text) or ",")
    try:
        yield from _csv_rows(form, content, reader)
    except csv.Error as error:
        raise InputError(
            f"{content.name}, line {reader.line_num}, is not CSV: {error}.",
            hint="Check that the quotes of the file are closed.",
        ) from error


def _text_of(content: Content) -> str:
    try:
        data = content.stream.read(MAX_VALUE_BYTES + 1)
    except CutOffError as error:
        raise _cut_off(content.name, error) from error
    if len(data) > MAX_VALUE_BYTES:
        raise InputError(f"{content.name} is longer than 64 MiB.", hint="Split the file, or give JSON lines.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{content.name} is not UTF-8 text: {byte_words(data, error)}.", hint=conversion_hint()
        ) from error


def _cut_off(name: str, error: CutOffError) -> InputError:
    return InputError(f"{name}: {error}.", hint="Check the path, and that the file is complete.")


def byte_words(data: bytes, error: UnicodeDecodeError) -> str:
    """Name the first byte that is not UTF-8, and its place."""
    return f"byte 0x{data[error.start]:02X} at place {error.start + 1} may be Latin-1 (ISO-8859-1)"


def conversion_hint() -> str:
    """Return how a text in Latin-1 becomes one in UTF-8."""
    return "Save the file as UTF-8, for example with iconv -f ISO-8859-1 -t UTF-8 FILE."


def _csv_rows(
    form: RowForm[Any], content: Content, reader: "csv.DictReader[str]"
) -> Iterator[tuple[str, Any]]:
    names = [folded(name) for name in reader.fieldnames or ()]
    if names and names[0].startswith("sep="):
        names = [folded(name) for name in next(reader.reader, ())]
    if not set(form.needed) <= set(names):
        what = " is Jira's CSV export and" if content.form and "Jira" in content.form.words else ""
        needed = " and ".join(form.needed)
        raise InputError(f"{content.name}{what} has no columns {needed}.", hint=form.remedy)
    twice = sorted({name for name in names if name in form.columns and names.count(name) > 1})
    if twice:
        raise InputError(f"{content.name} has the column {twice[0]} twice.", hint="Leave one of them out.")
    reader.fieldnames = names
    for row in reader:
        yield f"line {reader.line_num}", row


def read_text(raw: Mapping[str, Any], name: str) -> str:
    """Return a text or number as text, "" where there is none; raises ValueError."""
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}, which is not text")  # noqa: TRY004  # as above
    return str(value).strip()


def read_moment(raw: Mapping[str, Any], name: str, now_ms: int) -> tuple[int, str]:
    """Return instant and day, one of them missing; both are where there is no value; raises ValueError."""
    value = raw.get(name)
    told = f"{name} is {value!r}"
    if not isinstance(value, str | int | None) or isinstance(value, bool):
        raise ValueError(f"{told}, which is neither an instant nor a day")  # noqa: TRY004  # as above
    value = value.strip() if isinstance(value, str) else value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            first = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
            at, day = instant_of(to_ms(first)), value
        else:
            at, day = instant_of(value), ""
    except ValueError as error:
        raise ValueError(f"{told}, which is neither an instant nor a day") from error
    if at > latest_of(now_ms):
        raise ValueError(f"{told}, which is in the future")
    return (MISSING if day else at), day


def read_instant(raw: Mapping[str, Any], name: str, now_ms: int) -> int:
    """Return an instant, of a day its first one in UTC, ``MISSING`` without a value; raises ValueError."""
    at, day = read_moment(raw, name, now_ms)
    return to_ms(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)) if day else at


def read_list(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the distinct words of a list, in their order; raises ValueError."""
    value = raw.get(name) or ()
    if isinstance(value, str):
        value = re.split(r"[\s,;]+", value)
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} is neither a text nor a list")  # noqa: TRY004  # as above
    for each in value:
        if not isinstance(each, str | int) or isinstance(each, bool):
            raise ValueError(f"{name} holds {each!r}, which is not text")  # noqa: TRY004  # as above
    return tuple(dict.fromkeys(word for each in value if (word := str(each).strip())))


def read_truth(raw: Mapping[str, Any], name: str) -> bool:
    """Return whether a value says yes; raises ValueError where it says neither yes nor no."""
    value = raw.get(name)
    text = str(value if value is not None else "").strip().casefold()
    if text in ("", "false", "no", "0", "n"):
        return False
    if text in ("true", "yes", "1", "y"):
        return True
    raise ValueError(f"{name} is {value!r}, neither true nor false")
