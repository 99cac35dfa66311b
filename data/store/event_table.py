"""Rows of deployments and of changes to columns: both tables are ordered by project and id. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from data.model.changes import ChangeRow, ChangeTable
from data.model.columns import Entry, columns_of
from data.model.tables import MISSING, DeploymentRow, EventTable, number_or_text, split_or_whole
from data.store.columns import Known, laid_out, offsets

_EVENTS, _CHANGES = columns_of(EventTable), columns_of(ChangeTable)
# Of two sources that tell of one change the first one counts, and the others fill what it leaves open.
TRUSTED = ("", "github", "gitlab", "git")


def build_event_table(rows: Iterable[DeploymentRow]) -> EventTable:
    """Lay deployments out as columns, ordered by project and id; no rows give a table of length 0.

    Of two ids that are the same number the one that comes first stays first.
    """
    ordered = sorted(rows, key=lambda row: order_of_event(row.project, row.id))
    commits = [commit for row in ordered for commit in row.commits]
    columns = _lay_out(_EVENTS, ordered, {"commit": commits})
    number = [number_or_text(row.id) for row in ordered]
    by_id = sorted(range(len(number)), key=number.__getitem__)
    return EventTable(
        ids=tuple(row.id for row in ordered),
        by_id=np.array(by_id, np.int64),
        listed_start=offsets([len(row.issues) for row in ordered]),
        commit_start=offsets([len(row.commits) for row in ordered]),
        **columns,
    )


def build_change_table(rows: Iterable[ChangeRow]) -> ChangeTable:
    """Lay changes out as columns, ordered by project and id; no rows give a table of length 0.

    One id is one change, whichever sources tell of it.
    """
    ordered = sorted(one_each(rows), key=lambda row: order_of_change(row.project, row.id))
    entries: dict[Entry, Sequence[Any]] = {
        "carried": [name for row in ordered for name in row.deployments],
        "commit": [commit for row in ordered for commit in row.commits],
        "reverted": [commit for row in ordered for commit in row.reverts],
    }
    return ChangeTable(
        ids=tuple(row.id for row in ordered),
        listed_start=offsets([len(row.issues) for row in ordered]),
        carried_start=offsets([len(row.deployments) for row in ordered]),
        commit_start=offsets([len(row.commits) for row in ordered]),
        reverted_start=offsets([len(row.reverts) for row in ordered]),
        **_lay_out(_CHANGES, ordered, entries),
    )


def order_of_event(project: str, identity: str) -> tuple[str, tuple[int, str]]:
    """Return what deployments are ordered by."""
    return project, number_or_text(identity)


def order_of_change(project: str, identity: str) -> tuple[str, str, tuple[int, str]]:
    """Return what changes are ordered by: project, repository and what comes behind it.

    Of ``repository#12`` and ``repository@hash`` 2 stands before 10, and hashes after both.
    """
    place = max(identity.rfind("#"), identity.rfind("@"))
    return project, identity[: max(place, 0)], number_or_text(identity[place + 1 :])


def _lay_out(
    columns: dict[str, Any],
    ordered: Sequence[DeploymentRow] | Sequence[ChangeRow],
    more: dict[Entry, Sequence[Any]],
) -> dict[str, Any]:
    """Return the columns of a table and its vocabularies; keys are coded in the order of their numbers."""
    listed = [key for row in ordered for key in row.issues]
    of_keys = key_columns(set(listed))
    entries: dict[Entry, Sequence[Any]] = {"event": ordered, "listed": listed, **more}
    others = {name: column for name, column in columns.items() if name not in of_keys}
    known: Known = {column.vocabulary: {} for column in others.values() if column.vocabulary}
    known["keys"] = {key: code for code, key in enumerate(of_keys["keys"])}
    laid = {name: laid_out(column, entries[column.of], known) for name, column in others.items()}
    return laid | {name: tuple(words) for name, words in known.items()} | of_keys


def key_columns(keys: Iterable[str]) -> dict[str, Any]:
    """Return keys in the order of project and number, and the columns of what they are made of."""
    entries = sorted((*split_or_whole(key), key) for key in keys)
    known: Known = {"key_projects": {}}
    laid = {name: laid_out(_EVENTS[name], entries, known) for name in ("key_project", "key_number")}
    return laid | {"keys": tuple(key for *_, key in entries), "key_projects": tuple(known["key_projects"])}


def one_each(rows: Iterable[ChangeRow]) -> Iterable[ChangeRow]:
    """Return one row for each id, however many sources tell of it."""
    found: dict[str, ChangeRow] = {}
    for row in rows:
        known = found.setdefault(row.id, row)
        if known is not row:
            found[row.id] = _join(known, row)
    return found.values()


def stored_names(ids: Iterable[str]) -> list[str]:
    """Return the names under which rows of some ids are stored, whichever source tells of them."""
    return [f"{origin} {name}" if origin else name for name in ids for origin in TRUSTED]


def _join(one: ChangeRow, other: ChangeRow) -> ChangeRow:
    """Return what two sources say of one change: of the more trusted, else of the other."""
    first, second = sorted((one, other), key=_trust)
    missing = {
        name: value
        for name, value in msgspec.structs.asdict(second).items()
        if getattr(first, name) in (MISSING, "", ()) and name != "origin"
    }
    # Ids of deployments are those of their sources, of which a profile reads one.
    missing["deployments"] = tuple(dict.fromkeys((*first.deployments, *second.deployments)))
    return msgspec.structs.replace(first, **missing)


def _trust(row: ChangeRow) -> int:
    return TRUSTED.index(row.origin) if row.origin in TRUSTED else len(TRUSTED)
