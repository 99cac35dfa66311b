"""What leaves the dashboard as a file: the same numbers and rows as the page, under the same filters.

An address carries the filters of the page's own address. What cannot be answered
is told on a page with cause and remedy, and never as an empty file.
"""

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from dash import Dash
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from callbacks.comparisons import (
    PROFILE,
    Compared,
    Layout,
    compare_groups,
    compare_profiles,
    read_layout,
)
from callbacks.notices import explained
from callbacks.views import cut_of, days_of, filters_of, marks_of, view_of
from callbacks.web.reporting import Extras, report_html
from configuration.errors import ConfigurationError, DashboardError, InputError
from data.charts.open_work import OpenWork
from data.charts.subject import in_steps
from data.export.document import TOGETHER, as_json_text, document
from data.export.issue_list import issue_entries
from data.export.selection import selection_of
from data.export.sprints_document import sprints_document
from data.forecast.foresight import Asked, foresee
from data.metrics.report import Period, Report, View
from data.model.clock import now_ms
from data.pipeline import Pipeline
from data.workspace import Workspace
from ui.figures.charts import CHARTS, chart
from ui.figures.marks import rows_with_events
from ui.report.standalone import problem_page

_FROM_THE_PAGE = "Use the export links of the dashboard."
_TYPES = {"csv": "text/csv", "json": "application/json", "html": "text/html", "txt": "text/plain"}


class UnknownExportError(InputError):
    """There is no such file: the metric, reason, chart or profile does not exist."""


def register(app: Dash, workspace: Workspace) -> None:
    """Add the exports to the dashboard's server; its guard and its headers hold for them too."""
    exports = Blueprint("exports", __name__, url_prefix="/export")
    _register_numbers(exports, workspace)
    _register_tables(exports, workspace)
    _register_papers(exports, workspace)
    _register_past(exports, workspace)
    _register_rows(exports, workspace)
    _register_problems(exports)
    app.server.register_blueprint(exports)


