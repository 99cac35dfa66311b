"""Change lead time: how long a change takes from its start to production."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, Rows, find_facts, in_order
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import explain_missing
from data.metrics.durations import Durations, find_durations, median_in
from data.metrics.lead_time_stages import lead_time_stages, split_lead_times, stages_document
from data.metrics.weekly import without_answer
from data.model.instants import DAY_MS
from data.model.metric import Candidates, Evidence, Later, Measure
from data.model.statistics import Ranked, percentile
from data.model.tables import MISSING, Flags, Instants

NOTHING: Mapping[str, Any] = {"stages": None, "by_start": None}


def change_lead_time(context: CalculationContext) -> Measure:
    """Measure the days from the start of delivered changes to their deployment.

    A change starts with its commit where a field of that meaning is mapped and
    filled. Elsewhere the start of the work stands in for it: a proxy.

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
    commits = context.delivery.change_measured[part.rows]
    measure = median_in(
        context,
        changes.times,
        candidates=_join_candidates(context, changes),
        evidence=_weigh_evidence(context, part.rows, commits),
        empty="No started and delivered issue was deployed in this period.",
        extra=Later(
            lambda: {
                "stages": stages_document(
                    context,
                    lead_time_stages(context, changes.times.measured, context.delivery.once(_find_stages)),
                ),
                "by_start": _split_by_start(changes.times.of(part), commits),
            }
        ),
    )
    return replace(measure, message=_word_mixed(commits)) if _are_mixed(commits) else measure


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """All delivered issues: those that went out by the day of their deployment, the others by completion.

    Attributes:
        times: days from the start of each change to its deployment.
        undeployed: what nothing carried out.
    """

    times: Durations
    undeployed: Population


def find_changes(delivery: DeliveryTables) -> Changes:
    """Measure all delivered issues that went out, and set those apart that did not."""
    deployments, carrier = delivery.deployments, delivery.operations.deployment_of
    delivered = delivery.once(find_facts).delivered
    carried = carrier[delivered.rows] >= 0
    rows = np.sort(delivered.rows[carried])
    out = in_order(rows, deployments.day[carrier[rows]], by_day=True)
    since, until = delivery.change.reckoned_at, np.append(deployments.reckoned_at, MISSING)[carrier]
    reasons = _find_reasons(delivery, out.rows, since, until)
    times = find_durations(out.sort_out(reasons), lambda rows: np.maximum(until - since, 0)[rows] / DAY_MS)
    loose = delivered.sort_out({"deployed": carried}).included()
    return Changes(times, loose.sort_out({"not_deployed": np.ones(len(loose), np.bool_)}))


def _find_stages(delivery: DeliveryTables) -> tuple[Ranked, ...]:
    """Return where the days of all lead times went, stage by stage."""
    rows = delivery.once(find_changes).times.measured.rows
    deployed = delivery.deployments.reckoned_at[delivery.operations.deployment_of[rows]]
    return split_lead_times(delivery, rows, delivery.change.reckoned_at[rows], deployed)


def _find_reasons(delivery: DeliveryTables, rows: Rows, since: Instants, until: Instants) -> dict[str, Flags]:
    """Flag the changes among ``rows``, which all went out, that have no lead time, by reason."""
    started = delivery.change.known[rows]
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
        context.delivery.issues.keys,
    )


def _weigh_evidence(context: CalculationContext, rows: Rows, commits: Flags) -> Evidence:
    """Return how trustworthy start and deployment of these issues are together."""
    delivery = context.delivery
    if delivery.mapped.commit is None or not commits.all():
        return "proxy"
    guessed = delivery.deployments.production.inferred or delivery.operations.carried_unnamed[rows].any()
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
    return delivery.issues.truncated[rows] & ~delivery.change_measured[rows]
