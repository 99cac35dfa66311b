"""What the mapped fields of the issues say, by logical name: dates, production, flags, points. Pure.

Values are interpreted once per distinct value. One that does not fit the
meaning of its logical name counts as not there, and is flagged as malformed.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.jira.requested_fields import incident_rules
from data.model.dates import Dates
from data.model.periods import midnight
from data.model.tables import CASCADE, MISSING, Flags, IssueTable, Value
from data.model.words import LOWERED, fold

_T = TypeVar("_T")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_YES = frozenset({"true", "yes", "1", "failed", "failure"})
_NO = frozenset({"false", "no", "0", "success", "successful", "succeeded", "passed", "ok"})
NO, YES, UNSAID = 0, 1, -1


@dataclass(frozen=True, slots=True)
class NamedValues:
    """Names by issue row.

    Attributes:
        codes: by issue row: place in ``names``; that of the last one, which is empty, where there is none.
        names: each distinct value, as it is written.
    """

    codes: NDArray[np.int64]
    names: Sequence[tuple[str, ...]]

    def of(self, row: int) -> tuple[str, ...]:
        """Return the names of one row."""
        return self.names[int(self.codes[row])]

    def hold_any(self, wanted: Sequence[str]) -> Flags:
        """Flag the rows that hold one of ``wanted``, compared folded."""
        folded = {fold(name) for name in wanted}
        hits: Flags = np.array([not folded.isdisjoint(spell_names(names)) for names in self.names], np.bool_)
        return hits[self.codes]


def spell_names(names: Iterable[str]) -> Iterator[str]:
    """Yield names as they are compared, folded; a choice under another one also as either of the two."""
    for name in names:
        yield fold(name)
        if CASCADE in name:
            yield from map(fold, name.split(CASCADE))


@dataclass(frozen=True, slots=True)
class MappedValues:
    """What the mapped fields say by issue row; None where the logical name is not mapped.

    Attributes:
        commit: when the change began.
        deployed: when a deployment took place.
        detected: when an incident was seen.
        restored: when an incident was over.
        environment: environments by name.
        failed: ``YES``, ``NO`` or ``UNSAID``.
        points: estimates, NaN where there is none.
        points_field: the id of the field that has them.
        impediment: today something is in the way of the issue, as the field that is mapped as a flag says.
        ruled: a rule over a field calls the issue an incident.
        malformed: by logical name, values that do not fit it.
        unread: logical names whose field no stored issue has a value of.
    """

    commit: Dates | None = None
    deployed: Dates | None = None
    detected: Dates | None = None
    restored: Dates | None = None
    environment: NamedValues | None = None
    failed: NDArray[np.int8] | None = None
    points: NDArray[np.float64] | None = None
    points_field: str = ""
    impediment: Flags | None = None
    ruled: Flags | None = None
    malformed: Mapping[str, Flags] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def read_mapped(issues: IssueTable, profile: Profile, zone: ZoneInfo, as_of: int) -> MappedValues:
    """Interpret the values of the fields that the profile maps.

    Args:
        issues: an empty table gives arrays of length 0.
        profile: its ``fields``, and its rules over fields.
        zone: in which civil dates begin.
        as_of: dates after it had not been entered, but for those of deployments.

    Raises:
        ConfigurationError: an incident rule has no field or no value.
    """
    if not profile.fields and not profile.incidents.fields:
        return MappedValues()
    reader = _Reader(issues, profile.fields, zone)
    commit, detected, restored = (
        reader.dates(name) for name in ("commit_date", "detected_at", "restored_at")
    )
    return MappedValues(
        commit=commit and commit.until(as_of),
        deployed=reader.dates("deployed_at"),
        detected=detected and detected.until(as_of),
        restored=restored and restored.until(as_of),
        environment=reader.names("environment"),
        failed=reader.flags("failed"),
        points=reader.points("story_points"),
        points_field=profile.fields.get("story_points", ""),
        impediment=reader.raised("impediment"),
        ruled=_flag_ruled(issues, incident_rules(profile)),
        malformed=reader.malformed,
        unread=tuple(reader.unread),
    )


class _Reader:
    """Reads logical names off the table, and remembers what did not fit."""

    def __init__(self, issues: IssueTable, mapping: Mapping[str, str], zone: ZoneInfo) -> None:
        self.malformed: dict[str, Flags] = {}
        self.unread: list[str] = []
        self._issues = issues
        self._mapping = mapping
        self._zone = zone

    def dates(self, name: str) -> Dates | None:
        """Return instants and civil dates."""
        none = (MISSING, MISSING)
        read = self._read(name, lambda value: _read_date(value, self._zone), none)
        if read is None:
            return None
        codes, found = read
        pairs = np.array(found, np.int64).reshape(-1, 2)
        return Dates(pairs[codes, 0], pairs[codes, 1])

    def names(self, name: str) -> NamedValues | None:
        """Return texts and choices by name."""
        none: tuple[str, ...] = ()
        read = self._read(name, _read_texts, none)
        return None if read is None else NamedValues(*read)

    def flags(self, name: str) -> NDArray[np.int8] | None:
        """Return yes, no or unsaid."""
        read = self._read(name, flag_of, UNSAID)
        return None if read is None else np.array(read[1], np.int8)[read[0]]

    def raised(self, name: str) -> Flags | None:
        """Return where there is any value but one that says that nothing is in the way."""
        read = self._read(name, _is_raised, none=False)
        return None if read is None else np.array(read[1], np.bool_)[read[0]]

    def points(self, name: str) -> NDArray[np.float64] | None:
        """Return numbers that are not negative."""
        read = self._read(name, _read_points, np.nan)
        return None if read is None else np.array(read[1], np.float64)[read[0]]

    def _read(
        self, name: str, interpret: Callable[[Value], _T | None], none: _T
    ) -> tuple[NDArray[np.int64], list[_T]] | None:
        """Return a code by row and what each code means; the last one means ``none``, as does -1."""
        field_id = self._mapping.get(name)
        if not field_id:
            return None
        codes, values = values_of(self._issues, field_id)
        found = [interpret(value) for value in values]
        bad = np.array([meaning is None for meaning in found] + [False], np.bool_)[codes]
        if bad.any():
            self.malformed[name] = bad
        if len(codes) and not (codes >= 0).any():
            self.unread.append(name)
        return codes, [none if meaning is None else meaning for meaning in found] + [none]


def values_of(issues: IssueTable, field_id: str) -> tuple[NDArray[np.int64], Sequence[Value]]:
    """Return a code by issue row, -1 for no value, and the values that the codes point into.

    A standard field is read off its own column, any other off the ``value`` columns.
    """
    standard = _read_standard(issues, field_id)
    if standard is not None:
        return standard
    codes = np.full(len(issues), -1, np.int64)
    if field_id not in issues.value_fields:
        return codes, ()
    mine = np.flatnonzero(issues.value_field == issues.value_fields.index(field_id))
    used, place = np.unique(issues.value[mine], return_inverse=True)
    codes[issues.value_issue[mine]] = place
    return codes, [issues.values[code] for code in used.tolist()]


def _read_standard(issues: IssueTable, field_id: str) -> tuple[NDArray[np.int64], Sequence[Value]] | None:
    instants = {"created": issues.created, "updated": issues.updated, "resolutiondate": issues.resolved}
    if field_id in instants:
        found, codes = np.unique(instants[field_id], return_inverse=True)
        return np.where(instants[field_id] == MISSING, -1, codes), found.tolist()
    named: dict[str, tuple[Any, Sequence[Value]]] = {
        "labels": (issues.labels, issues.label_sets),
        "components": (issues.components, issues.component_sets),
        "priority": (issues.priority, issues.priorities),
        "resolution": (issues.resolution, issues.resolutions),
    }
    if field_id not in named:
        return None
    column, values = named[field_id]
    filled = np.array([bool(value) for value in values] + [False], np.bool_)[column]
    return np.where(filled, column, -1).astype(np.int64), values


def civil_day_of(value: Value) -> dt.date | None:
    """Return the civil day that a stored value is, None where it is not a day."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def _read_date(value: Value, zone: ZoneInfo) -> tuple[int, int] | None:
    if isinstance(value, int):
        return value, value
    day = civil_day_of(value)
    if day is None or not 1900 <= day.year <= 9000:  # outside, arithmetic with zones overflows
        return None
    return midnight(day, zone), midnight(day + dt.timedelta(days=1), zone)


