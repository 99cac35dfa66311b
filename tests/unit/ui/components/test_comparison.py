"""The table and the small pictures of a comparison, as data that fill one design."""

import json
from dataclasses import replace
from typing import Any

import pytest

from data.charts.open_work import OpenWork
from data.metrics.evaluate import no_data
from data.model.metric import MetricResult, Point, Previous, Series, Target
from data.pipeline import ALL_METRICS
from ui.components.comparison import Comparison, Row, beside_words, comparison_data, comparison_design
from ui.design import fill

METRICS = {metric.id: metric for metric in ALL_METRICS}
TIME, LOAD = METRICS["flow_time"], METRICS["flow_load"]


def result(value: float | None, *weeks: float | None, **more: Any) -> MetricResult:
    points = tuple(Point(f"W{n}", "2026-03-02", week, 1, partial=n == 0) for n, week in enumerate(weeks))
    usual = {"value": value, "n": 9, "state": "ok", "series": Series("week", lambda: points)}
    return replace(no_data(TIME, "No item."), **{**usual, **more})


WEB = Row("web", 20, False, {"flow_time": result(5.0, 4.0, 8.0, previous=Previous(4.0, 7), trend="flat")})
API = Row("api", 3, True, {"flow_time": result(2.0, None, 2.0, n=3)})
SHOWN = Comparison(
    by="label",
    kind="label",
    kinds=[("project", "Projects"), ("label", "Labels")],
    offered=[TIME, LOAD],
    columns=["flow_time", "deployment_frequency"],
    order="-flow_time",
    picture="flow_time",
    rows=[WEB, API],
    notes=["An issue counts in each of its labels."],
)


@pytest.mark.parametrize(
    ("more", "tone", "words"),
    [
        ({"previous": Previous(4.0, 7), "trend": "up"}, "worse", "\u25b2 worse, from 4"),
        ({"previous": Previous(4.0, 7), "trend": "down"}, "even", "\u25bc from 4"),
        ({"previous": Previous(4.0, 7), "trend": "flat"}, "even", "no clear change from 4"),
        ({"previous": Previous(4.0, 7), "trend": "unknown"}, "even", "4 before"),
        ({"previous": Previous(None, 0), "trend": "unknown"}, "even", "nothing before"),
        ({"previous": None}, "even", "nothing before"),
        ({"previous": Previous(4.0, 7), "trend": "flat", "n": 4}, "even", "of 4 issues"),
        ({"previous": Previous(4.0, 7), "trend": "flat", "n": 5}, "even", "no clear change from 4"),
        (
            {"previous": Previous(4.0, 7), "trend": "flat", "n": 4, "kind": "count"},
            "even",
            "no clear change from 4",
        ),
        ({"previous": Previous(1.0, 1), "n": 2, "kind": "stock"}, "even", "1 before"),
        ({"value": None}, "even", ""),
    ],
)
def test_a_number_stands_beside_its_own_past(more: dict, tone: str, words: str) -> None:
    """Of how few it is comes first; a count of few is what it is."""
    one = replace(result(5.0), **more)

    assert beside_words(one, f"{one.n} issues", tone) == words


def test_what_a_click_changes_is_told_by_the_button() -> None:
    """A column goes or comes, also beside one that these rows have not; a head turns its order round."""
    data = comparison_data(SHOWN)
    changes = [json.loads(chip["changes"]) for chip in data["columns"]]
    heads = {head["title"]: (head["sort"], json.loads(head["changes"])["order"]) for head in data["heads"]}

    assert changes == [
        *({"columns": f"flow_time,deployment_frequency,{name}"} for name in ("open", "stuck", "oldest")),
        {"columns": "deployment_frequency"},
        {"columns": "flow_time,deployment_frequency,flow_load"},
    ]
    assert heads == {
        "Label": ("none", "name"),
        "Flow items": ("none", "-items"),
        "Flow time": ("descending", "flow_time"),
    }


WORK = OpenWork(open=25, under_way=13, stuck=4, oldest=305.4, key="WEB-7", status="In Test")


def cells_of(work: OpenWork | None) -> list[tuple[str, str, str, str]]:
    """Return the three cells of open work of a row: number, what stands beside it, what it opens."""
    shown = replace(SHOWN, columns=["stuck", "open", "oldest"], rows=[replace(WEB, work=work)])
    cells = comparison_data(shown)["rows"][0]["cells"]
    return [(one["value"], one.get("beside", ""), one["metric"], one["issue"]) for one in cells]


