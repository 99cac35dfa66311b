"""What travels once holds every metric and every chart, and nothing of any data."""

import json

from data.pipeline import ALL_METRICS
from ui.designs import designs_script
from ui.figures.charts import CHARTS


def test_every_metric_and_every_chart_has_its_design() -> None:
    """As a script that a browser reads, with the colours of both schemes."""
    script = designs_script(tuple(ALL_METRICS))
    made = json.loads(script.removeprefix("const designs = ").rstrip(";\n"))

    assert list(made["metrics"]) == [metric.id for metric in ALL_METRICS]
    assert list(made["charts"]) == [spec.id for spec in CHARTS]
    assert {metric.formula for metric in ALL_METRICS} <= {
        terms["help"].split(" (formerly")[0].split(" (also")[0] for terms in made["metrics"].values()
    }
    assert set(made["colours"]) == {"light", "dark"}
