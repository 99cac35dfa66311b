"""The commands that fill a store: from a Jira, and from files.

Modules that take long to import are imported by the command that needs them.
"""

from pathlib import Path

import click

from callbacks.cli.answers import say, tell_outdated
from callbacks.cli.invocation import Command, Invocation
from configuration.errors import ConfigurationError, InputError
from data.export.document import as_json_text
from data.intake.sync_outcome import SyncOutcome


@click.command("sync", cls=Command)
@click.option("--full", is_flag=True, help="Fetch and compare everything.")
@click.option("--ignore-hold", is_flag=True, help="Ask although Jira asked to wait; once, on your word.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def sync_command(invocation: Invocation, *, full: bool, ignore_hold: bool, as_json: bool) -> str:
    """Fetch what changed in Jira, in the clones and in the repositories of the profile."""
    from callbacks.cli.progress import progress_bar  # noqa: PLC0415
    from data.intake.connect import lift_hold  # noqa: PLC0415
    from data.intake.hosts import lift_holds  # noqa: PLC0415
    from data.intake.profile_sync import synchronize  # noqa: PLC0415

    source = invocation.source()
    if source.kind == "demo":
        raise ConfigurationError(
            "The demo cannot be synced by hand.", hint="Use another --profile, or start serve --demo."
        )
    if ignore_hold and source.kind == "jira" and (waited_s := lift_hold(source, invocation.home)) > 0:
        say(f"Jira had asked to wait another {waited_s:.0f} s; it is asked now all the same.")
    if ignore_hold:
        lift_holds(source, invocation.home, invocation.environment)
    tell_outdated(source)
    with progress_bar("Issues") as progress:
        outcome = synchronize(source, invocation.home, invocation.environment, progress, full=full)
    if outcome.set_aside:
        say(f"The store was damaged; it was set aside as {outcome.set_aside}.")
    if as_json or outcome.mode == "import":  # the words for people hold them otherwise
        for line in (*outcome.notices, *map(" ".join, outcome.unread)):
            say(line)
    return _tell_outcome(outcome, as_json)


@click.command("import", cls=Command)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option("--statuses", multiple=True, type=click.Path(path_type=Path), help="Answer of GET /status.")
@click.option(
    "--versions", multiple=True, type=click.Path(path_type=Path), help="Answer of GET /project/KEY/versions."
)
@click.option(
    "--deployments", multiple=True, type=click.Path(path_type=Path), help="CSV or JSON lines of deployments."
)
@click.option(
    "--changes", multiple=True, type=click.Path(path_type=Path), help="CSV or JSON lines of pull requests."
)
@click.option(
    "--incidents", multiple=True, type=click.Path(path_type=Path), help="CSV or JSON lines of incidents."
)
@click.option(
    "--git",
    "clones",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A local clone: its tags, and the commits of its default branch.",
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
    changes: tuple[Path, ...],
    incidents: tuple[Path, ...],
    clones: tuple[Path, ...],
    skip_bad: bool,
    as_json: bool,
) -> str:
    """Import issues as Jira's REST API sends them."""
    from data.intake.bad_entries import LeftOut  # noqa: PLC0415  # see the module docstring
    from data.intake.profile_import import ImportFiles, import_into  # noqa: PLC0415  # see the module docstring

    given = ImportFiles(files, statuses, versions, deployments, changes, incidents, clones)
    if not (given.all or given.git):
        raise InputError("No file was given.", hint="Name at least one file with issues: import FILE...")
    source = invocation.source(creating=True)
    left_out = LeftOut()
    outcome = import_into(
        source,
        invocation.home,
        given,
        left_out if skip_bad else None,
    )
    for line in outcome.notices:
        say(line)
    for line in left_out.shown:
        say(f"Left out: {line}")
    if left_out.count > len(left_out.shown):
        say(f"... and {left_out.count - len(left_out.shown)} more.")
    return _tell_outcome(outcome, as_json)


def _tell_outcome(outcome: SyncOutcome, as_json: bool) -> str:
    if as_json:
        return as_json_text(outcome.as_document())
    from callbacks.cli.tables import outcome_words  # noqa: PLC0415

    return outcome_words(outcome)
