"""Numbers and words for people."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from data.forecast.what_if import WhatIf
from data.model.metric import OF_DEPLOYMENTS, Metric, MetricResult
from data.model.verdict import target_grounds, target_verdict, verdict

SHOWN_KEYS = 60

UNIT_WORDS = {
    "items/week": "items a week",
    "points/week": "points a week",
    "deployments/week": "deployments a week",
    "days/week": "item-days a week",
    "days": "days, median",
    "hours": "hours, median",
    "items": "items at the end",
    "percent": "%",
}
PERCENT_OF = {
    "flow_distribution": "% features",
    "flow_efficiency": "% of the time active",
    "change_fail_rate": "% of deployments",
    "deployment_rework_rate": "% of deployments",
}
FINDING_TITLES = {
    "history_mismatch": "history ends elsewhere",
    "history_clamped": "changes before creation",
    "history_broken_chain": "gap in the history",
    "history_missing": "no change history",
    "bulk_edit": "moved in bulk",
    "unmapped_status": "status no longer known",
    "skipped_status": "done, but never in progress",
    "done_without_date": "done, but when?",
    "resolution_without_done": "resolved, but not done",
    "zombie": "in progress for too long",
    "version_without_date": "released without a date",
    "sprint_like_versions": "versions that are sprints",
    "same_day_releases": "many releases on one day",
    "closed_after_release": "closed after the release",
    "pull_requests_not_read": "pull requests nobody tells of",
    "source_unread": "repositories that could not be read",
    "deployment_unknown_project": "projects nobody knows",
    "deployment_unknown_issue": "issue keys nobody knows",
    "open_in_production": "deployed, ticket open",
    "done_not_deployed": "done, not deployed",
    "change_without_issue": "changes without an issue",
    "change_without_deployment": "changes not deployed",
    "change_unknown_issue": "issue keys in changes that nobody knows",
    "deployment_without_changes": "deployments without changes",
    "littles_law_mismatch": "load and speed disagree",
    "history_truncated": "beginning of the history is missing",
    "malformed_history": "change that cannot be read",
    "inferred_status": "status known by its usual name only",
    "status_category_conflict": "two categories of one status",
    "bulk_created": "created in bulk",
    "bulk_day": "completed in bulk",
    "unclassified_types": "types that stand for no flow item",
}
GOES_BY_PROJECT = "deployments and their incidents have none of these, so this number goes by project alone"
REASON_WORDS = {
    "not_delivered": "closed without being delivered",
    "history_truncated": "beginning of the history is missing",
    "never_started": "never in a status in progress",
    "negative": "finished before it began",
    "no_estimate": "without an estimate",
    "zero_flow_time": "no time between start and completion",
    "before_start": "blocked only before work began",
    "after_completion": "blocked only after completion",
    "unseen_blocker": "blocked by what nobody can see",
    "undated": "blocked since nobody knows when",
    "no_date": "released without a date",
    "name_filtered": "name does not match the pattern",
    "not_production": "not in a production environment",
    "not_successful": "an attempt that did not succeed",
    "after_as_of": "later than the data",
    "not_deployed": "not deployed yet, as far as known",
    "deployed_before_start": "deployed before the work began",
    "latent": "seen too long after the deployment",
    "unattributed": "put down to no deployment",
    "not_an_incident": "turned out to be no incident",
    "done_without_date": "done, and nothing says since when",
    "done_outside": "done outside the sprint",
}
ARROWS = {"up": "\u25b2", "down": "\u25bc"}
FORMER_NAMES = {
    "change_lead_time": "formerly lead time for changes",
    "change_fail_rate": "formerly change failure rate",
    "failed_deployment_recovery_time": "formerly mean time to restore, MTTR",
    "flow_velocity": "also called throughput",
    "flow_time": "also called cycle time",
    "flow_load": "also called work in progress",
    "request_lead_time": "also called lead time",
    "blocked_time": "also called blocker time, impediments",
}


def number(value: float) -> str:
    """Return a value with as many digits as a reader can use: 5.5, 72.7, 1 204."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.1f}" if size >= 1 else f"{value:.2f}"


