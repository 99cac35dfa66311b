"""Pandas at the edge: tables for notebooks and for every CSV. Import it late; pandas takes its time."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from data.metric import MetricResult

ISSUE_COLUMNS = (
    "id",
    "key",
    "type",
    "status",
    "status_category",
    "created",
    "updated",
    "resolution",
    "resolutiondate",
    "started_at",
    "completed_at",
    "transitions",
)
METRIC_COLUMNS = (
    "metric",
    "definition",
    "state",
    "value",
    "unit",
    "n",
    "p50",
    "p85",
    "p95",
    "previous_value",
    "previous_n",
    "trend",
    "message",
)
# A spreadsheet runs a cell that begins like this as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def issues_frame(entries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return stored issues as a frame with ``ISSUE_COLUMNS``; no entries give no rows.

    Args:
        entries: as ``data.issue_list.issue_entries`` yields them.
    """
    return pd.DataFrame(list(entries), columns=list(ISSUE_COLUMNS))


def metrics_frame(results: Mapping[str, MetricResult]) -> pd.DataFrame:
    """Return metrics as a frame with ``METRIC_COLUMNS``, one row each, in the order of ``results``."""
    frame = pd.DataFrame(
        [_metric_entry(name, result) for name, result in results.items()], columns=list(METRIC_COLUMNS)
    )
    # Counts stay whole numbers beside a missing one.
    return frame.astype({"n": "Int64", "previous_n": "Int64"})


def to_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV that a spreadsheet will not take for formulas; missing values are empty."""
    safe = frame.map(_inert)
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text


def _inert(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # A carriage return by itself would end the row for many readers.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return "'" + text if value.startswith(_FORMULA_STARTS) else text


def _metric_entry(name: str, result: MetricResult) -> dict[str, Any]:
    previous = result.previous
    return {
        "metric": name,
        "definition": result.definition,
        "state": result.state,
        "value": result.value,
        "unit": result.unit,
        "n": result.n,
        **(result.percentiles or {}),
        "previous_value": previous.value if previous else None,
        "previous_n": previous.n if previous else None,
        "trend": result.trend,
        "message": result.message,
    }
