"""The commands about keys of a server: what its secrets are encrypted with, and what lets pipelines in."""

import click

from callbacks.cli.answers import say
from callbacks.cli.invocation import Command, Group, Invocation
from configuration.people import Role


@click.command("new", cls=Command)
def new_key_command() -> str:
    """Print a new key for THROUGHLINE_KEYS; it is kept nowhere."""
    from configuration.database.sealing import new_key  # noqa: PLC0415  # a laptop needs none

    return f"{new_key()}\n"


@click.command("api", cls=Command)
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(("reader", "editor")),
    required=True,
    help="A reader reads numbers, an editor also imports.",
)
@click.pass_obj
def api_key_command(invocation: Invocation, name: str, role: Role) -> str:
    """Print a new key for pipelines that use the API; only its digest is kept."""
    from data.people.api_keys import make_key  # noqa: PLC0415  # as above
    from data.profiles.shelf import existing  # noqa: PLC0415  # takes long to import

    text = make_key(invocation.home, name, role, existing(invocation.home, invocation.profile_names))
    say("Keep it where the pipeline keeps its secrets: nobody can be told it again.")
    return f"{text}\n"


@click.command("list", cls=Command)
@click.pass_obj
def list_keys_command(invocation: Invocation) -> str:
    """Print name, role and profiles of each API key."""
    from data.people.api_keys import list_keys  # noqa: PLC0415  # as above

    keys = list_keys(invocation.home)
    return "".join(f"{key.name}  {key.role}  {', '.join(key.profiles) or '(none left)'}\n" for key in keys)


@click.command("revoke", cls=Command)
@click.argument("name")
@click.pass_obj
def revoke_key_command(invocation: Invocation, name: str) -> str:
    """End an API key."""
    from data.people.api_keys import revoke_key  # noqa: PLC0415  # as above

    revoke_key(invocation.home, name)
    return f"The key {name} opens nothing any more.\n"


@click.command("rotate", cls=Command)
@click.pass_obj
def rotate_keys_command(invocation: Invocation) -> str:
    """Encrypt every secret with the first of THROUGHLINE_KEYS."""
    from data.store.rotation import rotate  # noqa: PLC0415  # as above

    done = rotate(invocation.home)
    return f"Encrypted anew with the first key: {done.renewed}. With it already: {done.before}.\n"


@click.group("keys", cls=Group)
def keys_command() -> None:
    """Make and change the keys of a server, and those of its API."""


for _command in (
    new_key_command,
    rotate_keys_command,
    api_key_command,
    list_keys_command,
    revoke_key_command,
):
    keys_command.add_command(_command)
