"""Columns of deployments or changes brought up to date by the rows that changed. Pure.

The result is bit for bit what is made of all rows: the same order, and the same code for each name.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.model.changes import ChangeTable
from data.model.columns import Listed, columns_of
from data.model.tables import EventTable, number_or_text
from data.store.column_parts import by_first_use
from data.store.columns import offsets
from data.store.event_table import key_columns

_Table = TypeVar("_Table", EventTable, ChangeTable)
_Places = NDArray[np.int64]


def patched(
    base: _Table, fresh: _Table, leaving: Collection[str], order: Callable[[str, str], Any]
) -> _Table | None:
    """Return a table with other rows in place of those of some ids.

    Args:
        base: the table so far.
        fresh: all rows of these ids that there are now.
        leaving: the ids.
        order: gives what rows are ordered by, of project and id.

    Returns:
        None where a row that stays and a fresh one are ordered alike: which of them is the first one, only
        the names tell under which they are stored.
    """
    staying = np.array([place for place, name in enumerate(base.ids) if name not in leaving], np.int64)
    places = _merged(base, fresh, staying, order)
    if places is None:
        return None
    names = (*base.ids, *fresh.ids)
    values = {"ids": tuple([names[place] for place in places.tolist()])} | _columns(base, fresh, places)
    if isinstance(base, EventTable) and isinstance(fresh, EventTable):
        values["by_id"] = _by_id(base, places, values["ids"])
    return type(base)(**values)


def _merged(
    base: _Table, fresh: _Table, staying: _Places, order: Callable[[str, str], Any]
) -> _Places | None:
    """Return the places of all rows in their order; those of fresh ones come after those of ``base``."""

    def key_of(table: _Table, place: int) -> Any:
        return order(table.projects[table.project[place]], table.ids[place])

    found = []
    for number in range(len(fresh)):
        wanted = key_of(fresh, number)
        at = bisect_left(staying, wanted, key=lambda place: key_of(base, place))
        if at < len(staying) and key_of(base, int(staying[at])) == wanted:
            return None
        found.append(at)
    return np.insert(staying, np.array(found, np.int64), len(base) + np.arange(len(fresh)))


def _columns(base: _Table, fresh: _Table, places: _Places) -> dict[str, Any]:
    """Return columns, offsets and vocabularies in the order of the places."""
    values: dict[str, Any] = {}
    words: dict[str, Sequence[str]] = {}
    for name, column in columns_of(type(base)).items():
        if column.of == "key":
            continue
        one, other, vocabulary = getattr(base, name), getattr(fresh, name), column.vocabulary
        if vocabulary:
            other, words[vocabulary] = _recoded(other, getattr(base, vocabulary), getattr(fresh, vocabulary))
        both = np.concatenate([one, other])
        if column.of == "event":
            values[name] = both[places]
        else:
            start = f"{column.of}_start"
            ends = getattr(base, start)
            starts = np.concatenate([ends, ends[-1] + getattr(fresh, start)[1:]])
            values[name], times = Listed(starts, both).of(places)
            values[start] = offsets(times)
        if vocabulary and vocabulary != "keys":  # each is of one column here
            (values[name],), values[vocabulary] = by_first_use([values[name]], words[vocabulary])
    return values | _keys(base, values["listed"], words["keys"])


def _recoded(codes: NDArray[np.int32], base: Sequence[str], own: Sequence[str]) -> tuple[Any, list[str]]:
    """Return codes over a vocabulary as those of a common one, in which ``base`` comes first, and that."""
    common = list(dict.fromkeys((*base, *own)))
    place = {word: code for code, word in enumerate(common)}
    return np.array([*(place[word] for word in own), -1], np.int32)[codes], common


def _keys(base: EventTable | ChangeTable, listed: NDArray[np.int32], words: Sequence[str]) -> dict[str, Any]:
    """Return keys in their own order with what they are made of, and what lists them."""
    used = np.unique(listed)
    if len(used) == len(words) == len(base.keys):
        return {name: getattr(base, name) for name in ("keys", "key_projects", "key_project", "key_number")}
    made = key_columns([words[code] for code in used.tolist()])
    place = {key: code for code, key in enumerate(made["keys"])}
    recoded = np.array([place.get(word, -1) for word in words], np.int32)
    return made | {"listed": recoded[listed]}


def _by_id(base: EventTable, places: _Places, ids: tuple[str, ...]) -> _Places:
    """Return the rows in the order of their ids; of those that are one number the first row stays first."""
    now = np.full(len(base), -1, np.int64)
    kept = np.flatnonzero(places < len(base))
    now[places[kept]] = kept
    before = now[base.by_id]
    ordered = before[before >= 0]

    def key_of(place: int) -> tuple[tuple[int, str], int]:
        return number_or_text(ids[place]), int(place)

    fresh = sorted(np.flatnonzero(places >= len(base)).tolist(), key=key_of)
    found = [bisect_left(ordered, key_of(place), key=key_of) for place in fresh]
    return np.insert(ordered, np.array(found, np.int64), fresh)
