"""The commands: options in, text out.

stdout carries the answer and nothing else; everything that is said beside it
goes to stderr. A failed command writes nothing to stdout: one sentence of
cause, one of remedy and a log reference go to stderr, and the exit code says
what kind of failure it was.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence

import click

from callbacks.cli.answers import say
from callbacks.cli.demo_jira import demo_jira_command
from callbacks.cli.foresight import forecast_command, gate_command
from callbacks.cli.intake import import_command, sync_command
from callbacks.cli.invocation import Group, Invocation, shared_options
from callbacks.cli.keys import keys_command
from callbacks.cli.logs import logs_command
from callbacks.cli.reading import check_command, issues_command, metrics_command, report_command
from callbacks.cli.serving import serve_command
from callbacks.cli.sprints import sprints_command
from callbacks.cli.storing import store_command
from callbacks.cli.worker import worker_command
from configuration.errors import DashboardError, InputError
from configuration.logging_config import log_exception_reference, run_context
from configuration.program import VERSION, command

logger = logging.getLogger(__name__)

INTERRUPTED = 130
COMMANDS = (
    serve_command,
    sync_command,
    import_command,
    check_command,
    metrics_command,
    report_command,
    forecast_command,
    gate_command,
    sprints_command,
    issues_command,
    logs_command,
    demo_jira_command,
    worker_command,
    keys_command,
    store_command,
)


@click.group(cls=Group, invoke_without_command=True, params=shared_options())
@click.version_option(VERSION, message="Throughline %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> str | None:
    """Throughline: DORA and Flow metrics from Jira, with the issues behind every number."""
    if ctx.invoked_subcommand is None:
        ctx.obj.start_logging(talkative=True)
        ctx.invoke(serve_command)
    return None


for _command in COMMANDS:
    cli.add_command(_command)


def run(arguments: Sequence[str], environment: Mapping[str, str], serve: Callable[..., None]) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: what stands after the program's name.
        environment: the process environment.
        serve: starts the dashboard; the entry point hands it in.
    """
    invocation = Invocation(environment, serve)
    try:
        answer = cli.main(
            list(arguments),
            prog_name=command().removeprefix("python "),
            standalone_mode=False,
            obj=invocation,
        )
    except DashboardError as error:
        return fail(invocation, error.exit_code, error.message, error.hint, error)
    except click.ClickException as error:
        hint = f"See {command('--help')} for what can be asked."
        return fail(invocation, InputError.exit_code, _make_sentence(error.format_message()), hint, error)
    except (click.Abort, KeyboardInterrupt) as error:
        return fail(
            invocation, INTERRUPTED, "Interrupted.", "Start it again; what was stored is unchanged.", error
        )
    except Exception as error:  # noqa: BLE001  # the border: whatever happened, the user gets a sentence
        message = f"Something unexpected happened: {type(error).__name__}."
        return fail(invocation, 1, message, "Look into the log under this reference, and report it.", error)
    return _print(answer) if isinstance(answer, str) else int(answer or 0)


def _print(text: str) -> int:
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; without this Python would complain again at exit.
        sys.stdout = None
    return 0


def fail(invocation: Invocation, code: int, message: str, hint: str, error: BaseException) -> int:
    """Tell a failure on stderr and in the log, under one reference, and return ``code``."""
    invocation.start_logging()
    with run_context(profile=invocation.profile_name):
        reference = log_exception_reference(logger, "command.failed", error)
    say(f"Error: {message}\n{hint}\nLog reference: {reference}")
    return code


def _make_sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."
