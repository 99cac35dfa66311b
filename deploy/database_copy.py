"""Copies the database of a shared server into a file, and back: ``python deploy/database_copy.py --help``.

Tokens in the copy are encrypted; the keys that decrypt them (``THROUGHLINE_KEYS``) are not in it and are kept
elsewhere. PostgreSQL's own programs do the work; the password reaches them by their environment, which no
other user of the machine can read, unlike their arguments.
"""

import argparse
import datetime as dt
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

KEPT = 14
_PREFIX, _SUFFIX = "throughline-", ".dump"
_OURS = ("--no-owner", "--no-privileges")
# What every copy has: a restore into a database that holds anything would mix two of them.
_COUNT_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"


class RefusedError(Exception):
    """What went wrong in one sentence, and what to do in another."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause, self.remedy = cause, remedy


def back_up(environment: Mapping[str, str], folder: Path, now: dt.datetime) -> Path:
    """Write a copy into ``folder``, delete all but the newest fourteen, and return the new one.

    Raises:
        RefusedError: the database cannot be reached or the file not be written; older copies stay.
    """
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    made = folder / f"{_PREFIX}{now:%Y%m%dT%H%M%SZ}{_SUFFIX}"
    part = made.with_suffix(".part")
    try:
        part.touch(mode=0o600)
        _run(environment, "pg_dump", "--format=custom", *_OURS, f"--file={part}")
        _run(environment, "pg_restore", "--list", str(part))  # a copy that cannot be read is none
        part.replace(made)
    finally:
        part.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"))[:-KEPT]:
        old.unlink()
    return made


def restore(environment: Mapping[str, str], copy: Path) -> None:
    """Put a copy into the database, which must hold nothing: all of it or, where that fails, none.

    Raises:
        RefusedError: there is no such copy, the database holds something, or cannot be written.
    """
    if not copy.is_file():
        raise RefusedError(f"There is no copy {copy.name}.", "Name a file that the command backup wrote.")
    held = _run(
        environment, "psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={_COUNT_TABLES}"
    )
    if int(held) > 0:
        raise RefusedError(
            f"The database holds {int(held)} tables already, and nothing of it is replaced.",
            "Create an empty database and let DATABASE_URL name that.",
        )
    database = _variables(environment)["PGDATABASE"]
    _run(environment, "pg_restore", "--single-transaction", *_OURS, f"--dbname={database}", str(copy))


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what ``DATABASE_URL`` says as the variables of PostgreSQL's programs."""
    url = environment.get("DATABASE_URL", "")
    if not url:
        raise RefusedError("DATABASE_URL is not set.", "Name the database as the server's environment does.")
    try:
        said = psycopg.pq.Conninfo.parse(url.encode())
    except psycopg.Error as error:
        raise RefusedError("DATABASE_URL is no address of a database.", "Correct it.") from error
    return {
        option.envvar.decode(): option.val.decode()
        for option in said
        if option.val is not None and option.envvar is not None
    }


def _run(environment: Mapping[str, str], *command: str) -> str:
    try:
        done = subprocess.run(
            command,
            env={**environment, **_variables(environment)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError as error:
        raise RefusedError(f"{command[0]} is missing.", "Install PostgreSQL's client programs.") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[0]
        raise RefusedError(f"{command[0]} failed: {said}", "See that the database runs, and try again.")
    return done.stdout


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run one of the two commands; return 0, or 6 with cause and remedy on stderr."""
    parser = argparse.ArgumentParser(description="Copy a server's database into a file, and back.")
    commands = parser.add_subparsers(dest="command", required=True)
    writes = commands.add_parser("backup", help=f"write a copy into a folder; the newest {KEPT} stay")
    writes.add_argument("folder", type=Path)
    commands.add_parser("restore", help="put a copy into an empty database").add_argument("copy", type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.command == "backup":
            print(back_up(environment, options.folder, dt.datetime.now(dt.UTC)))
        else:
            restore(environment, options.copy)
    except RefusedError as error:
        return _refuse(error.cause, error.remedy)
    except OSError as error:
        return _refuse(
            f"The copy cannot be written: {error.strerror}.", "Check space and rights of its folder."
        )
    return 0


def _refuse(cause: str, remedy: str) -> int:
    print(f"Error: {cause}\n{remedy}", file=sys.stderr)
    return 6


if __name__ == "__main__":
    sys.exit(main())
