"""The commands: options in, text out.

stdout carries the answer and nothing else; everything that is said beside it
goes to stderr. A failed command writes nothing to stdout: one sentence of
cause, one of remedy and a log reference go to stderr, and the exit code says
what kind of failure it was.

Modules that take long to import (Dash, pandas, the client) are imported by
the commands that need them.
"""

import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import msgspec

from callbacks.logs_command import logs_command
from configuration.errors import ConfigurationError, DashboardError, InputError
from configuration.logging_config import log_exception_reference, run_context
from configuration.settings import Home, home_from, initialize
from data.cache_ledger import CacheLedger
from data.outcome import SyncOutcome
from data.persistence import DEFAULT_PROFILE, DEMO_PROFILE
from data.sources import Source, check_connection, resolve

logger = logging.getLogger(__name__)

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHOWN_BAD_ENTRIES = 10
INTERRUPTED = 130


class CheckFailedError(DashboardError):
    """The check found something that a sync would fail at; it ends with the code of that failure."""

    def __init__(self, message: str, hint: str, exit_code: int) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


@dataclass
class Invocation:
    """What one run of the program was told, by its options and its environment."""

    environment: Mapping[str, str]
    serve: Callable[..., None]
    profile_name: str = DEFAULT_PROFILE
    log_level: str | None = None
    home: Home = field(init=False)
    _logging: bool = False

    def __post_init__(self) -> None:
        self.home = home_from(self.environment)

    def source(self, *, creating: bool = False) -> Source:
        """Return the source of the chosen profile."""
        return resolve(self.home, self.profile_name, self.environment, creating=creating)

    def ledger(self, source: Source) -> CacheLedger:
        """Return the ledger in which look-ups of the source's store are noted."""
        return CacheLedger(self.home.run, source.name)

    def start_logging(self, *, talkative: bool = False) -> None:
        """Start logging once, with the level of option or environment.

        A command that ends at once tells its own failures; its console stays free of log
        lines unless a level was asked for.
        """
        if self._logging:
            return
        self._logging = True
        asked = self.log_level or self.environment.get("LOG_LEVEL")
        try:
            self._initialize(asked or "INFO", None if asked or talkative else "CRITICAL")
        except ConfigurationError:
            self._initialize("INFO", "CRITICAL")  # so that the error itself is logged
            raise

    def _initialize(self, level: str, console_level: str | None) -> None:
        token = self.environment.get("JIRA_TOKEN") or ""
        initialize(self.home, level, secrets=[token], console_level=console_level)


class Command(click.Command):
    """A command that starts logging before it does its work."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command inside a log context of its own."""
        ctx.obj.start_logging(talkative=self.name in ("serve", "demo-jira"))
        with run_context(profile=ctx.obj.profile_name):
            return super().invoke(ctx)


class Group(click.Group):
    """Commands that all take the shared options, before or after their name."""

    command_class = Command

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command and give it the shared options."""
        cmd.params.extend(_shared_options())
        super().add_command(cmd, name)


def _shared_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--profile"],
            metavar="NAME",
            help="Profile to use.",
            expose_value=False,
            callback=_keep("profile_name"),
        ),
        click.Option(
            ["--log-level"],
            type=click.Choice(LOG_LEVELS, case_sensitive=False),
            help="Level of the log files and the console.",
            expose_value=False,
            callback=_keep("log_level"),
        ),
    ]


def _keep(name: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """Return a callback that keeps an option, so that it may stand before or after the command."""

    def keep(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value:
            setattr(ctx.obj, name, value)

    return keep


@click.group(cls=Group, invoke_without_command=True, params=_shared_options())
@click.pass_context
def cli(ctx: click.Context) -> str | None:
    """Throughline: DORA and Flow metrics from Jira, with the issues behind every number."""
    if ctx.invoked_subcommand is None:
        ctx.obj.start_logging(talkative=True)
        ctx.invoke(serve_command)
    return None


@cli.command("serve")
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default 8050).")
@click.option("--demo", is_flag=True, help="Show the sample data of the built-in Jira.")
@click.option("--debug", is_flag=True, help="Switch Dash's developer tools on; loopback only.")
@click.pass_obj
def serve_command(
    invocation: Invocation,
    host: str | None = None,
    port: int | None = None,
    demo: bool = False,
    debug: bool = False,
) -> None:
    """Serve the dashboard."""
    if demo:
        invocation.profile_name = DEMO_PROFILE
    invocation.serve(
        invocation.source(), invocation.home, invocation.environment, host=host, port=port, debug=debug
    )


@cli.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--statuses", multiple=True, type=click.Path(path_type=Path), help="Answer of GET /status.")
@click.option(
    "--versions", multiple=True, type=click.Path(path_type=Path), help="Answer of GET /project/KEY/versions."
)
@click.option(
    "--deployments", multiple=True, type=click.Path(path_type=Path), help="CSV or JSONL of deployments."
)
@click.option("--skip-bad", is_flag=True, help="Leave out entries that cannot be read, and count them.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def import_command(
    invocation: Invocation,
    *,
    files: tuple[Path, ...],
    statuses: tuple[Path, ...],
    versions: tuple[Path, ...],
    deployments: tuple[Path, ...],
    skip_bad: bool,
    as_json: bool,
) -> str:
    """Import issues as Jira's REST API sends them."""
    from data.importing import ImportFiles, import_into  # noqa: PLC0415  # see the module docstring

    if not (files or statuses or versions or deployments):
        raise InputError("No file was given.", hint="Name at least one file with issues: import FILE...")
    source = invocation.source(creating=True)
    bad: list[str] = []
    outcome = import_into(
        source,
        invocation.home,
        ImportFiles(files, statuses, versions, deployments),
        bad if skip_bad else None,
    )
    for line in bad[:SHOWN_BAD_ENTRIES]:
        _say(f"Left out: {line}")
    if len(bad) > SHOWN_BAD_ENTRIES:
        _say(f"... and {len(bad) - SHOWN_BAD_ENTRIES} more.")
    return _outcome(outcome, as_json)


