"""Values of Jira's development field: the text of a Java object with JSON in it. Pure.

Nobody documents it, so what is known is read and the rest is left: how many pull
requests, commits, branches, builds, reviews and deployments there are, and how
they stand. Which ones they are, the field does not say.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from data.jira.field_values import LONGEST_TEXT
from data.jira.stamps import instant_of
from data.model.tables import DEVELOPMENT_KINDS, MISSING, Development, Environment

_KINDS = {name: place for place, name in enumerate(DEVELOPMENT_KINDS)}
_DONE = ("mergedCount", "successfulBuildCount", "successfulCount")
MOST_ENVIRONMENTS = 20
# Data Center says devSummaryJson={, Cloud json={; what stands before it says less.
_JSON = "son={"
_EMPTY = ("", "{}")
_decoder = json.JSONDecoder()


def read_development(values: Iterable[Any]) -> tuple[tuple[Development, ...], bool]:
    """Return what the development fields of an issue sum up, and whether something could not be read.

    Args:
        values: of the fields, as JSON decodes them.

    Returns:
        One entry for each kind of which there is something, in the order of ``DEVELOPMENT_KINDS``.
    """
    found: dict[int, Development] = {}
    odd = False
    for value in values:
        if value is None or value == {} or (isinstance(value, str) and value.strip() in _EMPTY):
            continue
        summary = _summary_of(value)
        odd = odd or summary is None
        for name, told in (summary or {}).items():
            kind = _KINDS.get(name)
            development, readable = (None, True) if kind is None else _read_kind(kind, told)
            odd = odd or not readable
            if development is not None:
                found.setdefault(development.kind, development)
    return tuple(found[kind] for kind in sorted(found)), odd


def looks_like_development(value: Any) -> bool:
    """Tell whether the value of a field whose schema is not known must be that of a development field."""
    return isinstance(value, str) and _summary_of(value) is not None


def _summary_of(value: Any) -> dict[str, Any] | None:
    """Return the summary by kind, None where there is none to be read."""
    for document in _documents_in(value):
        cached = document.get("cachedValue") if isinstance(document, dict) else None
        if isinstance(cached, dict):
            summary = cached.get("summary", {})
            return summary if isinstance(summary, dict) else None
    return None


def _documents_in(value: Any) -> Iterator[Any]:
    """Yield the JSON in a text, the last one first: names of environments may stand before it."""
    if isinstance(value, dict):
        yield value
    text = value if isinstance(value, str) else ""
    at = len(text)
    while (at := text.rfind(_JSON, 0, at)) >= 0:
        try:
            yield _decoder.raw_decode(text, at + len(_JSON) - 1)[0]
        except (ValueError, RecursionError):
            continue


def _read_kind(kind: int, value: Any) -> tuple[Development | None, bool]:
    """Return what is told of one kind, None where there is nothing of it; and whether it could be read."""
    told = value.get("overall") if isinstance(value, dict) else None
    count = _count_of(told.get("count")) if isinstance(told, dict) else None
    if not isinstance(told, dict) or count is None:
        return None, False
    if not count:
        return None, True
    at, readable = _read_instant(told.get("lastUpdated"))
    environments = tuple(_read_environments(told["topEnvironments"])) if "topEnvironments" in told else ()
    return Development(kind, count, _word_of(told.get("state")), _done_of(told), at, environments), readable


def _done_of(told: dict[str, Any]) -> int:
    """Return how many were merged or successful: where the kind tells of these, in its own words."""
    if told.get("state") == "MERGED":
        return _count_of(told.get("stateCount")) or 0
    details = told.get("details")
    counts = details if isinstance(details, dict) else told
    return next((_count_of(counts[name]) or 0 for name in _DONE if name in counts), 0)


def _read_environments(values: Any) -> Iterator[Environment]:
    for each in values[:MOST_ENVIRONMENTS] if isinstance(values, list) else ():
        if isinstance(each, dict) and (name := _word_of(each.get("title"))):
            yield Environment(name, _word_of(each.get("status")), _read_instant(each.get("lastUpdated"))[0])


def _read_instant(value: Any) -> tuple[int, bool]:
    try:
        return instant_of(value if isinstance(value, str | int) else None), True
    except (ValueError, OverflowError):
        return MISSING, False


def _count_of(value: Any) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return value if good else None


def _word_of(value: Any) -> str:
    return value.strip()[:LONGEST_TEXT] if isinstance(value, str) else ""
