"""Values of Jira's sprint fields: objects, or on older Data Centers the texts of Java objects. Pure."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from data.jira.field_values import LONGEST_TEXT
from data.jira.stamps import instant_of
from data.model.tables import MISSING, Sprint

_JAVA = re.compile(r"[\w.$]*\bSprint@\w+\[(.*)\]\s*", re.DOTALL)
# Names and goals may hold commas and brackets, so a text is cut only where one of these begins.
_NAMES = (
    "activatedDate|autoStartStop|completeDate|endDate|goal|id|incompleteIssuesDestinationId|name"
    "|originBoardId|rapidViewId|sequence|startDate|state|synced"
)
_PROPERTY = re.compile(rf"(?:^|,)({_NAMES})=(.*?)(?=,(?:{_NAMES})=|$)", re.DOTALL)
_BOARDS = ("boardId", "rapidViewId", "originBoardId")
_DATES = ("startDate", "endDate", "completeDate")


@lru_cache(maxsize=1024)  # many issues are in the same sprints
def read_sprints(values: tuple[bytes, ...]) -> tuple[tuple[Sprint, ...], bool]:
    """Return the sprints of an issue, and whether something in them could not be read.

    Args:
        values: of all its sprint fields, as JSON.

    Returns:
        Each sprint once, by id. One without an id is left out; a date that cannot be read is ``MISSING``.
    """
    found: dict[str, Sprint] = {}
    odd = False
    for entry in _entries(map(_decoded, values)):
        sprint, readable = _read_sprint(entry)
        odd = odd or not readable
        if sprint is not None:
            found.setdefault(sprint.id, sprint)
    return tuple(found[each] for each in sorted(found, key=_by_number)), odd


def looks_like_sprints(value: Any) -> bool:
    """Tell whether the value of a field whose schema is not known must be that of a sprint field."""
    for entry in _entries((value,)):
        properties = _properties_of(entry)
        if properties is not None and properties.keys() >= {"id", "state"}:
            return any(name in properties for name in _BOARDS)
    return False


def _decoded(value: bytes) -> Any:
    """Decode any JSON; an object stands for what cannot be, such as a number beyond all bounds."""
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return {}


def _entries(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        for entry in value if isinstance(value, list) else (value,):
            if entry not in (None, ""):
                yield entry


def _by_number(sprint_id: str) -> tuple[int, str]:
    return len(sprint_id), sprint_id


def _properties_of(entry: Any) -> dict[str, Any] | None:
    """Return what an entry says of a sprint, None where it is something else."""
    if isinstance(entry, dict):
        return entry
    java = _JAVA.fullmatch(entry.strip()) if isinstance(entry, str) else None
    if java is None:
        return None
    found: dict[str, Any] = {}
    for name, text in _PROPERTY.findall(java[1]):
        if text != "<null>":
            found.setdefault(name, text)
    return found


def _read_sprint(entry: Any) -> tuple[Sprint | None, bool]:
    """Return the sprint, None where it has no id; and whether all of it could be read."""
    properties = _properties_of(entry)
    sprint_id = _text_of((properties or {}).get("id"))
    if properties is None or not sprint_id:
        return None, False
    board = next((text for name in _BOARDS if (text := _text_of(properties.get(name)))), "")
    name, state = _text_of(properties.get("name")), _text_of(properties.get("state")).lower()
    instants = [_instant_of(properties.get(date)) for date in _DATES]
    known = (MISSING if at is None else at for at in instants)
    return Sprint(sprint_id, name, state, board, *known), None not in instants


def _instant_of(value: Any) -> int | None:
    """Return the instant of a stamp, ``MISSING`` where there is none, None where it cannot be read."""
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        return None
    try:
        return instant_of(value)
    except (ValueError, OverflowError):
        return None


def _text_of(value: Any) -> str:
    """Return a name, or an id that may be a number; "" for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:LONGEST_TEXT] if isinstance(value, str) or abs(value) < 10**18 else ""
