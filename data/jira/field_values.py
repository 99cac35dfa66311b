"""Values of custom fields, whatever their kind: Jira's JSON to what the store keeps of it. Pure."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from data.jira.documents import is_document, text_of_document
from data.jira.stamps import LATEST
from data.model.tables import CASCADE, Value

LONGEST_TEXT = 200  # characters; names of choices are shorter, and prose is nothing to count by
# Where the name of a choice stands: options have a value, versions and components a name.
_NAMES = ("value", "name")


def reduced_values(
    raws: Iterable[tuple[str, Any]], instant: Callable[[str], int], latest: int = LATEST
) -> tuple[tuple[str, Value], ...]:
    """Return field id and value of the fields that have one.

    Args:
        raws: field id and value as JSON decodes it.
        instant: reads a stamp; raises ValueError where a text is not a stamp.
        latest: the last instant that a stamp may tell.
    """
    found = ((name, reduced(raw, instant)) for name, raw in raws if not is_empty(raw))
    return tuple(
        (name, None if isinstance(value, int) and value > latest else value) for name, value in found
    )


def is_empty(raw: Any) -> bool:
    """Tell whether a field has no value: null, a blank text, an empty list, a document without words."""
    if isinstance(raw, Mapping):
        return is_document(raw) and not text_of_document(raw)
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []


def reduced(raw: Any, instant: Callable[[str], int]) -> Value:
    """Return a value as it is stored; None where it cannot be read.

    A stamp becomes an instant, a number a float, a truth its word, an option or a
    version its name, a choice and a choice under it ``parent / child``, a list the
    names in it, rich text its words; any other text, a civil date among them, stays
    text.
    """
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return _read_number(raw)
    if isinstance(raw, str):
        return _read_text(raw, instant)
    if isinstance(raw, Mapping):
        return _read_text(text_of_document(raw), instant) if is_document(raw) else _read_name(raw)
    return _read_names(raw) if isinstance(raw, list) else None


def _read_number(raw: int | float) -> float | None:
    try:
        number = float(raw)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _read_text(raw: str, instant: Callable[[str], int]) -> int | str:
    try:
        return instant(raw.strip())
    except (ValueError, OverflowError):
        return raw.strip()[:LONGEST_TEXT]


def _read_name(raw: Mapping[str, Any]) -> str | None:
    found = (raw.get(name) for name in _NAMES)
    name = next((text.strip() for text in found if isinstance(text, str) and text.strip()), None)
    child = raw.get("child")
    under = _read_name(child) if isinstance(child, Mapping) else None
    return None if name is None else (f"{name}{CASCADE}{under}" if under else name)[:LONGEST_TEXT]


def _read_names(raw: list[Any]) -> tuple[str, ...] | None:
    names = [entry.strip()[:LONGEST_TEXT] if isinstance(entry, str) else _name_of(entry) for entry in raw]
    return tuple(name for name in names if name) if all(names) else None


def _name_of(entry: Any) -> str | None:
    return _read_name(entry) if isinstance(entry, Mapping) else None
