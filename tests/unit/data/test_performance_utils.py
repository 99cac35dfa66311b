"""Timing at the border, shared masks, field look-up and dates."""

import datetime as dt
import logging
import sys
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from configuration.errors import InputError
from configuration.profile import Profile
from data.dora_calculator import calculate_all_dora_metrics, calculate_deployment_frequency
from data.flow_calculator import calculate_all_flow_metrics, calculate_flow_time, calculate_flow_velocity
from data.meaning.delivery import derive
from data.metrics.context import Choice
from data.model.periods import lay_out, parse_as_of
from data.model.tables import Dataset
from data.performance_utils import (
    CalculationContext,
    FieldMappingIndex,
    PerformanceTimer,
    log_performance,
    parse_jira_date,
)
from data.pipeline import ALL_METRICS
from data.store.columns import build_issue_table
from tests.support.builders import issue
from tests.support.engine import engine_metrics
from tests.support.examples import example_a, example_b
from tests.support.rows import read_issue

UTC = ZoneInfo("UTC")
FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 3, 15)


def a_context(copies: int = 1) -> CalculationContext:
    """Return the context of worked example A, its issues repeated under other numbers."""
    import json

    rows = [
        read_issue(json.dumps({**raw, "id": f"{n}-{raw['id']}", "key": f"A-{n * 10 + place}"}).encode())
        for n in range(copies)
        for place, raw in enumerate(example_a().issues)
    ]
    as_of = parse_as_of("2026-03-20T00:00:00Z", UTC)
    dataset = Dataset(build_issue_table(rows), as_of=as_of)
    return CalculationContext(derive(dataset, Profile(), UTC, as_of), lay_out(FIRST, LAST, UTC, as_of))


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_log_performance_decorator_logs_duration(caplog: pytest.LogCaptureFixture) -> None:
    """Start and end of a call are logged at DEBUG, bare under its own name or under a given one."""

    @log_performance
    def add(issues: list[int]) -> int:
        """Add."""
        return sum(issues)

    @log_performance("flow_time")
    def other(issues: list[int]) -> int:
        return len(issues)

    with caplog.at_level(logging.DEBUG, logger="data.performance_utils"):
        results = add([1, 2, 3]), other([1])

    events = [(r.message, r.metric, r.levelno) for r in caplog.records]
    ends = [r for r in caplog.records if r.message == "metric.calculated"]
    assert results == (6, 1)
    assert (add.__name__, add.__doc__) == ("add", "Add.")
    assert events == [
        ("metric.started", "add", logging.DEBUG),
        ("metric.calculated", "add", logging.DEBUG),
        ("metric.started", "flow_time", logging.DEBUG),
        ("metric.calculated", "flow_time", logging.DEBUG),
    ]
    assert [r.issues for r in ends] == [3, 1]
    assert all(r.duration_ms >= 0 for r in ends)


def test_log_performance_decorator_logs_errors(caplog: pytest.LogCaptureFixture) -> None:
    """A failure is logged at ERROR with its duration, and passes on untouched."""
    error = ZeroDivisionError("no weeks")

    @log_performance
    def fail() -> None:
        raise error

    with (
        caplog.at_level(logging.DEBUG, logger="data.performance_utils"),
        pytest.raises(ZeroDivisionError) as e,
    ):
        fail()

    failed = caplog.records[-1]
    assert e.value is error
    assert (failed.message, failed.levelno, failed.metric) == ("metric.failed", logging.ERROR, "fail")
    assert (failed.error, failed.duration_ms >= 0) == ("ZeroDivisionError", True)


def test_log_performance_is_silent_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    """At INFO a metric costs no record."""
    with caplog.at_level(logging.INFO, logger="data.performance_utils"):
        log_performance(len)([])

    assert caplog.records == []


