"""Which rules of version 2 of the definitions touch a store, for whoever knew version 1. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from configuration.profile_versions import FORMER_DEFAULTS
from data.meaning.delivery import DeliveryTables
from data.meaning.scope import find_levels
from data.metrics.report import Report
from data.model.metric import FROM_DEPLOYMENTS, FROM_INCIDENTS
from data.model.tables import MISSING, Flags
from data.model.words import fold

_OF_ENDS = ("flow_velocity", "flow_time", "request_lead_time", "flow_efficiency", "flow_distribution")
_OF_STARTS = ("flow_time", "flow_efficiency", "flow_load", "change_lead_time")
_OF_ITEMS = (*_OF_ENDS, "flow_load", "change_lead_time")


@dataclass(frozen=True, slots=True)
class RuleTouch:
    """A rule that version 1 did not have, and whom it concerns here.

    Attributes:
        rule: what counts otherwise now, as a sentence.
        metrics: ids of the metrics whose numbers it may change.
        keys: of the issues or deployments concerned; never empty.
    """

    rule: str
    metrics: tuple[str, ...]
    keys: tuple[str, ...]


def rules_that_touch(report: Report) -> tuple[RuleTouch, ...]:
    """Return the new rules that concern issues or deployments of a report, in the order of the definitions.

    Args:
        report: over everything that is stored; over an empty store nothing is concerned.
    """
    if report.delivery is None:
        return ()
    touches = (*_touch_issues(report.delivery), *_touch_reasons(report), *_touch_findings(report))
    return tuple(touch for touch in touches if touch.keys)


def touches_by_metric(touches: tuple[RuleTouch, ...]) -> dict[str, list[RuleTouch]]:
    """Return by metric id the rules that may change its numbers; metrics without one are absent."""
    found: dict[str, list[RuleTouch]] = {}
    for touch in touches:
        for metric in touch.metrics:
            found.setdefault(metric, []).append(touch)
    return found


def _touch_issues(delivery: DeliveryTables) -> Iterator[RuleTouch]:
    rules: tuple[tuple[str, tuple[str, ...], Callable[[DeliveryTables], Flags]], ...] = (
        ("A done status that stands for work that was given up delivers nothing.", _OF_ENDS, _ended_unfit),
        ("More resolutions stand for not delivered.", _OF_ENDS, _newly_refused),
        ("A status that Jira no longer knows gets its category from its usual name.", _OF_ITEMS, _inferred),
        ("The start of work in a history that is cut is unknown.", _OF_STARTS, _start_unknown),
        ("Epics are told by their name or their children where Jira gives no level.", _OF_ITEMS, _epics),
        ("The incidents of Jira Service Management are incidents.", FROM_INCIDENTS, _system_incidents),
    )
    for rule, metrics, find in rules:
        yield RuleTouch(rule, metrics, delivery.issues.keys(np.flatnonzero(find(delivery))))


def _ended_unfit(delivery: DeliveryTables) -> Flags:
    ended: Flags = delivery.in_scope & (delivery.completed_at != MISSING) & delivery.outcome.by_status
    return ended


def _newly_refused(delivery: DeliveryTables) -> Flags:
    issues, before = delivery.issues, set(map(fold, FORMER_DEFAULTS["not_delivered"]))
    refused = delivery.outcome.refused[:-1].tolist()
    met = zip(issues.resolutions, refused, strict=True)
    new = [is_one and fold(name) not in before for name, is_one in met]
    flags: Flags = np.array([*new, False], np.bool_)[issues.resolution]
    refused_now: Flags = delivery.in_scope & (delivery.completed_at != MISSING) & flags
    return refused_now


def _inferred(delivery: DeliveryTables) -> Flags:
    return delivery.in_scope & (delivery.lives.start_inferred | delivery.lives.end_inferred)


def _start_unknown(delivery: DeliveryTables) -> Flags:
    return delivery.in_scope & delivery.lives.start_unknown


def _epics(delivery: DeliveryTables) -> Flags:
    issues = delivery.issues
    new = [
        kind.level is None and level > 0 and fold(kind.name) != "epic"
        for kind, level in zip(issues.types, find_levels(issues), strict=True)
    ]
    flags: Flags = np.array([*new, False], np.bool_)[issues.type]
    return flags


def _system_incidents(delivery: DeliveryTables) -> Flags:
    named = [fold(kind.name) == "[system] incident" for kind in delivery.issues.types]
    flags: Flags = np.array([*named, False], np.bool_)[delivery.issues.type]
    return flags & delivery.operations.incident


_REASONS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("deployment_frequency", "not_production"): (
        "What was deployed elsewhere than in production is not a deployment.",
        FROM_DEPLOYMENTS,
    ),
    ("deployment_frequency", "not_successful"): (
        "What was tried without success is an attempt, not a deployment.",
        FROM_DEPLOYMENTS,
    ),
    ("failed_deployment_recovery_time", "latent"): (
        "An incident that is found long after its deployment is latent: it has no recovery time.",
        ("failed_deployment_recovery_time",),
    ),
}


def _touch_reasons(report: Report) -> Iterator[RuleTouch]:
    for (metric, reason), (rule, metrics) in _REASONS.items():
        candidates = report.results[metric].candidates
        yield RuleTouch(rule, metrics, candidates.keys(reason) if reason in candidates.reasons else ())


_FINDINGS = {
    "closed_after_release": (
        "A ticket that was closed after its release went out with it.",
        ("change_lead_time", "deployment_rework_rate"),
    ),
}


def _touch_findings(report: Report) -> Iterator[RuleTouch]:
    for finding in report.findings:
        if finding.code in _FINDINGS:
            yield RuleTouch(*_FINDINGS[finding.code], finding.keys)
