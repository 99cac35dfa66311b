"""The commands that read: metrics, report and issues from the store, and the check of the connection.

Modules that take long to import (Dash, pandas, the client) are imported by
the commands that need them.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from callbacks.cli.answers import hint_at_code, hint_at_empty, one_format, printable, say, tell_outdated
from callbacks.cli.invocation import Command, Invocation
from configuration.errors import DashboardError, InputError
from data.export.document import TOGETHER, as_json_text, document, profiles_document
from data.metrics.filters import word_unknown_value
from data.metrics.groups import GROUPED_BY, By, Grouping
from data.metrics.report import Report, View
from data.model.clock import now_ms
from data.model.periods import STEPS, parse_day
from data.model.words import fold
from data.profiles.sources import Source, check_connection

if TYPE_CHECKING:
    from data.pipeline import Pipeline

_PERIOD_OPTIONS = (
    click.option("--from", "date_from", metavar="D", help="First civil day, YYYY-MM-DD."),
    click.option("--to", "date_to", metavar="D", help="Last civil day, included."),
)
_CHOICE_OPTIONS = (
    click.option("--as-of", metavar="T", help="Compute as of this instant, or the end of this day."),
    click.option("--timezone", metavar="Z", help="Time zone in which days and weeks begin."),
    click.option("--project", "projects", multiple=True, metavar="K", help="Only this project; repeatable."),
    click.option("--type", "types", multiple=True, metavar="N", help="Only this issue type; repeatable."),
    click.option("--label", "labels", multiple=True, metavar="L", help="Only with this label; repeatable."),
    click.option(
        "--component", "components", multiple=True, metavar="N", help="Only of this component; repeatable."
    ),
    click.option("--epic", "epics", multiple=True, metavar="KEY", help="Only below this epic; repeatable."),
    click.option(
        "--fix-version",
        "fix_versions",
        multiple=True,
        metavar="NAME",
        help="Only fixed in this version; repeatable.",
    ),
)
_STEP_OPTIONS = (
    click.option(
        "--step",
        type=click.Choice(("auto", *STEPS)),
        default="auto",
        help="Steps of the series; auto goes by the length of the period.",
    ),
)
_CUT_OPTION = click.option(
    "--cut", metavar="D", help="Every number before this day and from it on, which is evidence and no cause."
)
_MARKS_OPTION = click.option(
    "--marks",
    metavar="KINDS",
    help="Mark events, releases, incidents (with commas between) or none; by default events.",
)
_BY_OPTION = click.option(
    "--by",
    type=click.Choice((*GROUPED_BY, "profile")),
    help="The same for each group too; profile: several --profile beside each other.",
)


class CheckFailedError(DashboardError):
    """The check found something that a sync would fail at; it ends with the code of that failure."""

    def __init__(self, message: str, hint: str, exit_code: int) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


def _view_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which days a command looks at, in the words of ``View``."""
    return _add_options(command, (*_PERIOD_OPTIONS, *_CHOICE_OPTIONS, *_STEP_OPTIONS))


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which period and which issues a command looks at, in the words of ``View``."""
    return _add_options(command, (*_PERIOD_OPTIONS, *_CHOICE_OPTIONS))


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which issues a command looks at and as of when, in the words of ``View``."""
    return _add_options(command, _CHOICE_OPTIONS)