@cli.command("sync")
@click.option("--full", is_flag=True, help="Fetch and compare everything.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def sync_command(invocation: Invocation, full: bool, as_json: bool) -> str:
    """Fetch what changed in Jira."""
    from callbacks.progress import progress_bar  # noqa: PLC0415
    from data.synchronize import synchronize  # noqa: PLC0415

    source = invocation.source()
    if source.kind == "demo":
        raise ConfigurationError(
            "The demo cannot be synced by hand.", hint="Use another --profile, or start serve --demo."
        )
    with progress_bar("Issues") as progress:
        outcome = synchronize(source, invocation.home, invocation.environment, progress, full=full)
    if outcome.set_aside:
        _say(f"The store was damaged; it was set aside as {outcome.set_aside}.")
    return _outcome(outcome, as_json)


@cli.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def check_command(invocation: Invocation, as_json: bool) -> str:
    """Check connection, account, permissions, clock, query and mapping: one line each, with what to do."""
    from data.connect import client_of  # noqa: PLC0415
    from data.connection_check import check  # noqa: PLC0415

    source = invocation.source()
    check_connection(source)
    findings = check(client_of(source, invocation.home, invocation.environment), source.jql, source.profile)
    lines = "".join(
        f"{finding.name}: {finding.message} {finding.hint}".rstrip() + "\n" for finding in findings
    )
    failed = next((finding for finding in findings if finding.state == "failed"), None)
    if failed is not None:
        _say(lines.rstrip())
        raise CheckFailedError(failed.message, hint=failed.hint, exit_code=failed.exit_code)
    return (
        as_json_text({"schema": 1, "findings": [finding.as_document() for finding in findings]})
        if as_json
        else lines
    )


@cli.command("metrics")
@click.option("--from", "date_from", metavar="D", help="First civil day, YYYY-MM-DD.")
@click.option("--to", "date_to", metavar="D", help="Last civil day, included.")
@click.option("--as-of", metavar="T", help="Compute as of this instant, or the end of this day.")
@click.option("--timezone", metavar="Z", help="Time zone in which days and weeks begin.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one line a metric as CSV.")
@click.pass_obj
def metrics_command(
    invocation: Invocation,
    *,
    date_from: str | None,
    date_to: str | None,
    as_of: str | None,
    timezone: str | None,
    as_json: bool,
    as_csv: bool,
) -> str:
    """Compute every metric from the store, without touching Jira."""
    from data.pipeline import Pipeline, View, document  # noqa: PLC0415

    _one_format(("--json", as_json), ("--csv", as_csv))
    source = invocation.source()
    view = View(date_from=date_from, date_to=date_to, as_of=as_of, timezone=timezone)
    report = Pipeline(source, invocation.ledger(source)).report(view)
    if not report.scope_issues:
        _hint_at_empty(source)
    if as_json:
        return as_json_text(document(report, source.name))
    if as_csv:
        from data.frames import metrics_frame, to_csv  # noqa: PLC0415

        return to_csv(metrics_frame(report.results))
    from callbacks.tables import metrics_table  # noqa: PLC0415

    return metrics_table(report)


@cli.command("report")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE.html", help="File to write."
)
@click.option("--from", "date_from", metavar="D", help="First civil day, YYYY-MM-DD.")
@click.option("--to", "date_to", metavar="D", help="Last civil day, included.")
@click.option("--as-of", metavar="T", help="Compute as of this instant, or the end of this day.")
@click.option("--timezone", metavar="Z", help="Time zone in which days and weeks begin.")
@click.pass_obj
def report_command(
    invocation: Invocation,
    *,
    out: Path,
    date_from: str | None,
    date_to: str | None,
    as_of: str | None,
    timezone: str | None,
) -> str:
    """Write a standalone interactive report that opens offline."""
    from callbacks.reporting import report_html, save_report  # noqa: PLC0415  # see the module docstring
    from data.pipeline import Pipeline, View  # noqa: PLC0415

    source = invocation.source()
    view = View(date_from=date_from, date_to=date_to, as_of=as_of, timezone=timezone)
    pipeline = Pipeline(source, invocation.ledger(source))
    save_report(out, report_html(pipeline, view, int(time.time() * 1000)))
    if not pipeline.report(view).scope_issues:
        _hint_at_empty(source)
    return f"{out}\n"


