"""Numbers and words for people."""

import pytest

from data.metric import MetricResult, Previous
from data.pipeline import METRICS
from tests.engine import engine_report
from tests.examples import example_a
from ui.format import age, comparison, counted, number

VELOCITY = next(metric for metric in METRICS if metric.id == "flow_velocity")
TIME = next(metric for metric in METRICS if metric.id == "flow_time")
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


def test_counted() -> None:
    """One is singular, none and many are not."""
    assert [counted(n, "issue") for n in (0, 1, 2)] == ["0 issues", "1 issue", "2 issues"]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-5, "just now"),
        (0, "just now"),
        (3, "3 min ago"),
        (60, "1 h ago"),
        (47 * 60, "47 h ago"),
        (72 * 60, "3 days ago"),
    ],
)
def test_age(minutes: int, text: str) -> None:
    """A clock that runs ahead is no age at all."""
    assert age(0, minutes * 60_000) == text


def result(**changes: object) -> MetricResult:
    example = example_a()
    plain = engine_report(example.issues, **example.arguments()).results["flow_time"]
    fields = {name: getattr(plain, name) for name in MetricResult.__dataclass_fields__}
    return MetricResult(**{**fields, **changes})


@pytest.mark.parametrize(
    ("metric", "trend", "words", "tone"),
    [
        (VELOCITY, "up", "\u25b2 up from 4: better", "better"),
        (VELOCITY, "down", "\u25bc down from 4: worse", "worse"),
        (TIME, "up", "\u25b2 up from 4: worse", "worse"),
        (TIME, "down", "\u25bc down from 4: better", "better"),
        (DISTRIBUTION, "up", "\u25b2 up from 4", "even"),
        (TIME, "flat", "about as before (4)", "even"),
        (TIME, "unknown", "too few to compare; 4 before", "even"),
    ],
)
def test_comparison(metric: object, trend: str, words: str, tone: str) -> None:
    """Good and bad news are told in words, by the direction that is better for the metric."""
    assert comparison(metric, result(trend=trend, previous=Previous(4.0, 9))) == (words, tone)


def test_comparison_without_a_past() -> None:
    """Nothing before is said; a missing value is compared with nothing."""
    assert comparison(TIME, result(previous=None)) == ("no earlier data to compare with", "even")
    assert comparison(TIME, result(value=None)) == ("", "even")
