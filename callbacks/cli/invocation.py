"""What every command gets: the shared options, a started log, and the source of its profile."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from configuration.errors import ConfigurationError, InputError
from configuration.logging_config import run_context
from configuration.settings import Home, home_from, initialize
from configuration.sign_in import heeded, ignored_variables
from data.persistence import DEFAULT_PROFILE
from data.profiles.sources import Source, resolve
from data.store.ledger import CacheLedger, ledger_of

logger = logging.getLogger(__name__)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass
class Invocation:
    """What one run of the program was told, by its options and its environment."""

    environment: Mapping[str, str]
    serve: Callable[..., None]
    profile_name: str = DEFAULT_PROFILE
    profile_names: tuple[str, ...] = ()
    log_level: str | None = None
    home: Home = field(init=False)
    ignored: tuple[str, ...] = field(init=False)
    _logging: bool = False

    def __post_init__(self) -> None:
        self.home = home_from(self.environment)
        self.ignored = ignored_variables(self.environment)
        self.environment = heeded(self.environment)

    def source(self, *, creating: bool = False) -> Source:
        """Return the source of the chosen profile."""
        return resolve(self.home, self.profile_name, self.environment, creating=creating)

    def sources(self) -> list[Source]:
        """Return the source of each profile that was named, once each; of the default one without any."""
        names = dict.fromkeys(self.profile_names or (self.profile_name,))
        return [resolve(self.home, name, self.environment, creating=False) for name in names]

    def only_source(self) -> Source:
        """Return the source of the chosen profile, for a command that would compare several.

        Raises:
            InputError: several were named.
        """
        if len(set(self.profile_names)) > 1:
            raise InputError(
                f"Several profiles were named: {', '.join(dict.fromkeys(self.profile_names))}.",
                hint="Add --by profile to put them beside each other, or name one.",
            )
        return self.source()

    def ledger(self, source: Source) -> CacheLedger:
        """Return the ledger in which look-ups of the source's store are noted."""
        return ledger_of(self.home, source.name)

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
        if self.ignored:
            logger.warning("environment.ignored", extra={"variables": list(self.ignored)})

    def _initialize(self, level: str, console_level: str | None) -> None:
        secrets = [self.environment.get(name) or "" for name in ("JIRA_TOKEN", "OIDC_CLIENT_SECRET")]
        initialize(self.home, level, secrets=secrets, console_level=console_level)


class Command(click.Command):
    """A command that starts logging before it does its work."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command inside a log context of its own."""
        ctx.obj.start_logging(talkative=self.name in ("serve", "demo-jira", "worker"))
        with run_context(profile=ctx.obj.profile_name):
            return super().invoke(ctx)


class Group(click.Group):
    """Commands that all take the shared options, before or after their name."""

    command_class = Command

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command and give it the shared options."""
        cmd.params.extend(shared_options())
        super().add_command(cmd, name)


def shared_options() -> list[click.Parameter]:
    """Return new options that the program and each of its commands take."""
    return [
        click.Option(
            ["--profile"],
            metavar="NAME",
            help="Profile to use.",
            multiple=True,
            expose_value=False,
            callback=_keep_profiles,
        ),
        click.Option(
            ["--log-level"],
            type=click.Choice(LOG_LEVELS, case_sensitive=False),
            help="Level of the log files and the console.",
            expose_value=False,
            callback=_keep("log_level"),
        ),
    ]


def _keep_profiles(ctx: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    """Keep the profiles that were named: those after the command win, and the last is used."""
    given = tuple(name for name in names if name)
    if given:
        ctx.obj.profile_names, ctx.obj.profile_name = given, given[-1]


def _keep(name: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """Return a callback that keeps an option, so that it may stand before or after the command."""

    def keep(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value:
            setattr(ctx.obj, name, value)

    return keep
