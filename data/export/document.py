"""Answers as JSON: the document of ``metrics --json``, and how every document is written."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from data.export.sprints_document import sprints_document
from data.meaning.endings import Counted
from data.metrics.cut import EVIDENCE, Cut
from data.metrics.filters import PAGE_FILTERS, filters_in_use
from data.metrics.groups import Grouping
from data.metrics.report import Report, View
from data.model.instants import iso_instant
from data.model.metric import Change, Listing, MetricResult

if TYPE_CHECKING:
    from data.metrics.merging.merged import Merged

SCHEMA = 2
SPRINTS_SCHEMA = 1
# The group of all profiles together: no profile can be called so.
TOGETHER = "(all)"


def document(
    report: Report, profile_name: str, grouping: Grouping | None = None, cut: Cut | None = None
) -> dict[str, Any]:
    """Return the JSON document of ``metrics --json``, keys in their published order.

    Args:
        report: of a view.
        profile_name: whose numbers they are.
        grouping: the groups of the same view; their keys come last.
        cut: the period of the same view in two parts.
    """
    found = {
        "schema": SCHEMA,
        "profile": profile_name,
        **_origin_document(report),
        "filters": filters_document(report.view),
        "metrics": {name: _result_document(result) for name, result in report.results.items()},
        "data_quality": [
            {
                "code": finding.code,
                "n": finding.n,
                "keys": list(finding.keys),
                "message": finding.message,
                "remedy": finding.remedy,
            }
            for finding in report.findings
        ],
        "events": _events_document(report),
    }
    sprints = sprints_document(report.context)
    if sprints is not None:
        found["sprints"] = sprints
    if cut is not None:
        found |= {"cut": _cut_document(cut, report)}
    if grouping is None:
        return found
    groups = {
        group.name: {
            "scope": {"flow_items": group.flow_items},
            "metrics": _metrics_without_keys(group.results),
        }
        for group in grouping.groups
    }
    return found | {"by": grouping.by, "groups": groups, "other_groups": grouping.others}


def _events_document(report: Report) -> list[dict[str, Any]]:
    """Return the events of the profile by day, each with where it lies."""
    return [
        {"day": event.day.isoformat(), "text": event.text, "place": event.place} for event in report.events
    ]


def _cut_document(cut: Cut, report: Report) -> dict[str, Any]:
    """Return every number before a day and from it on, and that this is evidence and not a cause."""
    parts = {
        name: {
            "from": window.first_day.isoformat(),
            "to": window.last_day.isoformat(),
            "days": window.days,
        }
        for name, window in (("before", cut.before), ("after", cut.after))
    }
    return {
        "day": cut.day.isoformat(),
        "texts": [event.text for event in report.events if event.day == cut.day],
        **parts,
        "note": EVIDENCE,
        "metrics": {name: _compared_document(result) for name, result in cut.results.items()},
    }


def _compared_document(result: MetricResult) -> dict[str, Any]:
    previous, change = result.previous, result.change
    return {
        "before": None if previous is None else {"value": previous.value, "n": previous.n},
        "after": {"value": result.value, "n": result.n},
        "trend": result.trend,
        "confidence": result.confidence,
        "change": None if change is None else _change_document(change),
    }


def sprints_answer(report: Report, profile_name: str) -> dict[str, Any]:
    """Return the JSON document of ``sprints --json``; ``sprints`` is null where the store has none."""
    origin = _origin_document(report)
    return {
        "schema": SPRINTS_SCHEMA,
        "profile": profile_name,
        **{name: origin[name] for name in ("revision", "complete", "as_of", "period")},
        "filters": filters_document(report.view),
        "sprints": sprints_document(report.context),
    }


def profiles_document(
    reports: Mapping[str, Report], view: View, together: "Merged | None" = None
) -> dict[str, Any]:
    """Return the JSON document of profiles beside each other.

    What belongs to one of them is null above and stands in its group; their common numbers
    stand in the group ``(all)``, the last one.

    Args:
        reports: by the name of the profile, all of the same view.
        view: what was asked.
        together: what several of them have in common; None: there is no such group.
    """
    groups = {
        name: {
            **_origin_document(report),
            "metrics": _metrics_without_keys(report.results),
            "events": _events_document(report),
        }
        for name, report in reports.items()
    }
    if together is not None:
        groups[TOGETHER] = _together_document(together)
    return {
        "schema": SCHEMA,
        "profile": None,
        "revision": None,
        "complete": all(report.complete for report in reports.values()),
        "as_of": None,
        "period": None,
        "scope": None,
        "filters": filters_document(view),
        "metrics": {},
        "data_quality": [],
        "events": [],
        "by": "profile",
        "groups": groups,
        "other_groups": 0,
    }


def _together_document(together: "Merged") -> dict[str, Any]:
    """Return the common numbers of several scopes; what each of them has its own of is null."""
    window = together.window
    return {
        "revision": None,
        "complete": together.complete,
        "as_of": None if window is None else iso_instant(window.as_of),
        "period": None
        if window is None
        else {
            "from": window.first_day.isoformat(),
            "to": window.last_day.isoformat(),
            "days": window.days,
            "timezone": window.zone.key,
        },
        "scope": {
            "issues": together.n_issues,
            "flow_items": together.n_items,
            "resolutions": None,
            "done_statuses": None,
        },
        "metrics": _metrics_without_keys(together.results),
        "events": [],
        "notes": list(together.notes),
    }


def _origin_document(report: Report) -> dict[str, Any]:
    """Return what a report was made from: revision, instant, period and scope."""
    period = report.period
    return {
        "revision": report.revision,
        "complete": report.complete,
        "as_of": iso_instant(report.as_of),
        "period": {
            "from": period.date_from,
            "to": period.date_to,
            "days": period.days,
            "timezone": period.timezone,
        },
        "scope": {
            "issues": report.scope_issues,
            "flow_items": report.flow_items,
            "resolutions": _counted_document(report.endings.resolutions),
            "done_statuses": _counted_document(report.endings.done_statuses),
        },
    }


def _metrics_without_keys(results: Mapping[str, MetricResult]) -> dict[str, Any]:
    """Return results as the groups have them: without lists of issues or deployments."""
    return {name: _result_document(result, with_keys=False) for name, result in results.items()}


def _counted_document(counted: Counted) -> dict[str, Any]:
    return {name: {"n": n, "delivered": delivered} for name, (n, delivered) in counted.items()}


def filters_document(view: View) -> dict[str, tuple[str, ...]]:
    """Return the filters of a view by name: the page's three always, others where they are used."""
    used = filters_in_use(view)
    return dict.fromkeys(PAGE_FILTERS, ()) | used


