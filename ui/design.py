"""Designs: trees of components or figures that are made once, with places in them that data fill later.

A design travels to the browser once, an answer carries data alone, and ``drawing.js`` puts both together.
``fill`` does the same here, for notebooks and tests; a test holds the two to the same results.

In a design the text ``"$name"`` is a place for the value of that name, and ``"@name"`` for a colour of the
scheme. The functions of this module return what else can stand there. A place whose value is missing leaves
nothing behind: no key, no entry of a list.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, groupby, islice
from typing import Any

from dash.development.base_component import Component

from ui.text import plain

Design = Any  # JSON with places in it
Data = Mapping[str, Any]
_WHOLE = 100  # percent
_EPOCH = dt.datetime(1970, 1, 1)  # of a wall clock


def when(name: str, then: Design, *otherwise: Design) -> Design:
    """Return a place for ``then`` where that name has a value: 0 is one, "" and [] are not."""
    return {"$if": [name, then, *otherwise]}


def each(name: str, template: Design) -> Design:
    """Return a place for as many copies of ``template`` as the list of that name has entries.

    Every entry is a mapping, and its values come before those around it.
    """
    return {"$each": [name, template]}


def pick(number: Design, options: Design) -> Design:
    """Return a place for one of ``options``, or a column of them: what ``number`` counts off from 0."""
    return {"$pick": [number, options]}


def text(*parts: Design) -> Design:
    """Return a place for the parts as one text; where a part is a column, for a column of texts.

    Where nothing has to be filled, that text itself.
    """
    fixed = all(isinstance(part, str) and not _is_place(part) for part in parts)
    return "".join(parts) if fixed else {"$text": list(parts)}


def take(column: Design, places: Design) -> Design:
    """Return a place for the entries of a column that stand at ``places``."""
    return {"$take": [column, places]}


def where(column: Design, mask: Design, value: int) -> Design:
    """Return a place for the entries of a column beside which ``mask`` has ``value``."""
    return {"$where": [column, mask, value]}


def unpacked(column: Design) -> Design:
    """Return a place for a column of texts that may travel as one text with spaces between them."""
    return {"$split": [column]}


def inert(column: Design) -> Design:
    """Return a place for foreign texts that a figure shows letter by letter."""
    return {"$inert": [column]}


def clock(first: Design, steps: Design, letters: Design = 16) -> Design:
    """Return a place for instants as ``YYYY-MM-DD HH:MM``, or their first ``letters``.

    Args:
        first: minutes since 1970 on the team's clock.
        steps: minutes from each instant to the next, beginning at ``first``.
        letters: 10 for days alone.
    """
    return {"$clock": [first, steps, letters]}


def bars(heights: Design) -> Design:
    """Return a place for the outline of bars as a ``clip-path``; heights in percent, None leaves a gap."""
    return {"$bars": [heights]}


def veil(partial: Design) -> Design:
    """Return a place for a picture that makes the bars paler beside which ``partial`` has 1."""
    return {"$veil": [partial]}


def plain_design(design: Design) -> Design:
    """Return a design as JSON: its components become the dicts that the page knows them as."""
    if isinstance(design, Component):
        return plain_design(design.to_plotly_json())
    if isinstance(design, Mapping):
        return {name: plain_design(part) for name, part in design.items()}
    if isinstance(design, list | tuple):
        return [plain_design(part) for part in design]
    return design


class Missing:
    """Stands for what has no value while a design is filled."""


MISSING = Missing()


def fill(design: Design, data: Data, colours: Mapping[str, str]) -> Any:
    """Return a design with data in its places.

    Args:
        design: as JSON (``plain_design``).
        data: JSON by name.
        colours: of a scheme.

    Returns:
        JSON, or ``MISSING`` for a place without a value.
    """
    if isinstance(design, str):
        if _is_place(design):
            return (data if design[0] == "$" else colours).get(design[1:], MISSING)
        return design
    if isinstance(design, list):
        return _fill_list(design, data, colours)
    if not isinstance(design, dict):
        return design
    if len(design) == 1 and (name := next(iter(design))) in _MAKERS:
        return _MAKERS[name](design[name], data, colours)
    filled = {name: fill(part, data, colours) for name, part in design.items()}
    return {name: value for name, value in filled.items() if value is not MISSING}


def _is_place(design: str) -> bool:
    return len(design) > 1 and design[0] in "$@"


def _fill_list(design: list[Design], data: Data, colours: Mapping[str, str]) -> list[Any]:
    parts: list[Any] = []
    for part in design:
        filled = fill(part, data, colours)
        if isinstance(part, dict) and "$each" in part:
            parts.extend(filled)
        elif filled is not MISSING:
            parts.append(filled)
    return parts


def _is_there(value: Any) -> bool:
    return value is not MISSING and value is not None and value is not False and value not in ("", [])


def _fill_if(parts: list[Design], data: Data, colours: Mapping[str, str]) -> Any:
    name, then, *otherwise = parts
    if _is_there(data.get(name)):
        return fill(then, data, colours)
    return fill(otherwise[0], data, colours) if otherwise else MISSING


def _fill_each(parts: list[Design], data: Data, colours: Mapping[str, str]) -> list[Any]:
    name, template = parts
    copies = [fill(template, {**data, **entry}, colours) for entry in data.get(name) or ()]
    return [copy for copy in copies if copy is not MISSING]


def _columnwise(make: Callable[..., Any]) -> Callable[[list[Design], Data, Mapping[str, str]], Any]:
    """Return a maker that fills its parts first; it makes nothing where one of them is missing."""

    def filled(parts: list[Design], data: Data, colours: Mapping[str, str]) -> Any:
        values = [fill(part, data, colours) for part in parts]
        return MISSING if any(value is MISSING for value in values) else make(*values)

    return filled


def _pick(number: Any, options: Sequence[Any]) -> Any:
    if isinstance(number, list):
        return [None if place is None else options[place] for place in number]
    return options[number]


def _join(*parts: Any) -> Any:
    lengths = [len(part) for part in parts if isinstance(part, list)]
    if not lengths:
        return "".join(map(_word, parts))
    rows = range(min(lengths))
    return ["".join(_word(part[row] if isinstance(part, list) else part) for part in parts) for row in rows]


def _word(value: Any) -> str:
    """Return a value as a browser writes it into a text."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def _tell_clock(first: int, steps: Sequence[int], letters: int) -> list[str]:
    instants = (_EPOCH + dt.timedelta(minutes=minutes) for minutes in accumulate(steps, initial=first))
    return [instant.isoformat(" ")[:letters] for instant in islice(instants, 1, None)]


