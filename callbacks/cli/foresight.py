"""The commands that look ahead or judge: a forecast, and a gate for a pipeline."""

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from callbacks.cli.answers import say
from callbacks.cli.invocation import Command, Invocation
from callbacks.cli.reading import answer_view, choice_options, period_options
from configuration.errors import GateNotMetError, InputError
from data.export.document import as_json_text
from data.metrics.report import Report, View
from data.model.periods import parse_day
from data.pipeline import ALL_METRICS

if TYPE_CHECKING:
    from data.forecast.foresight import Asked, Foresight

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_CONDITION = re.compile(r"([a-z_]+)(?:\.(p50|p85|p95))?=(-?\d+(?:\.\d+)?)")
_PROMISE = re.compile(r"items=(\d{1,9}),by=([^,]*)(?:,level=(50|85|95))?")


class Condition(NamedTuple):
    """What a number has to keep.

    Attributes:
        text: as it was given.
        metric: its id.
        percentile: ``p50``, ``p85``, ``p95``, or "" for the value.
        bound: the limit.
        at_most: whether it is the most or the least.
    """

    text: str
    metric: str
    percentile: str
    bound: float
    at_most: bool


class Promise(NamedTuple):
    """A forecast that has to hold: so many items by a day at a level."""

    text: str
    items: int
    by: dt.date
    level: int


@click.command("forecast", cls=Command)
@click.option("--items", type=click.IntRange(min=0), metavar="N", help="When are so many items done?")
@click.option("--by", metavar="D", help="How many items are done by the end of this day?")
@click.option("--start", metavar="D", help="Day on which the work on them begins; default: that of the data.")
@click.option("--exclude", multiple=True, metavar="WEEK", help="Do not draw this week, 2026-W35; repeatable.")
@click.option("--growth", is_flag=True, help="Let the scope grow as it did.")
@click.option("--cap", type=int, metavar="N", help="What if: no more than N items in progress at once.")
@click.option("--halve", metavar="STATUS", help="What if: half the time in this waiting status.")
@click.option("--drop", metavar="TYPE", help="What if: no items of this flow item type.")
@click.option("--past", is_flag=True, help="With every past forecast and what came; together with --json.")
@choice_options
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def forecast_command(
    invocation: Invocation,
    /,
    *,
    items: int | None,
    by: str | None,
    start: str | None,
    exclude: tuple[str, ...],
    growth: bool,
    cap: int | None,
    halve: str | None,
    drop: str | None,
    past: bool,
    as_json: bool,
    **chosen: Any,
) -> str:
    """Tell when so many items are done, or how many by a day, with the record of past forecasts.

    Without --items and --by it is about the open items in view.
    """
    from data.export.forecast_document import forecast_document  # noqa: PLC0415
    from data.forecast.foresight import Asked  # noqa: PLC0415
    from data.forecast.supposed import Wish  # noqa: PLC0415

    if items is not None and by is not None:
        raise InputError(
            "--items and --by cannot go together.", hint="Ask when N items are done, or how many by a day."
        )
    if past and not as_json:
        raise InputError("--past goes together with --json.", hint="Add --json, or leave --past out.")
    asked = Asked(
        items,
        parse_day(by, "--by") if by else None,
        parse_day(start, "--start") if start else None,
        growth,
        frozenset(map(_read_week, exclude)),
        Wish(cap, halve, drop),
    )
    report, foresight = _foresee(invocation, View(**chosen), asked)
    if as_json:
        return as_json_text(forecast_document(report, invocation.profile_name, foresight, past=past))
    from callbacks.cli.tables import forecast_table  # noqa: PLC0415

    return forecast_table(foresight)


def _foresee(invocation: Invocation, view: View, asked: "Asked") -> "tuple[Report, Foresight | None]":
    from data.forecast.foresight import foresee  # noqa: PLC0415
    from data.pipeline import Pipeline  # noqa: PLC0415

    source = invocation.only_source()
    _, report = answer_view(invocation, source, Pipeline(source).year(view))
    foresight = foresee(report, asked)
    for week in () if foresight is None else foresight.outlook.forecast.unknown_weeks:
        say(f"The week {week} is not among those that a forecast is drawn from.")
    return replace(report, view=view), foresight


def _read_week(text: str) -> str:
    """Return the ISO name of a week.

    Raises:
        InputError: there is no such week.
    """
    found = _WEEK.fullmatch(text)
    try:
        dt.date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else _refuse()
    except ValueError as error:
        raise InputError(
            f"--exclude {text!r} is not a week.", hint="Write it as 2026-W35, the week's ISO name."
        ) from error
    return text


def _refuse() -> None:
    raise ValueError


