"""What a browser makes of designs and data, made here by the same rules."""

import json
from typing import Any

from data.charts.subject import ChartSubject
from data.model.metric import Metric, MetricResult
from ui.components.card import card_data, card_design, card_terms
from ui.components.chart import chart_data, chart_terms, panel_design
from ui.components.states import Freshness, Reach, freshness_data
from ui.design import fill
from ui.figures.chart import Chart, ChartSpec, travelled
from ui.figures.parts import week_data
from ui.theme import Scheme

NOW = 1_772_000_000_000  # 2026-02-25
FRESH = Freshness(as_of=NOW, synced_at=NOW - 180_000, now=NOW)
REACH = Reach(90)


def card(metric: Metric, result: MetricResult, freshness: Freshness = FRESH, **options: Any) -> str:
    """Return the card of a metric as JSON."""
    answer = travelled(card_data(metric, result, REACH, **options))
    own = {"title_id": f"title-flow-{metric.id}"}
    data = {**card_terms(metric), **freshness_data(freshness), **answer, **own}
    return json.dumps(fill(card_design(), data, {}))


def panel(spec: ChartSpec, chart: Chart, freshness: Freshness = FRESH, **more: Any) -> str:
    """Return what is in the panel of a chart as JSON; ``rows`` and so on where its table is wanted."""
    data = travelled({**freshness_data(freshness), **chart_data(chart, REACH), **chart_terms(spec), **more})
    return json.dumps(fill(panel_design(), data, {}))


def figure_of(spec: ChartSpec, report: ChartSubject, scheme: Scheme = "light") -> dict[str, Any]:
    """Return the figure of a chart over a report."""
    return spec.figure({**week_data(report), **spec.build(report).data}, scheme)
