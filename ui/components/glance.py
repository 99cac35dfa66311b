"""One profile at a glance: its name, how old its data are, and four numbers."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from data.model.metric import Metric, MetricResult
from ui import ids
from ui.components.aria import aria, data
from ui.format import comparison, number, unit_words


def glance_box(name: str, title: str, site: str, stamp: str) -> Component:
    """Return the panel of a profile with a place for what is told of it, which asks for itself.

    Args:
        name: of the profile.
        title: what people call it.
        site: where its issues come from, "" where nobody knows.
        stamp: changes whenever it has something new to show.
    """
    heading_id = f"glance-{name}"
    return html.Section(
        className="panel glance",
        children=[
            html.Div(
                [
                    html.H2(html.A(title, href=f"/?{urlencode({'src': name})}"), id=heading_id),
                    html.Span(site, className="quiet"),
                ],
                className="glance-head",
            ),
            dcc.Store(id={"kind": ids.GLANCE_ASK, "name": name}, data=stamp),
            html.Div(id={"kind": ids.GLANCE_TOLD, "name": name}, className="glance-told"),
        ],
        **aria(labelledby=heading_id),
    )


def glance_state(words: str, instant: int | None, age: str, state: str) -> Component:
    """Return the line about the data of a profile.

    Args:
        words: before the age: ``synced``, or all there is to say.
        instant: epoch milliseconds that the age is counted from; None without one.
        age: in words; the browser keeps them true.
        state: ``ok``, ``partial`` or ``failed``.
    """
    told: list[str | Component] = [words]
    if instant is not None:
        told += [" ", html.Span(age, **data(instant=str(instant)))]
    return html.P(told, className=f"glance-state {state}")


def glance_numbers(
    name: str, shown: Sequence[tuple[Metric, MetricResult]], days: str, empty: str
) -> list[Component]:
    """Return the numbers of a profile, each with the way to its evidence.

    Args:
        name: of the profile.
        shown: its metrics.
        days: which days they are of.
        empty: why there are none.
    """
    if not shown:
        return [html.P(empty, className="quiet")]
    numbers = html.Dl([html.Div(_draw_number(name, metric, result)) for metric, result in shown])
    return [numbers, html.P(days, className="quiet")]


def _draw_number(name: str, metric: Metric, result: MetricResult) -> list[Component]:
    assert result.value is not None
    words, tone = comparison(metric, result)
    link = html.A(
        number(result.value),
        href=f"/?{urlencode({'src': name, 'panel': metric.id})}",
        className="glance-number",
        **aria(label=f"{metric.title}, {number(result.value)} {unit_words(metric)}: show the rows"),
    )
    beside = html.Span(f" {unit_words(metric)}", className="unit")
    return [
        html.Dt(metric.title),
        html.Dd([link, beside, html.Div(words, className=f"compare {tone}")]),
    ]


def shown_metrics(
    metrics: Mapping[str, Metric], results: Mapping[str, MetricResult], names: Sequence[str], most: int
) -> list[tuple[Metric, MetricResult]]:
    """Return the first ``most`` of some metrics that have a value; what is not looked at is not computed."""
    found: list[tuple[Metric, MetricResult]] = []
    for name in names:
        if len(found) < most and results[name].value is not None:
            found.append((metrics[name], results[name]))
    return found
