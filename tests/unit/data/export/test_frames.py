"""Pandas at the edge: columns, empty tables, and CSV that no spreadsheet runs."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from configuration.profile import Profile
from data.export.evidence import IssueLine
from data.export.frames import (
    EVIDENCE_COLUMNS,
    FORECAST_COLUMNS,
    ISSUE_COLUMNS,
    METRIC_COLUMNS,
    PAST_COLUMNS,
    chart_frame,
    evidence_frame,
    forecast_frame,
    issues_csv_parts,
    issues_frame,
    metrics_frame,
    past_frame,
    to_csv,
)
from data.forecast.answer import Question, forecast
from data.forecast.history import History
from data.metrics.report import View
from data.model.metric import Previous, Trend
from data.pipeline import compute
from tests.support.builders import issue
from tests.support.hostile import HOSTILE
from tests.support.rows import dataset

ENTRY = {**dict.fromkeys(ISSUE_COLUMNS), "id": "7", "key": "A-1", "transitions": 3}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_issues() -> None:
    frame = issues_frame([ENTRY])

    assert tuple(frame.columns) == ISSUE_COLUMNS
    assert rows(to_csv(frame)) == [
        {**dict.fromkeys(ISSUE_COLUMNS, ""), "id": "7", "key": "A-1", "transitions": "3"}
    ]


def test_no_issues_are_no_rows() -> None:
    frame = issues_frame([])

    assert (len(frame), tuple(frame.columns)) == (0, ISSUE_COLUMNS)
    assert to_csv(frame) == ",".join(ISSUE_COLUMNS) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1"),
        *(" =1", '"=1"', "'=1", "\u00a0=1", "\ufeff=1", "\u202e=1", "\u200b=1", "\x00=1"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"),
    ],
)
def test_a_formula_stays_text(text: str) -> None:
    """What a spreadsheet might run has an apostrophe before it; the text behind it is all there."""
    cell = rows(to_csv(issues_frame([{**ENTRY, "status": text}])))[0]["status"]

    assert cell == "'" + text.replace("\r", "\n").replace("\x00", "\ufffd")


@pytest.mark.parametrize("text", ["a=1", "1-2", 'say "=1"', "", " ", "x\t", "caf\u00e9 \u4e2d", "A-1", "_=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert rows(to_csv(issues_frame([{**ENTRY, "status": text}])))[0]["status"] == text


def test_numbers_stay_numbers() -> None:
    """A negative number is not a formula, a whole one stays whole beside a missing one."""
    frame = chart_frame(("a", "b", "c"), [(-1, -0.1, True), (None, 1e-7, False), (3, 12.5, None)])

    assert to_csv(frame) == "a,b,c\n-1,-0.1,True\n,1e-07,False\n3,12.5,\n"


def test_heads_are_texts_too() -> None:
    """A column may be called like a status; two may have one name, and no rows leave the heads."""
    assert to_csv(chart_frame(("=x", "a", "a"), [(1, 2, 3)])) == "'=x,a,a\n1,2,3\n"
    assert to_csv(chart_frame(("week", "n"), [])) == "week,n\n"


def test_quoting() -> None:
    """Commas, quotes and line ends inside a text do not end it (RFC 4180)."""
    text = 'a,"b"\nc'

    assert to_csv(chart_frame(("x", "y"), [(text, 1)])) == 'x,y\n"a,""b""\nc",1\n'
    assert to_csv(chart_frame(("x",), [("\ud800",)])) == "x\n?\n"


LINE = IssueLine("A-1", "Say", "Story", "Done", "2026-03-02", "2026-03-05", 3.25, "", "")


def test_evidence() -> None:
    """One row a line, days with full precision, empty where there are none."""
    frame = evidence_frame([LINE, IssueLine("A-2", "x", "Bug", "", "", "", None, "never_started", "")])

    assert tuple(frame.columns) == EVIDENCE_COLUMNS
    assert [row["key"] for row in rows(to_csv(frame))] == ["A-1", "A-2"]
    assert [row["days"] for row in rows(to_csv(frame))] == ["3.25", ""]
    assert frame["days"].sum() == 3.25
    assert to_csv(evidence_frame([])) == ",".join(EVIDENCE_COLUMNS) + "\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_one_cell_each(text: str) -> None:
    """No cell begins like a formula, none is lost, none breaks out of its row."""
    line = IssueLine(text, text, text, text, text, text, -1.5, text, text, text, text, service=text)
    (row,) = rows(to_csv(evidence_frame([line])))
    cells = [cell for name, cell in row.items() if name not in ("days", "share")]

    assert row["days"] == "-1.5"
    assert len(set(cells)) == 1
    assert cells[0].lstrip("'\" ")[0] not in "=+-@\t\r" or cells[0].startswith("'")


def test_metrics_of_an_empty_store_and_of_a_full_one() -> None:
    """Counts are whole numbers also where some metrics have none."""
    empty = metrics_frame(compute(dataset([]), Profile(), View()).results)
    story = issue("A-1", created="2026-02-20", history=[("2026-03-02", "Doing"), ("2026-03-05", "Done")])
    view = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20")
    full = {
        row["metric"]: row
        for row in rows(to_csv(metrics_frame(compute(dataset([story]), Profile(), view).results)))
    }

    assert tuple(empty.columns) == METRIC_COLUMNS
    assert {row["value"] for row in rows(to_csv(empty))} == {""}
    assert {row["n"] for row in rows(to_csv(empty))} == {"0"}
    assert (full["request_lead_time"]["value"], full["request_lead_time"]["p50"]) == ("13.0", "13.0")
    assert (full["request_lead_time"]["p85"], full["request_lead_time"]["n"]) == ("", "1")
    assert all(row["previous_n"].isdigit() for row in full.values())


@pytest.mark.parametrize(
    ("trend", "message", "told"),
    [
        ("flat", None, "No clear change."),
        ("unknown", "As of a past instant.", "As of a past instant. Too few whole weeks to compare."),
    ],
)
def test_the_message_tells_what_the_comparison_says(trend: Trend, message: str | None, told: str) -> None:
    """In the words of the page; without a comparison it is the message alone."""
    plain = compute(dataset([]), Profile(), View()).results["flow_velocity"]
    compared = replace(plain, value=1.0, previous=Previous(2.0, 2), trend=trend, message=message)
    alone = replace(plain, value=1.0, previous=None, message=message)
    found = rows(to_csv(metrics_frame({"a": compared, "b": alone})))

    assert [row["message"] for row in found] == [told, message or ""]


def test_counts_stay_whole_where_one_is_missing() -> None:
    results = dict(compute(dataset([]), Profile(), View()).results)
    story = issue("A-1", created="2026-02-20", history=[("2026-03-02", "Doing"), ("2026-03-05", "Done")])
    view = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20")
    results["flow_velocity"] = compute(dataset([story]), Profile(), view).results["flow_velocity"]
    found = {row["metric"]: row["previous_n"] for row in rows(to_csv(metrics_frame(results)))}

    assert (found["flow_velocity"], found["flow_time"]) == ("0", "")


@pytest.mark.parametrize("stored", [0, 1, 2, 3, 5])
def test_issues_are_written_in_parts(stored: int) -> None:
    """Together they are the CSV of the whole; no row is looked at before the part that it belongs to."""
    entries = [{"id": str(n), "key": f"A-{n}", "created": None, "transitions": n} for n in range(stored)]
    looked_at: list[str] = []

    def one_by_one() -> Iterator[dict[str, object]]:
        for entry in entries:
            looked_at.append(str(entry["id"]))
            yield entry

    parts = issues_csv_parts(one_by_one(), at_a_time=2)
    first = next(parts)
    begun = len(looked_at)

    assert first + "".join(parts) == to_csv(issues_frame(entries))
    assert begun == min(stored, 2)


def test_a_forecast_as_a_frame() -> None:
    """A level a row, beside the record that it is held against; without an answer there are heads alone."""
    known = History(
        tuple(dt.date(2026, 1, 5) + dt.timedelta(days=7 * week) for week in range(40)),
        np.tile(np.array([1, 1, 1, 1, 1, 0, 0]), (40, 1)),
        np.zeros((40, 7), np.int64),
        np.zeros(40, np.int64),
    )
    when = forecast_frame(forecast(known, Question(5, None, dt.date(2026, 10, 12))))
    nothing = forecast_frame(forecast(known, Question(9_999, None, dt.date(2026, 10, 12))))

    assert list(when.columns) == list(nothing.columns) == list(FORECAST_COLUMNS)
    assert when["level"].tolist() == [50, 85, 95]
    assert set(when["by"]) == {dt.date(2026, 10, 16)}
    assert when[["horizon_weeks", "forecasts", "held"]].iloc[1].tolist() == [1, 28, 100.0]
    assert len(nothing) == 0


def test_past_forecasts() -> None:
    """A row for each of 28, 27, 25, 21 and 17 forecasts of forty weeks, at three levels."""
    mondays = tuple(dt.date(2026, 1, 5) + dt.timedelta(days=7 * week) for week in range(40))
    known = History(mondays, np.ones((40, 7), np.int64), np.zeros((40, 7), np.int64), np.zeros(40, np.int64))
    frame = past_frame(forecast(known, Question(5, None, dt.date(2026, 10, 12))))

    assert list(frame.columns) == list(PAST_COLUMNS)
    assert len(frame) == 3 * (28 + 27 + 25 + 21 + 17)
    assert set(frame["held"]) == {True}
    assert frame.iloc[0].tolist() == [50, 1, mondays[12], dt.date(2026, 4, 5), 7, 7, 7, 0, True]
