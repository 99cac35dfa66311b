"""The numbers of several scopes as those of one: by the same functions, over their partials. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from data.metrics.context import CalculationContext, Choice
from data.metrics.evaluate import evaluate, measure_before, no_data, settle
from data.metrics.merging.join import Whole, find_shared
from data.metrics.merging.partial import DEPLOYMENT_FLAGS, Partial, bit
from data.metrics.merging.stack import Stack
from data.metrics.merging.tables import Issues, agreed_targets, alike, delivery_of
from data.model.metric import Metric, MetricResult, no_series
from data.model.periods import Step, Window, automatic_step, lay_out, previous, zone_named
from data.model.tables import MISSING

_OF_FLOW = (
    "change_lead_time",
    "flow_velocity",
    "flow_velocity_points",
    "flow_time",
    "request_lead_time",
    "flow_load",
    "flow_distribution",
    "flow_efficiency",
    "blocked_time",
)
_OF_STARTS = ("change_lead_time", "flow_time", "flow_efficiency", "blocked_time")
# Which metrics are other numbers where scopes differ in a setting.
DECIDES: Mapping[str, tuple[str, ...]] = {
    "business_days": ("flow_time", "request_lead_time"),
    "start_source": _OF_STARTS,
    "completion_source": (*_OF_FLOW, "failed_deployment_recovery_time", "time_to_restore"),
    "include_subtasks": _OF_FLOW,
    "include_epics": _OF_FLOW,
    "incidents.window_hours": ("change_fail_rate", "failed_deployment_recovery_time"),
    "incidents.latent_days": ("failed_deployment_recovery_time",),
    "fields.story_points": ("flow_velocity_points",),
}
# What a scope has to know of itself for a metric to count it.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "configured": (
        "deployment_frequency",
        "change_lead_time",
        "change_fail_rate",
        "failed_deployment_recovery_time",
        "deployment_rework_rate",
    ),
    "histories": ("flow_load", "flow_efficiency", "blocked_time"),
    "waiting_known": ("flow_efficiency",),
    "blocked_known": ("blocked_time",),
}
_NAMES_TOLD = 5


@dataclass(frozen=True, slots=True)
class Merged:
    """Several scopes as one.

    Attributes:
        results: by metric id, in the order of the metrics; without lists of keys.
        window: the period, None where no scope holds anything.
        n_issues: how many there are, each once.
        n_items: how many of them are flow items in view.
        shared: by the names of two scopes, how many issues both hold.
        complete: a first fetch is over in each of them.
        notes: what could not be merged, or was left out, and why.
    """

    results: Mapping[str, MetricResult]
    window: Window | None
    n_issues: int
    n_items: int
    shared: Mapping[tuple[str, str], int]
    complete: bool
    notes: tuple[str, ...]


def merged(
    partials: Sequence[Partial],
    metrics: Iterable[Metric],
    note: str,
    step: Step | None = None,
    stack: Stack | None = None,
) -> Merged:
    """Return the numbers of several scopes together.

    Counts add up, rates have their k and n, durations are those of all scopes; an issue, a deployment, a
    change and an incident count once, as the scope says whose data are the newest. All of it is what the
    metrics make of one store that holds these scopes. What scopes understand differently is no number.

    Args:
        partials: of the same days and filters, in any order; none give no numbers.
        metrics: in the order of the results; points only where they are mapped.
        note: what is said where a scope is seen as of an earlier instant than its data.
        step: of the series; None: by the length of the period.
        stack: the same partials as ``stack_of`` has them, where somebody keeps them.

    Raises:
        ValueError: the partials are of different days or filters, which no reader can have asked for.
    """
    if not partials:
        return Merged({}, None, 0, 0, {}, complete=True, notes=())
    stack = stack or stack_of(partials)
    ordered = stack.partials
    window = _window_of(ordered)
    step, complete = step or automatic_step(window), all(one.complete for one in partials)
    known = {m.id: m for m in metrics if m.id != "flow_velocity_points" or _any(ordered, "points_mapped")}
    if len({one.zone for one in ordered}) > 1:
        why = _word_difference("timezone", {one.name: one.zone for one in partials})
        results = {name: _refuse(metric, why, ordered, step) for name, metric in known.items()}
        shared = find_shared(ordered)
        return Merged(results, window, shared.issues, shared.items, shared.counts, complete, (why,))
    if len({(one.days, one.blind) for one in partials}) > 1:
        raise ValueError("partials of different periods or filters")
    whole = Whole(stack)
    told = note if any(one.as_of < one.newest for one in ordered) else None
    refused = find_differences(partials)
    results = {
        name: _refuse(metric, refused[name], ordered, step)
        for name, metric in known.items()
        if name in refused
    }
    wanted = [name for name in known if name not in refused]
    for batch in alike(wanted):
        # Of either period by itself: so the tables of one at a time take room.
        past = _context_of(whole, window, step, batch, past=True)
        befores = {name: measure_before(known[name], past) for name in batch}
        del past
        context = _context_of(whole, window, step, batch)
        for name in batch:
            result = settle(evaluate(known[name], context, told, befores[name]))
            results[name] = _under_one_edition(result, partials)
        del context
    results = {name: results[name] for name in known}
    shared = whole.shared
    notes = (
        *dict.fromkeys(refused.values()),
        *_word_beside(partials, {name: metric.title for name, metric in known.items()}),
    )
    return Merged(results, window, shared.issues, shared.items, shared.counts, complete, notes)


def stack_of(partials: Sequence[Partial], before: Stack | None = None) -> Stack:
    """Return partials under each other, the newest word first: of what several scopes hold, it counts.

    Args:
        partials: in any order.
        before: another stack, of which some of them are.
    """
    return Stack(sorted(partials, key=lambda one: -one.newest), before)


def _any(partials: Iterable[Partial], state: str) -> bool:
    return any(partial.states[state] for partial in partials)


def _window_of(partials: Sequence[Partial]) -> Window:
    _, first, last = (dt.date.fromisoformat(day) for day in partials[0].days)
    begun = [one.first for one in partials if one.first != MISSING]
    as_of = max(one.as_of for one in partials)
    return lay_out(first, last, zone_named(partials[0].zone), as_of, min(begun, default=MISSING))


def _before(window: Window, partial: Partial) -> Window:
    """Return the period that partials are compared with: they were cut to it, whatever was read since."""
    usual, first = previous(window), dt.date.fromisoformat(partial.days[0])
    if usual.first_day == first:
        return usual
    last = window.first_day - dt.timedelta(days=1)
    return lay_out(first, last, window.zone, window.as_of, window.first_created)


def _context_of(
    whole: Whole, window: Window, step: Step, names: Sequence[str], *, past: bool = False
) -> CalculationContext:
    """Return what some metrics look at in the period, or in the one before it."""
    before = _before(window, whole.partials[0])
    issues = Issues(whole, before if past else window, names)
    blind = whole.partials[0].blind
    seen = bit(DEPLOYMENT_FLAGS, whole.deployments["flags"], "chosen")
    choice = Choice(
        rows=issues.flag("chosen") if blind else None,
        blind=blind,
        deployments=None if seen.all() else seen,
    )
    context = CalculationContext(delivery_of(issues, window.zone, window.as_of), window, choice, step)
    return context.against(window, before)


def find_differences(partials: Sequence[Partial]) -> dict[str, str]:
    """Return by metric id why scopes have no common number; metrics that have one are absent."""
    found: dict[str, str] = {}
    for name, metrics in DECIDES.items():
        values = {one.name: one.settings[name] for one in partials}
        # Points of one team are those of nobody else, be the field called alike.
        if name == "fields.story_points":
            values = {one.name: f"{one.settings[name] or 'not mapped'}, {one.site}" for one in partials}
        if len(set(values.values())) > 1:
            found |= {metric: _word_difference(name, values) for metric in metrics if metric not in found}
    return found


def _word_difference(setting: str, values: Mapping[str, str]) -> str:
    """Return the sentence for a setting that scopes do not share, and what to do."""
    holders: dict[str, list[str]] = {}
    for name, value in values.items():
        holders.setdefault(value, []).append(name)
    told = "; ".join(f"{value} for {_list_names(names)}" for value, names in holders.items())
    return (
        f"There is no common number where {setting} differs ({told}). "
        "Set it alike, or choose profiles that agree."
    )


def _list_names(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_TOLD
    return ", ".join(names[:_NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")


def _refuse(metric: Metric, why: str, partials: Sequence[Partial], step: Step) -> MetricResult:
    working = partials[0].holidays is not None
    return replace(
        no_data(metric, why, business_days=working), state="not_applicable", series=no_series(step)
    )


def _under_one_edition(result: MetricResult, partials: Sequence[Partial]) -> MetricResult:
    """Return a result without the level of an edition that not all scopes go by."""
    return result if len({one.edition for one in partials}) == 1 else replace(result, band=None)


def _word_beside(partials: Sequence[Partial], titles: Mapping[str, str]) -> Iterable[str]:
    """Yield what else a reader should know of the common numbers, which have titles by metric id."""
    if len({one.edition for one in partials}) > 1:
        yield _word_difference("edition", {one.name: one.edition for one in partials})
    aims = agreed_targets(partials)
    other = sorted({titles.get(name, name) for one in partials for name in one.targets if name not in aims})
    if other:
        yield f"There is no common target for {', '.join(other)}: the profiles have different ones, or none."
    for state, metrics in _NEEDS.items():
        lacking = [one.name for one in partials if not one.states[state]]
        of_these = ", ".join(titles[name] for name in metrics if name in titles)
        if of_these and lacking and len(lacking) < len(partials):
            yield f"{_list_names(lacking)}: nothing is known there for {of_these}."
    newest = max(one.as_of for one in partials)
    last = partials[0].days[-1]
    for one in partials:
        if one.as_of < newest and _ends_before(one, last):
            yield f"{one.name} was last read before the period ends: what happened since is missing."
    for one in partials:
        if not one.complete:
            yield f"{one.name} is still being read for the first time."


def _ends_before(partial: Partial, last: str) -> bool:
    window = lay_out(None, None, zone_named(partial.zone), partial.as_of)
    return window.last_day.isoformat() < last
