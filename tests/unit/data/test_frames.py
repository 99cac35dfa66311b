"""Pandas at the edge: columns, empty tables, and CSV that no spreadsheet runs."""

import csv
import io

import pytest

from configuration.profile import Profile
from data.frames import ISSUE_COLUMNS, METRIC_COLUMNS, issues_frame, metrics_frame, to_csv
from data.pipeline import View, compute
from tests.builders import issue
from tests.rows import dataset

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


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_stays_text(text: str) -> None:
    assert rows(to_csv(issues_frame([{**ENTRY, "status": text}])))[0]["status"].startswith("'")


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


def test_counts_stay_whole_where_one_is_missing() -> None:
    results = dict(compute(dataset([]), Profile(), View()).results)
    story = issue("A-1", created="2026-02-20", history=[("2026-03-02", "Doing"), ("2026-03-05", "Done")])
    view = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20")
    results["flow_velocity"] = compute(dataset([story]), Profile(), view).results["flow_velocity"]
    found = {row["metric"]: row["previous_n"] for row in rows(to_csv(metrics_frame(results)))}

    assert (found["flow_velocity"], found["flow_time"]) == ("0", "")