def test_what_is_open_stands_beside_the_numbers() -> None:
    """In their usual order; all open what is in progress, the oldest one its own history."""
    assert cells_of(WORK) == [
        ("25", "13 in progress", "flow_load", ""),
        ("4", "of 13 in progress", "flow_load", ""),
        ("305", "WEB-7, In Test", "flow_load", "WEB-7"),
    ]


@pytest.mark.parametrize(
    ("work", "cells"),
    [
        (OpenWork(25, 0, 0, None), [("25", "0 in progress"), ("0", "of 0 in progress"), ("none", "")]),
        # Without histories what is open is known, and nothing else.
        (OpenWork(25, 0, None, None), [("25", ""), ("n/a", ""), ("n/a", "")]),
        (None, [("n/a", ""), ("n/a", ""), ("n/a", "")]),
    ],
)
def test_what_nobody_knows_of_open_work_is_said(work: OpenWork | None, cells: list[tuple[str, str]]) -> None:
    assert [cell[:2] for cell in cells_of(work)] == cells


def notes_of(*messages: str | None) -> list[str]:
    """Return the notes below rows whose flow times are not known, each for its reason; None is a number."""
    results = [result(5.0) if why is None else result(None, message=why) for why in messages]
    rows = [Row(str(n), 9, False, {"flow_time": one}) for n, one in enumerate(results)]
    return [note["note"] for note in comparison_data(replace(SHOWN, rows=rows, notes=()))["notes"]]


def test_a_column_without_a_number_says_why_once() -> None:
    """Where one row has a number, or the reasons differ, each cell tells its own."""
    why = "No issue has a change history."

    assert notes_of(why, why) == [f"Flow time: {why}"]
    assert notes_of(why, None) == notes_of(why, "Nothing was delivered.") == []


@pytest.mark.parametrize(
    ("by", "kind", "told"),
    [
        ("label", "duration", True),
        ("label", "count", False),
        ("label", "stock", False),
        ("profile", "count", True),
    ],
)
def test_a_part_is_not_held_to_what_the_whole_should_do(by: str, kind: str, *, told: bool) -> None:
    """Twelve items a week of all labels are no target of each; a flow time is one of anything."""
    one = result(5.0, 4.0, kind=kind, target=Target(12.0, "missed"))
    data = comparison_data(replace(SHOWN, by=by, rows=[Row("web", 20, False, {"flow_time": one})]))

    assert ("target" in data["rows"][0]["cells"][0]) is told
    assert (data["multiples"][0]["aim"] != "") is told
    assert ("target" in data["scale"]) is told


def test_every_picture_has_one_scale() -> None:
    """The largest week of any row is its top: 8 days; what is not known is a gap, what was before a line."""
    data = comparison_data(SHOWN)
    spark = {one["name"]: (one["spark"], one["base"]) for one in data["multiples"]}

    assert spark == {"web": ([50, 100], "50.0%"), "api": ([None, 25], "")}
    assert data["scale"] == "All on one scale, 0 to 8 days, median. The dashed line is the period before."
    assert data["multiples"][0]["spark_words"] == "web: 2 weeks, from 4 to 8 days, median, last 8"


def test_the_design_is_filled_with_every_row() -> None:
    """Each number is a button that opens its evidence, with the row as its group."""
    filled = json.dumps(fill(comparison_design(), comparison_data(SHOWN), {}))

    assert filled.count('"data-action": "evidence"') == 2
    for name, value in (("name", "flow_time"), ("by", "label"), ("group", "api"), ("group", "web")):
        assert f'"data-{name}": "{value}"' in filled
    assert "too few items" in filled
    assert "web, Flow time: 5 days, median, 9 issues; no clear change (4 before)" in filled
    assert "Drawn" not in filled  # one column leaves nothing to choose


def test_nothing_to_compare_is_a_sentence() -> None:
    """Without rows there is neither table nor picture."""
    empty = replace(SHOWN, rows=[], alone="No issue is in view, so there is nothing to compare.")
    filled = json.dumps(fill(comparison_design(), comparison_data(empty), {}))

    assert "No issue is in view" in filled
    assert "compare-table" not in filled
    assert "multiples" not in filled


def test_all_rows_as_one_stand_last_and_open_nothing() -> None:
    """Whatever the order; there are no keys behind their numbers."""
    whole = Row("All together", 23, False, WEB.results, opens=False)
    shown = comparison_data(replace(SHOWN, together=whole))
    drawn = json.dumps(fill(comparison_design(), shown, {}))

    assert [row["name"] for row in shown["rows"]] == ["web", "api", "All together"]
    assert [cell["metric"] for cell in shown["rows"][-1]["cells"]] == [""]
    assert drawn.count('"data-action": "evidence"') == 2
