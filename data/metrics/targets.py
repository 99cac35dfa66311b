"""Targets: whether a number is where a team wants it, by more than chance. Pure."""

from collections.abc import Iterator, Mapping

import numpy as np

from data.metrics.context import CalculationContext
from data.model.metric import Measure, Metric, Target, TargetState
from data.model.statistics import sign_test
from data.model.targets import UNIT_WORDS, read_amount

SURE = 0.05


def judge(
    metric: Metric, measure: Measure, interval: tuple[float, float] | None, context: CalculationContext
) -> Target | None:
    """Return the target of a metric, and whether it is kept.

    It is kept or missed where it lies outside the interval of the value; of a number without an interval
    where the whole weeks lie on one side of it by more than chance (two-sided sign test, p < 0.05, weeks
    that equal it aside). Else it is near.

    Args:
        metric: which side is better.
        measure: of the period.
        interval: of its value.
        context: reads the targets of the profile, and which weeks are whole.

    Returns:
        None without a target; no state without a value.

    Source:
        specs/metrics.md, "Targets".
    """
    target = unjudged(metric, context.delivery.targets)
    if target is None or measure.value is None:
        return target
    aim = target.value
    if interval is not None:
        low, high = interval
        return Target(aim, _name_state(metric, above=low > aim, below=high < aim))
    weeks = measure.weekly[context.layout.whole]
    above, below, p = sign_test(weeks[~np.isnan(weeks)], aim)
    sure = p < SURE
    state = _name_state(metric, above=sure and above > below, below=sure and below > above)
    return Target(aim, state, (above, below))


def unjudged(metric: Metric, targets: Mapping[str, float]) -> Target | None:
    """Return the target of a metric without a value, None where it has none."""
    aim = targets.get(metric.id)
    return None if aim is None or metric.better == "neither" else Target(aim, None)


def _name_state(metric: Metric, *, above: bool, below: bool) -> TargetState:
    if not (above or below):
        return "near"
    return "kept" if above == (metric.better == "higher") else "missed"


def target_faults(written: Mapping[str, float | str], metrics: Mapping[str, Metric]) -> Iterator[str]:
    """Yield a sentence for each target that cannot be one.

    Args:
        written: as the profile has them.
        metrics: by id, all that a profile can have.
    """
    for name, value in written.items():
        metric = metrics.get(name)
        if metric is None:
            yield f"targets.{name} is of no metric: there is none of that name."
        elif metric.better == "neither":
            yield f"targets.{name} cannot be kept: no direction of {metric.title} is the better one."
        else:
            yield from _find_fault(metric, value)


def _find_fault(metric: Metric, written: float | str) -> Iterator[str]:
    """Yield what is wrong with the amount of a target, at most one sentence."""
    amount, unit = read_amount(written), metric.unit
    example = f"write a number of {unit}, such as {15 if unit == 'percent' else 5}"
    if amount is None:
        yield f"targets.{metric.id} holds {written!r}, which is no number; {example}."
    elif amount[1] and amount[1] not in UNIT_WORDS[unit]:
        yield f"targets.{metric.id} is in {amount[1]}, and {metric.title} is measured in {unit}; {example}."
    elif amount[0] < 0 or (unit == "percent" and amount[0] > 100):
        yield f"targets.{metric.id} is {amount[0]:g}, which {metric.title} can never be; {example}."
