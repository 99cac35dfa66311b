"""Histories that one file showed and another one left out: an answer without them replaces none.

A webhook, or a search without ``expand=changelog``, shows an issue as it is and not what happened to it.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from data.model.tables import MISSING, IssueRow
from data.store.database import Store
from data.store.known_histories import has_histories, with_histories_of


def with_known_histories(rows: Sequence[IssueRow], store: Store) -> list[IssueRow]:
    """Return imported rows; the latest of an id has the histories that an earlier or stored one showed.

    Args:
        rows: of an import, in any order; one id may come several times.
        store: what is stored already.
    """
    silent = {row.id for row in rows if not has_histories(row)}
    stored = _stored_rows(store, silent, {row.id for row in rows} - silent)
    known: dict[str, list[IssueRow]] = {}
    for row in rows:
        if row.id in silent or row.id in stored:
            known.setdefault(row.id, [stored[row.id]] if row.id in stored else []).append(row)
    filled = (_fill(versions) for versions in known.values())
    return [*(row for row in rows if row.id not in known), *(row for group in filled for row in group)]


def _stored_rows(store: Store, silent: set[str], telling: set[str]) -> dict[str, IssueRow]:
    """Return stored rows by id: of issues that come without histories, or have none and get some."""
    keys = store.keys()
    if not keys:
        return {}
    issues = store.load().issues
    without = set(issues.keys(np.flatnonzero(issues.newest == MISSING)))
    wanted = [keys[name] for name in silent if name in keys]
    wanted += [key for name in telling if (key := keys.get(name)) in without and key is not None]
    return {row.id: row for row in store.rows(wanted).values()}


def _fill(versions: Sequence[IssueRow]) -> Iterable[IssueRow]:
    """Return what is to be stored of an id: its latest version, with the latest histories that are shown."""
    told = [row for row in versions if has_histories(row)]
    return [with_histories_of(_latest(versions), _latest(told) if told else None)]


def _latest(versions: Sequence[IssueRow]) -> IssueRow:
    """Return the version that was updated last; of equals the last one that came."""
    return max(enumerate(versions), key=lambda pair: (pair[1].updated, pair[0]))[1]