def test_every_metric_logs_its_start_and_its_end(caplog: pytest.LogCaptureFixture) -> None:
    """Both families, the metrics that need a mapped field too, each under its own id."""
    options = {"as_of": "2026-03-20T00:00:00Z", "profile": {"fields": {"story_points": "customfield_1"}}}
    with caplog.at_level(logging.DEBUG, logger="data.performance_utils"):
        results = {
            **calculate_all_dora_metrics(example_a().issues, **options),
            **calculate_all_flow_metrics(example_a().issues, **options),
        }

    starts, ends = (
        {record.metric for record in caplog.records if record.message == event}
        for event in ("metric.started", "metric.calculated")
    )
    assert starts == ends == {metric.id for metric in ALL_METRICS} == set(results)


def test_calculation_context_caches_filters() -> None:
    """A part is found once per view; another period, or another choice of issues, has parts of its own."""
    context = a_context()
    other = context.over(lay_out(FIRST, dt.date(2026, 3, 8), UTC, context.window.as_of))
    chosen = CalculationContext(context.delivery, context.window, Choice(~context.delivery.in_scope))

    assert context.completed is context.completed
    assert context.delivered is context.delivered
    assert [len(c.completed) for c in (context, other, chosen)] == [4, 3, 0]
    assert len(context.delivered) == 3


def test_calculation_context_makes_a_thing_once() -> None:
    """What several charts of a view need is made by the first of them, and not again over another period."""
    context, made = a_context(), []

    def days(seen: CalculationContext) -> int:
        made.append(seen)
        return seen.window.days

    assert (context.once(days), context.once(days), made) == (14, 14, [context])


def calls(work: Callable[[], object]) -> int:
    """Count the functions that work calls, itself left out; what is looked up without a call costs none."""
    seen: list[str] = []
    sys.setprofile(lambda _frame, event, _argument: seen.append(event))
    try:
        work()
    finally:
        sys.setprofile(None)
    return sum(event in ("call", "c_call") for event in seen) - 2  # itself, and the end of counting


def test_calculation_context_cache_hit_performance() -> None:
    """Asking first filters all issues; asking again calls nothing, however many issues there are."""
    contexts = [a_context(copies) for copies in (1, 100)]
    first = [calls(lambda context=context: context.delivered) for context in contexts]
    again = [calls(lambda context=context: context.delivered) for context in contexts]

    assert min(first) > 5
    assert again == [0, 0]


def test_field_mapping_index_bidirectional() -> None:
    """Both directions, no answer for what is not mapped, the first name of a field that has two."""
    index = FieldMappingIndex({"detected": "cf_1", "restored": "cf_2", "seen": "cf_1", "points": ""})

    assert (index.get_jira_field("detected"), index.get_logical_name("cf_2")) == ("cf_1", "restored")
    assert (index.get_jira_field("seen"), index.get_logical_name("cf_1")) == ("cf_1", "detected")
    assert (index.get_jira_field("points"), index.get_logical_name("")) == (None, None)
    assert (index.get_jira_field("nothing"), index.get_logical_name("cf_9")) == (None, None)
    assert len(index) == 3


class Key(str):
    """A name that counts how often it is hashed and compared."""

    asked: list[str]

    def __hash__(self) -> int:
        self.asked.append("hashed")
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        self.asked.append("compared")
        return super().__eq__(other)


def test_field_mapping_index_o1_complexity() -> None:
    """The last of 100 000 mappings is hashed and compared as often as the only one of one: once."""
    small = FieldMappingIndex({"name": "field"})
    large = FieldMappingIndex({f"name{n}": f"field{n}" for n in range(100_000)})

    def asked(ask: Callable[[str], str | None], text: str, found: str) -> list[str]:
        key = Key(text)
        key.asked = []
        assert ask(key) == found
        return key.asked

    once = ["hashed", "compared"]
    assert asked(small.get_jira_field, "name", "field") == once
    assert asked(large.get_jira_field, "name99999", "field99999") == once
    assert asked(small.get_logical_name, "field", "name") == once
    assert asked(large.get_logical_name, "field99999", "name99999") == once


