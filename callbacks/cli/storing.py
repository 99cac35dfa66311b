"""The commands about where data are kept."""

from pathlib import Path

import click

from callbacks.cli.answers import say
from callbacks.cli.invocation import Command, Group, Invocation
from configuration.errors import InputError
from configuration.logging_config import add_secrets
from configuration.settings import Home, home_from
from data.profiles.copying import Plan, copy_home, plan_copy, refuse_to_overwrite

_ADDRESSES = ("postgresql://", "postgres://")


@click.group("store", cls=Group)
def store_command() -> None:
    """Copy what is stored from a folder into a database, or back."""


@click.command("copy", cls=Command)
@click.option(
    "--to",
    "target",
    required=True,
    metavar="WHERE",
    help="A folder, or postgresql://user:password@host/name.",
)
@click.option("--force", is_flag=True, help="Write over what is as new there, or newer.")
@click.pass_obj
def copy_command(invocation: Invocation, target: str, *, force: bool) -> str:
    """Copy every scope, profile, secret and note; what is copied is checked where it arrives."""
    home = _home_at(invocation, target)
    try:
        plan = plan_copy(invocation.home, home)
        if not force:
            refuse_to_overwrite(plan, home)
        for words, count in (("older", len(plan.replaced)), ("as new or newer", len(plan.kept))):
            if count:
                say(f"Writing over {count} of its scopes that are {words}.")
        copy_home(invocation.home, home, plan)
    finally:
        if home.database is not None:
            home.database.close()
    return _tell(plan)


def _home_at(invocation: Invocation, target: str) -> Home:
    """Return the home that is copied to.

    Raises:
        InputError: it is the one that is copied from.
    """
    if target.startswith(_ADDRESSES):
        same = target == invocation.environment.get("DATABASE_URL", "").strip()
        home = home_from({**invocation.environment, "DATABASE_URL": target})
        add_secrets(home.database.secrets() if home.database else ())
    else:
        home = Home(Path(target).absolute())
        same = invocation.home.database is None and home.root.resolve() == invocation.home.root.resolve()
    if same:
        raise InputError(
            "The data would be copied to where they are.",
            hint="Name another place with --to; THROUGHLINE_HOME and DATABASE_URL say which one is read.",
        )
    return home


def _tell(plan: Plan) -> str:
    scopes, documents = len(plan.scopes), len(plan.documents)
    return f"Copied {scopes} scopes and {documents} documents; {plan.same} were there already.\n"


store_command.add_command(copy_command)
