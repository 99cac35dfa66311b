"""Numbers and words for people."""

import pytest

from data.model.metric import Confidence, Metric, MetricResult, Previous, Trend
from data.pipeline import METRICS
from tests.support.builders import issue, status_list
from tests.support.engine import engine_report
from tests.support.examples import example_a
from ui.format import (
    age,
    change_stage_words,
    comparison,
    counted,
    day,
    ignored_words,
    interval_words,
    level_words,
    number,
    spread_in_short,
    start_share,
    start_words,
)

VELOCITY = next(metric for metric in METRICS if metric.id == "flow_velocity")
TIME = next(metric for metric in METRICS if metric.id == "flow_time")
LOAD = next(metric for metric in METRICS if metric.id == "flow_load")
FAIL_RATE = next(metric for metric in METRICS if metric.id == "change_fail_rate")
DISTRIBUTION = next(metric for metric in METRICS if metric.id == "flow_distribution")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (1.5, "1.5"),
        (5.0, "5"),
        (72.727, "72.7"),
        (99.96, "100.0"),
        (1204.4, "1\u202f204"),
    ],
)
def test_number(value: float, text: str) -> None:
    """As many digits as a reader can use."""
    assert number(value) == text


@pytest.mark.parametrize(
    ("ignored", "words"),
    [
        ((), ""),
        (("label",), "all labels"),
        (("type", "fix_version"), "all types and fix versions"),
        (("type", "label", "epic"), "all types, labels and epics"),
    ],
)
def test_what_a_number_is_of_in_spite_of_the_filters(ignored: tuple[str, ...], words: str) -> None:
    assert ignored_words(result(filters_ignored=ignored)) == words


@pytest.mark.parametrize(
    ("level", "greyed", "words"),
    [
        ("High", False, "High by the DORA report 2024"),
        ("Low", True, "Low by the DORA report 2024, with too little or indirect evidence to be sure"),
        (
            "High, Medium",
            False,
            "High or Medium by the DORA report 2024, which does not tell these apart by this number",
        ),
    ],
)
def test_the_level_of_a_number(level: str, greyed: bool, words: str) -> None:
    """What a dashed chip means stands in words too; without a level there are none."""
    band = {"edition": "2024", "level": level, "greyed": greyed}

    assert level_words(result(band=band)) == words
    assert level_words(result()) == ""


def test_counted() -> None:
    """One is singular, none and many are not."""
    assert [counted(n, "issue") for n in (0, 1, 2)] == ["0 issues", "1 issue", "2 issues"]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-1440, "by a clock that ran ahead"),
        (-2, "by a clock that ran ahead"),
        (-1, "just now"),
        (0, "just now"),
        (3, "3 min ago"),
        (60, "1 h ago"),
        (47 * 60, "47 h ago"),
        (72 * 60, "3 days ago"),
    ],
)
def test_age(minutes: int, text: str) -> None:
    """Two clocks may differ by a minute; beyond that an age cannot be told."""
    assert age(0, minutes * 60_000) == text


def result(**changes: object) -> MetricResult:
    example = example_a()
    plain = engine_report(example.issues, **example.arguments()).results["flow_time"]
    fields = {name: getattr(plain, name) for name in MetricResult.__dataclass_fields__}
    return MetricResult(**{**fields, **changes})


@pytest.mark.parametrize(
    ("metric", "trend", "confidence", "words", "tone"),
    [
        (VELOCITY, "up", "likely", "\u25b2 up, likely (4 before): better", "better"),
        (VELOCITY, "down", "strong", "\u25bc clearly down (4 before): worse", "worse"),
        (TIME, "up", "strong", "\u25b2 clearly up (4 before): worse", "worse"),
        (TIME, "down", "likely", "\u25bc down, likely (4 before): better", "better"),
        (DISTRIBUTION, "up", "likely", "\u25b2 up, likely (4 before)", "even"),
        (TIME, "flat", None, "no clear change (4 before)", "even"),
        (TIME, "unknown", None, "too few whole weeks to compare (4 before)", "even"),
        (FAIL_RATE, "unknown", None, "too few deployments to compare (4 before)", "even"),
        (LOAD, "unknown", None, "4 when the period began", "even"),
    ],
)
def test_comparison(
    metric: Metric, trend: Trend, confidence: Confidence | None, words: str, tone: str
) -> None:
    """Good and bad news are told in words, by the direction that is better for the metric."""
    found = result(kind=metric.kind, trend=trend, confidence=confidence, previous=Previous(4.0, 9))

    assert comparison(metric, found) == (words, tone)


