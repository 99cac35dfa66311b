"""Deployment rows to columns: the event table, ordered by project and id. Pure."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from data.model.columns import Entry, columns_of
from data.model.tables import DeploymentRow, EventTable, number_or_text, split_or_whole
from data.store.columns import Known, laid_out, offsets

_COLUMNS = columns_of(EventTable)


def build_event_table(rows: Iterable[DeploymentRow]) -> EventTable:
    """Lay events out as columns, ordered by project and id; no rows give a table of length 0.

    Of two ids that are the same number the one that comes first stays first.
    """
    rows = list(rows)
    number = {row.id: number_or_text(row.id) for row in rows}
    ordered = sorted(rows, key=lambda row: (row.project, number[row.id]))
    listed = [key for row in ordered for key in row.issues]
    keys = sorted((*split_or_whole(key), key) for key in set(listed))
    entries: dict[Entry, Any] = {"event": ordered, "listed": listed, "key": keys}
    known: Known = {column.vocabulary: {} for column in _COLUMNS.values() if column.vocabulary}
    known["keys"] = {key: code for code, (_, _, key) in enumerate(keys)}
    columns: dict[str, Any] = {
        name: laid_out(column, entries[column.of], known) for name, column in _COLUMNS.items()
    }
    columns |= {name: tuple(words) for name, words in known.items()}
    in_order = [number[row.id] for row in ordered]
    by_id = sorted(range(len(in_order)), key=in_order.__getitem__)
    return EventTable(
        ids=tuple(row.id for row in ordered),
        by_id=np.array(by_id, np.int64),
        listed_start=offsets([len(row.issues) for row in ordered]),
        **columns,
    )
