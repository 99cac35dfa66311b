"""What is said of a comparison."""

import pytest

from data.metrics.evaluate import no_data
from data.model.metric import Change, Metric, MetricResult, Previous, Target
from data.model.verdict import change_words, target_grounds, target_verdict, verdict
from data.pipeline import METRICS

TIME, LOAD, RATE = (
    next(metric for metric in METRICS if metric.id == name)
    for name in ("flow_time", "flow_load", "change_fail_rate")
)


def result(metric: Metric = TIME, **changes: object) -> MetricResult:
    plain = no_data(metric, "")
    fields = {name: getattr(plain, name) for name in MetricResult.__dataclass_fields__}
    return MetricResult(**{**fields, "value": 5.0, "previous": Previous(4.0, 9), **changes})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (result(trend="flat"), "no clear change"),
        (result(trend="up", confidence="likely"), "up, likely"),
        (result(trend="down", confidence="strong"), "clearly down"),
        (result(trend="unknown"), "too few whole weeks to compare"),
        (result(RATE, trend="unknown"), "too few deployments to compare"),
        (result(LOAD, trend="unknown"), ""),
        (result(value=None), ""),
        (result(previous=None), ""),
        (result(previous=Previous(None, 0)), ""),
    ],
)
def test_verdicts(found: MetricResult, words: str) -> None:
    assert verdict(found) == words


def test_how_a_difference_was_held_against_chance() -> None:
    weeks = Change("rank_sum_weeks/1", 0.0304, None, (4, 5))
    rates = Change("newcombe_clustered/1", None, (-3.26, 12.0), (40, 37))
    sure = Change("rank_sum_weeks/1", 7.1e-6, None, (13, 12))

    assert change_words(None) == ""
    assert change_words(sure) == "rank-sum test of 13 whole weeks against 12, p < 0.001"
    assert change_words(weeks) == "rank-sum test of 4 whole weeks against 5, p = 0.03"
    assert change_words(rates) == (
        "difference -3.3 to +12.0 percentage points (95 %), 40 deployments against 37"
    )


@pytest.mark.parametrize(
    ("found", "words", "grounds"),
    [
        (result(), "", ""),
        (result(target=Target(5.0, None)), "target 5 days: nothing to hold against it", ""),
        (
            result(target=Target(5.5, "kept")),
            "target 5.5 days: kept",
            "it lies outside the 95 % interval of the value",
        ),
        (
            result(RATE, target=Target(15.0, "near")),
            "target 15 %: near",
            "it lies inside the 95 % interval of the value",
        ),
        (
            result(LOAD, target=Target(3.0, "missed", (9, 1))),
            "target 3 items: missed",
            "9 whole weeks above it, 1 below",
        ),
        (
            result(LOAD, target=Target(3.0, "near", (1, 2))),
            "target 3 items: near",
            "1 whole week above it, 2 below, which chance alone may give",
        ),
    ],
)
def test_what_is_said_of_a_target(found: MetricResult, words: str, grounds: str) -> None:
    assert target_verdict(found) == words
    assert target_grounds(found) == grounds
