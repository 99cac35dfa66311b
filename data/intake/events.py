"""Imported deployment events: what an import brings, and how a profile that reads a Jira keeps them.

A store of a Jira can be fetched again and has another name after a change of query or fields. The events
of such a profile are therefore kept where imported files are, and copied into the store that is synced.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from configuration.errors import StoreError
from configuration.settings import Home
from data.cache_manager import Changes, References, Store
from data.model.tables import DeploymentRow, IssueTable
from data.profiles.sources import Source, files_store_path
from data.store.locks import held

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeploymentCounts:
    """What became of the deployments of an import.

    Attributes:
        stored: how many the store holds now.
        created: new ones.
        updated: known ones that changed.
        replaced: rows that another one of the same import, with the same id, took the place of.
        unknown_projects: projects named by this import's deployments that no stored issue has.
        unknown_issues: keys named by them that no stored issue has or once had.
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
class BroughtDeployments:
    """The deployments of one import, by id; of one id the last row counts.

    Attributes:
        replaced: changed rows that took the place of an earlier one.
        bad: rows that were left out.
    """

    replaced: int = 0
    bad: int = 0
    _by_id: dict[str, DeploymentRow] = field(default_factory=dict)

    def add(self, row: DeploymentRow) -> None:
        """Add a row."""
        self.replaced += self._by_id.get(row.id, row) != row
        self._by_id[row.id] = row

    def rows(self) -> list[DeploymentRow]:
        """Return one row for each id."""
        return list(self._by_id.values())

    def counted(self, before: Sequence[DeploymentRow], issues: IssueTable) -> DeploymentCounts:
        """Return what became of the rows.

        Args:
            before: what was stored.
            issues: what is stored now.
        """
        known = {row.id: row for row in before}
        rows = self.rows()
        created = sum(row.id not in known for row in rows)
        return DeploymentCounts(
            stored=len(known) + created,
            created=created,
            updated=sum(known.get(row.id, row) != row for row in rows),
            replaced=self.replaced,
            unknown_projects=len(
                {row.project for row in rows if row.project} - {each.key for each in issues.projects}
            ),
            unknown_issues=len({key for row in rows for key in row.issues} - _keys_of(issues)),
            bad=self.bad,
        )


def add_events(source: Source, home: Home, events: Sequence[DeploymentRow]) -> Changes:
    """Keep events of a profile that reads a Jira, and show them at once.

    Raises:
        StoreError: a store is damaged or cannot be written, or a sync goes on for long.
    """
    kept = _kept_in(home, source.name)
    with held(home.run / f"{source.store.path.stem}.lock"):
        source.store.verify()
        kept.verify()
        changes = kept.add((), References(deployments=events))
        if source.store.revision():
            return source.store.add_events(kept.references().deployments)
        return replace(changes, stored=0, revision="")  # the first sync will bring them


def events_of(source: Source, home: Home) -> tuple[DeploymentRow, ...]:
    """Return the events that are stored for a profile; raises StoreError."""
    store = _kept_in(home, source.name) if source.kind == "jira" else source.store
    return tuple(store.references().deployments)


def kept_events(home: Home, name: str) -> tuple[DeploymentRow, ...] | None:
    """Return the events that a profile keeps, None where it keeps none or they cannot be read now."""
    store = _kept_in(home, name)
    try:
        return tuple(store.references().deployments) or None
    except StoreError as error:
        # The copy in the store that is synced stays; a sync must not fail for a file beside it.
        logger.warning("events.unreadable", extra={"cause": error.message})
        return None


def merged(
    stored: Iterable[DeploymentRow], kept: Iterable[DeploymentRow] | None
) -> tuple[DeploymentRow, ...]:
    """Return stored events with those that are kept for their profile, which win."""
    by_id = {row.id: row for row in (*stored, *(kept or ()))}
    return tuple(by_id[name] for name in sorted(by_id))


def _kept_in(home: Home, name: str) -> Store:
    return Store(files_store_path(home, name))


def _keys_of(issues: IssueTable) -> set[str]:
    projects = [project.key for project in issues.projects]
    pairs = zip(issues.project.tolist(), issues.number.tolist(), strict=True)
    return {f"{projects[code]}-{number}" for code, number in pairs} | set(issues.past_keys)