def _register_numbers(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/metrics.json")
    def metrics_json() -> Response:
        pipeline, view = _read_question(workspace)
        day = cut_of(filters_of(request.args))

        def tell(report: Report) -> bytes:
            cut = None if day is None else pipeline.cut(report, day)
            return as_json_text(document(report, pipeline.name, cut=cut)).encode()

        return _send_answer(pipeline, view, "metrics", "json", tell, more=day)

    @exports.get("/metrics.csv")
    def metrics_csv() -> Response:
        from data.export.frames import metrics_frame, to_csv  # noqa: PLC0415  # pandas takes its time

        pipeline, view = _read_question(workspace)

        def tell(report: Report) -> bytes:
            return to_csv(metrics_frame(report.results)).encode()

        return _send_answer(pipeline, view, "metrics", "csv", tell)


def _register_tables(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/sprints.csv")
    def sprints_csv() -> Response:
        from data.export.frames import sprints_frame, to_csv  # noqa: PLC0415  # as above

        pipeline, view = _read_question(workspace)

        def tell(report: Report) -> bytes:
            return to_csv(sprints_frame(sprints_document(report.context))).encode()

        return _send_answer(pipeline, view, "sprints", "csv", tell)

    @exports.get("/compare.csv")
    def compare_csv() -> Response:
        pipeline, view = _read_question(workspace)
        layout = read_layout(request.query_string.decode("ascii", "replace"))
        if layout.by == PROFILE:
            found = compare_profiles(workspace, filters_of(request.args), layout)
            text = _compared_csv(found, layout)
            return _send_file(text, pipeline, "compare", "csv", pipeline.period(view))

        def tell(report: Report) -> bytes:
            return _compared_csv(compare_groups(pipeline, report, layout), layout).encode()

        return _send_answer(pipeline, view, "compare", "csv", tell, more=layout)


def _register_papers(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/report.html")
    def report_file() -> Response:
        pipeline, view = _read_question(workspace)
        # It tells when it was written, so that no two are the same.
        filters = filters_of(request.args)
        text = report_html(pipeline, view, now_ms(), Extras(kinds=marks_of(filters), cut=cut_of(filters)))
        return _send_file(text, pipeline, "report", "html", pipeline.period(view))

    @exports.get("/digest.<kind>")
    def digest_file(kind: str) -> Response:
        from callbacks.web.digest import USUAL_SINCE, digest_of  # noqa: PLC0415  # only who asks for one pays
        from ui.report.digest import digest_mail, digest_text  # noqa: PLC0415  # as above

        if kind not in ("txt", "html"):
            raise UnknownExportError(f"There is no digest as {kind!r}.", hint=_FROM_THE_PAGE)
        pipeline, view = _read_question(workspace)
        digest = digest_of(pipeline, view, request.args.get("since") or USUAL_SINCE, now_ms())
        text = digest_text(digest) if kind == "txt" else digest_mail(digest)
        return _send_file(text, pipeline, "digest", kind, pipeline.period(view))


def _register_past(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/forecasts.csv")
    def forecasts_csv() -> Response:
        from data.export.frames import past_frame, to_csv  # noqa: PLC0415  # as above

        pipeline, view = _read_question(workspace)

        def tell(report: Report) -> bytes:
            foresight = foresee(report, Asked())
            if foresight is None:
                raise InputError("There are no forecasts without issues.", hint="Sync or import some first.")
            return to_csv(past_frame(foresight.outlook.forecast)).encode()

        return _send_answer(pipeline, pipeline.year(view), "forecasts", "csv", tell)


def _register_rows(exports: Blueprint, workspace: Workspace) -> None:
    @exports.get("/issues.csv")
    def issues_csv() -> Response:
        from data.export.frames import issues_csv_parts  # noqa: PLC0415  # as above

        pipeline = workspace.pipeline(_read_source())
        parts = issues_csv_parts(issue_entries(pipeline.store, pipeline.profile))
        return _send_file(_begin(parts), pipeline, "issues", "csv")

    @exports.get("/metric/<metric_id>.csv")
    def metric_csv(metric_id: str) -> Response:
        from data.export.frames import evidence_frame, to_csv  # noqa: PLC0415  # as above

        pipeline, view = _read_question(workspace)
        selection = selection_of({"sort": "key", **request.args})
        reason = selection.reason

        def tell(report: Report) -> bytes:
            _check_reason(report, metric_id, reason)
            found = pipeline.found(report, metric_id, selection)
            return to_csv(evidence_frame([] if found is None else found.lines())).encode()

        name = f"{metric_id}-{reason}" if reason else metric_id
        return _send_answer(pipeline, view, name, "csv", tell, more=selection)

    @exports.get("/chart/<chart_id>.csv")
    def chart_csv(chart_id: str) -> Response:
        from data.export.frames import chart_frame, to_csv  # noqa: PLC0415  # as above

        if chart_id not in {spec.id for spec in CHARTS}:
            raise UnknownExportError(f"There is no chart called {chart_id!r}.", hint=_FROM_THE_PAGE)
        pipeline, view = _read_question(workspace)

        def tell(report: Report) -> bytes:
            spec = chart(chart_id)
            events = [(event.day, event.text) for event in report.events if event.place == "in_period"]
            return to_csv(
                chart_frame(*rows_with_events(spec.columns, spec.build(in_steps(report)).rows, events))
            ).encode()

        return _send_answer(pipeline, view, chart_id, "csv", tell)


def _register_problems(exports: Blueprint) -> None:
    @exports.get("/", defaults={"rest": ""})
    @exports.get("/<path:rest>")
    def unknown(rest: str) -> Response:
        raise UnknownExportError(f"There is no export called {rest!r}.", hint=_FROM_THE_PAGE)

    @exports.errorhandler(Exception)
    def tell(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        told = explained(error, in_export=True)
        cause = told.cause if isinstance(error, DashboardError) else "This file could not be made."
        page = problem_page("No file", cause, told.remedy, told.reference)
        return Response(page, _choose_status(error), mimetype="text/html")


def _compared_csv(found: Compared, layout: Layout) -> str:
    """Return the table of the Compare page: row after row what is open in it, then its metrics."""
    from data.export.frames import groups_frame, to_csv  # noqa: PLC0415  # pandas takes its time

    columns = found.columns(layout)
    chosen = [
        (
            group.name,
            {metric.id: group.results[metric.id] for metric in columns if metric.id in group.results},
            [
                entry
                for entry in _open_entries(found.work.get(group.name))
                if entry["metric"] in layout.columns
            ],
        )
        for group in found.groups
    ]
    if found.together is not None:
        whole = found.together.results
        chosen.append((TOGETHER, {m.id: whole[m.id] for m in columns if m.id in whole}, []))
    return to_csv(groups_frame(chosen))


def _open_entries(work: OpenWork | None) -> Iterator[dict[str, Any]]:
    """Yield what is open as cells of the file; nobody knows ages without histories."""
    if work is None:
        return
    unknown = "no_data" if work.stuck is not None else "not_applicable"
    oldest = f"{work.key} in {work.status}" if work.key else ""
    for name, value, unit, message in (
        ("open", work.open, "items", ""),
        ("stuck", work.stuck, "items", ""),
        ("oldest", work.oldest, "days", oldest),
    ):
        state = unknown if value is None else "ok"
        yield {"metric": name, "state": state, "value": value, "unit": unit, "message": message}


def _choose_status(error: Exception) -> int:
    if isinstance(error, UnknownExportError):
        return 404
    return 400 if isinstance(error, InputError | ConfigurationError) else 500


def _read_question(workspace: Workspace) -> tuple[Pipeline, View]:
    """Return the profile and the view that the address of the request asks for.

    Raises:
        InputError: a date makes no sense, a period has one end or an unknown length.
        ConfigurationError: there is no such profile.
    """
    pipeline = workspace.pipeline(_read_source())
    return pipeline, _read_view(pipeline)


def _read_source() -> str | None:
    return request.args.get("src") or None


def _read_view(pipeline: Pipeline) -> View:
    """Return the view of the address; the periods of a past instant are counted back from it.

    Raises:
        InputError: as ``view_of``.
    """
    filters, as_of = filters_of(request.args), request.args.get("as_of") or None
    span = days_of(pipeline, filters, as_of)
    days = {"from": span[0].isoformat(), "to": span[1].isoformat()} if span else {}
    return replace(view_of(pipeline, filters | days), as_of=as_of)


def _check_reason(report: Report, metric_id: str, reason: str | None) -> None:
    """Refuse what a report does not know.

    Raises:
        UnknownExportError: there is no such metric, or it leaves nothing out for this reason.
    """
    result = report.results.get(metric_id)
    if result is None:
        raise UnknownExportError(f"There is no metric called {metric_id!r}.", hint=_FROM_THE_PAGE)
    if reason is not None and reason not in result.candidates.reasons:
        raise UnknownExportError(f"{metric_id} leaves nothing out for {reason!r}.", hint=_FROM_THE_PAGE)


def _begin(parts: Iterator[str]) -> Iterator[str]:
    """Return the same parts with the first one made, so that what goes wrong there is told and not cut off.

    The others are made as they are sent: nobody works on for a reader who left.
    """
    return chain([next(parts)], parts)


def _send_answer(
    pipeline: Pipeline,
    view: View,
    what: str,
    kind: str,
    tell: Callable[[Report], bytes],
    *,
    more: Hashable = None,
) -> Response:
    """Return a download that is remembered; whoever names its ETag gets it only if it has changed.

    Args:
        pipeline: of the profile.
        view: what is looked at.
        what: it holds, for its name.
        kind: of file.
        tell: makes it.
        more: all else that it depends on.
    """
    told = pipeline.answer((request.path, what, more), view, tell)
    response = _send_file(told, pipeline, what, kind, pipeline.period(view))
    response.add_etag()
    response.make_conditional(request)
    return response


def _send_file(
    text: str | bytes | Iterator[str], pipeline: Pipeline, what: str, kind: str, period: Period | None = None
) -> Response:
    """Return a download whose name says what it is, with nothing in it that a file system minds."""
    span = (period.date_from, period.date_to) if period else ()
    name = "-".join(("throughline", pipeline.name, what, *(day for day in span if day)))
    response = Response(text, mimetype=_TYPES[kind])
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)
    response.headers.set("Content-Disposition", "attachment", filename=f"{safe}.{kind}")
    response.headers["Cache-Control"] = "no-store"
    return response
