"""The DORA family: one line per metric."""

from collections.abc import Mapping
from typing import Unpack

from data.metrics.change_fail_rate import NOTHING, change_fail_rate
from data.metrics.change_lead_time import NOTHING as NOTHING_OF_LEAD_TIME
from data.metrics.change_lead_time import change_lead_time
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import deployment_frequency
from data.metrics.deployment_rework_rate import deployment_rework_rate
from data.metrics.failed_deployment_recovery_time import failed_deployment_recovery_time
from data.metrics.time_to_restore import time_to_restore
from data.model.metric import Metric, MetricResult
from data.performance_utils import log_performance
from data.plain_issues import Options, PlainIssues, all_of, one_of

DORA_METRICS = (
    Metric(
        "deployment_frequency",
        "Deployment frequency",
        unit="deployments/week",
        kind="count",
        better="higher",
        formula="Successful production deployments in the period, times 7, divided by its days.",
        fields=("versions: released, releaseDate, name", "deployed_at", "environment", "result"),
        compute=log_performance(deployment_frequency),
        of_deployments=True,
        no_extra={"deployment_days": None, "deployments": []},
    ),
    Metric(
        "change_lead_time",
        "Change lead time",
        unit="days",
        kind="duration",
        better="lower",
        formula=(
            "Median time from the first commit, where one is known, else from the start of work, to the "
            "deployment that holds the last one, over the delivered items deployed and the changes without "
            "an item; of what was closed after its release to the last release that names it."
        ),
        fields=(
            "changes of code",
            "deployments",
            "commit_date",
            "status changes",
            "resolution",
            "fixVersions",
            "versions: releaseDate",
        ),
        compute=log_performance(change_lead_time),
        no_extra=NOTHING_OF_LEAD_TIME,
        evidence="proxy",
        version=3,
    ),
    Metric(
        "change_fail_rate",
        "Change fail rate",
        unit="percent",
        kind="proportion",
        better="lower",
        formula="Deployments that an incident is put down to, divided by all deployments of the period.",
        fields=(
            "issuetype",
            "created",
            "issuelinks",
            "versions",
            "fixVersions",
            "versions: releaseDate",
            "detected_at",
            "failed",
            "environment",
        ),
        compute=log_performance(change_fail_rate),
        of_deployments=True,
        no_extra={name: list(keys) for name, keys in NOTHING.items()},
    ),
    Metric(
        "failed_deployment_recovery_time",
        "Failed deployment recovery time",
        unit="hours",
        kind="duration",
        better="lower",
        formula=(
            "Median time from a deployment to the end of the incident that it caused; without those seen "
            "more than 30 days (incidents.latent_days) after it."
        ),
        fields=(
            "issuetype",
            "created",
            "status changes",
            "issuelinks",
            "versions",
            "versions: releaseDate",
            "restored_at",
        ),
        compute=log_performance(failed_deployment_recovery_time),
        of_deployments=True,
    ),
    Metric(
        "time_to_restore",
        "Time to restore",
        unit="hours",
        kind="duration",
        better="lower",
        formula="Median time from seeing an incident to its end, over the incidents that ended.",
        fields=("issuetype", "created", "status changes", "resolution", "detected_at", "restored_at"),
        compute=log_performance(time_to_restore),
        of_deployments=True,
        no_extra={"open": None, "oldest_open_hours": None},
    ),
    Metric(
        "deployment_rework_rate",
        "Deployment rework rate",
        unit="percent",
        kind="proportion",
        better="lower",
        formula=(
            "Deployments that repaired something, divided by all of the period: a hotfix by name, "
            "or nothing but defects, one of them for an incident. A lower bound."
        ),
        fields=("versions: name", "fixVersions", "issuetype", "issuelinks"),
        compute=log_performance(deployment_rework_rate),
        of_deployments=True,
        evidence="proxy",
    ),
)


def calculate_all_dora_metrics(
    subject: CalculationContext | PlainIssues, note: str | None = None, **options: Unpack[Options]
) -> Mapping[str, MetricResult]:
    """Return every DORA metric by id, in the order of the family.

    Args:
        subject: a context, whose masks the metrics then share, or plain Jira issues.
        note: a sentence that every value carries.
        options: of plain issues only.

    Raises:
        InputError: the issues or the options make no sense; nothing was computed.
    """
    return all_of(DORA_METRICS, subject, note, **options)


def calculate_deployment_frequency(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how often the team deploys, from plain Jira issues."""
    return one_of(DORA_METRICS, "deployment_frequency", issues, **options)


def calculate_change_lead_time(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how long changes take to production, from plain Jira issues."""
    return one_of(DORA_METRICS, "change_lead_time", issues, **options)


def calculate_change_fail_rate(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how many deployments broke something, from plain Jira issues."""
    return one_of(DORA_METRICS, "change_fail_rate", issues, **options)


def calculate_failed_deployment_recovery_time(
    issues: PlainIssues, **options: Unpack[Options]
) -> MetricResult:
    """Return how long recovery from a failed deployment takes, from plain Jira issues."""
    return one_of(DORA_METRICS, "failed_deployment_recovery_time", issues, **options)


def calculate_time_to_restore(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how long incidents last, from plain Jira issues."""
    return one_of(DORA_METRICS, "time_to_restore", issues, **options)


def calculate_deployment_rework_rate(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how many deployments were repairs, from plain Jira issues."""
    return one_of(DORA_METRICS, "deployment_rework_rate", issues, **options)
