"""Importing files into the store of a profile: all of them or none."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from configuration.errors import ConfigurationError, DashboardError, InputError
from configuration.origins import site_of
from configuration.profile import Profile
from configuration.settings import Home
from data.cache_manager import Changes, References, Store
from data.intake.bad_entries import Judge, LeftOut
from data.intake.change_files import CHANGE_FORM
from data.intake.clones import Clones, read_clones
from data.intake.deployment_files import DEPLOYMENT_FORM
from data.intake.events import Brought, RowCounts, add_events, kept_in
from data.intake.file_contents import STANDARD_INPUT
from data.intake.histories import with_known_histories
from data.intake.import_files import name_of, read_issues, read_statuses, read_versions
from data.intake.incident_files import INCIDENT_FORM
from data.intake.row_files import RowForm, read_rows
from data.intake.sync_outcome import NO_REQUESTS, SyncOutcome
from data.intake.unread import note_unread
from data.jira.issue_rows import JiraIssue, custom_fields, met_versions
from data.jira.requested_fields import requested_fields
from data.jira.stamps import latest_of
from data.model.changes import ChangeRow, IncidentRow
from data.model.clock import now_ms
from data.model.tables import DeploymentRow, IssueRow, VersionRow
from data.persistence import delete_profile, load_profile, save_profile
from data.profiles.sources import Source
from data.sources.git.rows import ORIGIN

_Row = TypeVar("_Row", DeploymentRow, ChangeRow, IncidentRow)
_SITE = "imported_from"  # in the metadata of a store: host and context path of the Jira


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of one import, by what they hold; ``tolerant``: a clone that cannot be read stops nothing."""

    issues: tuple[Path, ...] = ()
    statuses: tuple[Path, ...] = ()
    versions: tuple[Path, ...] = ()
    deployments: tuple[Path, ...] = ()
    changes: tuple[Path, ...] = ()
    incidents: tuple[Path, ...] = ()
    git: tuple[Path, ...] = ()
    tolerant: bool = False

    @property
    def all(self) -> tuple[Path, ...]:
        """All of them but for clones."""
        beside = (*self.deployments, *self.changes, *self.incidents)
        return (*self.issues, *self.statuses, *self.versions, *beside)


def import_into(source: Source, home: Home, files: ImportFiles, left_out: LeftOut | None) -> SyncOutcome:
    """Import files into the store of ``source``, and create its profile if it has none.

    Args:
        source: the profile. The fields that it maps are read too, so a mapping that is added later
            needs the files again. One that reads a Jira takes deployments, changes and incidents only.
        home: where its profile is kept.
        files: what to import; several files and runs add up.
        left_out: collects entries that cannot be read; None: the first one ends the import.

    Raises:
        ConfigurationError: the profile reads a Jira and issues were given, or it is the demo.
        InputError: a file cannot be used; nothing was stored.
        StoreError: the store cannot be written; nothing was stored.
    """
    _refuse_other_sources(source, files)
    started = time.monotonic()
    reading = _Reading(files, left_out, source.profile)
    rows, kept = reading.issues(), kept_in(source, home)
    clones = reading.clones(kept, source.profile.git.tags)
    references = reading.references(source.store)
    before = kept.known(references)
    cold = not source.store.revision()
    if not (cold or files.all or clones.retold):
        changes = _none_over(source)  # clones in which nothing has happened
    elif source.kind == "jira":
        changes = add_events(source, home, references, clones.retold, clones.meta)
    else:
        with _profile_kept(source, home):
            # Nothing is built on what was damaged.
            source.store.verify() if files.issues else source.store.verify_events()
            told = with_known_histories(rows, source.store)
            meta = _one_site(source, reading.addresses.sites()) | clones.meta
            changes = source.store.add(told, references, meta, clones.retold)
    if files.tolerant:
        note_unread(source, home, ORIGIN, clones.failing)
    return SyncOutcome(
        mode="import",
        changes=changes,
        fetched=len(rows),
        bad=reading.bad_issues,
        requests=NO_REQUESTS,
        reason=("cold" if cold else "updated") if changes.changed else None,
        duration_s=time.monotonic() - started,
        notices=tuple(clones.notices),
        unread=clones.unread,
        beside=reading.counted(before, kept, source.store),
    )


def _none_over(source: Source) -> Changes:
    meta = source.store.meta()
    return Changes(0, 0, 0, 0, stored=int(meta["stored"]), revision=meta["revision"], changed=False)


