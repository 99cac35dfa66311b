"""What is imported beside the issues, and how a profile that reads a Jira keeps it.

A store of a Jira can be fetched again and has another name after a change of query or fields. The
deployments, changes and incidents of such a profile are therefore kept where imported files are, and copied
into the store that is synced.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from configuration.errors import StoreError
from configuration.settings import Home
from data.cache_manager import Changes, References, Store
from data.model.changes import ChangeRow, IncidentRow
from data.model.tables import DeploymentRow, IssueTable
from data.profiles.sources import Source, files_store
from data.store.locks import held
from data.store.references import Retold, stored_as

logger = logging.getLogger(__name__)
_Row = TypeVar("_Row", DeploymentRow, ChangeRow, IncidentRow)
_KEPT = "kept_revision"  # in the metadata of a synced store: which state of what is kept it holds


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of the deployments, changes or incidents of an import.

    Attributes:
        stored: how many the store holds now.
        created: new ones.
        updated: known ones that changed.
        replaced: rows that another one of the same import, with the same id, took the place of.
        unknown_projects: projects that these rows name and no stored issue has.
        unknown_issues: keys that they name and no stored issue has or once had.
        bad: rows that were left out.
    """

    stored: int
    created: int
    updated: int
    replaced: int
    unknown_projects: int
    unknown_issues: int
    bad: int


@dataclass(slots=True)
class Brought(Generic[_Row]):
    """The rows of one kind that one import brings, by id; of one id the last row counts.

    Attributes:
        replaced: changed rows that took the place of an earlier one.
        bad: rows that were left out.
    """

    replaced: int = 0
    bad: int = 0
    _by_id: dict[str, _Row] = field(default_factory=dict)

    def add(self, row: _Row) -> None:
        """Add a row."""
        name = stored_as(row)
        self.replaced += self._by_id.get(name, row) != row
        self._by_id[name] = row

    def rows(self) -> list[_Row]:
        """Return one row for each id."""
        return list(self._by_id.values())

    def counted(self, before: Sequence[_Row], stored: int, issues: IssueTable) -> RowCounts:
        """Return what became of the rows.

        Args:
            before: what was stored under their ids.
            stored: how many rows of this kind are stored now.
            issues: those that are stored now.
        """
        known = {stored_as(row): row for row in before}
        rows = self._by_id
        named = {key for row in rows.values() for key in row.issues}
        projects = {row.project for row in rows.values() if row.project}
        return RowCounts(
            stored=stored,
            created=len(rows) - len(known),
            updated=sum(rows[name] != row for name, row in known.items()),
            replaced=self.replaced,
            unknown_projects=len(projects - {each.key for each in issues.projects}),
            unknown_issues=len(named - _keys_of(issues)) if named else 0,
            bad=self.bad,
        )


def add_events(
    source: Source,
    home: Home,
    told: References,
    retold: Sequence[Retold] = (),
    meta: Mapping[str, str] | None = None,
) -> Changes:
    """Keep deployments, changes and incidents of a profile that reads a Jira, and show them at once.

    Args:
        source: the profile.
        home: where it is kept.
        told: the rows.
        retold: whose rows are told anew.
        meta: to be noted with what is kept.

    Raises:
        StoreError: a store is damaged or cannot be written, or a sync goes on for long.
    """
    kept = files_store(home, source.name)
    with held(home, source.store.key):
        source.store.verify_events()
        kept.verify_events()
        changes = kept.add((), told, meta, retold)
        if source.store.revision():
            return source.store.add_events(told, {_KEPT: changes.revision}, retold)
        return replace(changes, stored=0, revision="")  # the first sync will bring them


def kept_in(source: Source, home: Home) -> Store:
    """Return the store that keeps what is imported beside the issues."""
    return files_store(home, source.name) if source.kind == "jira" else source.store


def kept_events(home: Home, name: str) -> tuple[DeploymentRow, ...] | None:
    """Return the deployments that a profile keeps, None where it keeps none or they cannot be read now."""
    store = files_store(home, name)
    try:
        return tuple(store.references().deployments) or None
    except StoreError as error:
        # The copy in the store that is synced stays; a sync must not fail for a file beside it.
        logger.warning("events.unreadable", extra={"cause": error.message})
        return None


def carry_over(store: Store, home: Home, name: str) -> Changes | None:
    """Copy what a profile keeps into the store that was synced, where that is of another state.

    Returns:
        None where it is there already, or cannot be read now.

    Raises:
        StoreError: the synced store cannot be written.
    """
    try:
        kept = files_store(home, name)
        revision = kept.revision()
        if not revision or store.meta().get(_KEPT) == revision:
            return None
        told = kept.references()
    except StoreError as error:
        logger.warning("events.unreadable", extra={"cause": error.message})
        return None
    rows: list[DeploymentRow | ChangeRow] = [*told.deployments, *told.changes]
    retold = [Retold(*pair) for pair in _services_of(rows)]
    return store.add_events(told, {_KEPT: revision}, retold)


def _services_of(rows: Iterable[DeploymentRow | ChangeRow]) -> list[tuple[str, frozenset[str]]]:
    by_origin: dict[str, set[str]] = {}
    for row in rows:
        if row.origin:
            by_origin.setdefault(row.origin, set()).add(row.service)
    return [(origin, frozenset(services)) for origin, services in by_origin.items()]


def merged(
    stored: Iterable[DeploymentRow], kept: Iterable[DeploymentRow] | None
) -> tuple[DeploymentRow, ...]:
    """Return stored events with those that are kept for their profile, which win.

    What a repository told of is as it is kept: a tag that went is not stored any longer.
    """
    staying = stored if kept is None else (row for row in stored if not row.origin)
    by_id = {stored_as(row): row for row in (*staying, *(kept or ()))}
    return tuple(by_id[name] for name in sorted(by_id))


def _keys_of(issues: IssueTable) -> set[str]:
    projects = [project.key for project in issues.projects]
    pairs = zip(issues.project.tolist(), issues.number.tolist(), strict=True)
    return {f"{projects[code]}-{number}" for code, number in pairs} | set(issues.past_keys)
