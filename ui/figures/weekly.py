"""The charts of the Overview: one metric by week."""

from data.charts.subject import ChartSubject, Context
from ui.figures.chart import Chart
from ui.figures.parts import (
    NO_DATA,
    NOT_WHOLE,
    bars,
    figure,
    has_values,
    line,
    mean_data,
    nothing,
    week_hover,
    week_layout,
    weekly_data,
    weekly_rows,
    whole_note,
    with_aim,
    with_mean,
)

HEIGHT = 260
THROUGHPUT = with_aim(figure([bars()], with_mean(week_layout("items")), HEIGHT))
LOAD = with_aim(
    figure(
        [line() | week_hover("%{y}", before="end of ")],
        week_layout("items"),
        HEIGHT,
    )
)


def throughput(report: ChartSubject, _context: Context) -> Chart:
    """Return delivered items per week and the mean of whole weeks."""
    weeks = report.results["flow_velocity"].weekly
    whole = [week.value for week in weeks if not week.partial and week.value is not None]
    mean = mean_data(sum(whole) / len(whole)) if whole else {}
    chart = _by_week(report, "flow_velocity")
    return chart if chart.empty else Chart({**chart.data, **mean}, chart.table, chart.note)


def load(report: ChartSubject, _context: Context) -> Chart:
    """Return items in progress at the end of each week."""
    return _by_week(report, "flow_load")


def _by_week(report: ChartSubject, metric_id: str) -> Chart:
    result = report.results[metric_id]
    if not has_values(result.weekly):
        return nothing(result.message or NO_DATA)
    return Chart(weekly_data(result), weekly_rows(result), whole_note(result.weekly, NOT_WHOLE))
