"""Files into a store: all of them or none, and a profile that knows its source."""

import json
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError, InputError
from configuration.settings import Home
from data.importing import ImportFiles, import_into
from data.sources import resolve
from tests.builders import issue, status_list, version
from tests.commands import written


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_files_and_runs_add_up(home: Home, tmp_path: Path) -> None:
    one, two = (written(tmp_path / f"{n}", [issue(f"A-{n}")]) for n in (1, 2))
    beside = tmp_path / "statuses", tmp_path / "versions"
    beside[0].write_text(json.dumps(status_list()))
    beside[1].write_text(json.dumps([version(1, "1.0")]))
    source = resolve(home, "team", {}, creating=True)
    first = import_into(source, home, ImportFiles((one, two)), None)
    second = import_into(source, home, ImportFiles((), beside[:1], beside[1:]), None)

    assert (first.fetched, first.changes.stored, first.reason) == (2, 2, "cold")
    assert (second.fetched, second.changes.stored, second.reason) == (0, 2, "updated")
    assert second.changes.revision != first.changes.revision
    assert len(source.store.load().statuses) == len(status_list())
    assert resolve(home, "team", {}).kind == "files"


def test_all_files_or_none(home: Home, tmp_path: Path) -> None:
    good = written(tmp_path / "good", [issue("A-1")])
    source = resolve(home, "team", {}, creating=True)
    with pytest.raises(InputError, match="line 1"):
        import_into(source, home, ImportFiles((good, written(tmp_path / "bad", [{"id": 1}]))), None)

    assert not home.root.exists()


def test_a_profile_that_cannot_be_kept_stores_nothing(home: Home, tmp_path: Path) -> None:
    """The folder of profiles is a file: the import fails before anything is stored."""
    home.root.mkdir()
    source = resolve(home, "team", {}, creating=True)
    home.profiles.write_text("in the way")
    with pytest.raises(ConfigurationError):
        import_into(source, home, ImportFiles((written(tmp_path / "good", [issue("A-1")]),)), None)

    assert not home.cache.exists()


def test_bad_entries_are_collected_when_that_is_asked_for(home: Home, tmp_path: Path) -> None:
    half = written(tmp_path / "half", [issue("A-1"), {"id": 1}, issue("A-2")])
    bad: list[str] = []
    outcome = import_into(resolve(home, "team", {}, creating=True), home, ImportFiles((half,)), bad)

    assert (outcome.bad, outcome.changes.stored) == (1, 2)
    assert bad[0].startswith("half, line 2")


@pytest.mark.parametrize(("name", "environment"), [("demo", {}), ("team", {"JIRA_URL": "https://a.example"})])
def test_a_profile_reads_one_source(name: str, environment: dict, home: Home, tmp_path: Path) -> None:
    source = resolve(home, name, environment, creating=True)
    with pytest.raises(ConfigurationError) as met:
        import_into(source, home, ImportFiles((written(tmp_path / "good", [issue("A-1")]),)), None)

    assert met.value.exit_code == 2
    assert "--profile" in met.value.hint
