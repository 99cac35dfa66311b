"""Instants, civil days and weeks as specs/metrics.md words them.

Instants are whole milliseconds since 1970 in UTC; civil days are ``datetime.date``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
CIVIL_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def to_ms(moment: datetime) -> int:
    """Milliseconds of an aware datetime, without a detour over floats."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def to_datetime(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


def instant(value: object, zone: str = "UTC") -> int | None:
    """Milliseconds of a Jira stamp, or None where nothing readable is there.

    Jira sends ``2026-08-24T11:11:52.944+0000``, and epoch milliseconds in bulk
    changelogs. A stamp without an offset is read in ``zone``.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if not isinstance(value, str):
        return None
    match = INSTANT.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    milliseconds = int(((fraction or "") + "000")[:3])
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
        return _with_offset(moment, offset, zone) + milliseconds
    except (ValueError, OverflowError):
        return None


def _with_offset(moment: datetime, offset: str | None, zone: str) -> int:
    if offset is None:
        return to_ms(moment.replace(tzinfo=ZoneInfo(zone)))
    if offset == "Z":
        return to_ms(moment.replace(tzinfo=UTC))
    digits = offset[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if int(digits[2:]) > 59 or minutes >= 24 * 60:
        raise ValueError(offset)
    sign = -1 if offset[0] == "-" else 1
    return to_ms(moment.replace(tzinfo=UTC)) - sign * minutes * 60 * SECOND


def stamp(ms: int) -> str:
    """The one spelling of instants in our JSON."""
    moment = to_datetime(ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def civil_day(value: object) -> date | None:
    if not isinstance(value, str) or not CIVIL_DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day_of(ms: int, zone: str) -> date:
    return to_datetime(ms).astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """The first instant of a civil day, also where clocks jump over 00:00."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    guess = to_ms(local)
    if to_datetime(guess).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None):
        return guess
    before, after = guess - 2 * DAY, guess + 2 * DAY
    while after - before > 1:
        middle = (before + after) // 2
        if day_of(middle, zone) >= day:
            after = middle
        else:
            before = middle
    return after


def business_days(since: int, until: int, zone: str, holidays: list[str]) -> float:
    """Sum over Monday to Friday, less holidays, of overlap / length of that day."""
    total = 0.0
    day, last = day_of(since, zone), day_of(until, zone)
    while day <= last:
        begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        if day.weekday() < 5 and day.isoformat() not in holidays and end > begin:
            total += max(0, min(until, end) - max(since, begin)) / (end - begin)
        day += timedelta(days=1)
    return total


def as_of_instant(value: str | int, zone: str) -> int:
    """T: a bare date is the end of that civil day; no offset means the profile zone."""
    day = civil_day(value)
    if day is not None:
        return midnight(day + timedelta(days=1), zone)
    found = instant(value, zone)
    if found is None:
        raise ValueError(f"not an instant: {value!r}")
    return found


MONTHS = {"month": 1, "quarter": 3}


def first_day_of(step: str, day: date) -> date:
    """Of the week, month or quarter that holds a day."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[step]
    return date(day.year, day.month - (day.month - 1) % months, 1)


def day_after(step: str, first: date) -> date:
    """The first day after the step that begins on ``first``."""
    if step == "week":
        return first + timedelta(days=7)
    months = first.month - 1 + MONTHS[step]
    return date(first.year + months // 12, months % 12 + 1, 1)


def name_of(step: str, first: date) -> str:
    """2026-W35, 2026-09 or 2026-Q3."""
    if step == "week":
        year, number, _ = first.isocalendar()
        return f"{year}-W{number:02d}"
    return f"{first:%Y-%m}" if step == "month" else f"{first.year}-Q{(first.month + 2) // 3}"


@dataclass(frozen=True)
class Week:
    """One ISO week (or longer step), cut to the period: what counts lies in [since, until).

    The days from ``start_day`` to before ``next_day`` are those of the step.
    """

    name: str
    start_day: date
    next_day: date
    since: int
    until: int
    partial: bool


@dataclass(frozen=True)
class Period:
    """Two civil dates, both included, looked at from T."""

    first: date
    last: date
    zone: str
    as_of: int

    @cached_property
    def lo(self) -> int:
        return midnight(self.first, self.zone)

    @cached_property
    def hi(self) -> int:
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def end(self) -> int:
        return min(self.hi, self.as_of)

    @cached_property
    def days(self) -> int:
        return len(self.civil_days)

    @cached_property
    def civil_days(self) -> list[date]:
        """The days of the period that begin before T."""
        count = (self.last - self.first).days + 1
        days = [self.first + timedelta(days=n) for n in range(count)]
        return [day for day in days if midnight(day, self.zone) < self.as_of]

    def previous(self) -> "Period":
        """As many civil days just before the first, seen from the same T."""
        return Period(
            self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone, self.as_of
        )

    @property
    def automatic_step(self) -> str:
        """Weeks up to 26 weeks, months up to three years, quarters beyond."""
        if self.days <= 26 * 7:
            return "week"
        return "month" if self.days <= 3 * 365 + 1 else "quarter"

    def steps(self, step: str, first_created: int | None) -> list[Week]:
        """The weeks, months or quarters that meet [lo, end), ascending."""
        found = []
        day = first_day_of(step, self.first)
        while midnight(day, self.zone) < self.end:
            found.append(self._step(step, day, first_created))
            day = day_after(step, day)
        return found

    def _step(self, step: str, first: date, first_created: int | None) -> Week:
        beyond = day_after(step, first)
        start, end = midnight(first, self.zone), midnight(beyond, self.zone)
        early = start < self.lo or (first_created is not None and start < first_created)
        late = end > self.hi or end > self.as_of
        since, until = max(start, self.lo), min(end, self.end)
        return Week(name_of(step, first), first, beyond, since, until, early or late)
