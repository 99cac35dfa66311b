"""Every design that the browser needs, as one script: it travels once, and answers carry data alone."""

from typing import Any

from data.model.metric import Metric
from ui.components.card import card_design, card_terms
from ui.components.chart import chart_terms, panel_design
from ui.components.comparison import comparison_design
from ui.figures.chart import packed
from ui.figures.charts import CHARTS
from ui.theme import CHART


def designs(metrics: tuple[Metric, ...]) -> dict[str, Any]:
    """Return the designs of cards, panels, comparisons and figures, the colours, and what never changes.

    Args:
        metrics: all that a page may show.
    """
    return {
        "card": card_design(),
        "panel": panel_design(),
        "compare": comparison_design(),
        "colours": CHART,
        "metrics": {metric.id: card_terms(metric) for metric in metrics},
        "charts": {spec.id: chart_terms(spec) for spec in CHARTS},
    }


def designs_script(metrics: tuple[Metric, ...]) -> str:
    """Return the designs as the script that comes before ``ui/assets``."""
    return f"const designs = {packed(designs(metrics)).decode()};\n"
