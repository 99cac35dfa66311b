"""Pandas at the edge: tables for notebooks and for every CSV. Import it late; pandas takes its time."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from itertools import islice
from typing import Any

import pandas as pd

from data.export.evidence import IssueLine
from data.forecast.answer import Forecast, track_of
from data.forecast.past import past_forecasts
from data.model.metric import MetricResult
from data.model.verdict import target_verdict, verdict

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
FORECAST_COLUMNS = (
    "level",
    "working_level",
    "by",
    "items",
    "horizon_weeks",
    "forecasts",
    "held_nominal",
    "held",
)
PAST_COLUMNS = (
    "level",
    "horizon_weeks",
    "begins",
    "ends",
    "nominal",
    "promised",
    "came",
    "left_out",
    "held",
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
    "confidence",
    "message",
)
_ROWS_AT_A_TIME = 2_000
Results = Mapping[str, MetricResult]
Entries = Iterable[Mapping[str, Any]]
EVIDENCE_COLUMNS = tuple(column.name for column in fields(IssueLine))
SPRINT_FACTS = ("id", "name", "board", "state", "start", "end", "completed", "evidence")
SPRINT_COUNTS = ("committed", "added", "removed", "done", "carried_over", "open")
SPRINT_COLUMNS = (
    *SPRINT_FACTS,
    *(f"{name}{what}" for name in SPRINT_COUNTS for what in ("", "_points")),
    "committed_and_done",
)
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
        entries: as ``data.export.issue_list.issue_entries`` yields them.
    """
    return pd.DataFrame(list(entries), columns=list(ISSUE_COLUMNS))


def metrics_frame(results: Mapping[str, MetricResult]) -> pd.DataFrame:
    """Return metrics as a frame with ``METRIC_COLUMNS``, one row each, in the order of ``results``."""
    entries = [_metric_entry(name, result) for name, result in results.items()]
    return _frame_of(entries, METRIC_COLUMNS)


def groups_frame(groups: Iterable[tuple[str, Results] | tuple[str, Results, Entries]]) -> pd.DataFrame:
    """Return the metrics of several groups as a frame: ``group``, then ``METRIC_COLUMNS``; group after group.

    Args:
        groups: name and results of each; "" is the name of all of them together. What is known of a group
            beside metrics stands before them, by some of ``METRIC_COLUMNS``.
    """
    entries: list[dict[str, Any]] = []
    for group, results, *beside in groups:
        entries += ({"group": group, **entry} for more in beside for entry in more)
        entries += ({"group": group, **_metric_entry(name, result)} for name, result in results.items())
    return _frame_of(entries, ("group", *METRIC_COLUMNS))


def forecast_frame(forecast: Forecast) -> pd.DataFrame:
    """Return the answers of a forecast with ``FORECAST_COLUMNS``, one row a level; without an answer none.

    ``by`` is a date for "when", ``items`` a number for "how many"; the record is that of the horizon which
    the answer is held against.
    """
    entries = []
    for answer in forecast.answers:
        track = track_of(forecast, answer.level)
        record = track.horizon, len(track), track.held_nominal, track.held
        entries.append((answer.level, answer.working, answer.by, answer.items, *record))
    return pd.DataFrame(entries, columns=list(FORECAST_COLUMNS)).astype({"items": "Int64"})


def past_frame(forecast: Forecast) -> pd.DataFrame:
    """Return every past forecast with ``PAST_COLUMNS``, by level, horizon and time; without a record none.

    ``promised`` is what the corrected level of that day promised, ``nominal`` the uncorrected one; items of
    bulk moves are in ``left_out`` and not in ``came``.
    """
    tracks = forecast.record.values()
    past = [one for track in tracks for one in past_forecasts(forecast.history, track)]
    return pd.DataFrame([(*astuple(one), one.held) for one in past], columns=list(PAST_COLUMNS))


