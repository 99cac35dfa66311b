"""Importing files into the store of a profile: all of them or none."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from configuration.errors import ConfigurationError, InputError
from configuration.settings import Home
from data.cache_manager import References
from data.import_files import BadEntry, read_deployments, read_issues, read_statuses, read_versions
from data.normalize import custom_fields
from data.outcome import NO_REQUESTS, SyncOutcome
from data.persistence import load_profile, save_profile
from data.requested_fields import requested_fields
from data.sources import Source
from data.tables import IssueRow


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of one import, by what they hold."""

    issues: tuple[Path, ...] = ()
    statuses: tuple[Path, ...] = ()
    versions: tuple[Path, ...] = ()
    deployments: tuple[Path, ...] = ()


def import_into(source: Source, home: Home, files: ImportFiles, bad: list[str] | None) -> SyncOutcome:
    """Import files into the store of ``source``, and create its profile if it has none.

    Args:
        source: a profile that reads files. The fields that it maps are read too, so a mapping
            that is added later needs the files again.
        home: where its profile is kept.
        files: what to import; several files and runs add up.
        bad: collects entries that cannot be read; None: the first one ends the import.

    Raises:
        ConfigurationError: the profile reads a Jira, or is the demo.
        InputError: a file cannot be used; nothing was stored.
        StoreError: the store cannot be written; nothing was stored.
    """
    _refuse_other_kinds(source)
    started = time.monotonic()
    left_out: list[BadEntry] = []
    collect = left_out.append if bad is not None else _refuse
    custom = custom_fields(requested_fields(source.profile))
    rows = [row for path in files.issues for row in _issues_of(path, collect, custom)]
    references = References(
        statuses=[entry for path in files.statuses for entry in read_statuses(path)],
        versions=[entry for path in files.versions for entry in read_versions(path)],
        deployments=[entry for path in files.deployments for entry in read_deployments(path, collect)],
    )
    cold = not source.store.revision()
    if load_profile(home, source.name) is None:
        # First, because a profile without issues harms nobody, and issues must not be stored by a failure.
        save_profile(home, source.name, source.profile)
    source.store.verify()  # nothing is built on what was damaged
    changes = source.store.add(rows, references)
    if bad is not None:
        bad.extend(map(str, left_out))
    return SyncOutcome(
        mode="import",
        changes=changes,
        fetched=len(rows),
        bad=len(left_out),
        requests=NO_REQUESTS,
        reason=("cold" if cold else "updated") if changes.changed else None,
        duration_s=time.monotonic() - started,
    )


def _issues_of(path: Path, collect: Callable[[BadEntry], None], custom: tuple[str, ...]) -> list[IssueRow]:
    rows = list(read_issues(path, collect, custom))
    if not rows:
        # An import of nothing must not pass for a good one.
        raise InputError(
            f"{path.name} holds no issue that can be read.", hint="Check that it is the right file."
        )
    return rows


def _refuse(entry: BadEntry) -> None:
    raise InputError(
        f"{entry}.", hint="Correct the entry, or leave it out with --skip-bad; nothing was imported."
    )


def _refuse_other_kinds(source: Source) -> None:
    if source.kind == "demo":
        raise ConfigurationError(
            "The demo takes no imports.", hint="Choose another profile with --profile NAME."
        )
    if source.kind == "jira":
        raise ConfigurationError(
            f"The profile {source.name} reads a Jira, and a profile has one source.",
            hint="Import into another profile with --profile NAME.",
        )