def test_parse_jira_date_caching() -> None:
    """The second look-up of a stamp is answered from memory, and memory is bounded."""
    parse_jira_date.cache_clear()
    stamps = ["2026-03-02T09:00:00.000+0000", "2026-03-03T09:00:00.000+0000"]

    for stamp in stamps * 3:
        parse_jira_date(stamp)

    info = parse_jira_date.cache_info()
    assert (info.misses, info.hits) == (2, 4)
    assert info.maxsize is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-24T11:11:52.944+0000", dt.datetime(2026, 8, 24, 11, 11, 52, 944000, dt.UTC)),
        ("2026-08-24T11:11:52.944+05:45", dt.datetime(2026, 8, 24, 5, 26, 52, 944000, dt.UTC)),
        ("2026-08-24T11:11:52Z", dt.datetime(2026, 8, 24, 11, 11, 52, 0, dt.UTC)),
        ("2026-08-24T11:11:52", dt.datetime(2026, 8, 24, 11, 11, 52, 0, dt.UTC)),
        (1787570000123, dt.datetime(2026, 8, 24, 11, 13, 20, 123000, dt.UTC)),
        ("2026-02-30T00:00:00.000+0000", None),
        ("2026-08-24", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_jira_date_formats(text: str | int | None, expected: dt.datetime | None) -> None:
    """Every spelling that Jira uses gives an aware UTC instant; anything else nothing."""
    assert parse_jira_date(text) == expected


def test_performance_timer_accuracy() -> None:
    """The duration is the difference of the clock, to the millisecond, also while it runs."""
    clock = Clock()
    timer = PerformanceTimer(clock=clock)
    before = timer.duration_ms

    with timer:
        clock.now += 0.25
        half = timer.duration_ms
        clock.now += 0.25
    clock.now += 60

    assert (before, half, timer.duration_ms) == (0, 250, 500)


def test_performance_timer_context_manager(caplog: pytest.LogCaptureFixture) -> None:
    """A named block is logged once with its outcome, an unnamed one not; exceptions pass."""
    with caplog.at_level(logging.DEBUG, logger="data.performance_utils"):
        with PerformanceTimer():
            pass
        with pytest.raises(KeyError), PerformanceTimer("store.load"):
            raise KeyError("gone")

    assert [(r.message, r.operation, r.ok) for r in caplog.records] == [
        ("operation.finished", "store.load", False)
    ]


def test_front_doors_give_what_the_document_says() -> None:
    """Plain issues through a front door give the numbers of the command line."""
    example = example_b()
    options = {**example.arguments()}
    expected = engine_metrics(example.issues, **options)["metrics"]
    results = {
        **calculate_all_dora_metrics(example.issues, **options),
        **calculate_all_flow_metrics(example.issues, **options),
    }
    one = calculate_deployment_frequency(example.issues, **options)

    assert {name: result.value for name, result in results.items()} == {
        name: expected[name]["value"] for name in results
    }
    assert list(one.included) == expected["deployment_frequency"]["included"]
    assert calculate_flow_time(example.issues, **options).value == 5.875


def test_front_doors_of_nothing() -> None:
    """No issues have no numbers; that is not an error."""
    result = calculate_flow_velocity([])

    assert (result.value, result.state) == (None, "no_data")


@pytest.mark.parametrize(
    ("issues", "options"),
    [
        ({"issues": []}, {}),
        ("text", {}),
        ([{"id": "1", "key": "A-1"}], {}),
        ([{"id": "1", "key": "no key", "fields": {}}], {}),
        ([], {"date_from": "yesterday"}),
        ([], {"timezone": "Mars/Base"}),
        ([], {"since": "2026-01-01"}),
        ([issue("A-1")], {"date_from": "2026-02-01", "date_to": "2026-01-01"}),
        ([issue("A-1")], {"deployments": [{"id": "1", "deployed_at": "soon"}]}),
    ],
)
def test_front_doors_refuse_nonsense_with_a_sentence(issues: object, options: dict) -> None:
    """What cannot be computed is refused before anything is, with cause and remedy."""
    with pytest.raises(InputError) as error:
        calculate_flow_time(issues, **options)

    assert error.value.message.endswith(".")
    assert error.value.hint
