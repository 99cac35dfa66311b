"""The whole line: a view in, a report and its document out; a snapshot that follows the store."""

import json
from pathlib import Path

import pytest

from configuration.errors import InputError
from configuration.profile import Profile
from data.cache_manager import References, Store
from data.pipeline import METRICS, Pipeline, View, compute, document
from data.sources import Source
from data.tables import Dataset
from tests.builders import issue, status_list
from tests.rows import dataset, row

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-20T00:00:00Z"}
MOVES = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]


def story(key: str, **more: object) -> dict:
    return issue(key, created="2026-02-20", history=MOVES, **more)


def report(*issues: dict, **view: object):
    return compute(dataset(issues, status_list()), Profile(), View(**{**PERIOD, **view}))


def delivered(*issues: dict, **view: object) -> tuple[str, ...]:
    return report(*issues, **view).results["flow_velocity"].included


def test_every_metric_of_both_families_is_there() -> None:
    found = report(story("A-1"))

    assert list(found.results) == [metric.id for metric in METRICS]
    assert (found.scope_issues, found.flow_items) == (1, 1)


def test_filters_choose_projects_types_and_labels() -> None:
    issues = (
        story("A-1", labels=["x"]),
        story("A-2", type="Bug", labels=["x", "y"]),
        story("B-1", labels=["z"]),
    )

    assert delivered(*issues) == ("A-1", "A-2", "B-1")
    assert delivered(*issues, projects=("B",)) == ("B-1",)
    assert delivered(*issues, types=("Bug", "Epic")) == ("A-2",)
    assert delivered(*issues, labels=("x",)) == ("A-1", "A-2")
    assert delivered(*issues, labels=("x", "z"), projects=("A",), types=("Story",)) == ("A-1",)
    assert delivered(*issues, projects=("C",)) == ()
    assert report(*issues, projects=("B",)).flow_items == 1
    assert report(*issues, projects=("B",)).scope_issues == 3


def test_the_default_t_is_the_datas_own_time() -> None:
    tables = Dataset(dataset([story("A-1")]).issues, as_of=int(dataset([story("A-1")]).issues.newest[0]))
    found = compute(tables, Profile(), View())

    assert (found.period.date_from, found.period.date_to, found.period.days) == (
        "2025-12-05",
        "2026-03-04",
        90,
    )
    assert compute(tables, Profile(), View(as_of="2026-03-10")).period.date_to == "2026-03-10"


def test_a_past_t_says_what_is_of_today() -> None:
    tables = Dataset(dataset([story("A-1")]).issues, as_of=int(dataset([story("A-1")]).issues.newest[0]))
    past = compute(tables, Profile(), View(as_of="2026-03-01"))
    now = compute(tables, Profile(), View())

    assert "past instant" in past.results["flow_velocity"].message
    assert now.results["flow_velocity"].message is None


@pytest.mark.parametrize(
    "view",
    [
        {"date_from": "2026-02-30"},
        {"date_to": "soon"},
        {"as_of": "soon"},
        {"timezone": "Mars"},
        {"date_from": "2026-03-03", "date_to": "2026-03-02"},
    ],
)
def test_a_view_that_makes_no_sense_is_refused_over_any_store(view: dict) -> None:
    with pytest.raises(InputError):
        report(story("A-1"), **view)
    with pytest.raises(InputError):
        compute(dataset([]), Profile(), View(**view))


def test_an_empty_store_has_nulls_with_a_message() -> None:
    found = document(compute(dataset([]), Profile(), View()), "p")

    assert (found["as_of"], found["period"]["from"], found["period"]["days"]) == (None, None, 0)
    for metric in found["metrics"].values():
        assert (metric["value"], metric["state"], metric["weekly"], metric["excluded"]) == (
            None,
            "no_data",
            [],
            {},
        )
        assert metric["message"]


def test_null_always_has_a_state_and_a_message() -> None:
    """Whatever the period: no value without its reason, no reason without its keys."""
    for view in ({}, {"date_from": "2026-03-09"}, {"date_from": "2026-03-20", "date_to": "2026-03-25"}):
        for metric in document(report(story("A-1"), **view), "p")["metrics"].values():
            assert (metric["value"] is None) == (metric["state"] != "ok")
            assert metric["value"] is not None or metric["message"]
            assert metric["n"] == len(metric["included"])
            assert all(metric["excluded"].values())


def test_a_document_is_json() -> None:
    text = json.dumps(document(report(story("A-1"), issue("A-2")), "p"), allow_nan=False)

    assert json.loads(text)["scope"] == {"issues": 2, "flow_items": 2}


@pytest.fixture
def pipeline(temp_cache_dir: Path) -> Pipeline:
    store = Store(temp_cache_dir / "scope.sqlite")
    store.add([row(story("A-1", labels=["x"])), row(story("B-2", type="Bug"))], References())
    return Pipeline(Source("p", "files", Profile(), store))


def test_a_view_is_computed_once_for_each_revision(pipeline: Pipeline) -> None:
    first = pipeline.report(View(**PERIOD))
    again = pipeline.report(View(**PERIOD))
    pipeline.store.add([row(story("A-3"))], References())
    after = pipeline.report(View(**PERIOD))

    assert again is first
    assert pipeline.dataset() is pipeline.dataset()
    assert (first.scope_issues, after.scope_issues) == (2, 3)
    assert after.revision == pipeline.store.revision() != first.revision


def test_choices_and_status_of_a_pipeline(pipeline: Pipeline, temp_cache_dir: Path) -> None:
    choices, status = pipeline.choices(), pipeline.status()
    empty = Pipeline(Source("p", "files", Profile(), Store(temp_cache_dir / "none.sqlite"))).status()

    assert (choices.projects, choices.types, choices.labels) == (("A", "B"), ("Bug", "Story"), ("x",))
    assert (status.kind, status.stored, status.complete, status.synced_at) == ("files", 2, True, None)
    assert (empty.kind, empty.stored) == ("empty", 0)


def test_the_drawer_lists_what_is_behind_a_number(pipeline: Pipeline) -> None:
    found = pipeline.report(View(**PERIOD, timezone="UTC"))
    lines = pipeline.lines(found, "request_lead_time")

    assert [line.key for line in lines] == list(found.results["request_lead_time"].included) == ["A-1", "B-2"]
    assert (lines[0].summary, lines[0].type, lines[0].days) == ("Summary of A-1", "Story", 13.0)
    assert lines[0].end == "2026-03-05T00:00:00.000Z"
    assert pipeline.lines(found, "flow_velocity", "not_delivered") == []
    assert pipeline.lines(found, "flow_velocity", "no_such_reason") == []