@cli.command("issues")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.pass_obj
def issues_command(invocation: Invocation, as_jsonl: bool, as_csv: bool) -> str:
    """List all stored issues, also those out of scope."""
    from data.issue_list import issue_entries  # noqa: PLC0415

    _one_format(("--jsonl", as_jsonl), ("--csv", as_csv))
    source = invocation.source()
    entries = list(issue_entries(source.store, source.profile))
    if not entries:
        _hint_at_empty(source)
    if as_jsonl:
        return "".join(msgspec.json.encode(entry).decode() + "\n" for entry in entries)
    if as_csv:
        from data.frames import issues_frame, to_csv  # noqa: PLC0415

        return to_csv(issues_frame(entries))
    from callbacks.tables import issues_table  # noqa: PLC0415

    return issues_table(entries)


@cli.command("demo-jira")
@click.option("--dialect", type=click.Choice(("cloud", "dc")), default="cloud", help="Kind of Jira to play.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 = any free one.")
@click.option("--issues", type=click.IntRange(1, 1_000_000), default=2000, help="How many issues it has.")
@click.option("--seed", type=int, default=1, help="The same seed makes the same world.")
def demo_jira_command(dialect: str, port: int, issues: int, seed: int) -> None:
    """Serve the simulated Jira until it is interrupted."""
    from callbacks.demo import play_jira  # noqa: PLC0415

    play_jira(dialect, port, issues, seed)


cli.add_command(logs_command)


def run(arguments: Sequence[str], environment: Mapping[str, str], serve: Callable[..., None]) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: what stands after the program's name.
        environment: the process environment.
        serve: starts the dashboard; the entry point hands it in.
    """
    invocation = Invocation(environment, serve)
    try:
        answer = cli.main(list(arguments), prog_name="app.py", standalone_mode=False, obj=invocation)
    except DashboardError as error:
        return _fail(invocation, error.exit_code, error.message, error.hint, error)
    except click.ClickException as error:
        hint = "See python app.py --help for what can be asked."
        return _fail(invocation, InputError.exit_code, _sentence(error.format_message()), hint, error)
    except (click.Abort, KeyboardInterrupt) as error:
        return _fail(
            invocation, INTERRUPTED, "Interrupted.", "Start it again; what was stored is unchanged.", error
        )
    except Exception as error:  # noqa: BLE001  # the border: whatever happened, the user gets a sentence
        message = f"Something unexpected happened: {type(error).__name__}."
        return _fail(invocation, 1, message, "Look into the log under this reference, and report it.", error)
    return _print(answer) if isinstance(answer, str) else int(answer or 0)


def as_json_text(value: Any) -> str:
    """Return a document as JSON: two spaces, UTF-8 unescaped, full precision, a final newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _print(text: str) -> int:
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; without this Python would complain again at exit.
        sys.stdout = None
    return 0


def _fail(invocation: Invocation, code: int, message: str, hint: str, error: BaseException) -> int:
    invocation.start_logging()
    with run_context(profile=invocation.profile_name):
        reference = log_exception_reference(logger, "command.failed", error)
    _say(f"Error: {message}\n{hint}\nLog reference: {reference}")
    return code


def _say(text: str) -> None:
    click.echo(text, err=True)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


def _one_format(*formats: tuple[str, bool]) -> None:
    chosen = [name for name, given in formats if given]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)} cannot go together.", hint="Choose one of them.")


def _hint_at_empty(source: Source) -> None:
    starts = {"jira": "python app.py sync", "demo": "python app.py serve --demo"}
    start = starts.get(source.kind, "python app.py import FILE")
    _say(f"There are no issues in the store of the profile {source.name}; start with {start}.")


def _outcome(outcome: SyncOutcome, as_json: bool) -> str:
    if as_json:
        return as_json_text(outcome.as_document())
    from callbacks.tables import outcome_words  # noqa: PLC0415

    return outcome_words(outcome)
