"""What a change of settings would do to each metric, before it is saved. Pure.

Both profiles are answered from the stored tables by the same line that
answers the page. A field that was never fetched has no values yet: what it
would change is told as unknown instead of as no change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from configuration.profile import Profile
from data.jira.requested_fields import STANDARD_FIELDS, incident_rules, mapped_fields
from data.metrics.report import View
from data.model.logical_fields import LOGICAL_FIELDS
from data.model.metric import Candidates, Metric, MetricResult, State
from data.model.tables import Dataset
from data.pipeline import ALL_METRICS, compute
from data.profiles.rules import require_consistent

Change = Literal["same", "changed", "unknown until fetched", "new", "gone"]
_OF_RULES = (
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "time_to_restore",
    "deployment_rework_rate",
)
_WORDS: dict[State, str] = {
    "ok": "has a value",
    "no_data": "has no data",
    "not_configured": "is not configured",
    "not_applicable": "does not apply",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric under one profile; ``value`` is None where ``state`` is not ``ok``."""

    state: State
    value: float | None
    n: int
    evidence: str
    message: str | None


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric before and after.

    Attributes:
        id: of the metric.
        title: of the metric.
        unit: of its values.
        before: None where the metric did not exist.
        after: None where it would not exist; as far as the stored values tell where a field waits.
        change: ``same``, ``changed``, ``new``, ``gone``, or ``unknown until fetched``.
        sentence: what changes, in words.
    """

    id: str
    title: str
    unit: str
    before: Reading | None
    after: Reading | None
    change: Change
    sentence: str

    @property
    def keeps_value(self) -> bool:
        """The number itself stays, whatever it is made of."""
        before, after = self.before, self.after
        if before is None or after is None:
            return False
        return (before.value, before.state) == (after.value, after.state)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: one entry per metric, and what has to be fetched for it.

    Attributes:
        changes: in the order of the pages; metrics that neither profile has are absent.
        message: what has to be fetched, as a sentence; "" where nothing has to be.
    """

    changes: tuple[MetricChange, ...]
    message: str = ""

    @property
    def summary(self) -> str:
        """All changes in one line, "" where nothing changes: how many numbers, of how many."""
        unknown = sum(one.change == "unknown until fetched" for one in self.changes)
        moved = sum(one.change in ("changed", "new", "gone") and not one.keeps_value for one in self.changes)
        kept = sum(one.change == "changed" and one.keeps_value for one in self.changes)
        parts = [
            f"{moved or 'none'} of {len(self.changes)} numbers {'change' if moved > 1 else 'changes'}",
            f"{kept} {'keep their' if kept > 1 else 'keeps its'} value, made of other issues or weeks"
            if kept
            else "",
            f"{unknown} {'are' if unknown > 1 else 'is'} not known before a fetch" if unknown else "",
        ]
        line = ", ".join(filter(None, parts))
        return f"{line[0].upper()}{line[1:]}." if moved or kept or unknown else ""


def preview(
    dataset: Dataset,
    before: Profile,
    after: Profile,
    view: View,
    fetched: Collection[str] | None = None,
) -> Preview:
    """Compare every metric under two profiles over the same issues and the same view.

    Args:
        dataset: as stored; over an empty store every metric has no data on both sides.
        before: the profile in force.
        after: the profile that somebody is about to save.
        view: period and filters.
        fetched: ids of the fields that the stored issues were read with; None: those that
            ``before`` maps, and those of which a value is stored.

    Raises:
        ConfigurationError: ``after`` contradicts itself, or one of its patterns makes no sense.
        InputError: a date of the view makes no sense.
    """
    require_consistent(after)
    known = {*STANDARD_FIELDS, *(mapped_fields(before) if fetched is None else fetched)}
    missing = tuple(
        one for one in mapped_fields(after) if one not in known | set(dataset.issues.value_fields)
    )
    old, new = compute(dataset, before, view).results, compute(dataset, after, view).results
    changes = (
        _compare(metric, old.get(metric.id), new.get(metric.id), _list_waits(metric.id, after, missing))
        for metric in ALL_METRICS
        if metric.id in old or metric.id in new
    )
    return Preview(tuple(changes), _to_fetch(missing))


def _list_waits(metric_id: str, profile: Profile, missing: Collection[str]) -> tuple[str, ...]:
    """Return the fields that a metric reads under a profile and that have to be fetched first."""
    read = {profile.fields.get(logical.name) for logical in LOGICAL_FIELDS if metric_id in logical.metrics}
    if metric_id in _OF_RULES:
        read.update(field_id for field_id, _ in incident_rules(profile))
    return tuple(one for one in missing if one in read)


def _compare(
    metric: Metric, old: MetricResult | None, new: MetricResult | None, waits: tuple[str, ...]
) -> MetricChange:
    before, after = _read_result(old), _read_result(new)
    change: Change = "unknown until fetched" if waits else _choose_kind(old, new)
    return MetricChange(
        id=metric.id,
        title=metric.title,
        unit=metric.unit,
        before=before,
        after=after,
        change=change,
        sentence=_word_waiting(metric, waits) if waits else _word_change(metric, before, after, change),
    )


def _read_result(result: MetricResult | None) -> Reading | None:
    if result is None:
        return None
    return Reading(result.state, result.value, result.n, result.evidence, result.message)


def _choose_kind(old: MetricResult | None, new: MetricResult | None) -> Change:
    if old is None:
        return "new"
    if new is None:
        return "gone"
    return "same" if _list_facts(old) == _list_facts(new) else "changed"


def _list_facts(result: MetricResult) -> tuple[object, ...]:
    """Return what makes two results the same to a reader: the number, its weeks, and its issues."""
    return (
        _read_result(result),
        result.percentiles,
        result.weekly,
        _list_rows(result.candidates),
        dict(result.extra),
    )


def _list_rows(candidates: Candidates) -> dict[str | None, list[int]]:
    """Return the rows that are included, under None, and those that each reason left out."""
    return {reason: candidates.rows(reason).tolist() for reason in (None, *candidates.counts())}


def _word_waiting(metric: Metric, waits: tuple[str, ...]) -> str:
    return f"{metric.title} is unknown until {_join_names(waits)} {_has(waits)} been fetched."


def _word_change(metric: Metric, before: Reading | None, after: Reading | None, change: Change) -> str:
    if after is None:
        return f"{metric.title} would no longer exist."
    if before is None:
        return f"{metric.title} would be new: it {_word_reading(metric, after)}."
    if change == "same":
        return f"{metric.title} stays as it is."
    if (before.value, before.state) == (after.value, after.state):
        return f"{metric.title} keeps its value; {_word_details(before, after)}."
    return f"{metric.title} {_word_reading(metric, before)}; then it {_word_reading(metric, after)}."


def _word_reading(metric: Metric, reading: Reading) -> str:
    if reading.value is None:
        return _WORDS[reading.state]
    return f"is {reading.value:.4g} {metric.unit} from {reading.n}"


def _word_details(before: Reading, after: Reading) -> str:
    if before.n != after.n:
        return f"it would be made of {after.n} instead of {before.n}"
    if before.evidence != after.evidence:
        return f"its evidence would be {after.evidence} instead of {before.evidence}"
    return "what stands behind it changes"


def _to_fetch(missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    return f"{_join_names(missing)} {_has(missing)} not been fetched yet: saving fetches all issues again."


def _join_names(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _has(names: tuple[str, ...]) -> str:
    return "has" if len(names) == 1 else "have"
