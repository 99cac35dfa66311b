"""The whole line: a view in, a report and its document out; a snapshot that follows the store."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from configuration.errors import InputError
from configuration.profile import Profile
from data.answers import AnswerMemory
from data.cache_manager import References, Store
from data.export.document import document
from data.metrics.report import Report, View
from data.model.tables import Dataset
from data.pipeline import METRICS, REMEMBERED_REPORTS, Pipeline, compute, most_reports
from data.profiles.sources import Source
from tests.support.builders import issue, status_list
from tests.support.rows import dataset, row
from tests.support.stores import store_at

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

    assert json.loads(text)["scope"] == {
        "issues": 2,
        "flow_items": 2,
        "resolutions": {"": {"n": 1, "delivered": True}},
        "done_statuses": {"Done": {"n": 1, "delivered": True}},
    }


@pytest.fixture
def pipeline(temp_cache_dir: Path) -> Pipeline:
    store = store_at(temp_cache_dir / "scope.sqlite")
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


def test_an_answer_is_told_once_for_each_revision(pipeline: Pipeline) -> None:
    """Whatever else was asked in between; another question, view or revision is told anew."""
    told: list[int] = []

    def tell(report: Report) -> bytes:
        told.append(report.scope_issues)
        return str(report.scope_issues).encode()

    view, other = View(**PERIOD), View(**PERIOD, projects=("A",))
    answers = [pipeline.answer("issues", view, tell), pipeline.answer("issues", other, tell)]
    for number in range(REMEMBERED_REPORTS):
        pipeline.report(View(**PERIOD, labels=(str(number),)))
    answers += [pipeline.answer("issues", view, tell), pipeline.answer("more", view, tell)]
    pipeline.store.add([row(story("A-3"))], References())
    answers.append(pipeline.answer("issues", view, tell))

    assert answers == [b"2", b"2", b"2", b"2", b"3"]
    assert told == [2, 2, 2, 3]


def test_what_fails_is_not_remembered(pipeline: Pipeline) -> None:
    """Whoever asks next gets a whole answer."""

    def fail(_report: Report) -> bytes:
        raise InputError("Not yet.", hint="Ask again.")

    with pytest.raises(InputError, match="Not yet"):
        pipeline.answer("it", View(**PERIOD), fail)
    assert pipeline.answer("it", View(**PERIOD), lambda _report: b"told") == b"told"


def test_two_pipelines_share_a_memory_and_no_answer(pipeline: Pipeline) -> None:
    """The same data under other settings are other numbers; what a pipeline gives back is its own."""
    memory = AnswerMemory()
    one, two = (Pipeline(pipeline.source, memory=memory) for _ in "ab")
    told = [
        each.answer("it", View(), lambda _report, text=text: text)
        for each, text in ((one, b"1"), (two, b"2"))
    ]
    one.forget_answers()
    again = [each.answer("it", View(), lambda _report: b"anew") for each in (one, two)]

    assert told == [b"1", b"2"]
    assert again == [b"anew", b"2"]


@pytest.mark.parametrize(("issues", "reports"), [(0, 16), (25_000, 16), (200_000, 2), (1_000_000, 1)])
def test_the_larger_the_reports_the_fewer_are_at_hand(issues: int, reports: int) -> None:
    """What they were computed from grows with the issues."""
    assert most_reports(issues) == reports


def test_reports_are_kept_for_what_a_click_asks(pipeline: Pipeline) -> None:
    """The last 16 are at hand, the one before has gone."""
    reports = [
        pipeline.report(View(**PERIOD, labels=(str(number),))) for number in range(REMEMBERED_REPORTS + 1)
    ]

    assert pipeline.report(View(**PERIOD, labels=("1",))) is reports[1]
    assert pipeline.report(View(**PERIOD, labels=("0",))) is not reports[0]


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(**PERIOD),
        View(date_to="2026-03-05"),
        View(as_of="2026-03-04"),
        View(timezone="Asia/Tokyo"),
    ],
)
def test_the_period_of_a_view_is_known_without_its_report(
    pipeline: Pipeline, view: View, caplog: pytest.LogCaptureFixture
) -> None:
    """It is the one of the report, and nothing is computed for it; over an empty store it has no ends."""
    with caplog.at_level(logging.INFO, logger="data.pipeline"):
        period = pipeline.period(view)

    assert caplog.records == []
    assert period == pipeline.report(view).period


def test_outdated_issues_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each state of the store, however often a page asks for the state of its source."""
    path = tmp_path / "scope.sqlite"
    shutil.copy(Path(__file__).resolve().parents[2] / "fixtures" / "store-v2.sqlite", path)
    counted: list[int] = []
    count = Store.outdated
    monkeypatch.setattr(Store, "outdated", lambda store: counted.append(1) or count(store))
    upgraded = Pipeline(Source("p", "files", Profile(), store_at(path)))
    first, again = upgraded.status().outdated, upgraded.status().outdated
    upgraded.store.add([row(story("Z-1"))], References())
    upgraded.status()

    assert first is again is not None
    assert first[0].startswith("40 stored issues were read by an earlier version")
    assert len(counted) == 2


