"""Numbers and words for people."""

import datetime as dt

from data.metric import Metric, MetricResult

UNIT_WORDS = {
    "items/week": "items a week",
    "points/week": "points a week",
    "deployments/week": "deployments a week",
    "days": "days, median",
    "hours": "hours, median",
    "items": "items now",
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
    "littles_law_mismatch": "load and speed disagree",
}
OF_DEPLOYMENTS = frozenset({"deployment_frequency", "change_fail_rate", "deployment_rework_rate"})
REASON_WORDS = {
    "not_delivered": "closed without being delivered",
    "never_started": "never in a status in progress",
    "negative": "finished before it began",
    "zero_flow_time": "no time between start and completion",
    "no_date": "released without a date",
    "name_filtered": "name does not match the pattern",
    "not_production": "not in a production environment",
    "after_as_of": "later than the data",
    "not_deployed": "not deployed yet, as far as known",
    "deployed_before_start": "deployed before the work began",
    "unattributed": "put down to no deployment",
    "not_an_incident": "turned out to be no incident",
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


def finding_title(code: str) -> str:
    """Return a data-quality code in words."""
    return FINDING_TITLES.get(code, code.replace("_", " "))


def noun_of(metric: Metric) -> str:
    """Return what the rows behind a metric are."""
    return "deployment" if metric.id in OF_DEPLOYMENTS else "issue"


def comparison(metric: Metric, result: MetricResult) -> tuple[str, str]:
    """Return the comparison with the period before in words, and its tone: better, worse or even."""
    previous = result.previous
    if result.value is None:
        return "", "even"
    if previous is None or previous.value is None:
        return "no earlier data to compare with", "even"
    before = number(previous.value)
    if result.trend == "unknown":
        return f"too few to compare; {before} before", "even"
    if result.trend == "flat":
        return f"about as before ({before})", "even"
    words = f"{ARROWS[result.trend]} {result.trend} from {before}"
    tone = "better" if (result.trend == "up") == (metric.better == "higher") else "worse"
    return (words, "even") if metric.better == "neither" else (f"{words}: {tone}", tone)


def percentile_words(result: MetricResult) -> str:
    """Return the percentiles of a result and why some are withheld; "" for counts and rates."""
    withheld = [f"{name.upper()} withheld, {why}" for name, why in result.percentiles_withheld.items()]
    return "; ".join([*_known(result), *withheld])


def percentiles_in_short(result: MetricResult) -> str:
    """Return the known percentiles and the names of the withheld ones; "" for counts and rates."""
    withheld = " and ".join(name.upper() for name in result.percentiles_withheld)
    return "; ".join([*_known(result), *([f"{withheld} withheld: too few"] if withheld else [])])


def _known(result: MetricResult) -> list[str]:
    percentiles = (result.percentiles or {}).items()
    return [f"{name.upper()} {number(value)}" for name, value in percentiles if value is not None]


def reason(code: str) -> str:
    """Return a reason code in words."""
    return REASON_WORDS.get(code, code.replace("_", " "))


def day(instant_ms: int) -> str:
    """Return the UTC date of an instant, ``22 Nov 2026``."""
    return f"{dt.datetime.fromtimestamp(instant_ms / 1000, dt.UTC):%-d %b %Y}"


def age(instant_ms: int, now_ms: int) -> str:
    """Return how long ago an instant was: ``just now``, ``3 min ago``, ``2 h ago``, ``4 days ago``."""
    minutes = max(0, now_ms - instant_ms) // 60_000
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
