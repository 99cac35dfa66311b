"""The group of commands: what each of them takes, and how the answer leaves the program."""

from collections.abc import Iterator

import click
import pytest

from callbacks.cli.console import COMMANDS, cli, run

NAMES = {
    "serve",
    "sync",
    "import",
    "check",
    "metrics",
    "report",
    "forecast",
    "gate",
    "sprints",
    "issues",
    "logs",
    "demo-jira",
    "worker",
    "store",
    "keys",
}


def no_server(*_: object, **__: object) -> None:
    raise AssertionError


def leaves(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield from leaves(command) if isinstance(command, click.Group) else [command]


def test_every_command_takes_the_shared_options_once() -> None:
    assert set(cli.commands) == NAMES
    assert len(COMMANDS) == len(NAMES)
    for command in leaves(cli):
        names = [option.name for option in command.params]
        assert (names.count("profile"), names.count("log_level")) == (1, 1), command.name


@pytest.mark.parametrize("arguments", [["--profile", "blue", "issues"], ["issues", "--profile", "blue"]])
def test_a_shared_option_stands_before_or_after_the_command(
    arguments: list[str], tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(arguments, {"THROUGHLINE_HOME": str(tmp_path)}, no_server)
    told = capsys.readouterr()

    assert (code, told.out) == (2, "")
    assert "There is no profile called blue." in told.err


def test_serve_is_what_a_bare_call_does(tmp_path) -> None:
    """With the profile, the home and the environment that it was given."""
    served: list[tuple[str, object]] = []
    environment = {"THROUGHLINE_HOME": str(tmp_path)}

    code = run([], environment, lambda source, home, told, **_: served.append((source.name, told)))

    assert code == 0
    assert served == [("default", environment)]