@pytest.mark.parametrize(
    ("unit", "interval", "words"),
    [
        ("days", (4.8, 6.9), "4.8 to 6.9 days"),
        ("percent", (30.06, 95.44), "30.1 to 95.4 %"),
        ("items/week", None, ""),
    ],
)
def test_interval_words(unit: str, interval: tuple[float, float] | None, words: str) -> None:
    assert interval_words(result(unit=unit, interval=interval)) == words


def test_the_spread_of_a_median_and_of_a_rate() -> None:
    """The range stands for the P50, which is the value itself; without a range the P50 is told."""
    known, withheld = {"p50": 5.5, "p85": 14.0, "p95": None}, {"p95": "needs 19 items, has 9"}
    ranged = result(interval=(4.8, 6.9), percentiles=known, percentiles_withheld=withheld)
    bare = result(interval=None, percentiles=known, percentiles_withheld={})
    rate = result(interval=(30.06, 95.44), percentiles=None, percentiles_withheld={})

    assert spread_in_short(ranged) == "range 4.8 to 6.9; P85 14; P95 withheld: too few"
    assert spread_in_short(bare) == "P50 5.5; P85 14"
    assert spread_in_short(rate) == "range 30.1 to 95.4"


def test_comparison_without_a_past() -> None:
    """Nothing before is said; a missing value is compared with nothing."""
    assert comparison(TIME, result(previous=None)) == ("no earlier data to compare with", "even")
    assert comparison(TIME, result(value=None)) == ("", "even")


@pytest.mark.parametrize(("instant_ms", "expected"), [(0, "1 Jan 1970"), (1_795_305_600_000, "22 Nov 2026")])
def test_a_day_is_written_without_a_leading_zero(instant_ms: int, expected: str) -> None:
    assert day(instant_ms) == expected


def lead_time(*keys: str) -> MetricResult:
    """Of AB-1, whose change took from the 4th to the 15th, and of AB-2, which has none, from the 1st on."""
    change = {
        "id": "shop#1",
        "issues": ["AB-1"],
        "first_commit_at": "2026-03-04T00:00Z",
        "opened_at": "2026-03-05T00:00Z",
        "first_review_at": "2026-03-05T12:00Z",
        "merged_at": "2026-03-12T00:00Z",
        "deployment": "v2",
    }
    return engine_report(
        [issue(key, history=[("2026-03-01", "Doing"), ("2026-03-09", "Done")]) for key in keys],
        statuses=status_list(),
        deployments=[{"id": "v2", "deployed_at": "2026-03-15T00:00Z", "issues": ["AB-2"]}],
        changes=[change],
        date_from="2026-03-02",
        date_to="2026-03-29",
        as_of="2026-03-31T00:00:00Z",
    ).results["change_lead_time"]


def test_what_lead_times_start_with_and_where_they_go() -> None:
    both, measured, other = lead_time("AB-1", "AB-2"), lead_time("AB-1"), result()

    assert start_words(both) == "P50 11 days from the first commit (1), 14 days from the start of work (1)"
    assert start_share(both) == "50 % by commits"
    stages = "coding 1, pickup 0.50, review 6.5, deploy 3"
    assert change_stage_words(both) == f"P50 in days: {stages} (of 1 change of code)"
    assert [start_words(measured), start_share(measured)] == ["", ""]
    assert [words(other) for words in (start_words, start_share, change_stage_words)] == ["", "", ""]
