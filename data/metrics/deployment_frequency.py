"""Deployment frequency: how often a team deploys to production."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, Rows, in_order
from data.metrics.context import CalculationContext
from data.model.metric import Candidates, Listing, Measure, code_reasons

NOT_CONFIGURED = (
    "No deployment was found: neither imported events, nor completed issues of a deployment type, nor "
    "released versions with a date, nor a deployed status; release versions in Jira with a date, "
    "import deployments, or set deployments.source."
)
NONE_SOUNDS_LIKE_IT = (
    "None of the environments that the deployments name sounds like production: {names}. "
    "Name those that are production in deployments.environments."
)
_BESIDE_VERSIONS = (
    "Released versions, which are there too, do not count beside what is trusted more (deployments.source)."
)
_LEFT_OUT = {
    "no_date": "without a date",
    "name_filtered": "left out by deployments.version_pattern",
    "not_production": "outside production",
    "not_successful": "without success",
    "after_as_of": "after the newest data",
}
_NAMES_TOLD = 5


def deployment_frequency(context: CalculationContext) -> Measure:
    """Count production deployments, per week of seven days.

    Failed deployments count too: this metric is how often a team deploys; how
    well that went is the change fail rate.

    Args:
        context: reads the deployments of the profile's source.

    Returns:
        Count x 7 / days; each week its plain count. A source without any
        deployment in the period gives 0; no source at all, or no environment that
        is known to be production, gives no value. Inferred where the names of
        environments tell what is production.
        ``deployment_days`` counts distinct civil days, ``deployments`` lists
        what was counted.

    Source:
        DORA, software delivery performance metrics: deployment frequency.
    """
    deployments, window = context.delivery.deployments, context.window
    candidates = deployment_candidates(context)
    part = context.part(context.delivery.once(find_attempts).counted)
    weekly = part.counts
    configured = deployments.configured
    return Measure(
        value=len(part) * 7 / window.days if configured else None,
        candidates=candidates,
        weekly=weekly.astype(np.float64) if configured else np.full(len(weekly), np.nan),
        weekly_n=weekly,
        state="ok" if configured else "not_configured",
        message=_explain_count(context, candidates) if configured else explain_missing(context),
        evidence="inferred" if deployments.production.inferred else "measured",
        extra={
            "deployment_days": len(deployment_days(context)) if configured else None,
            "deployments": Listing(np.sort(part.rows), deployments.entries),
        },
    )


def explain_missing(context: CalculationContext) -> str:
    """Return why there is no deployment to speak of: no source, or no environment that is production."""
    production = context.delivery.deployments.production
    if not production.unknown:
        return NOT_CONFIGURED
    return NONE_SOUNDS_LIKE_IT.format(names=_list_names(production.others))


def _explain_count(context: CalculationContext, candidates: Candidates) -> str | None:
    """Return what a reader of the number should know: what was guessed, and why there is nothing."""
    production = context.delivery.deployments.production
    told = [_BESIDE_VERSIONS] if context.delivery.deployments.beside_versions else []
    if production.inferred:
        others = f"; left out: {_list_names(production.others)}" if production.others else ""
        told.append(
            f"Production is told by the names of environments: {_list_names(production.names)}{others}. "
            "Name them in deployments.environments if that is wrong."
        )
    left_out = candidates.counts()
    if left_out and not candidates.n:
        met = f" ({_list_names(production.others)})" if production.others else ""
        words = ", ".join(
            f"{n} {_LEFT_OUT[reason]}{met if reason == 'not_production' else ''}"
            for reason, n in left_out.items()
        )
        told.append(f"No deployment counts: {words}.")
    return " ".join(told) or None


def _list_names(names: Sequence[str]) -> str:
    """Return names in words, the first few of many."""
    more = len(names) - _NAMES_TOLD
    return ", ".join(names[:_NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True, eq=False)
class Attempts:
    """All deployments and attempts, with what becomes of each.

    Attributes:
        dated: by civil day, those before T.
        counted: those of them that count.
        others: rows of the undated ones and of those after T, which are candidates in every period.
        code: by row: included, or which reason.
        reasons: their names.
    """

    dated: Population
    counted: Population
    others: Rows
    code: NDArray[np.int8]
    reasons: tuple[str, ...]


def find_attempts(delivery: DeliveryTables) -> Attempts:
    """Sort deployments out: without a date, by another name, elsewhere than in production, in vain, later."""
    deployments = delivery.deployments
    undated, later = deployments.day == 0, deployments.after_as_of
    reasons = {
        "no_date": undated,
        "name_filtered": ~deployments.matches,
        "not_production": ~deployments.production.counts,
        "not_successful": ~deployments.successful,
        "after_as_of": later,
    }
    code = code_reasons(len(deployments), reasons)
    past = np.flatnonzero(~(undated | later))
    dated = in_order(past, deployments.day[past], by_day=True, of_deployments=True)
    dated = replace(dated, code=code[dated.rows], reasons=tuple(reasons))
    return Attempts(dated, dated.included(), np.flatnonzero(undated | later), code, tuple(reasons))


def deployment_candidates(context: CalculationContext) -> Candidates:
    """Sort deployments of the period, undated ones and those after T by what becomes of each."""
    attempts, chosen = context.delivery.once(find_attempts), context.deployments
    others = attempts.others if chosen is None else attempts.others[chosen[attempts.others]]
    rows = np.concatenate((context.part(attempts.dated).rows, others))
    return Candidates(rows, attempts.code[rows], attempts.reasons, deployment_ids(context))


def deployment_days(context: CalculationContext) -> NDArray[np.int64]:
    """Return the civil days of the period on which something was deployed that counts, ascending."""
    counted = context.delivery.once(find_attempts).counted
    days = context.part(counted).of(counted.at)
    distinct: NDArray[np.int64] = days[
        np.concatenate((np.ones(min(len(days), 1), np.bool_), days[1:] != days[:-1]))
    ]
    return distinct


def deployment_ids(context: CalculationContext) -> Callable[[NDArray[np.intp]], tuple[str, ...]]:
    """Return what turns rows into deployment ids."""
    ids = context.delivery.deployments.ids
    return lambda rows: tuple(ids[row] for row in rows.tolist())
