"""What each status means to the flow of work, why, and how to change it. Pure.

A status is not started, active, waiting or done. The profile confirms; where
it is silent the stage is proposed from Jira's category and from the name
(specs/metrics.md). The stages listed here are the ones that the metrics use.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.intervals import lay_intervals
from data.meaning.workflow import Workflow, looks_waiting, read_workflow
from data.model.instants import DAY_MS
from data.model.tables import CATEGORY_NAMES, DONE, IN_PROGRESS, OPEN, TODO, UNMAPPED, Dataset, StatusRef
from data.model.words import category_of, fold
from data.profiles.provenance import origin_of_stage, with_stage_note

Stage = Literal["not_started", "active", "waiting", "done"]
STAGES: tuple[Stage, ...] = ("not_started", "active", "waiting", "done")
_CATEGORY_OF: Mapping[Stage, int] = {
    "not_started": TODO,
    "active": IN_PROGRESS,
    "waiting": IN_PROGRESS,
    "done": DONE,
}
_SAID = {TODO: "to do", IN_PROGRESS: "in progress", DONE: "done"}


@dataclass(frozen=True, slots=True)
class StatusStage:
    """One status with its stage.

    Attributes:
        status_id: "" where Jira gives none.
        name: as Jira calls it today, or as old histories do.
        category: ``todo``, ``in_progress`` or ``done`` as Jira has it, ``unmapped`` where it does not say.
        stage: what the metrics take it for.
        source: ``confirmed`` by the profile, or ``proposed``.
        reason: why, as a sentence.
        issues_now: stored issues that are in it today.
        stays: how often an issue has entered it.
        median_days: of the stays that have ended; None where none has.
        origin: who confirmed it, and when; "" where it is proposed.
    """

    status_id: str
    name: str
    category: str
    stage: Stage
    source: Literal["proposed", "confirmed"]
    reason: str
    issues_now: int
    stays: int
    median_days: float | None
    origin: str = ""

    @property
    def key(self) -> str:
        """What changes and notes name the status by: its id, else its folded name."""
        return self.status_id or fold(self.name)


def status_stages(dataset: Dataset, profile: Profile) -> tuple[StatusStage, ...]:
    """Return every status of the issues and of the server's list, in the order of the work, then by name.

    Args:
        dataset: over an empty store the server's list alone.
        profile: what it says of a status is confirmed.
    """
    known = _with_listed(dataset)
    reader = _Reader(known, profile, read_workflow(known.issues, dataset.statuses, profile))
    rows = [reader.row(place) for place in range(len(reader.counts.code))]
    met = [row for row in rows if row.key]
    return tuple(sorted(met, key=lambda row: (STAGES.index(row.stage), fold(row.name), row.status_id)))


def with_stages(
    profile: Profile, rows: Iterable[StatusStage], changes: Mapping[str, Stage], words: str
) -> Profile:
    """Return the profile with other stages for some statuses.

    The first waiting status that a profile names ends the proposals for all
    others, so those proposed so far are written down beside the change.

    Args:
        profile: as it is.
        rows: as ``status_stages`` gives them for that profile.
        changes: stage by the ``key`` of a row.
        words: who sets them and when, as ``data.profiles.provenance`` spells it.
    """
    lists: dict[Stage, list[str]] = {stage: [] for stage in STAGES}
    listed = tuple(rows)
    kept = profile
    for row in listed:
        stage = changes.get(row.key, row.stage)
        if row.key in changes:
            kept = with_stage_note(kept, row.key, stage, words)
        if row.key in changes or row.source == "confirmed" or stage == "waiting":
            lists[stage].append(_spell(row, listed))
    lists = {stage: [*_find_unmet(profile, stage, listed), *names] for stage, names in lists.items()}
    return replace(
        kept,
        workflow=replace(
            profile.workflow,
            active=tuple(lists["active"]),
            waiting=tuple(lists["waiting"]),
            done=tuple(lists["done"]),
            not_started=tuple(lists["not_started"]),
        ),
    )


def _spell(row: StatusStage, rows: Sequence[StatusStage]) -> str:
    """Name a status by its name, which people can read, unless another one has it too."""
    namesakes = sum(fold(other.name) == fold(row.name) for other in rows)
    return row.status_id if namesakes > 1 and row.status_id else row.name


def _find_unmet(profile: Profile, stage: Stage, rows: Sequence[StatusStage]) -> Iterator[str]:
    """Yield what the profile lists and no status is called: it may belong to another site."""
    met = {word for row in rows for word in (row.status_id, fold(row.name))}
    listed: tuple[str, ...] = getattr(profile.workflow, stage)
    return (name for name in listed if name not in met and fold(name) not in met)


def _with_listed(dataset: Dataset) -> Dataset:
    """Add the statuses that the server lists and no issue has met to the vocabulary."""
    met = {status.id or fold(status.name) for status in dataset.issues.statuses}
    more = tuple(one for one in dataset.statuses if (one.id or fold(one.name)) not in met)
    issues = dataset.issues
    return replace(dataset, issues=replace(issues, statuses=(*issues.statuses, *more))) if more else dataset


@dataclass(frozen=True, slots=True)
class _Counts:
    """By status, whatever its names over time: a code that stands for it, and what was counted.

    Attributes:
        code: of the name that most issues know it by today.
        now: issues that are in it.
        stays: how often it was entered.
        median_days: of the stays that have ended, None without any.
    """

    code: Sequence[int]
    now: Sequence[int]
    stays: Sequence[int]
    median_days: Sequence[float | None]

    @classmethod
    def of(cls, dataset: Dataset, workflow: Workflow) -> "_Counts":
        issues = dataset.issues
        places: dict[str, int] = {}
        place = np.array(
            [places.setdefault(_make_key(one), len(places)) for one in issues.statuses], np.int64
        )
        n, now = len(places), np.bincount(issues.status, minlength=len(issues.statuses))
        code = dict(zip(place[by := np.argsort(now, kind="stable")].tolist(), by.tolist(), strict=True))
        stays = lay_intervals(issues, workflow, dataset.as_of).known()
        entered, ended = place[stays.status], stays.left != OPEN
        order = np.argsort(entered[ended], kind="stable")
        days = ((stays.left - stays.entered)[ended] / DAY_MS)[order]
        edges = np.searchsorted(entered[ended][order], np.arange(1, n))
        return cls(
            code=[code[each] for each in range(n)],
            now=np.bincount(place[issues.status], minlength=n).tolist(),
            stays=np.bincount(entered, minlength=n).tolist(),
            median_days=[_find_median(part) for part in np.split(days, edges)[:n]],
        )


def _make_key(status: StatusRef) -> str:
    return status.id or fold(status.name)


def _find_median(days: NDArray[np.float64]) -> float | None:
    return float(np.median(days)) if len(days) else None


class _Reader:
    """Puts together what is known of each status."""

    def __init__(self, dataset: Dataset, profile: Profile, workflow: Workflow) -> None:
        self.counts = _Counts.of(dataset, workflow)
        self._dataset = dataset
        self._profile = profile
        self._workflow = workflow
        self._listed = {_make_key(status): status for status in dataset.statuses}
        self._chosen = {
            word: stage
            for stage in STAGES
            for name in getattr(profile.workflow, stage)
            for word in (name, fold(name))
        }

    def row(self, place: int) -> StatusStage:
        """Return one status by its place in the counts."""
        code = self.counts.code[place]
        status = self._dataset.issues.statuses[code]
        today = self._listed.get(_make_key(status), status)
        category, waiting = int(self._workflow.category[code]), bool(self._workflow.waiting[code])
        stage, said = _stage(category, waiting=waiting), category_of(today.category)
        confirmed = today.id in self._chosen or fold(today.name) in self._chosen
        return StatusStage(
            status_id=today.id,
            name=today.name,
            category=CATEGORY_NAMES[said],
            stage=stage,
            source="confirmed" if confirmed else "proposed",
            reason=_word_confirmed(stage)
            if confirmed
            else self._word_proposed(code, today.name, said, stage),
            issues_now=self.counts.now[place],
            stays=self.counts.stays[place],
            median_days=self.counts.median_days[place],
            origin=origin_of_stage(self._profile, _make_key(today), stage) if confirmed else "",
        )

    def _word_proposed(self, code: int, name: str, said: int, stage: Stage) -> str:
        if self._workflow.inferred[code]:
            return f"Nobody lists it; by its usual name or its number it is {_SAID[_CATEGORY_OF[stage]]}."
        return _word_reason(name, said, int(self._workflow.category[code]), stage)


def _stage(category: int, *, waiting: bool) -> Stage:
    if category == IN_PROGRESS:
        return "waiting" if waiting else "active"
    return "done" if category == DONE else "not_started"


def _word_confirmed(stage: Stage) -> str:
    return f"The profile lists it as {stage.replace('_', ' ')}."


def _word_reason(name: str, said: int, category: int, stage: Stage) -> str:
    """Say where a proposed stage comes from: Jira's category, other issues, the name."""
    if category == UNMAPPED:
        return "Jira no longer knows it, so it counts as not started."
    source = f"Jira's category is {_SAID[said if said != UNMAPPED else category]}"
    if said == UNMAPPED:
        source = f"Jira's list does not have it; its issues, or its namesake, are {_SAID[category]}"
    if stage == "waiting":
        return f"{source}, and by its name work waits there."
    if category == IN_PROGRESS and looks_waiting(name):
        return f"{source}; by its name work waits there, but the profile names the waiting statuses itself."
    return f"{source}."
