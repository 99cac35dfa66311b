"""The JSON document of ``forecast --json``, keys in their published order."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from data.charts.process_limits import Limits
from data.export.document import filters_document
from data.forecast.answer import Question
from data.forecast.attention import Attention
from data.forecast.foresight import Foresight, NamedChange
from data.forecast.history import DAYS, History
from data.forecast.outlook import EVERY_TYPE
from data.forecast.past import past_forecasts
from data.forecast.record import Track
from data.forecast.risk import Risks
from data.forecast.supposed import Supposed
from data.forecast.what_if import WhatIf
from data.metrics.report import Report
from data.model.instants import iso_instant
from data.model.tables import IssueTable

SCHEMA = 1
EMPTY_STORE = "There are no issues in the store."
NOT_TOLD = "Age and stage alone do not tell here."
NO_EXPECTATION = "Fewer than 20 items of this type were done in the 26 weeks before."


def forecast_document(
    report: Report, profile_name: str, foresight: Foresight | None, *, past: bool = False
) -> dict[str, Any]:
    """Return what is told of a view's future; over an empty store every list is empty and says why.

    Args:
        report: of the view.
        profile_name: whose numbers they are.
        foresight: of the same report; None over an empty store.
        past: with every past forecast and what came.
    """
    head = {
        "schema": SCHEMA,
        "profile": profile_name,
        "revision": report.revision,
        "as_of": iso_instant(report.as_of),
        "filters": filters_document(report.view),
    }
    if foresight is None or report.delivery is None:
        return head | _nothing()
    outlook, issues = foresight.outlook, report.delivery.issues
    forecast = outlook.forecast
    return head | {
        "question": _question(forecast.question),
        "state": forecast.state,
        "message": forecast.message,
        "history": _history(forecast.sampled),
        "answers": [
            {"level": one.level, "working_level": one.working, "by": _day(one.by), "items": one.items}
            for one in forecast.answers
        ],
        "record": [
            _track(track) | (_past(forecast.history, track) if past else {})
            for track in forecast.record.values()
        ],
        "open": {"n": len(outlook.open_rows), "keys": list(issues.keys(outlook.open_rows))},
        "expectation": {
            name: {"days": one.days, "n": one.n, "judged": one.judged, "held": one.held}
            for name, one in outlook.standing.expectations.items()
        },
        "risk": {name: _risk(one, issues) for name, one in outlook.standing.risks.items()},
        "limits": {name: _limits(one) for name, one in foresight.limits.items()},
        "changes": {name: [_change(point) for point in points] for name, points in foresight.changes.items()},
        "what_if": [_supposed(one) for one in foresight.supposals.tried],
        "look_first": [_attention(item) for item in foresight.attention],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "items": question.items,
        "by": _day(question.by),
        "start": _day(question.start),
        "growth": question.growth,
        "excluded_weeks": sorted(question.excluded),
    }


def _track(track: Track) -> dict[str, Any]:
    return {
        "level": track.level,
        "horizon_weeks": track.horizon,
        "forecasts": len(track),
        "held_nominal": track.held_nominal,
        "held": track.held,
    }


def _past(history: History, track: Track) -> dict[str, Any]:
    return {
        "past": [
            {
                "from": _day(one.begins),
                "to": _day(one.ends),
                "nominal": one.nominal,
                "promised": one.promised,
                "came": one.came,
                "left_out": one.left_out,
            }
            for one in past_forecasts(history, track)
        ]
    }


def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = {"items": None, "by": None, "start": None, "growth": False, "excluded_weeks": []}
    return {
        "question": empty,
        "state": "no_data",
        "message": EMPTY_STORE,
        "history": {"weeks": 0, "items": 0, "from": None, "to": None, "left_out": 0},
        "answers": [],
        "record": [],
        "open": {"n": 0, "keys": []},
        "expectation": {},
        "risk": {},
        "limits": {},
        "changes": {},
        "what_if": [],
        "look_first": [],
    }


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _history(sampled: History) -> dict[str, Any]:
    return {
        "weeks": len(sampled),
        "items": int(sampled.weekly.sum()),
        "from": _day(sampled.mondays[0]) if len(sampled) else None,
        "to": _day(sampled.mondays[-1] + dt.timedelta(days=DAYS - 1)) if len(sampled) else None,
        "left_out": int(sampled.left_out.sum()),
    }


def _risk(found: Risks, issues: IssueTable) -> dict[str, Any]:
    told = found.tells and found.limit is not None
    items = zip(issues.keys(found.rows), found.risk.tolist(), strict=True) if told else ()
    message = None if told else (NO_EXPECTATION if found.limit is None else NOT_TOLD)
    return {
        "days": found.limit,
        "open": len(found.rows),
        "judged": found.judged,
        "brier": found.brier,
        "base_rate": found.base,
        "message": message,
        "items": [{"key": key, "risk": risk} for key, risk in items] if told else None,
    }


def _attention(item: Attention) -> dict[str, Any]:
    return {
        "key": item.key,
        "flow_item": item.kind,
        "status": item.status,
        "waiting": item.waits,
        "flagged": item.flagged,
        "age_days": item.age,
        "expectation_days": item.limit,
        "expectation_of": (item.kind if item.of_type else EVERY_TYPE) if item.limit is not None else None,
        "risk": item.risk,
    }


def _limits(limits: Limits | None) -> dict[str, float | None] | None:
    if limits is None:
        return None
    return {"mean": limits.mean, "lower": limits.lower, "upper": limits.upper}


def _change(change: NamedChange) -> dict[str, Any]:
    point = change.point
    return {
        "week": change.week,
        "earliest": change.earliest,
        "latest": change.latest,
        "p": point.p,
        "before": point.before,
        "after": point.after,
        "events": list(change.events),
    }


def _supposed(supposed: Supposed) -> dict[str, Any]:
    told = supposed.told
    return {
        "if": supposed.words,
        "kind": supposed.kind,
        "asked": supposed.wished,
        "message": told.message,
        "now": _pair(told.actual),
        "then": _ranges(told),
        "assumes": supposed.assumes,
    }


def _pair(pair: tuple[float, float] | None) -> Mapping[str, float] | None:
    return None if pair is None else {"items_per_week": pair[0], "p85_days": pair[1]}


def _ranges(told: WhatIf) -> Mapping[str, list[float]] | None:
    if told.changed is None:
        return None
    return {"items_per_week": list(told.changed.weekly), "p85_days": list(told.changed.p85)}
