"""Change lead time: how long a change takes from its start to production."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables, carriers_of, starts_of
from data.meaning.facts import Population, Rows, find_facts, in_order
from data.metrics.change_stages import change_stages
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import explain_missing
from data.metrics.durations import Durations, find_durations, median_in
from data.metrics.flow_efficiency import in_progress_ms
from data.metrics.lead_time_stages import find_stops, lead_time_stages, split_lead_times, stages_document
from data.metrics.weekly import without_answer
from data.model.instants import DAY_MS
from data.model.metric import Candidates, EachLater, Evidence, Measure
from data.model.statistics import Ranked, percentile
from data.model.tables import MISSING, Flags, Instants

NOTHING: Mapping[str, Any] = {"stages": None, "by_start": None, "change_stages": None}


def change_lead_time(context: CalculationContext) -> Measure:
    """Measure the days from the start of delivered changes to their deployment.

    The unit is the issue. It starts with the first commit of its changes, where some
    are stored, else at the date of a mapped field, and ends with the deployment that
    held the last of them. Elsewhere the start of the work stands in for it: a proxy.
    A change that names no issue is a unit of its own.

    Args:
        context: reads the deployment and the start of each change. What is dated by
            day is reckoned at the next midnight; up to 24 h before the start counts as 0.

    Returns:
        P50 in days over the issues deployed in the period, each in the week of
        its deployment day. ``stages`` says where these days went, ``by_start``
        gives P50 and n of each kind of start where there are both.

    Source:
        DORA, software delivery performance metrics: change lead time, formerly
        lead time for changes.
    """
    deployments = context.delivery.deployments
    if not deployments.configured:
        why = explain_missing(context)
        return without_answer(context, "not_configured", why, evidence="proxy", durations=True, extra=NOTHING)
    changes = context.delivery.once(find_changes)
    part = context.part(changes.times.measured)
    commits = _flag_measured(context.delivery)[part.rows]
    measure = median_in(
        context,
        changes.times,
        candidates=_join_candidates(context, changes),
        evidence=_weigh_evidence(context, part.rows, commits),
        empty="No started and delivered issue was deployed in this period.",
        extra=EachLater(
            stages=lambda: stages_document(
                context,
                lead_time_stages(context, changes.of_issues, context.delivery.once(_find_stages)),
            ),
            by_start=lambda: _split_by_start(changes.times.of(part), commits),
            change_stages=lambda: change_stages(context),
        ),
    )
    return replace(measure, message=_word_mixed(commits)) if _are_mixed(commits) else measure


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """All delivered issues: those that went out by the day of their deployment, the others by completion.

    Attributes:
        times: days from the start of each change to its deployment.
        of_issues: what of it is issues.
        undeployed: what nothing carried out.
    """

    times: Durations
    of_issues: Population
    undeployed: Population


def find_changes(delivery: DeliveryTables) -> Changes:
    """Measure all delivered issues that went out, and set those apart that did not."""
    deployments, carrier = delivery.deployments, carriers_of(delivery)
    delivered = delivery.once(find_facts).delivered
    since, until = starts_of(delivery), np.append(deployments.reckoned_at, MISSING)[carrier]
    candidates = np.concatenate((delivered.rows, len(delivery.issues) + delivery.code.without_issue))
    carried = carrier[candidates] >= 0
    rows = np.sort(candidates[carried])
    out = replace(
        in_order(rows, deployments.day[carrier[rows]], by_day=True), with_changes=len(delivery.code) > 0
    )
    reasons = _find_reasons(delivery, out.rows, since, until)
    times = find_durations(out.sort_out(reasons), lambda rows: np.maximum(until - since, 0)[rows] / DAY_MS)
    loose = _find_undeployed(delivery, delivered, candidates, carried)
    of_issues = times.measured
    if out.with_changes:
        of_issues = of_issues.sort_out({"change": of_issues.rows >= len(delivery.issues)}).included()
    return Changes(times, of_issues, loose.sort_out({"not_deployed": np.ones(len(loose), np.bool_)}))


def _find_undeployed(
    delivery: DeliveryTables, delivered: Population, candidates: Rows, carried: Flags
) -> Population:
    """Return what nothing carried out, issues by completion, changes by when they came into the main line."""
    n = len(delivery.issues)
    if not len(delivery.code):
        return delivered.sort_out({"deployed": carried}).included()
    at = np.concatenate((delivery.completed_at, delivery.code.merged_at))
    rows = np.sort(candidates[~carried])
    return replace(in_order(rows, at[rows]), with_changes=bool(len(rows)) and bool(rows[-1] >= n))


def _find_stages(delivery: DeliveryTables) -> tuple[Ranked, ...]:
    """Return where the days of all lead times of issues went, stage by stage."""
    return split_lead_times(delivery, *_find_ends(delivery), delivery.once(find_progress))


def find_progress(delivery: DeliveryTables) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how long all changes of issues with a lead time were in progress, and active, by place."""
    rows, since, deployed = _find_ends(delivery)
    return in_progress_ms(delivery, rows, since, find_stops(delivery, rows, since, deployed))


