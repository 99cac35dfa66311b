"""What a profile's mapped fields say of an issue, value by value.

A value that does not fit the meaning of its name counts as not there and is malformed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.reference.clock import civil_day, instant, midnight
from tests.reference.issues import Issue, believed
from tests.reference.settings import Settings, fold, names

YES = {"true", "yes", "1", "failed", "failure"}
NO = {"false", "no", "0", "success", "successful", "succeeded", "passed", "ok"}
INSTANTS = ("created", "updated", "resolutiondate")
LISTS = ("labels", "components")
NAMED = ("priority", "resolution")


@dataclass(frozen=True)
class When:
    """An instant, or a civil day that begins at ``at`` and is reckoned at the next midnight."""

    at: int
    reckoned: int

    @property
    def by_day(self) -> bool:
        return self.at != self.reckoned

    @property
    def last(self) -> int:
        """The last instant it may mean."""
        return self.reckoned - 1 if self.by_day else self.at


class MalformedError(ValueError):
    """There is a value, and it does not mean what its name says."""


def at_instant(ms: int) -> When:
    return When(ms, ms)


def raw_value(issue: Issue, field_id: str) -> object:
    """What the issue holds, None where nothing; standard fields are read as they always are."""
    if field_id in INSTANTS:
        return issue.instant(field_id)
    if field_id in LISTS:
        return issue.names(field_id) or None
    if field_id in NAMED:
        return issue.named(field_id)
    value = text_of_document(issue.fields.get(field_id))
    blank = value is None or value == [] or (isinstance(value, str) and not value.strip())
    return None if blank else value


def text_of_document(value: object) -> object:
    """The text of Jira Cloud's rich text, whose blocks stand apart; anything else as it is."""
    if not isinstance(value, dict) or value.get("type") != "doc":
        return value
    return " ".join(" ".join(_texts_within(value)).split())


def _texts_within(node: object) -> list[str]:
    """One text for each block without blocks of its own."""
    inside = node.get("content") if isinstance(node, dict) else None
    nodes = [child for child in inside if isinstance(child, dict)] if isinstance(inside, list) else []
    found, line = [], ""
    for child in nodes:
        if child.get("type") == "text":
            line += str(child.get("text") or "")
        elif child.get("type") == "hardBreak":
            line += " "
        else:
            found += [line, *_texts_within(child)]
            line = ""
    return [*found, line]


def date_of(raw: object, field_id: str, zone: str, latest: int) -> When:
    if field_id in INSTANTS and isinstance(raw, int):
        return at_instant(raw)
    if not isinstance(raw, str):
        raise MalformedError(raw)
    day = civil_day(raw.strip())
    if day is not None and 1900 <= day.year <= 9000:
        return When(midnight(day, zone), midnight(day + timedelta(days=1), zone))
    moment = believed(raw, latest)
    if moment is None:
        raise MalformedError(raw)
    return at_instant(moment)


def texts_of(raw: object) -> list[str]:
    """The folded names of one choice or of several; of a cascading one the whole and both parts."""
    if isinstance(raw, list):
        return [name for entry in raw for name in _names_of_choice(entry)]
    if isinstance(raw, bool):
        return [str(raw).lower()]
    if isinstance(raw, str) and instant(raw) is not None:
        raise MalformedError(raw)
    return _names_of_choice(raw)


def _names_of_choice(entry: object) -> list[str]:
    child = entry.get("child") if isinstance(entry, dict) else None
    name = _choice(entry)
    if not isinstance(child, dict):
        return [fold(name)]
    below = _choice(child)
    return [fold(f"{name} / {below}"), fold(name), fold(below)]


def _choice(entry: object) -> str:
    if isinstance(entry, dict):
        texts = [entry.get("value"), entry.get("name")]
        entry = next((text for text in texts if isinstance(text, str) and text.strip()), None)
    if not isinstance(entry, str) or not entry.strip():
        raise MalformedError(entry)
    return entry


def flag_of(raw: object) -> bool:
    texts = texts_of(raw)
    if not all(text in YES | NO for text in texts):
        raise MalformedError(raw)
    return any(text in YES for text in texts)


def points_of(raw: object) -> float:
    """A number of 0 or more; also as text, with a point or a comma, and as an option."""
    if isinstance(raw, (str, dict)):
        text = _choice(raw).strip().replace(",", ".")
        if not re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
            raise MalformedError(raw)
        return float(text)
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or raw < 0:
        raise MalformedError(raw)
    return float(raw)


@dataclass(frozen=True)
class Mapping:
    """The mapped fields of a profile, in a zone."""

    settings: Settings
    zone: str

    def field(self, name: str) -> str | None:
        return self.settings.section("fields").get(name) or None

    def _value(self, issue: Issue, name: str, read: Callable[[object, str], object]) -> object:
        field_id = self.field(name)
        raw = None if field_id is None else raw_value(issue, field_id)
        return None if field_id is None or raw is None else read(raw, field_id)

    def read(self, issue: Issue, name: str) -> object:
        """The meaning of a value, None where there is none; raises MalformedError."""
        meanings: dict[str, Callable[[object, str], object]] = {
            "environment": lambda raw, _: texts_of(raw),
            "failed": lambda raw, _: flag_of(raw),
            "story_points": lambda raw, _: points_of(raw),
        }
        return self._value(
            issue, name, meanings.get(name, lambda raw, field: date_of(raw, field, self.zone, issue.latest))
        )

    def get(self, issue: Issue, name: str) -> object:
        try:
            return self.read(issue, name)
        except MalformedError:
            return None

    def is_malformed(self, issue: Issue, name: str) -> bool:
        try:
            self.read(issue, name)
        except MalformedError:
            return True
        return False

    def date(self, issue: Issue, name: str, as_of: int | None = None) -> When | None:
        """A date; with ``as_of`` one that had come by then: a day comes when it begins before T."""
        found = self.get(issue, name)
        assert found is None or isinstance(found, When)
        if found is None or as_of is None:
            return found
        had_come = found.at < as_of if found.by_day else found.at <= as_of
        return found if had_come else None

    def environments(self, issue: Issue) -> tuple[str, ...] | None:
        """The folded names of the issue's environments; None where no field is mapped."""
        if self.field("environment") is None:
            return None
        found = self.get(issue, "environment") or []
        assert isinstance(found, list)
        return tuple(found)

    def matches_rule(self, issue: Issue) -> bool:
        """Whether one of ``incidents.fields`` holds, each ``field = value``."""
        for rule in names(self.settings.section("incidents").get("fields")):
            name, _, wanted = rule.partition("=")
            field_id = self.field(name.strip()) or name.strip()
            raw = raw_value(issue, field_id)
            try:
                found = [] if raw is None or field_id in INSTANTS else texts_of(raw)
            except MalformedError:
                found = []
            if fold(wanted.strip()) in found:
                return True
        return False