def test_a_computed_view_is_logged_once(pipeline: Pipeline, caplog: pytest.LogCaptureFixture) -> None:
    """With how long it took and how much it looked at; not what is at hand, nor what asks for no metric."""
    with caplog.at_level(logging.INFO, logger="data.pipeline"):
        report = pipeline.report(View(**PERIOD))
        pipeline.report(View(**PERIOD))
        pipeline.report(View(**PERIOD, projects=("A",)), ())

    (logged,) = [record for record in caplog.records if record.message == "metrics.calculated"]
    assert (logged.issues, logged.metrics, logged.revision) == (2, len(report.results), report.revision)
    assert logged.duration_ms > 0


def test_choices_and_status_of_a_pipeline(pipeline: Pipeline, temp_cache_dir: Path) -> None:
    choices, status = pipeline.choices(), pipeline.status()
    empty = Pipeline(Source("p", "files", Profile(), store_at(temp_cache_dir / "none.sqlite"))).status()

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


def test_an_answer_is_given_up_between_two_metrics(pipeline: Pipeline) -> None:
    """What was begun is not remembered as an answer: whoever asks next gets the whole one."""
    asked: list[int] = []

    def give_up_at_the_fifth() -> None:
        asked.append(1)
        if len(asked) == 5:
            raise InputError("Nobody waits.", hint="Ask again.")

    patient = Pipeline(pipeline.source, still_wanted=give_up_at_the_fifth)

    with pytest.raises(InputError, match="Nobody waits"):
        patient.report(View(**PERIOD))
    assert len(asked) == 5
    assert list(patient.report(View(**PERIOD)).results) == [metric.id for metric in METRICS]
    assert len(asked) == 5 + len(METRICS)


def test_what_happened_last_in_a_file_counts(temp_cache_dir: Path) -> None:
    """Three stories done on 11, 12 and 13 March, and nothing after: T is just after the third."""
    store = store_at(temp_cache_dir / "file.sqlite")
    rows = [
        row(
            issue(f"A-{n}", created="2026-03-01", history=[("2026-03-02", "Doing"), (f"2026-03-{n}", "Done")])
        )
        for n in (11, 12, 13)
    ]
    store.add(rows, References())
    found = compute(store.load(), Profile(), View())

    assert found.results["flow_velocity"].included == ("A-11", "A-12", "A-13")
    assert found.period.date_to == "2026-03-13"


def test_the_scope_counts_endings_of_the_items_in_view() -> None:
    """By the filters of the view, as everything else."""
    issues = (story("A-1", resolution="Done"), story("B-1", resolution="Duplicate"))

    assert document(report(*issues), "p")["scope"]["resolutions"] == {
        "Done": {"n": 1, "delivered": True},
        "Duplicate": {"n": 1, "delivered": False},
    }
    assert document(report(*issues, projects=("B",)), "p")["scope"]["resolutions"] == {
        "Duplicate": {"n": 1, "delivered": False}
    }


def test_issues_that_an_earlier_version_stored_are_known_as_such(tmp_path: Path) -> None:
    """Until they are published again, and that they once were also afterwards."""
    path = tmp_path / "scope.sqlite"
    shutil.copy(Path(__file__).resolve().parents[2] / "fixtures" / "store-v2.sqlite", path)
    upgraded = Pipeline(Source("p", "files", Profile(), store_at(path)))

    assert upgraded.status().definitions == "earlier"
    upgraded.store.add([row(story("Z-1"))], References())
    assert upgraded.status().definitions == "renewed"