def counted(n: int, noun: str) -> str:
    """Return ``1 issue`` or ``12 issues``."""
    return f"{number(n)} {noun}" if n == 1 else f"{number(n)} {noun}s"


def unit_words(metric: Metric) -> str:
    """Return the unit of a metric as it is read aloud."""
    return PERCENT_OF.get(metric.id) or UNIT_WORDS.get(metric.unit, metric.unit)


def ignored_words(result: MetricResult) -> str:
    """Return what a number is of in spite of the filters, ``all types and labels``; "" where it heeds all."""
    plural = [f"{name.replace('_', ' ')}s" for name in result.filters_ignored]
    rest, last = plural[:-1], plural[-1:]
    return "all " + " and ".join([", ".join(rest), *last] if rest else last) if plural else ""


def finding_title(code: str) -> str:
    """Return a data-quality code in words."""
    return FINDING_TITLES.get(code, code.replace("_", " "))


# Rows of these need not be issues: a change may name none, a file or a deployment tell of a failure.
_NOUNS = {
    "change_lead_time": "change",
    "failed_deployment_recovery_time": "failure",
    "time_to_restore": "incident",
}


def noun_of(metric: Metric) -> str:
    """Return what the rows behind a metric are."""
    return "deployment" if metric.id in OF_DEPLOYMENTS else _NOUNS.get(metric.id, "issue")


def comparison(metric: Metric, result: MetricResult) -> tuple[str, str]:
    """Return the comparison with the period before in words, and its tone: better, worse or even."""
    previous = result.previous
    if result.value is None:
        return "", "even"
    if previous is None or previous.value is None:
        return "no earlier data to compare with", "even"
    before = number(previous.value)
    if result.kind == "stock":
        return f"{before} when the period began", "even"
    words = f"{verdict(result)} ({before} before)"
    if result.trend not in ARROWS:
        return words, "even"
    words = f"{ARROWS[result.trend]} {words}"
    tone = "better" if (result.trend == "up") == (metric.better == "higher") else "worse"
    return (words, "even") if metric.better == "neither" else (f"{words}: {tone}", tone)


def target_words(result: MetricResult) -> str:
    """Return whether a number is where it should be and what says so; "" without a target."""
    words, grounds = target_verdict(result).removeprefix("target "), target_grounds(result)
    return f"{words} ({grounds})" if grounds else words


def target_line_at(result: MetricResult) -> float | None:
    """Return where the line of a target stands among the steps of a number; None without one.

    A count is of a week, so that it says nothing of a month.
    """
    if result.target is None or (result.kind == "count" and result.series.step != "week"):
        return None
    return result.target.value


def level_name(names: str) -> str:
    """Return the name of a level; the reports have levels that one number does not tell apart."""
    return names.replace(", ", " or ")


def level_words(result: MetricResult) -> str:
    """Return the level of a number in the DORA report, and what keeps it from being sure; "" without one."""
    if result.band is None:
        return ""
    names, edition = str(result.band["level"]), result.band["edition"]
    shared = ", which does not tell these apart by this number" if ", " in names else ""
    unsure = ", with too little or indirect evidence to be sure" if result.band["greyed"] else ""
    return f"{level_name(names)} by the DORA report {edition}{shared}{unsure}"


def interval_words(result: MetricResult) -> str:
    """Return the 95 % interval of a value, ``4.8 to 6.9 days``; "" where it has none."""
    if result.interval is None:
        return ""
    low, high = result.interval
    return f"{number(low)} to {number(high)} {'%' if result.unit == 'percent' else result.unit}"


def percentile_words(result: MetricResult) -> str:
    """Return the percentiles of a result and why some are withheld; "" for counts and rates."""
    withheld = [f"{name.upper()} withheld, {why}" for name, why in result.percentiles_withheld.items()]
    return "; ".join([*_list_known(result), *withheld])


