"""What stands beside the issues: statuses, versions, deployments, changes and incidents, a row each.

Everything here happens inside a transaction of whoever calls it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from data.model.changes import ChangeRow, IncidentRow
from data.model.tables import DeploymentRow, StatusRef, VersionRow
from data.store.port import Rows
from data.store.rows import Tally
from data.store.schema import row_digest

_Row = TypeVar("_Row", StatusRef, VersionRow, DeploymentRow, ChangeRow, IncidentRow)
_Told = StatusRef | VersionRow | DeploymentRow | ChangeRow | IncidentRow
# What a list of the server replaces; the rest goes only where whoever told of it takes it back.
_REPLACED = ("status", "version", "deployment")
_RETOLD: Mapping[str, Callable[[bytes], DeploymentRow | ChangeRow]] = {
    "deployment": msgspec.msgpack.Decoder(DeploymentRow).decode,
    "change": msgspec.msgpack.Decoder(ChangeRow).decode,
}
_EVENTS = (DeploymentRow, ChangeRow)
_EVENT_CELLS = 10  # of a deployment that no repository told of, as it was always stored
_encode = msgspec.msgpack.encode


@dataclass(frozen=True, slots=True)
class References:
    """What the server, or a file beside the issues, says of statuses, versions, deployments and the like."""

    statuses: Sequence[StatusRef] = ()
    versions: Sequence[VersionRow] = ()
    deployments: Sequence[DeploymentRow] = ()
    changes: Sequence[ChangeRow] = ()
    incidents: Sequence[IncidentRow] = ()


@dataclass(frozen=True, slots=True)
class Retold:
    """Whose rows are told anew: what is stored of them and not told again goes.

    Attributes:
        origin: the source.
        services: those of its repositories; of others nothing goes.
        whole: all of them; else only deployments, and changes that are not deployed yet.
    """

    origin: str
    services: frozenset[str]
    whole: bool = True

    def covers(self, row: DeploymentRow | ChangeRow) -> bool:
        """Tell whether a row is one of theirs."""
        mine = row.origin == self.origin and row.service in self.services
        return mine and (self.whole or not (isinstance(row, ChangeRow) and row.deployments))


def _by_kind(references: References) -> dict[str, Sequence[_Told]]:
    return {
        "status": references.statuses,
        "version": references.versions,
        "deployment": references.deployments,
        "change": references.changes,
        "incident": references.incidents,
    }


def stored_as(row: _Told) -> str:
    """Return the id under which a row is stored; what two sources call alike are two rows."""
    origin = row.origin if isinstance(row, _EVENTS) else ""
    return f"{origin} {row.id}" if origin else row.id


def _encode_reference(row: _Told) -> bytes:
    """Return a row as it is stored: an event of no service as it always was, so its revision stays."""
    if isinstance(row, DeploymentRow) and not row.origin and not row.service:
        return _encode(msgspec.structs.astuple(row)[:_EVENT_CELLS])
    return _encode(row)


def replace_references(stored: Rows, references: References, tally: Tally) -> None:
    """Put rows; of what a server lists those that are not among them go."""
    for kind, rows in _by_kind(references).items():
        told = {stored_as(row): row for row in rows}
        if kind in _REPLACED:
            _forget(stored, kind, (each for each in stored.references(kind) if each[0] not in told), tally)
        _put(stored, kind, told, tally)


def put_references(stored: Rows, references: References, retold: Sequence[Retold], tally: Tally) -> None:
    """Put rows, and forget those of ``retold`` that are not among them."""
    for kind, rows in _by_kind(references).items():
        told = {stored_as(row): row for row in rows}
        decode = _RETOLD.get(kind)
        if retold and decode is not None:
            others = (each for each in stored.references(kind) if each[0] not in told)
            _forget(stored, kind, (each for each in others if _is_retold(decode(each[1]), retold)), tally)
        _put(stored, kind, told, tally)


def _is_retold(row: DeploymentRow | ChangeRow, retold: Sequence[Retold]) -> bool:
    return any(each.covers(row) for each in retold)


def _forget(stored: Rows, kind: str, found: Iterable[tuple[str, bytes]], tally: Tally) -> None:
    gone = dict(found)
    if gone:
        decode = _RETOLD.get(kind)
        names = gone if decode is None else (decode(row).id for row in gone.values())
        tally.beside.setdefault(kind, set()).update(names)
    tally.total -= sum(row_digest(kind, name, row) for name, row in gone.items())
    stored.forget_references(kind, gone)


def _put(stored: Rows, kind: str, told: Mapping[str, _Told], tally: Tally) -> None:
    if not told:
        return
    fresh = {name: _encode_reference(row) for name, row in told.items()}
    known: dict[str, bytes] = {}
    if stored.count_references(kind):
        known = dict(stored.references_of(kind, list(fresh)))
    else:
        tally.first[kind] = [told[name] for name in sorted(told)]
    written = {name: row for name, row in fresh.items() if known.get(name) != row}
    if written:
        tally.beside.setdefault(kind, set()).update(told[name].id for name in written)
    tally.total += sum(row_digest(kind, name, row) for name, row in written.items())
    tally.total -= sum(row_digest(kind, name, known[name]) for name in written if name in known)
    stored.put_references(kind, written)


def read_references(rows: Rows, kind: str, row_type: type[_Row]) -> Iterator[_Row]:
    """Yield the stored rows of a kind, by id."""
    decode = msgspec.msgpack.Decoder(row_type).decode
    for _, row in rows.references(kind):
        yield decode(row)


def read_changes(rows: Rows, names: Sequence[str]) -> list[ChangeRow]:
    """Return the stored changes of some names, as ``stored_as`` gives them; unknown names are left out."""
    return _read_named(rows, "change", names, ChangeRow)


def read_deployments(rows: Rows, names: Sequence[str]) -> list[DeploymentRow]:
    """Return the stored deployments of some names likewise."""
    return _read_named(rows, "deployment", names, DeploymentRow)


def read_known(rows: Rows, told: References) -> References:
    """Return what is stored of deployments, changes and incidents under the ids of some."""
    return References(
        deployments=_read_named(
            rows, "deployment", [stored_as(row) for row in told.deployments], DeploymentRow
        ),
        changes=_read_named(rows, "change", [stored_as(row) for row in told.changes], ChangeRow),
        incidents=_read_named(rows, "incident", [stored_as(row) for row in told.incidents], IncidentRow),
    )


def _read_named(rows: Rows, kind: str, names: Sequence[str], row_type: type[_Row]) -> list[_Row]:
    decode = msgspec.msgpack.Decoder(row_type).decode
    return [decode(row) for _, row in rows.references_of(kind, names)]


def read_listed(rows: Rows) -> References:
    """Return statuses, versions and deployments: what a sync looks at and replaces."""
    return References(
        tuple(read_references(rows, "status", StatusRef)),
        tuple(read_references(rows, "version", VersionRow)),
        tuple(read_references(rows, "deployment", DeploymentRow)),
    )