def _add_options(command: Callable[..., Any], options: Iterable[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(tuple(options)):
        command = option(command)
    return command


@click.command("metrics", cls=Command)
@_view_options
@_BY_OPTION
@_CUT_OPTION
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one line a metric as CSV.")
@click.pass_obj
def metrics_command(
    invocation: Invocation,
    /,
    *,
    as_json: bool,
    as_csv: bool,
    by: By | None,
    cut: str | None,
    **asked: Any,
) -> str:
    """Compute every metric from the store, without touching Jira."""
    one_format(("--json", as_json), ("--csv", as_csv))
    one_format(("--cut", cut is not None), ("--by", by is not None), ("--csv", as_csv and cut is not None))
    view, day = View(**asked), parse_day(cut, "--cut") if cut else None
    if by == "profile":
        return _compare_profiles(invocation, view, as_json=as_json, as_csv=as_csv)
    pipeline, report = answer_view(invocation, invocation.only_source(), view)
    halves = None if day is None else pipeline.cut(report, day)
    grouping = pipeline.grouping(view, by) if by else None
    if grouping is not None and grouping.others:
        say(f"{grouping.others} more groups are not shown; those with the most items are.")
    if as_json:
        return as_json_text(document(report, pipeline.name, grouping, halves))
    if as_csv:
        return _metrics_csv(report, grouping)
    from callbacks.cli.tables import cut_table, groups_table, metrics_table  # noqa: PLC0415

    if halves is not None:
        return cut_table(halves)
    more = groups_table([(g.name, g.flow_items, g.results) for g in grouping.groups]) if grouping else ""
    return metrics_table(report) + more


def answer_view(invocation: Invocation, source: Source, view: View) -> "tuple[Pipeline, Report]":
    """Return the numbers of a profile, and say on stderr what nobody should take for a zero."""
    from data.pipeline import Pipeline  # noqa: PLC0415

    pipeline = Pipeline(source, invocation.ledger(source))
    report = pipeline.report(view)
    if not report.scope_issues:
        (hint_at_empty if report.delivery is None else hint_at_code)(source)
    tell_outdated(source)
    several = len(invocation.profile_names) > 1
    for unknown in pipeline.unknown_values(view):
        say((f"Profile {source.name}: " if several else "") + word_unknown_value(unknown))
    return pipeline, report


def _compare_profiles(invocation: Invocation, view: View, *, as_json: bool, as_csv: bool) -> str:
    """Return the numbers of several profiles beside each other, in the order of their names."""
    sources = sorted(invocation.sources(), key=lambda source: (fold(source.name), source.name))
    from data.pipeline import Pipeline  # noqa: PLC0415
    from data.together import Asked, Together, overlap_words  # noqa: PLC0415

    by_name = {source.name: source for source in sources}
    together, asked = Together(lambda name: Pipeline(by_name[name])), [Asked(name, view) for name in by_name]
    days, reports = together.days(asked), {}
    for source in sources:
        # One after the other: of hundreds there is no room for all tables at once.
        pipeline, report = answer_view(invocation, source, view)
        together.keep(pipeline, Asked(source.name, view), days)
        reports[source.name] = report.without_tables()
    whole = together.all(asked)
    for words in overlap_words(whole, list(by_name)):
        say(words)
    if as_json:
        return as_json_text(profiles_document(reports, view, whole))
    if as_csv:
        from data.export.frames import groups_frame, to_csv  # noqa: PLC0415

        last = [] if whole is None else [(TOGETHER, whole.results)]
        return to_csv(groups_frame([*((name, report.results) for name, report in reports.items()), *last]))
    from callbacks.cli.tables import profiles_table  # noqa: PLC0415

    return profiles_table(reports, whole)


def _metrics_csv(report: Report, grouping: Grouping | None) -> str:
    from data.export.frames import groups_frame, metrics_frame, to_csv  # noqa: PLC0415

    if grouping is None:
        return to_csv(metrics_frame(report.results))
    return to_csv(groups_frame([("", report.results), *((g.name, g.results) for g in grouping.groups)]))


@click.command("report", cls=Command)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="File to write; html needs one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("html", "text", "mail")),
    default="html",
    help="A report for the browser, or a digest: as text, or as HTML for a mail.",
)
@click.option(
    "--since", metavar="7d", help="What a digest tells of: the last days, or a date on; by default 7d."
)
@_view_options
@_BY_OPTION
@_CUT_OPTION
@_MARKS_OPTION
@click.pass_obj
def report_command(
    invocation: Invocation,
    /,
    *,
    out: Path | None,
    form: str,
    since: str | None,
    by: By | None,
    cut: str | None,
    marks: str | None,
    **asked: Any,
) -> str:
    """Write a standalone interactive report that opens offline, or a digest."""
    if form != "html":
        _refuse_beside_digest(by=by, cut=cut, marks=marks)
        return _write_digest(invocation, View(**asked), form, since, out)
    if out is None or since is not None:
        raise InputError(
            "A report in HTML needs a file." if out is None else "--since belongs to a digest.",
            hint="Name it with --out." if out is None else "Add --format text or mail, or leave it out.",
        )
    from callbacks.views import marks_of  # noqa: PLC0415
    from callbacks.web.reporting import Extras, groups_of, profiles_of, report_html, save_report  # noqa: PLC0415

    view, day = View(**asked), parse_day(cut, "--cut") if cut else None
    sources = invocation.sources() if by == "profile" else [invocation.only_source()]
    pipelines = [answer_view(invocation, source, view)[0] for source in sources]
    groups = profiles_of(pipelines, view) if by == "profile" else None
    if by is not None and by != "profile":
        groups = groups_of(pipelines[0], view, by)
    extras = Extras(groups, marks_of({"marks": marks}), day)
    save_report(out, report_html(pipelines[0], view, now_ms(), extras))
    return f"{out}\n"


def _refuse_beside_digest(**given: str | None) -> None:
    for name, value in given.items():
        if value is not None:
            raise InputError(
                f"--{name} has no place in a digest.", hint="Leave it out, or use --format html."
            )


def _write_digest(invocation: Invocation, view: View, form: str, since: str | None, out: Path | None) -> str:
    """Return the digest of a view, or the path of the file that it was written to."""
    from callbacks.web.digest import USUAL_SINCE, digest_of  # noqa: PLC0415
    from callbacks.web.reporting import save_report  # noqa: PLC0415
    from ui.report.digest import digest_mail, digest_text  # noqa: PLC0415

    pipeline, _ = answer_view(invocation, invocation.only_source(), view)
    digest = digest_of(pipeline, view, since or USUAL_SINCE, now_ms())
    text = digest_text(digest) if form == "text" else digest_mail(digest)
    if out is None:
        return text
    save_report(out, text)
    return f"{out}\n"


@click.command("issues", cls=Command)
@click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.pass_obj
def issues_command(invocation: Invocation, as_jsonl: bool, as_csv: bool) -> str:
    """List all stored issues, also those out of scope."""
    from data.export.issue_list import issue_entries  # noqa: PLC0415

    one_format(("--jsonl", as_jsonl), ("--csv", as_csv))
    source = invocation.source()
    entries = list(issue_entries(source.store, source.profile))
    if not entries:
        hint_at_empty(source)
    if as_jsonl:
        return "".join(msgspec.json.encode(entry).decode() + "\n" for entry in entries)
    if as_csv:
        from data.export.frames import issues_frame, to_csv  # noqa: PLC0415

        return to_csv(issues_frame(entries))
    from callbacks.cli.tables import issues_table  # noqa: PLC0415

    return issues_table(entries)


@click.command("check", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def check_command(invocation: Invocation, as_json: bool) -> str:
    """Check connection, account, permissions, clock, query and mapping: one line each, with what to do."""
    from data.checks.clones import stored_clone_findings  # noqa: PLC0415
    from data.checks.connection import check, first_failure  # noqa: PLC0415
    from data.checks.endings import FILES_ALONE, stored_findings  # noqa: PLC0415
    from data.checks.findings import environment_findings  # noqa: PLC0415
    from data.checks.hosts import host_findings  # noqa: PLC0415
    from data.intake.connect import client_of  # noqa: PLC0415
    from data.intake.hosts import check_hosts  # noqa: PLC0415

    source = invocation.source()
    check_hosts(source, invocation.home, invocation.environment)
    known = source.store.revision() or source.can_be_asked
    findings = [FILES_ALONE] if source.kind == "files" and known else []
    if not findings:
        check_connection(source)
        client = client_of(source, invocation.home, invocation.environment)
        findings = check(client, source.jql, source.profile)
    findings += host_findings(source, invocation.home, invocation.environment)
    findings += stored_findings(source.store, source.profile)
    findings += stored_clone_findings(source, invocation.home)
    findings += environment_findings(invocation.ignored)
    lines = "".join(
        printable(f"{finding.name}: {finding.message} {finding.hint}").rstrip() + "\n" for finding in findings
    )
    failed = first_failure(findings)
    if failed is not None:
        say(lines.rstrip())
        raise CheckFailedError(failed.message, hint=failed.hint, exit_code=failed.exit_code)
    return (
        as_json_text({"schema": 1, "findings": [finding.as_document() for finding in findings]})
        if as_json
        else lines
    )
