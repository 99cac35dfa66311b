"""The ``logs`` command: the JSON of the log files for people."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click

from configuration.logs.reader import HEAD_FIELDS, SEVERITY, Entry, Wanted, entries, follow, since_instant
from configuration.logs.records import printable
from configuration.settings import Home

_COLOURS = {"DEBUG": "bright_black", "INFO": "cyan", "WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}


def _parse_since(_context: click.Context, _option: click.Parameter, text: str | None) -> str:
    if text is None:
        return ""
    try:
        return since_instant(text.strip(), datetime.now(UTC))
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{text!r} is neither an age nor a date. Write 45s, 30m, 12h, 2d or 1w, or 2026-11-21."
        ) from error


@click.command("logs")
@click.option(
    "--level", type=click.Choice(list(SEVERITY), case_sensitive=False), help="This level and above."
)
@click.option(
    "--since", callback=_parse_since, help="An age (45s, 30m, 12h, 2d, 1w) or a date in UTC (2026-11-21)."
)
@click.option("--reference", default="", help="What an error named: the line that tells more about it.")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on with new lines until interrupted.")
@click.pass_context
def logs_command(
    context: click.Context, level: str | None, since: str, reference: str, following: bool
) -> None:
    """Show what was logged, oldest first; errors with their tracebacks."""
    home: Home = context.obj.home
    wanted = Wanted((level or "DEBUG").upper(), since, reference.strip().lower())
    shown = _show(follow(home.logs, wanted) if following else entries(home.logs, wanted))
    if reference and not shown:
        # Errors are kept for longer in a file of their own.
        shown = _show(entries(home.logs, replace(wanted, level="ERROR")))
    if not shown:
        options = "--level, --since and --reference" if reference else "--level and --since"
        click.echo(f"Nothing to show from {home.logs}. Leave out {options} to see everything.", err=True)


def _show(found: Iterable[Entry]) -> int:
    shown = 0
    for shown, entry in enumerate(found, start=1):  # noqa: B007 - the count is what is returned
        click.echo(readable(entry))
    return shown


def readable(entry: Entry) -> str:
    """Return an entry as a line for people, with its traceback, if any, indented below."""
    if entry.broken:
        return click.style(f"(broken line) {printable(entry.broken)}", fg="magenta")
    data = entry.data
    level = printable(data.get("level", "?"))
    head = [
        printable(data.get("timestamp", "?")),
        click.style(f"{level:<8}", fg=_COLOURS.get(level)),
        click.style(printable(data.get("message", "?")), bold=True),
    ]
    fields = [
        f"{printable(name)}={_format_value(value)}" for name, value in data.items() if name not in HEAD_FIELDS
    ]
    where = f"[{printable(data.get('logger', '?'))}"
    where += f" run {printable(data['run_id'])}]" if data.get("run_id") else "]"
    below = "".join(
        f"\n    {printable(line)}"
        for name in ("exception", "stack")
        for line in str(data.get(name) or "").splitlines()
    )
    return " ".join((*head, *fields, click.style(where, dim=True))) + below


def _format_value(value: Any) -> str:
    text = printable(value)
    return f'"{text}"' if isinstance(value, str) and " " in text else text