@click.command("gate", cls=Command)
@click.option("--max", "at_most", multiple=True, metavar="METRIC[.P]=V", help="The most; repeatable.")
@click.option("--min", "at_least", multiple=True, metavar="METRIC[.P]=V", help="The least; repeatable.")
@click.option(
    "--forecast",
    "promises",
    multiple=True,
    metavar="items=N,by=D,level=85",
    help="So many items are done by a day, as sure as that; repeatable.",
)
@click.option("--allow-unknown", is_flag=True, help="What is not known breaks nothing.")
@period_options
@click.pass_obj
def gate_command(
    invocation: Invocation,
    /,
    *,
    at_most: tuple[str, ...],
    at_least: tuple[str, ...],
    promises: tuple[str, ...],
    allow_unknown: bool,
    **chosen: Any,
) -> str:
    """Fail with exit code 7 where a number breaks what is asked of it, for a CI job."""
    conditions = [read_condition(text, at_most=True) for text in at_most]
    conditions += [read_condition(text, at_most=False) for text in at_least]
    asked = [read_promise(text) for text in promises]
    if not conditions and not asked:
        raise InputError("Nothing is asked.", hint="Give --max, --min or --forecast.")
    view = View(**chosen)
    _, report = answer_view(invocation, invocation.only_source(), view)
    found = [_judge(condition, report, allow_unknown) for condition in conditions]
    found += [_judge_promise(invocation, view, promise, allow_unknown) for promise in asked]
    broken = [line for kept, line in found if not kept]
    if broken:
        raise GateNotMetError(" ".join(broken), hint="Look at the issues behind it, or change the gate.")
    return "".join(f"{line}\n" for _, line in found)


def read_condition(text: str, *, at_most: bool) -> Condition:
    """Read ``flow_time.p85=14``.

    Raises:
        InputError: that is not a condition, there is no such metric, or it has no percentiles.
    """
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise InputError(
            f"{text!r} is not a condition.",
            hint="Write metric=value or metric.p85=value: flow_time.p85=14.",
        )
    known = {metric.id: metric for metric in ALL_METRICS}
    metric = known.get(found[1])
    if metric is None:
        raise InputError(f"There is no metric called {found[1]!r}.", hint=f"There are {', '.join(known)}.")
    if found[2] and metric.kind != "duration":
        raise InputError(f"{metric.id} has no percentiles.", hint=f"Write {metric.id}={found[3]}.")
    return Condition(text, metric.id, found[2] or "", float(found[3]), at_most)


def read_promise(text: str) -> Promise:
    """Read ``items=43,by=2026-12-24,level=85``; the level is 85 where it is left out.

    Raises:
        InputError: that is not a forecast to keep.
    """
    found = _PROMISE.fullmatch(text.strip())
    if found is None:
        raise InputError(
            f"{text!r} is not a forecast to keep.",
            hint="Write items=N,by=2026-12-24,level=85; levels are 50, 85 and 95.",
        )
    return Promise(text, int(found[1]), parse_day(found[2], "by="), int(found[3] or 85))


def _judge(condition: Condition, report: Report, allow_unknown: bool) -> tuple[bool, str]:
    """Tell whether a number keeps a condition, and the sentence about it."""
    result = report.results.get(condition.metric)
    name = condition.metric + (f" {condition.percentile.upper()}" if condition.percentile else "")
    bound = f"{'at most' if condition.at_most else 'at least'} {condition.bound:g}"
    value = None if result is None else result.value
    if result is not None and condition.percentile:
        value = (result.percentiles or {}).get(condition.percentile)
    if value is None:
        why = result.message if result is not None and result.message else "There is no value."
        return allow_unknown, f"{name} is not known, and should be {bound}: {why}"
    kept = value <= condition.bound if condition.at_most else value >= condition.bound
    unit = "" if result is None else f" {'%' if result.unit == 'percent' else result.unit}"
    return kept, f"{name} is {value:.4g}{unit}, and should be {bound}."


def _judge_promise(
    invocation: Invocation, view: View, promise: Promise, allow_unknown: bool
) -> tuple[bool, str]:
    """Tell whether so many items are forecast by a day, and the sentence about it."""
    from data.forecast.foresight import Asked  # noqa: PLC0415

    _, foresight = _foresee(invocation, view, Asked(by=promise.by))
    asked = f"{promise.items} items by {promise.by.isoformat()} at {promise.level} %"
    if foresight is None or foresight.outlook.forecast.state != "ok":
        why = "there are no issues." if foresight is None else foresight.outlook.forecast.message
        return allow_unknown, f"Whether {asked} hold is not known: {why}"
    items = next(one.items for one in foresight.outlook.forecast.answers if one.level == promise.level)
    assert items is not None
    return items >= promise.items, f"The forecast is {items} items by then, and should be at least {asked}."