def _outline_bars(heights: Sequence[float | None]) -> str:
    """Return the outline of bars that stand on the lower edge, with a fifth of a bar between two."""
    width = _WHOLE / max(len(heights), 1)
    corners = ["0% 100%"]
    for place, height in enumerate(heights):
        if height is not None:
            left, right, top = place * width, (place + 0.8) * width, _WHOLE - height
            points = ((left, 100), (left, top), (right, top), (right, 100))
            corners += [f"{_percent(x)} {_percent(y)}" for x, y in points]
    return f"polygon({', '.join(corners)})"


def _veil(partial: Sequence[int]) -> str:
    width, place, stops = _WHOLE / max(len(partial), 1), 0, []
    for hidden, run in groupby(partial):
        begin, place = place, place + len(list(run))
        colour = "var(--spark-veil)" if hidden else "transparent"
        stops.append(f"{colour} {_percent(begin * width)} {_percent(place * width)}")
    return f"linear-gradient(90deg, {', '.join(stops)})" if stops else "none"


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _choose(column: Sequence[Any], mask: Sequence[int], value: int) -> list[Any]:
    return [one for one, own in zip(column, mask, strict=False) if own == value]


def _unpack(column: str | list[str]) -> list[str]:
    return column.split(" ") if isinstance(column, str) else column


def _make_inert(column: str | list[str]) -> str | list[str]:
    return plain(column) if isinstance(column, str) else [plain(one) for one in column]


_MAKERS: Mapping[str, Callable[[list[Design], Data, Mapping[str, str]], Any]] = {
    "$if": _fill_if,
    "$each": _fill_each,
    "$pick": _columnwise(_pick),
    "$text": _columnwise(_join),
    "$take": _columnwise(lambda column, places: [column[place] for place in places]),
    "$where": _columnwise(_choose),
    "$split": _columnwise(_unpack),
    "$inert": _columnwise(_make_inert),
    "$clock": _columnwise(_tell_clock),
    "$bars": _columnwise(_outline_bars),
    "$veil": _columnwise(_veil),
}