def _frame_of(entries: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    # Counts stay whole numbers beside a missing one.
    return pd.DataFrame(entries, columns=list(columns)).astype({"n": "Int64", "previous_n": "Int64"})


def evidence_frame(lines: Iterable[IssueLine]) -> pd.DataFrame:
    """Return the rows behind a number as a frame with ``EVIDENCE_COLUMNS``; no lines give no rows.

    Args:
        lines: as ``data.pipeline.Pipeline.lines`` returns them: the included rows, or those left
            out for one reason. Days have full precision; where there is nothing to tell a text is
            empty and a number missing.
    """
    frame = pd.DataFrame([astuple(line) for line in lines], columns=list(EVIDENCE_COLUMNS))
    return frame.astype({"days": "Float64", "share": "Float64"})


def sprints_frame(document: Mapping[str, Any] | None) -> pd.DataFrame:
    """Return the sprints of a view as a frame with ``SPRINT_COLUMNS``, one row each; without sprints none.

    Args:
        document: as ``sprints_document`` returns it. A count that is not known yet is empty, and so are
            points where no estimate is mapped.
    """
    entries = []
    for line in (document or {}).get("sprints", ()):
        counts = [line[name] or {"n": None, "points": None} for name in SPRINT_COUNTS]
        numbers = (each[what] for each in counts for what in ("n", "points"))
        kept = len(line["kept"])
        entries.append((*(line[name] for name in SPRINT_FACTS), *numbers, kept))
    return pd.DataFrame(entries, columns=list(SPRINT_COLUMNS), dtype=object)


def chart_frame(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Return the table of a chart as a frame; no rows give the heads alone.

    Args:
        columns: its heads; some charts have a status or a project in them.
        rows: one value for each head; missing = None. Values stay Python's own, so that a whole
            number stays whole beside a missing one.
    """
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns), dtype=object)


def issues_csv_parts(entries: Iterable[Mapping[str, Any]], at_a_time: int = _ROWS_AT_A_TIME) -> Iterator[str]:
    """Yield the CSV of stored issues in parts, so that nobody has to wait for, or hold, all of it.

    Args:
        entries: as for ``issues_frame``; no more of them is taken than the next part needs.
        at_a_time: rows of a part. The first part has the heads, also where there are no rows.
    """
    rest = iter(entries)
    yield to_csv(issues_frame(islice(rest, at_a_time)))
    while part := list(islice(rest, at_a_time)):
        yield to_csv(issues_frame(part), with_heads=False)


def to_csv(frame: pd.DataFrame, *, with_heads: bool = True) -> str:
    """Return a frame as CSV (RFC 4180, lines end in LF) that a spreadsheet takes for no formula.

    A text that could be one, heads included, gets an apostrophe before it; numbers stay as they
    are, and missing values are empty. Control characters become U+FFFD.
    """
    # By place and not by name: two columns of a chart may have the same head.
    safe = pd.DataFrame({place: _texts_inert(frame.iloc[:, place]) for place in range(frame.shape[1])})
    heads = [_make_inert(str(head)) for head in frame]
    text: str = safe.to_csv(index=False, header=heads if with_heads else False, lineterminator="\n")
    # Half of a surrogate pair is not a character: no UTF-8 could be written.
    return text.encode(errors="replace").decode()


def _texts_inert(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if not (pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)):
        return column
    # As objects, or pandas would make decimals of whole numbers beside a missing one.
    return pd.Series([_make_inert(value) for value in column], index=column.index, dtype=object)


def _make_inert(value: Any) -> Any:
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
        "confidence": result.confidence,
        "message": _join_sentences(result),
    }


def _join_sentences(result: MetricResult) -> str | None:
    """Return what there is to say of a number, its comparison and its target, for who sees the row alone."""
    told = (f"{words[0].upper()}{words[1:]}." for words in (verdict(result), target_verdict(result)) if words)
    return " ".join(text for text in (result.message, *told) if text) or None
