"""The part of ``check`` that looks at local clones, and at the keys that those which were read name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from configuration.errors import DashboardError, StoreError
from configuration.settings import Home
from data.checks.findings import CheckFinding, counted
from data.intake.clones import clone_paths, noted_clones
from data.intake.events import kept_in
from data.model.clock import now_ms
from data.model.instants import DAY_MS, from_ms
from data.model.places import NOWHERE, find_places
from data.model.tables import Dataset
from data.profiles.sources import Source
from data.sources.git.survey import Survey, survey

_OLD_DAYS = 30
_WINDOW_MS = DAY_MS  # a clock may go ahead by so much
_NAMED = 5


def clones_of(source: Source, home: Home) -> list[Path]:
    """Return the clones that a profile names or was given, each once; raises StoreError."""
    noted = noted_clones(kept_in(source, home).meta())
    return list({path.resolve(): path for path in (*clone_paths(source.profile), *noted)}.values())


def stored_clone_findings(source: Source, home: Home) -> Iterator[CheckFinding]:
    """Yield what is so of the clones that a profile names or was given; without any nothing.

    A store that cannot be read is told of elsewhere, and stops no check.
    """
    try:
        paths = clones_of(source, home)
        if not paths:
            return
        dataset = source.store.load()
    except StoreError as error:
        yield CheckFinding("clones", "note", error.message, error.hint)
        return
    yield from clone_findings(paths, source.profile.git.tags, dataset, now_ms())


def clone_findings(
    paths: Sequence[Path], patterns: Sequence[str], dataset: Dataset, now: int
) -> Iterator[CheckFinding]:
    """Yield what is so of each clone, and what to do about it; one that cannot be read stops no sync.

    Args:
        paths: of clones.
        patterns: of the names of tags that are deployments; empty: all.
        dataset: what is stored, for the keys that changes name.
        now: this machine's time, epoch milliseconds.
    """
    for path in paths:
        try:
            found = survey(path, patterns, now + _WINDOW_MS)
        except DashboardError as error:
            yield CheckFinding(f"clone {path.name}", "note", error.message, error.hint)
            continue
        name = f"clone {found.service}"
        yield _word_tip(name, found, now)
        yield _word_tags(name, found)
        if found.shallow:
            yield CheckFinding(
                name,
                "note",
                "It is shallow: what came before it begins is not known, and lead times are too short.",
                "Run git fetch --unshallow in it, and read it again.",
            )
        yield _word_keys(name, dataset, found.service)


def _word_tip(name: str, found: Survey, now: int) -> CheckFinding:
    if found.last_at is None:
        return CheckFinding(name, "ok", f"It can be read; its default branch is {found.branch}.")
    day = from_ms(found.last_at).date().isoformat()
    message = f"It can be read; the last commit on {found.branch} is of {day}."
    if now - found.last_at > _OLD_DAYS * DAY_MS:
        hint = "Run git fetch in it if there are newer ones; this program never does."
        return CheckFinding(name, "note", message, hint)
    return CheckFinding(name, "ok", message)


def _word_tags(name: str, found: Survey) -> CheckFinding:
    more = f"; {counted(found.other_tags, 'other tag')} left out" if found.other_tags else ""
    if not found.tags:
        what = f"No tag of it counts as a deployment{more}."
        hint = (
            "Let git.tags name those that do."
            if found.other_tags
            else "Fetch its tags with git fetch --tags."
        )
        return CheckFinding(name, "note", what, hint)
    last = found.tags[-1]
    day = from_ms(last.at).date().isoformat()
    return CheckFinding(
        name,
        "ok",
        f"Deployments: {counted(len(found.tags), 'tag')}, the last is {last.name} of {day}{more}.",
    )


def _word_keys(name: str, dataset: Dataset, service: str) -> CheckFinding:
    """Tell how many of the keys that stored changes of a service name are those of stored issues."""
    changes = dataset.changes
    mine = np.flatnonzero(np.array([word == service for word in changes.services], np.bool_)[changes.service])
    if not len(mine):
        return CheckFinding(
            name, "note", "Nothing of it is stored yet.", "Run sync, or import --git with its folder."
        )
    named = np.diff(changes.listed_start)[mine]
    first = changes.listed_start[mine]
    entries = np.repeat(first - np.cumsum(named) + named, named) + np.arange(int(named.sum()))
    codes = np.unique(changes.listed[entries])
    lost = codes[find_places(dataset.issues, changes)[codes] == NOWHERE]
    silent = counted(int((named == 0).sum()), "change")
    told = f"{counted(len(mine), 'change')} stored, {silent} without a key"
    if not len(lost):
        return CheckFinding(name, "ok", f"{told}; every key is that of a stored issue.")
    some = ", ".join(changes.keys[code] for code in lost[:_NAMED].tolist())
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    return CheckFinding(
        name,
        "note",
        f"{told}; {len(lost)} of {counted(len(codes), 'key')} match no stored issue: {some}{more}.",
        "Sync or import these issues too, or correct the keys; such a change counts by itself.",
    )