class _Reading:
    """Reads the files of one import.

    Attributes:
        addresses: what its issues say of where they are from.
        bad_issues: how many entries of issues were left out.
        deployments: that it brings, and what became of their rows; ``changes`` and ``incidents`` likewise.
    """

    def __init__(self, files: ImportFiles, left_out: LeftOut | None, profile: Profile) -> None:
        _refuse_reading_twice(files)
        self.addresses = _Addresses()
        self.bad_issues = 0
        self.deployments: Brought[DeploymentRow] = Brought()
        self.changes: Brought[ChangeRow] = Brought()
        self.incidents: Brought[IncidentRow] = Brought()
        self._files = files
        self._left_out = left_out
        self._custom = custom_fields(requested_fields(profile))
        self._impediment = profile.fields.get("impediment", "")
        self._met: dict[str, VersionRow] = {}
        self._began_at = now_ms()  # what lies far beyond is unreadable, and never the data's own time

    def issues(self) -> list[IssueRow]:
        """Return the issues of all files."""
        before = self._count_left_out()
        rows = [row for path in self._files.issues for row in self._issues_of(path)]
        self.bad_issues = self._count_left_out() - before
        return rows

    def clones(self, kept: Store, tags: Sequence[str]) -> Clones:
        """Read the clones.

        Args:
            kept: what holds what they told the last time.
            tags: patterns of the names of tags that are deployments.
        """
        clones = read_clones(
            self._files.git,
            tags,
            kept.meta() if self._files.git else {},
            lambda: kept.references().changes,
            self._began_at,
            tolerant=self._files.tolerant,
        )
        for deployment in clones.deployments:
            self.deployments.add(deployment)
        for change in clones.changes:
            self.changes.add(change)
        return clones

    def references(self, stored: Store) -> References:
        """Return what the files say beside the issues; ``stored`` holds the versions that are known."""
        self._read(DEPLOYMENT_FORM, self._files.deployments, self.deployments)
        self._read(CHANGE_FORM, self._files.changes, self.changes)
        self._read(INCIDENT_FORM, self._files.incidents, self.incidents)
        return References(
            statuses=[entry for path in self._files.statuses for entry in read_statuses(path)],
            versions=self._versions(stored),
            deployments=self.deployments.rows(),
            changes=self.changes.rows(),
            incidents=self.incidents.rows(),
        )

    def counted(self, before: References, kept: Store, store: Store) -> dict[str, RowCounts]:
        """Return what became of the rows beside the issues, of those kinds of which files were given.

        Args:
            before: what was stored under their ids.
            kept: what holds them now.
            store: what holds the issues now.
        """
        given = self._files
        if not (given.deployments or given.changes or given.incidents or given.git):
            return {}
        issues, stored = store.issues(), kept.counts()
        counts = {
            "deployments": self.deployments.counted(before.deployments, stored.deployments, issues),
            "changes": self.changes.counted(before.changes, stored.changes, issues),
            "incidents": self.incidents.counted(before.incidents, stored.incidents, issues),
        }
        by_clones = ("deployments", "changes") if given.git else ()
        return {what: each for what, each in counts.items() if getattr(given, what) or what in by_clones}

    def _versions(self, stored: Store) -> list[VersionRow]:
        """Return the versions of the lists, and those that issues tell of where no list is known."""
        listed = [entry for path in self._files.versions for entry in read_versions(path)]
        if not self._met:
            return listed
        known = {entry.id for entry in (*stored.listed().versions, *listed) if not entry.met}
        return [*listed, *(met for met in self._met.values() if met.id not in known)]

    def _issues_of(self, path: Path) -> Iterator[IssueRow]:
        judge = Judge(name_of(path), "issue", self._left_out, "Check that it is the right file.")
        latest = latest_of(self._began_at)
        custom, impediment = self._custom, self._impediment
        for row in read_issues(path, judge.note_bad, custom, self._meet, latest, impediment=impediment):
            judge.note_good()
            yield row
        judge.end()

    def _meet(self, issue: JiraIssue) -> None:
        self.addresses.note(issue.address)
        for version in met_versions(issue):
            self._met.setdefault(version.id, version)

    def _read(self, form: RowForm[_Row], paths: Sequence[Path], brought: Brought[_Row]) -> None:
        before = self._count_left_out()
        for path in paths:
            judge = Judge(name_of(path), form.what.split()[-1], self._left_out, form.remedy)
            for row in read_rows(form, path, judge.note_bad, self._began_at):
                judge.note_good()
                brought.add(row)
            judge.end()
        brought.bad = self._count_left_out() - before

    def _count_left_out(self) -> int:
        return self._left_out.count if self._left_out is not None else 0


class _Addresses:
    """What imported issues say of where they are from; those of one Jira differ only behind ``/rest/``."""

    def __init__(self) -> None:
        self._heads: set[str] = set()

    def note(self, address: object) -> None:
        if isinstance(address, str):
            self._heads.add("".join(address.partition("/rest/")[:2]))

    def sites(self) -> list[str]:
        return sorted({site_of(head) for head in self._heads} - {""})


def _one_site(source: Source, found: Sequence[str]) -> dict[str, str]:
    """Return what is to be noted of the Jira that imported issues come from, {} where they do not say.

    Raises:
        InputError: they come from another one than those stored: one id would mean two issues.
    """
    stored = source.store.meta().get(_SITE, "")
    sites = [stored, *(site for site in found if site != stored)] if stored else found
    if len(sites) > 1:
        raise InputError(
            f"The profile {source.name} holds issues of {sites[0]}, and these come from {sites[1]}.",
            hint="Import each Jira into a profile of its own with --profile NAME; nothing was imported.",
        )
    return {_SITE: sites[0]} if sites else {}


@contextmanager
def _profile_kept(source: Source, home: Home) -> Iterator[None]:
    """Create the profile of what is stored inside, and take a new one back if that fails.

    It comes first: a profile without issues harms nobody, issues without a profile are lost.
    """
    is_new = load_profile(home, source.name) is None
    if is_new:
        save_profile(home, source.name, source.profile)
    try:
        yield
    except DashboardError:
        if is_new:
            delete_profile(home, source.name)
        raise


def _refuse_reading_twice(files: ImportFiles) -> None:
    if files.all.count(STANDARD_INPUT) > 1:
        raise InputError(
            "Standard input (-) was named more than once.",
            hint="It can be read once; name files for the rest.",
        )


def _refuse_other_sources(source: Source, files: ImportFiles) -> None:
    if source.kind == "demo":
        raise ConfigurationError(
            "The demo takes no imports.", hint="Choose another profile with --profile NAME."
        )
    if source.kind == "jira" and (files.issues or files.statuses or files.versions):
        raise ConfigurationError(
            f"The profile {source.name} reads issues, statuses and versions from {source.url}, and a profile"
            " has one source of them.",
            hint="Import them into another profile with --profile NAME, and without JIRA_URL in the"
            " environment; only deployments, changes and incidents go into this one.",
        )
