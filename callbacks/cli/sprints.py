"""The command that tells what became of sprints."""

from typing import Any

import click

from callbacks.cli.answers import one_format, say
from callbacks.cli.invocation import Command, Invocation
from callbacks.cli.reading import answer_view, period_options
from data.export.document import as_json_text, sprints_answer
from data.export.sprints_document import sprints_document
from data.metrics.report import View


@click.command("sprints", cls=Command)
@period_options
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, with the issues.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one line a sprint as CSV.")
@click.pass_obj
def sprints_command(invocation: Invocation, /, *, as_json: bool, as_csv: bool, **asked: Any) -> str:
    """Tell what became of the sprints of a period, from the store."""
    one_format(("--json", as_json), ("--csv", as_csv))
    pipeline, report = answer_view(invocation, invocation.only_source(), View(**asked))
    if as_json:
        return as_json_text(sprints_answer(report, pipeline.name))
    if as_csv:
        from data.export.frames import sprints_frame, to_csv  # noqa: PLC0415  # pandas takes its time

        return to_csv(sprints_frame(sprints_document(report.context)))
    from callbacks.cli.tables import sprints_table  # noqa: PLC0415
    from data.charts.sprints import sprint_table  # noqa: PLC0415

    table = sprint_table(report.context)
    if table is None and report.scope_issues:
        say("No stored issue has a sprint.")
    return "" if table is None else sprints_table(table)
