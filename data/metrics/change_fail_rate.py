"""Change fail rate: how many deployments broke something."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Rows
from data.meaning.incidents import find_incidents, name_incidents
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import deployment_ids, explain_missing
from data.metrics.deployment_shares import counted_in_period, share_of_deployments
from data.metrics.weekly import without_answer
from data.model.instants import DAY_MS
from data.model.metric import Later, Listing, Measure
from data.model.tables import Flags

NO_INCIDENTS = (
    "No incident of these projects was seen in the 365 days before the end of the period, and 0 % would "
    "only mean that nobody records them; {remedy}"
)
_NAME_THEM = (
    "name the issue types, labels, components, priorities or field values of incidents "
    "in the profile (incidents)."
)
_NAME_TYPES = "if {types} are incidents, name them in incidents.types."
KNOWN_MS = 365 * DAY_MS
NOTHING: Mapping[str, tuple[str, ...]] = {"failed": (), "unattributed": (), "provisional": ()}


def change_fail_rate(context: CalculationContext) -> Measure:
    """Share the deployments of the period that an incident is put down to.

    Args:
        context: reads the cause of each incident, whenever the incident was
            seen, and what the deployments say of themselves.

    Returns:
        Percent; each week by deployment day. ``failed`` are those deployments,
        ``unattributed`` the incidents seen in the period that none explains,
        ``provisional`` the deployments so young that an incident may still come.
        Inferred when some failure rests on nothing but project and time, or what is
        production on the name of an environment, or on a commit that takes a change
        back or a hotfix that followed. Projects without any incident in a year have no rate.

    Source:
        DORA, software delivery performance metrics: change fail rate.
    """
    deployments = context.delivery.deployments
    nothing: dict[str, list[str]] = {name: list(keys) for name, keys in NOTHING.items()}
    if not deployments.configured:
        return without_answer(context, "not_configured", explain_missing(context), extra=nothing)
    failed, certain = context.delivery.once(failures)
    found = counted_in_period(context).rows
    broke = found[failed[found]]
    if len(found) and not len(broke) and not _know_incidents(context, found):
        return without_answer(context, "not_configured", _word_no_incidents(context), extra=nothing)
    guessed = deployments.production.inferred or not certain[broke].all()
    return share_of_deployments(
        context,
        failed,
        evidence="inferred" if guessed else "measured",
        extra=Later(lambda: _list_failures(context, found, broke)),
    )


def _list_failures(context: CalculationContext, found: Rows, broke: Rows) -> dict[str, Listing]:
    """Name what stands behind the rate: deployments that failed or still may, incidents without a cause."""
    deployments, operations = context.delivery.deployments, context.delivery.operations
    young = deployments.as_of - deployments.reckoned_at[found] < operations.window_ms
    name = deployment_ids(context)
    return {
        "failed": Listing(np.sort(broke), name),
        "unattributed": _list_unattributed(context),
        "provisional": Listing(np.sort(found[young]), name),
    }


def _know_incidents(context: CalculationContext, found: Rows) -> bool:
    """Tell whether the projects of these deployments had an incident in the year before the period's end."""
    delivery, end = context.delivery, context.window.end
    incidents = context.facts.incidents
    at = delivery.detected.at[incidents]
    seen = incidents[(at >= end - KNOWN_MS) & (at < end)]
    projects = delivery.operations.group[delivery.issues.project[seen]]
    told = delivery.told
    recent = (told.detected_at >= end - KNOWN_MS) & (told.detected_at < end) & (told.group >= 0)
    known = np.concatenate((projects, told.group[recent]))
    return bool(np.isin(known, delivery.deployments.group[found]).any())


def _word_no_incidents(context: CalculationContext) -> str:
    types = context.delivery.operations.proposed_types
    remedy = _NAME_TYPES.format(types=", ".join(types)) if types else _NAME_THEM
    return NO_INCIDENTS.format(remedy=remedy)


def failures(delivery: DeliveryTables) -> tuple[Flags, Flags]:
    """Flag failed deployments, and those among them of which more than project and time says so."""
    deployments, operations = delivery.deployments, delivery.operations
    failed, certain = deployments.failed.copy(), deployments.failed.copy()
    blamed = operations.cause >= 0
    failed[operations.cause[blamed]] = True
    certain[operations.cause[blamed & ~operations.cause_inferred]] = True
    told = delivery.told
    failed[told.cause[told.cause >= 0]] = True
    certain[told.cause[told.certain]] = True
    # What had to be taken back failed, as far as one can tell from that, also where nothing mended it yet.
    failed[delivery.code.deployment[delivery.code.reverted]] = True
    return failed, certain


def _list_unattributed(context: CalculationContext) -> Listing:
    """Return the incidents seen in the period that no deployment explains."""
    delivery, window, told = context.delivery, context.window, context.delivery.told
    rows = np.append(
        context.chosen(context.facts.incidents), np.flatnonzero(context.told) + len(delivery.issues)
    )
    at = np.append(delivery.detected.at, told.detected_at)[rows]
    caused = delivery.once(find_incidents).cause[rows] >= 0
    loose = ~caused & (at >= window.lo) & (at < window.end)
    return Listing(rows[loose], partial(name_incidents, delivery))
