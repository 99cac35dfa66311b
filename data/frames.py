"""Pandas at the edge: tables for notebooks and for every CSV. Import it late; pandas takes its time."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from typing import Any

import pandas as pd

from data.evidence import IssueLine
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
EVIDENCE_COLUMNS = tuple(column.name for column in fields(IssueLine))
# A spreadsheet runs a cell that begins like this as a formula, also in full width, and also behind
# quotes, white space and marks without width, which some of them take away first.
_FORMULA = re.compile(
    "[\"'\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
)
_FORMULA_STARTS = ("\t", "\r")
# No reader agrees with another on what these mean; a NUL ends the text for some.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


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


def evidence_frame(lines: Iterable[IssueLine]) -> pd.DataFrame:
    """Return the rows behind a number as a frame with ``EVIDENCE_COLUMNS``; no lines give no rows.

    Args:
        lines: as ``data.pipeline.Pipeline.lines`` returns them: the included rows, or those left
            out for one reason. Days have full precision; where there is nothing to tell a text is
            empty and a number missing.
    """
    frame = pd.DataFrame([astuple(line) for line in lines], columns=list(EVIDENCE_COLUMNS))
    return frame.astype({"days": "Float64"})


def chart_frame(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Return the table of a chart as a frame; no rows give the heads alone.

    Args:
        columns: its heads; some charts have a status or a project in them.
        rows: one value for each head; missing = None. Values stay Python's own, so that a whole
            number stays whole beside a missing one.
    """
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns), dtype=object)


def to_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV (RFC 4180, lines end in LF) that a spreadsheet takes for no formula.

    A text that could be one, heads included, gets an apostrophe before it; numbers stay as they
    are, and missing values are empty. Control characters become U+FFFD.
    """
    # By place and not by name: two columns of a chart may have the same head.
    safe = pd.DataFrame({place: _texts_inert(frame.iloc[:, place]) for place in range(frame.shape[1])})
    heads = [_inert(str(head)) for head in frame]
    text: str = safe.to_csv(index=False, header=heads, lineterminator="\n")
    # Half of a surrogate pair is no character: no UTF-8 could be written.
    return text.encode(errors="replace").decode()


def _texts_inert(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if not (pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)):
        return column
    # As objects, or pandas would make decimals of whole numbers beside a missing one.
    return pd.Series([_inert(value) for value in column], index=column.index, dtype=object)


def _inert(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # A carriage return by itself would end the row for many readers.
    text = _CONTROLS.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "'" + text if value.startswith(_FORMULA_STARTS) or _FORMULA.match(text) else text


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
