"""What commands say: words beside the answer, for stderr."""

import re

import click

from configuration.errors import InputError
from configuration.program import command
from data.profiles.outdated import outdated_words
from data.profiles.sources import Source

# A terminal obeys them.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return text that steers no terminal, whatever a Jira holds: control characters show as marks."""
    return _CONTROLS.sub("\ufffd", text)


def say(text: str) -> None:
    """Write a line to stderr."""
    click.echo(printable(text), err=True)


def one_format(*formats: tuple[str, bool]) -> None:
    """Refuse two formats at once.

    Args:
        formats: names of options and whether they were given.

    Raises:
        InputError: more than one was.
    """
    chosen = [name for name, given in formats if given]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)} cannot go together.", hint="Choose one of them.")


def tell_outdated(source: Source) -> None:
    """Say on stderr what stored issues lack that an earlier version read, and how it comes."""
    if words := outdated_words(source):
        say(" ".join(words))


def hint_at_code(source: Source) -> None:
    """Say on stderr that deployments and changes are stored without any issue."""
    say(
        f"The profile {source.name} holds deployments and changes of code, and no issues; flow is measured "
        f"in issues, which {command('import FILE')} or a Jira brings."
    )


def hint_at_empty(source: Source) -> None:
    """Say on stderr that nothing is stored, and how to begin."""
    start = command({"jira": "sync", "demo": "serve --demo"}.get(source.kind, "import FILE"))
    say(f"There are no issues in the store of the profile {source.name}; start with {start}.")
