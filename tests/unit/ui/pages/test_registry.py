"""The pages: distinct, complete, and about metrics and charts that exist."""

from data.dora_calculator import DORA_METRICS
from data.flow_calculator import FLOW_METRICS
from data.pipeline import METRICS
from ui.figures.charts import CHARTS
from ui.pages import dora, flow, overview
from ui.pages.registry import PAGES


def ids(metrics) -> set[str]:  # of a family
    return {metric.id for metric in metrics}


def test_paths_and_names_are_distinct() -> None:
    """Two pages never answer to one address."""
    assert len({spec.path for spec in PAGES}) == len({spec.id for spec in PAGES}) == len(PAGES)
    assert PAGES[0].path == "/"


def test_every_metric_has_a_card() -> None:
    """On the Overview and on the page of its family, once each."""
    assert set(overview.METRICS) == ids(METRICS)
    assert set(dora.METRICS) == ids(DORA_METRICS)
    assert set(flow.METRICS) == ids(FLOW_METRICS)
    assert len(set(overview.METRICS)) == len(overview.METRICS)


def test_every_chart_stands_on_its_page() -> None:
    """In the order of the registry, drawn by nobody yet."""
    for spec in PAGES:
        content = "".join(map(str, spec.layout()))
        expected = [chart.id for chart in CHARTS if chart.page == spec.id]

        assert [
            name for name in expected if f"'kind': 'chart', 'page': '{spec.id}', 'name': '{name}'" in content
        ] == expected
