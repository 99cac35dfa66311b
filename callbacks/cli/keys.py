"""The commands about keys of a server: what its secrets are encrypted with."""

import click

from callbacks.cli.invocation import Command, Group


@click.command("new", cls=Command)
def new_key_command() -> str:
    """Print a new key for THROUGHLINE_KEYS; it is kept nowhere."""
    from configuration.database.sealing import new_key  # noqa: PLC0415  # a laptop needs none

    return f"{new_key()}\n"


@click.group("keys", cls=Group)
def keys_command() -> None:
    """Make keys for a server."""


keys_command.add_command(new_key_command)