def spread_in_short(result: MetricResult) -> str:
    """Return the range of the value, the percentiles beside it, and the names of those withheld."""
    low, high = map(number, result.interval or (0.0, 0.0))
    extent = [f"range {low} to {high}"] if result.interval else []
    known = [text for text in _list_known(result) if not (extent and text.startswith("P50"))]
    withheld = " and ".join(name.upper() for name in result.percentiles_withheld)
    return "; ".join([*extent, *known, *([f"{withheld} withheld: too few"] if withheld else [])])


def start_words(result: MetricResult) -> str:
    """Return the medians by what lead times start with, and of how many each; "" where all start alike."""
    by_start = _by_start(result)
    if not by_start:
        return ""
    measured, proxy = by_start["measured"], by_start["proxy"]
    return (
        f"P50 {number(measured['p50'])} days from the first commit ({number(measured['n'])}),"
        f" {number(proxy['p50'])} days from the start of work ({number(proxy['n'])})"
    )


def start_share(result: MetricResult) -> str:
    """Return which part of the lead times starts with a commit; "" where all start alike."""
    by_start = _by_start(result)
    if not by_start:
        return ""
    measured, proxy = by_start["measured"]["n"], by_start["proxy"]["n"]
    return f"{round(100 * measured / (measured + proxy))} % by commits"


def _by_start(result: MetricResult) -> Any:
    return result.extra.get("by_start") if _is_lead_time(result) else None


def _is_lead_time(result: MetricResult) -> bool:
    # Whatever is asked of the fields of another metric makes them, which costs.
    return result.definition.startswith("change_lead_time/")


def change_stage_words(result: MetricResult) -> str:
    """Return where the lead time of changes of code goes; "" where none were deployed."""
    stages = result.extra.get("change_stages") if _is_lead_time(result) else None
    if not stages or not stages["n"]:
        return ""
    told = ((name, stage) for name, stage in stages.items() if isinstance(stage, dict) and stage["n"])
    known = [f"{name} {number(stage['p50'])}" for name, stage in told]
    return f"P50 in days: {', '.join(known)} (of {counted(stages['n'], 'change')} of code)" if known else ""


def _list_known(result: MetricResult) -> list[str]:
    percentiles = (result.percentiles or {}).items()
    return [f"{name.upper()} {number(value)}" for name, value in percentiles if value is not None]


def reason(code: str) -> str:
    """Return a reason code in words."""
    return REASON_WORDS.get(code, code.replace("_", " "))


def day(instant_ms: int) -> str:
    """Return the UTC date of an instant, ``22 Nov 2026``."""
    date = dt.datetime.fromtimestamp(instant_ms / 1000, dt.UTC)
    return f"{date.day} {date:%b %Y}"  # "%-d" is not known everywhere


def age(instant_ms: int, now_ms: int) -> str:
    """Return how long ago an instant was: ``just now``, ``3 min ago``, ``2 h ago``, ``4 days ago``.

    An instant that is still to come, by more than a minute, was stamped by a clock that was put back since.
    """
    minutes = (now_ms - instant_ms) // 60_000
    if minutes < -1:
        return "by a clock that ran ahead"
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"


def key_list(keys: Sequence[str], n: int | None = None) -> str:
    """Return keys in a row, the first sixty of many and how many more there are.

    Args:
        keys: at least the first sixty.
        n: how many there are in all, where ``keys`` are not all of them.
    """
    more = (len(keys) if n is None else n) - SHOWN_KEYS
    return ", ".join(keys[:SHOWN_KEYS]) + (f" and {number(more)} more" if more > 0 else "")


def told_words(told: WhatIf) -> str:
    """Return the ranges of a what-if beside what was, or why nothing can be told."""
    if told.changed is None or told.actual is None:
        return told.message or ""
    weekly, p85 = told.changed.weekly, told.changed.p85
    return (
        f"{number(weekly[0])} to {number(weekly[1])} items a week ({number(told.actual[0])} now), "
        f"85 % within {number(p85[0])} to {number(p85[1])} days ({number(told.actual[1])} now)."
    )