def _find_ends(delivery: DeliveryTables) -> tuple[Rows, Instants, Instants]:
    """Return the issues that have a lead time, when their change began, and when it was deployed."""
    rows = delivery.once(find_changes).of_issues.rows
    deployed = delivery.deployments.reckoned_at[delivery.operations.deployment_of[rows]]
    return rows, delivery.change.reckoned_at[rows], deployed


def _find_reasons(delivery: DeliveryTables, rows: Rows, since: Instants, until: Instants) -> dict[str, Flags]:
    """Flag the changes among ``rows``, which all went out, that have no lead time, by reason."""
    started = since[rows] != MISSING
    begun = np.where(started, since[rows], until[rows])
    return {
        "not_deployed": np.zeros(len(rows), np.bool_),
        "history_truncated": _lacks_start(delivery, rows),
        "never_started": ~started,
        "deployed_before_start": until[rows] - begun <= -DAY_MS,
    }


def _join_candidates(context: CalculationContext, changes: Changes) -> Candidates:
    """Return what went out in the period, and what was completed in it and never did."""
    both = changes.times.looked_at, changes.undeployed
    parts = [context.part(population) for population in both]
    return Candidates(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.of(each.code) for part, each in zip(parts, both, strict=True)]),
        changes.times.looked_at.reasons,
        context.delivery.names,
    )


def _weigh_evidence(context: CalculationContext, rows: Rows, commits: Flags) -> Evidence:
    """Return how trustworthy start and deployment of these issues are together."""
    delivery = context.delivery
    if (delivery.mapped.commit is None and not len(delivery.code)) or not commits.all():
        return "proxy"
    issues = rows[rows < len(delivery.issues)]
    guessed = delivery.deployments.production.inferred or delivery.operations.carried_unnamed[issues].any()
    return "inferred" if guessed else "measured"


def _split_by_start(days: NDArray[np.float64], commits: Flags) -> dict[str, dict[str, Any]] | None:
    """Return P50 and n of the changes that begin with a commit, and of the others; None without both."""
    if not _are_mixed(commits):
        return None
    kinds = {"measured": np.sort(days[commits]), "proxy": np.sort(days[~commits])}
    return {kind: {"p50": percentile(some, 0.5), "n": len(some)} for kind, some in kinds.items()}


def _are_mixed(commits: Flags) -> bool:
    return bool(commits.any() and not commits.all())


def _word_mixed(commits: Flags) -> str:
    """Return the sentence for a median over both kinds of start."""
    return (
        f"{int(commits.sum())} of {len(commits)} changes start with their commit, "
        "the others with the start of the work, which stands in for it."
    )


def _lacks_start(delivery: DeliveryTables, rows: Rows) -> Flags:
    """Flag issues whose start lies in the part of their history that is not known."""
    if delivery.start_source != "status":
        return np.zeros(len(rows), np.bool_)
    lacking = delivery.issues.truncated & ~delivery.change_measured
    return np.append(lacking, np.zeros(len(delivery.code), np.bool_))[rows]


def _flag_measured(delivery: DeliveryTables) -> Flags:
    """Flag issues, and after them changes, whose start is that of a commit."""
    return np.append(delivery.change_measured, np.ones(len(delivery.code), np.bool_))