def _read_texts(value: Value) -> tuple[str, ...] | None:
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else None


def _read_names(value: Value) -> tuple[str, ...] | None:
    texts = _read_texts(value)
    return None if texts is None else tuple(spell_names(texts))


def flag_of(value: Value) -> int | None:
    """Return ``YES`` or ``NO`` as a value spells it; None where it is neither."""
    texts = _read_texts(value)
    said = [_YES.union(_NO).intersection(spell_names((text,))) for text in texts or ()]
    if texts is None or not all(said):
        return None
    return YES if any(names & _YES for names in said) else NO


def _is_raised(value: Value) -> bool:
    texts = _read_texts(value)
    return texts is None or any(fold(text) not in LOWERED for text in texts)


def _read_points(value: Value) -> float | None:
    """Return points as a number field has them, or as a text or a choice spells them: 5, 4.25 or 4,25."""
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value.strip().replace(",", "."))
    return value if isinstance(value, float) and value >= 0 else None


def _flag_ruled(issues: IssueTable, rules: Sequence[tuple[str, str]]) -> Flags | None:
    """Flag issues that have one of the values in its field; None where there is no rule."""
    if not rules:
        return None
    hits = np.zeros(len(issues), np.bool_)
    for field_id, wanted in rules:
        codes, values = values_of(issues, field_id)
        named = [fold(wanted) in (_read_names(value) or ()) for value in values]
        hits |= np.array([*named, False], np.bool_)[codes]
    return hits
