"""Jira's stamps to instants, one at a time or a page of them at once. Pure."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.model.instants import DAY_MS, EPOCH, to_ms
from data.model.tables import MISSING

_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
EARLIEST, LATEST = -2_208_988_800_000, 221_845_392_000_000  # the years 1900 to 9000
_SHOWN_DATE = re.compile(r"(\d{1,2})/([A-Za-z]{3})/((?:20)?\d\d)", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_parse = dt.datetime.fromisoformat

# The form in which Jira sends stamps: the least and the greatest character of each place.
_LEAST, _GREATEST = "0000-00-00T00:00:00.000+0000", "9999-19-39T29:59:59.999-2959"
_LEAST_CODES = np.frombuffer(_LEAST.encode(), np.uint8)
_SPANS = np.frombuffer(_GREATEST.encode(), np.uint8) - _LEAST_CODES
_SIGN = _LEAST.index("+")
_PLUS, _MINUS = (ord(char) - ord("+") for char in "+-")
# What the digits of each place count for, in numbers that such a matrix holds exactly: months since the year
# 0, the month, the day, minutes since midnight, milliseconds of the minute, minutes of the zone.
_WEIGHTS = np.zeros((len(_LEAST), 6), np.float32)
_WEIGHTS[0:4, 0] = 12_000, 1_200, 120, 12
_WEIGHTS[5:7, 0] = _WEIGHTS[5:7, 1] = 10, 1
_WEIGHTS[8:10, 2] = 10, 1
_WEIGHTS[11:16, 3] = 600, 60, 0, 10, 1
_WEIGHTS[17:23, 4] = 10_000, 1_000, 0, 100, 10, 1
_WEIGHTS[24:28, 5] = 600, 60, 10, 1
_YEARS = (1900, 2200)  # stamps of other years are read one at a time
_FIRST_MONTH = _YEARS[0] * 12 + 1
_DAY_MIN = 1440
# Minutes from 1970 to the first of each month; one month more tells where the last one ends.
_FIRSTS = np.arange(f"{_YEARS[0]}-01", f"{_YEARS[1]}-02", dtype="datetime64[M]")
_MONTH_STARTS = _FIRSTS.astype("datetime64[D]").astype(np.int64) * _DAY_MIN


def settled(values: Sequence[Any]) -> list[Any]:
    """Return stamps as instants, those in the form that Jira sends; any other value stays as it is.

    An instant is what ``instant_of`` makes of the stamp, so that a value means the same before and after.

    Args:
        values: whatever stands where a stamp should.
    """
    shaped = [value.__class__ is str and len(value) == len(_LEAST) for value in values]
    texts = list(compress(values, shaped))
    if not texts:
        return list(values)
    at, known = _read_form(texts)
    read: list[Any] = at.tolist()
    for place in np.flatnonzero(~known).tolist():
        read[place] = texts[place]
    if len(texts) == len(values):
        return read
    told = iter(read)
    return [next(told) if has_form else value for value, has_form in zip(values, shaped, strict=True)]


def _read_form(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the instants of texts of the form's length, and which of them have the form."""
    codes = np.frombuffer("".join(texts).encode("ascii", "replace"), np.uint8).reshape(-1, len(_LEAST))
    above = codes - _LEAST_CODES  # below the least character it begins again at 255
    months, month, day, minutes, ms, zone = (above @ _WEIGHTS).astype(np.int64).T
    sign = above[:, _SIGN]
    months = months - _FIRST_MONTH
    known = (above <= _SPANS).all(axis=1) & (sign != _PLUS + 1)
    known &= (months >= 0) & (months < len(_MONTH_STARTS) - 1) & (month >= 1) & (month <= 12)
    months[~known] = 0
    start, end = _MONTH_STARTS[months], _MONTH_STARTS[months + 1]
    at_day = start + (day - 1) * _DAY_MIN
    known &= (day >= 1) & (at_day < end) & (minutes < _DAY_MIN) & (zone < _DAY_MIN)
    at = (at_day + minutes - np.where(sign == _MINUS, -zone, zone)) * 60_000 + ms
    return at, known & (at >= EARLIEST)


def instant_of(value: str | int | None) -> int:
    """Return a Jira stamp (ISO text or epoch milliseconds) as epoch milliseconds.

    Raises:
        ValueError: the value is not an instant. None gives ``MISSING``.
    """
    if value.__class__ is int and EARLIEST <= value <= LATEST:
        return value
    if value.__class__ is str and value[7:14:3] == "-T:":
        # The forms that Jira sends, at a third of the cost: each stamp is parsed once, and there are many.
        try:
            gap = _parse(value) - EPOCH
        except TypeError:
            return _any_instant(value)  # it has no zone
        at = gap.days * DAY_MS + gap.seconds * 1000 + gap.microseconds // 1000
        return at if EARLIEST <= at <= LATEST else _any_instant(value)
    return _any_instant(value)


def _any_instant(value: str | int | None) -> int:
    if value is None or value == "":
        return MISSING
    if isinstance(value, int):
        if not EARLIEST <= value <= LATEST:
            raise ValueError(value)
        return value
    if not _STAMP.match(value):  # fromisoformat also takes bare dates and week dates; Jira sends neither
        raise ValueError(value)
    moment = dt.datetime.fromisoformat(value)
    if not 1900 <= moment.year <= 9000:  # outside, arithmetic with zones overflows
        raise ValueError(value)
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def civil_date_of(value: Any) -> dt.date | None:
    """Return the civil date that a text tells: 2026-03-12, the same with a time, or 12/Mar/26; else None."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    shown = _SHOWN_DATE.fullmatch(text)
    try:
        if shown is None:
            return dt.date.fromisoformat(text[:10] if _STAMP.match(text) else text)
        day, month, year = shown.groups()
        return dt.date(2000 + int(year) % 100, _MONTHS.index(month.casefold()) + 1, int(day))
    except ValueError:
        return None


def latest_of(now_ms: int) -> int:
    """Return the last instant that a stamp may tell where the reader's clock shows ``now_ms``.

    Clocks differ, and zones are mistaken; what lies more than a day ahead was never met by anybody.
    """
    return now_ms + DAY_MS
