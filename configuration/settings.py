"""What the process was told by its environment: frozen, read once at the entry point."""

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from platformdirs import user_data_path

from configuration import program
from configuration.database.connection import Database
from configuration.logging_config import cleanup_old_logs, setup_logging


class Secret:
    """A text that prints as ``***``; ``reveal()`` appears where a header is built, nowhere else."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything is that this installation writes.

    Attributes:
        root: a folder. Beside a database it holds the log files, and nothing else of ours.
        database: holds what several machines share, in server mode; None on a laptop.
    """

    root: Path
    database: Database | None = None

    @property
    def logs(self) -> Path:
        """Rotating log files."""
        return self.root / "logs"

    @property
    def cache(self) -> Path:
        """One SQLite file per scope."""
        return self.root / "cache"

    @property
    def profiles(self) -> Path:
        """One TOML file per profile."""
        return self.root / "profiles"

    @property
    def secrets(self) -> Path:
        """One JSON file per profile with its token, readable by the owner alone."""
        return self.root / "secrets"

    @property
    def run(self) -> Path:
        """Shared limiter and lock files."""
        return self.root / "run"


def home_from(environment: Mapping[str, str], folder: Path = program.FOLDER) -> Home:
    """Return the home that ``THROUGHLINE_HOME`` names; else the checkout; else the user's folder for data.

    ``DATABASE_URL`` puts what is shared into a database; nothing is connected here.

    Args:
        environment: of the process.
        folder: holds ``app.py``. An installed program must not write there, among the packages.
    """
    return Home(_root_from(environment, folder), _database_from(environment))


def _root_from(environment: Mapping[str, str], folder: Path) -> Path:
    named = environment.get("THROUGHLINE_HOME")
    if named:
        return Path(named).absolute()
    return folder if program.is_checkout(folder) else user_data_path("throughline", appauthor=False)


def _database_from(environment: Mapping[str, str]) -> Database | None:
    url = environment.get("DATABASE_URL", "").strip()
    keys = [key.strip() for key in environment.get("THROUGHLINE_KEYS", "").split(",")]
    return Database(url, [key for key in keys if key]) if url else None


# A lock that is waited for would say so with every look, ten times a second; a connection, with every use.
_QUIET = {"filelock": "WARNING", "procrastinate": "ERROR", "psycopg": "ERROR"}


def initialize(
    home: Home,
    log_level: str = "INFO",
    *,
    profile: str | None = None,
    secrets: Iterable[str | Secret] = (),
    console: bool | TextIO = True,
    console_level: str | None = None,
    levels: Mapping[str, str] | None = None,
) -> None:
    """Start logging and clean up old log files: once, from the entry point, never on import.

    Args:
        home: its ``logs`` folder is made if missing.
        log_level: what is written to the files: this level and above.
        profile: is noted on every line.
        secrets: must not be written whatever they look like; more with ``add_secrets``.
        console: False for none; a stream other than ``sys.stderr`` to write to.
        console_level: of the console, where it differs from ``log_level``.
        levels: by logger name, where they differ from ``log_level``.

    Raises:
        ConfigurationError: a level that does not exist.
    """
    setup_logging(
        home.logs,
        log_level=log_level,
        profile=profile,
        secrets=[*secrets, *(home.database.secrets() if home.database else ())],
        console=console,
        console_level=console_level,
        levels={**_QUIET, **(levels or {})},
    )
    removed = cleanup_old_logs(home.logs)
    logging.getLogger(__name__).info(
        "logging.started",
        extra={"log_level": log_level.upper(), "pid": os.getpid(), "old_files_deleted": removed},
    )