def _result_document(result: MetricResult, *, with_keys: bool = True) -> dict[str, Any]:
    previous, change, target = result.previous, result.change, result.target
    extra = {
        name: list(value) if isinstance(value, Listing) else value
        for name, value in result.extra.items()
        if with_keys or not isinstance(value, list | tuple | Listing)
    }
    found = {
        "definition": result.definition,
        "state": result.state,
        "message": result.message,
        "value": result.value,
        "unit": result.unit,
        "n": result.n,
        "percentiles": result.percentiles,
        "percentiles_withheld": result.percentiles_withheld,
        "interval": result.interval,
        "evidence": result.evidence,
        "previous": None if previous is None else {"value": previous.value, "n": previous.n},
        "trend": result.trend,
        "confidence": result.confidence,
        "change": None if change is None else _change_document(change),
        "band": result.band,
        "target": None if target is None else {"value": target.value, "state": target.state},
        "filters_ignored": result.filters_ignored,
        **extra,
        "weekly": [
            {
                "week": week.week,
                "start": week.start,
                "value": week.value,
                "n": week.n,
                "partial": week.partial,
            }
            for week in result.weekly
        ],
        "series": {
            "step": result.series.step,
            "points": [
                {
                    "step": point.step,
                    "start": point.start,
                    "value": point.value,
                    "n": point.n,
                    "partial": point.partial,
                }
                for point in result.series.points
            ],
        },
    }
    return found | {"included": result.included, "excluded": result.excluded} if with_keys else found


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "method": change.method,
        "p": change.p,
        "interval": change.interval,
        "units": change.units,
    }


def as_json_text(value: Any) -> str:
    """Return a document as JSON: two spaces, UTF-8 unescaped, full precision, a final newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
