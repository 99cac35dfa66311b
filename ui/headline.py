"""How are we doing: the numbers of a view as sentences, each number with the way to its evidence. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.model.metric import Metric, MetricResult
from ui.format import counted, number

# What the sentences may say of a clear change, in this order.
TOLD_CHANGES = {
    "deployment_frequency": "deployment frequency",
    "change_lead_time": "lead time",
    "change_fail_rate": "fail rate",
    "failed_deployment_recovery_time": "recovery time",
    "flow_velocity": "flow velocity",
    "flow_time": "flow time",
    "flow_efficiency": "flow efficiency",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence; ``metric`` is the id of the metric that it is a number of, "" for mere words."""

    text: str
    metric: str = ""


Sentence = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Metrics that have no value for one and the same reason.

    Attributes:
        metrics: in the order of the view.
        message: the reason, as a sentence.
        state: of their results: ``no_data``, ``not_configured`` or ``not_applicable``.
    """

    metrics: tuple[Metric, ...]
    message: str
    state: str


def headline(results: Mapping[str, MetricResult], days: int) -> tuple[Sentence, ...]:
    """Return what the numbers of a view say, in at most four sentences.

    Args:
        results: by metric id.
        days: length of the period.

    Returns:
        Throughput, instability, flow, and what clearly changed against the period before. What has no
        value is left out, so an empty store gives no sentence.
    """
    sentences = (
        _tell_deployments(results),
        _tell_failures(results),
        _tell_flow(results),
        _tell_changes(results, days),
    )
    return tuple(sentence for sentence in sentences if sentence)


def plain(sentence: Sentence) -> str:
    """Return a sentence as text."""
    return "".join(phrase.text for phrase in sentence)


def unknowns(metrics: Sequence[Metric], results: Mapping[str, MetricResult]) -> tuple[Unknown, ...]:
    """Return the metrics without a value, those of one reason together, in the order of ``metrics``."""
    found: dict[tuple[str, str], list[Metric]] = {}
    for metric in metrics:
        result = results.get(metric.id)
        if result is not None and result.value is None:
            found.setdefault((result.message or "", result.state), []).append(metric)
    return tuple(Unknown(tuple(some), *reason) for reason, some in found.items())


def _value(results: Mapping[str, MetricResult], name: str) -> float | None:
    result = results.get(name)
    return None if result is None else result.value


def _tell_deployments(results: Mapping[str, MetricResult]) -> Sentence:
    often = _value(results, "deployment_frequency")
    if often is None:
        return ()
    if not often:
        return Phrase("Nothing was deployed", "deployment_frequency"), Phrase(" in this period.")
    told = (Phrase(_counted(often, "deployment"), "deployment_frequency"),)
    lead = results["change_lead_time"]
    if lead.value is None:
        return (*told, Phrase("."))
    since = "commit" if lead.evidence == "measured" else "start"
    days = Phrase(_amount(lead.value, "day"), "change_lead_time")
    return (
        *told,
        Phrase("; half of the changes reach production within "),
        days,
        Phrase(f" of their {since}."),
    )


def _tell_failures(results: Mapping[str, MetricResult]) -> Sentence:
    rate = _value(results, "change_fail_rate")
    if rate is None:
        return ()
    if not rate:
        return Phrase("None of the deployments", "change_fail_rate"), Phrase(" failed, as far as known.")
    told = (Phrase(f"{number(rate)} % of the deployments", "change_fail_rate"), Phrase(" failed"))
    hours = _value(results, "failed_deployment_recovery_time")
    if hours is None:
        return (*told, Phrase("."))
    took = Phrase(_amount(hours, "hour"), "failed_deployment_recovery_time")
    return (*told, Phrase(", and recovery took "), took, Phrase(" at the median."))


def _tell_flow(results: Mapping[str, MetricResult]) -> Sentence:
    velocity = _value(results, "flow_velocity")
    if velocity is None:
        return ()
    load = _value(results, "flow_load")
    busy = () if load is None else (Phrase("; "), Phrase(_in_progress(load), "flow_load"))
    if not velocity:
        return Phrase("Nothing was delivered", "flow_velocity"), Phrase(" in this period"), *busy, Phrase(".")
    one = number(velocity) == "1"
    told = (
        Phrase(_counted(velocity, "item"), "flow_velocity"),
        Phrase(f" {'is' if one else 'are'} delivered"),
    )
    days = _value(results, "flow_time")
    time = (
        () if days is None else (Phrase(", half of them within "), Phrase(_amount(days, "day"), "flow_time"))
    )
    return (*told, *time, *busy, Phrase("."))


def _in_progress(load: float) -> str:
    return f"{number(load)} {'is' if load == 1 else 'are'} in progress"


def _counted(rate: float, noun: str) -> str:
    return f"{_amount(rate, noun)} a week"


def _amount(value: float, unit: str) -> str:
    return f"{number(value)} {unit}" if number(value) == "1" else f"{number(value)} {unit}s"


def _tell_changes(results: Mapping[str, MetricResult], days: int) -> Sentence:
    known = [name for name in TOLD_CHANGES if name in results and results[name].change is not None]
    clear = [name for name in known if results[name].confidence == "strong"]
    before = f"the {counted(days, 'day')} before"
    if not clear:
        return (Phrase(f"No clear change against {before}."),) if known else ()
    told = [Phrase(f"Clear changes against {before}: ")]
    for name in clear:
        told += [Phrase(", ")] if len(told) > 1 else []
        told.append(Phrase(_word_change(name, results[name]), name))
    return (*told, Phrase("."))


def _word_change(name: str, result: MetricResult) -> str:
    assert result.previous is not None
    assert result.previous.value is not None
    return f"{TOLD_CHANGES[name]} {result.trend} ({number(result.previous.value)} before)"
