"""What leaves the dashboard as a file: the same numbers and rows as the page, under the same filters.

An address carries the filters of the page's own address. What cannot be answered
is told on a page with cause and remedy, and never as an empty file.
"""

import datetime as dt
import logging
import re
import time
from dataclasses import replace

from dash import Dash
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from callbacks.console import as_json_text
from callbacks.reporting import report_html
from callbacks.views import PERIOD_DAYS, filters_of, view_of
from callbacks.workspace import Workspace
from configuration.errors import ConfigurationError, DashboardError, InputError
from configuration.logging_config import log_exception_reference
from data.issue_list import issue_entries
from data.periods import parse_day
from data.pipeline import Pipeline, Report, View, document
from ui.figures.charts import CHARTS, chart
from ui.standalone import problem_page

logger = logging.getLogger(__name__)
_FROM_THE_PAGE = "Use the export links of the dashboard."
_TYPES = {"csv": "text/csv", "json": "application/json", "html": "text/html"}


class UnknownExportError(InputError):
    """There is no such file: the metric, reason, chart or profile does not exist."""


def register(app: Dash, workspace: Workspace) -> None:
    """Add the exports to the dashboard's server; its guard and its headers hold for them too."""
    exports = Blueprint("exports", __name__, url_prefix="/export")
    _register_numbers(exports, workspace)
    _register_rows(exports, workspace)
    _register_problems(exports)
    app.server.register_blueprint(exports)


def _register_numbers(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/metrics.json")
    def metrics_json() -> Response:
        pipeline, _, report = _asked(workspace)
        return _file(as_json_text(document(report, pipeline.name)), pipeline, "metrics", "json", report)

    @exports.get("/metrics.csv")
    def metrics_csv() -> Response:
        from data.frames import metrics_frame, to_csv  # noqa: PLC0415  # pandas takes its time

        pipeline, _, report = _asked(workspace)
        return _file(to_csv(metrics_frame(report.results)), pipeline, "metrics", "csv", report)

    @exports.get("/report.html")
    def report_file() -> Response:
        pipeline, view, report = _asked(workspace)
        text = report_html(pipeline, view, int(time.time() * 1000))
        return _file(text, pipeline, "report", "html", report)


def _register_rows(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/issues.csv")
    def issues_csv() -> Response:
        from data.frames import issues_frame, to_csv  # noqa: PLC0415  # as above

        pipeline = workspace.pipeline(_source())
        entries = issue_entries(pipeline.store, pipeline.profile)
        return _file(to_csv(issues_frame(entries)), pipeline, "issues", "csv")

    @exports.get("/metric/<metric_id>.csv")
    def metric_csv(metric_id: str) -> Response:
        from data.frames import evidence_frame, to_csv  # noqa: PLC0415  # as above

        pipeline, _, report = _asked(workspace)
        reason = _known(report, metric_id, request.args.get("reason") or None)
        lines = pipeline.lines(report, metric_id, reason)
        what = f"{metric_id}-{reason}" if reason else metric_id
        return _file(to_csv(evidence_frame(lines)), pipeline, what, "csv", report)

    @exports.get("/chart/<chart_id>.csv")
    def chart_csv(chart_id: str) -> Response:
        from data.frames import chart_frame, to_csv  # noqa: PLC0415  # as above

        if chart_id not in {spec.id for spec in CHARTS}:
            raise UnknownExportError(f"There is no chart called {chart_id!r}.", hint=_FROM_THE_PAGE)
        pipeline, _, report = _asked(workspace)
        drawn = chart(chart_id).build(report, "light")
        return _file(to_csv(chart_frame(drawn.columns, drawn.rows)), pipeline, chart_id, "csv", report)


def _register_problems(exports: Blueprint) -> None:
    @exports.get("/", defaults={"rest": ""})
    @exports.get("/<path:rest>")
    def unknown(rest: str) -> Response:
        raise UnknownExportError(f"There is no export called {rest!r}.", hint=_FROM_THE_PAGE)

    @exports.errorhandler(Exception)
    def tell(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        reference = log_exception_reference(logger, "export.failed", error)
        cause, remedy = "This file could not be made.", "Try again; the log tells more."
        if isinstance(error, DashboardError):
            cause, remedy = error.message, error.hint
        page = problem_page("No file", cause, remedy, reference)
        return Response(page, _status(error), mimetype="text/html")


def _status(error: Exception) -> int:
    if isinstance(error, UnknownExportError):
        return 404
    return 400 if isinstance(error, InputError | ConfigurationError) else 500


def _asked(workspace: Workspace) -> tuple[Pipeline, View, Report]:
    """Return the profile, the view and the answers that the address of the request asks for.

    Raises:
        InputError: a date makes no sense, a period has one end or an unknown length.
        ConfigurationError: there is no such profile.
    """
    pipeline = workspace.pipeline(_source())
    view = _view(pipeline)
    return pipeline, view, pipeline.report(view)


def _source() -> str | None:
    return request.args.get("src") or None


def _view(pipeline: Pipeline) -> View:
    """Return the view of the address; unlike the page, a file does not pass over what makes no sense."""
    filters, as_of = filters_of(request.args), request.args.get("as_of") or None
    ends = [parse_day(filters[name], name) for name in ("from", "to") if filters[name]]
    if len(ends) == 1:
        raise InputError("The period has one end only.", hint="Give both from and to, or days, or neither.")
    days = filters["days"]
    if days and days not in (*PERIOD_DAYS, "custom"):
        choices = ", ".join(PERIOD_DAYS)
        raise InputError(f"A period of {days!r} days is not offered.", hint=f"Use {choices}, or from and to.")
    if as_of and not ends:
        filters |= _days_before(pipeline, as_of, PERIOD_DAYS.get(days or "", 90))
    return replace(view_of(pipeline, filters), as_of=as_of)


def _days_before(pipeline: Pipeline, as_of: str, days: int) -> dict[str, str]:
    """Return the last days before a past instant, as the filters name a period."""
    last = pipeline.report(View(as_of=as_of)).period.date_to
    if last is None:
        return {}
    first = parse_day(last, "to") - dt.timedelta(days=days - 1)
    return {"from": first.isoformat(), "to": last}


def _known(report: Report, metric_id: str, reason: str | None) -> str | None:
    """Return the reason if the metric exists and knows it.

    Raises:
        UnknownExportError: it does not.
    """
    result = report.results.get(metric_id)
    if result is None:
        raise UnknownExportError(f"There is no metric called {metric_id!r}.", hint=_FROM_THE_PAGE)
    if reason is not None and reason not in result.candidates.reasons:
        raise UnknownExportError(f"{metric_id} leaves nothing out for {reason!r}.", hint=_FROM_THE_PAGE)
    return reason


def _file(text: str, pipeline: Pipeline, what: str, kind: str, report: Report | None = None) -> Response:
    """Return a download whose name says what it is, with nothing in it that a file system minds."""
    period = report.period if report else None
    span = (period.date_from, period.date_to) if period else ()
    name = "-".join(("throughline", pipeline.name, what, *(day for day in span if day)))
    response = Response(text, mimetype=_TYPES[kind])
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)
    response.headers.set("Content-Disposition", "attachment", filename=f"{safe}.{kind}")
    response.headers["Cache-Control"] = "no-store"
    return response
