"""``store copy``: from a folder into a database and back, and every number stays what it was."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from app import main
from configuration.database.connection import Database
from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.persistence import load_profile, load_token, save_profile, save_token
from data.store.stores import stores_of
from tests.support.builders import issue
from tests.support.commands import written
from tests.support.examples import example_b

JIRA = "https://jira.example"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command in a home, and returns its exit code and what it wrote to both streams."""

    def ran(home: Path, *arguments: str | Path, **more: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(each) for each in arguments], {"THROUGHLINE_HOME": str(home), **more})
        return code, *capsys.readouterr()

    return ran


@pytest.fixture
def home(tmp_path: Path, run: Run) -> Path:
    """A home with imported issues and two profiles."""
    folder = tmp_path / "home"
    assert run(folder, "import", written(tmp_path / "issues", example_b().issues))[0] == 0
    save_profile(Home(folder), "default", Profile())
    save_profile(Home(folder), "other", Profile(timezone="Europe/Berlin"))
    return folder


def copied(run: Run, home: Path, target: str | Path, *options: str, **more: str) -> str:
    code, said, _ = run(home, "store", "copy", "--to", target, *options, **more)
    assert code == 0
    return said


def numbers(run: Run, home: Path, **more: str) -> str:
    code, said, _ = run(home, "metrics", "--json", **more)
    assert code == 0
    return said


def revisions(home: Home) -> dict[str, str]:
    stores = stores_of(home)
    return {key: stores.of(key).revision() for key in stores.keys()}  # noqa: SIM118  # not a mapping


def test_there_and_back(run: Run, home: Path, database_url: str, tmp_path: Path) -> None:
    """Scopes, profiles, notes and ledger; a second time there is nothing to do."""
    before, server = numbers(run, home), {"DATABASE_URL": database_url}
    first, again = copied(run, home, database_url), copied(run, home, database_url)
    there, back = numbers(run, tmp_path / "machine", **server), tmp_path / "back"
    copied(run, tmp_path / "machine", back, **server)

    assert first == "Copied 1 scopes and 2 documents; 0 were there already.\n"
    assert again == "Copied 0 scopes and 0 documents; 3 were there already.\n"
    assert there == before == numbers(run, back)
    assert json.loads(before)["scope"]["issues"] > 0
    assert revisions(Home(back)) == revisions(Home(home)) != {}
    assert (back / "profiles" / "other.toml").read_bytes() == (home / "profiles" / "other.toml").read_bytes()


def test_secrets_are_encrypted_there_and_come_back(
    run: Run, home: Path, database_url: str, tmp_path: Path
) -> None:
    """Without a key for them nothing is copied at all."""
    token = secrets.token_urlsafe(12)
    save_token(Home(home), "other", JIRA, Secret(token))
    keyless = run(home, "store", "copy", "--to", database_url)
    nothing = revisions(Home(tmp_path, Database(database_url)))
    keys = {"THROUGHLINE_KEYS": run(home, "keys", "new")[1].strip()}
    copied(run, home, database_url, **keys)
    copied(run, tmp_path / "machine", tmp_path / "back", DATABASE_URL=database_url, **keys)
    with Database(database_url).reading() as connection:
        kept = connection.execute("SELECT content FROM document WHERE folder = 'secrets'").fetchall()

    assert (keyless[0], "THROUGHLINE_KEYS is not set" in keyless[2]) == (6, True)
    assert nothing == {}
    assert load_token(Home(tmp_path / "back"), "other", JIRA) == Secret(token)
    assert [token.encode() in content for (content,) in kept] == [False]


def test_what_is_newer_there_is_not_written_over(
    run: Run, home: Path, database_url: str, tmp_path: Path
) -> None:
    """But for somebody who says so; what is older there is replaced, with a word."""
    old, server, machine = numbers(run, home), {"DATABASE_URL": database_url}, tmp_path / "machine"
    copied(run, home, database_url)
    later = written(tmp_path / "later", [issue("B-77", id="77", created="2026-06-01", updated="2026-06-02")])
    assert run(machine, "import", later, **server)[0] == 0
    new = numbers(run, machine, **server)
    refused = run(home, "store", "copy", "--to", database_url)
    unchanged = numbers(run, machine, **server)
    replaced = run(machine, "store", "copy", "--to", str(tmp_path / "home"), **server)
    here = numbers(run, home)
    copied(run, machine, tmp_path / "other", **server)
    forced = run(tmp_path / "other", "store", "copy", "--to", database_url, "--force")

    assert old != new == unchanged == here
    assert (refused[0], refused[1]) == (6, "")
    assert "holds 1 scopes that are as new as these or newer" in refused[2]
    assert replaced[::2] == (0, "Writing over 1 of its scopes that are older.\n")
    assert forced[0] == 0


def test_other_settings_there_are_not_written_over(run: Run, home: Path, database_url: str) -> None:
    copied(run, home, database_url)
    save_profile(Home(home), "other", Profile(timezone="Asia/Tokyo"))
    refused = run(home, "store", "copy", "--to", database_url)
    copied(run, home, database_url, "--force")
    there = load_profile(Home(home, Database(database_url)), "other")

    assert (refused[0], "other settings or secrets already: other.toml" in refused[2]) == (6, True)
    assert there is not None
    assert there.timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("home", (2, "where they are")),
        ("postgresql://nobody@127.0.0.1:1/none", (6, "cannot be reached")),
        ("postgresql://[", (2, "not the address of a database")),
        ("issues", (2, "cannot be read: Not a directory")),
    ],
)
def test_where_nothing_can_be_copied_to(
    run: Run, home: Path, tmp_path: Path, target: str, told: tuple[int, str]
) -> None:
    """One sentence, and what is here is as it was."""
    before = revisions(Home(home))
    found = run(home, "store", "copy", "--to", target if "://" in target else tmp_path / target)

    assert (found[0], found[1], told[1] in found[2]) == (told[0], "", True)
    assert revisions(Home(home)) == before
