"""Clones on their way into the store: imported, read again, kept beside a Jira, read by every sync."""

import random
from pathlib import Path

import pytest

from configuration.errors import InputError
from configuration.profile import GitSettings, Profile
from configuration.settings import Home
from data.cache_manager import References
from data.intake.events import carry_over
from data.intake.profile_import import ImportFiles, import_into
from data.intake.profile_sync import synchronize
from data.intake.sync_outcome import SyncOutcome
from data.persistence import save_profile
from data.profiles.sources import Source, resolve
from tests.support.builders import issue
from tests.support.repositories import Repository, git
from tests.support.rows import row

pytestmark = pytest.mark.skipif(not git(Path("/"), "--version"), reason="there is no git program")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    shop = Repository.made(tmp_path / "shop")
    shop.commit("one", "2026-03-02", "AB-1 pay (#1)")
    shop.tag("v1", "one", "2026-03-05")
    shop.commit("two", "2026-03-06", "AB-9 tidy (#2)")
    return shop


def imported(source: Source, home: Home, *paths: Path) -> SyncOutcome:
    return import_into(source, home, ImportFiles(git=paths), None)


def told(source: Source) -> list:
    """What is stored of clones, without the marks of when."""
    found = source.store.references()
    return [sorted(rows, key=lambda each: each.id) for rows in (found.deployments, found.changes)]


def test_a_clone_goes_into_the_store_and_is_counted(home: Home, shop: Repository) -> None:
    source = resolve(home, "git", {}, creating=True)
    source.store.add([row(issue("AB-1"))], References())
    document = imported(source, home, shop.path).as_document()

    nothing = {"replaced": 0, "bad": 0, "updated": 0, "unknown_projects": 0}
    assert document["deployments"] == {**nothing, "stored": 1, "created": 1, "unknown_issues": 0}
    assert document["changes"] == {**nothing, "stored": 2, "created": 2, "unknown_issues": 1}
    assert source.store.load().changes.ids == ("shop#1", "shop#2")


def test_nothing_new_changes_nothing_and_starts_no_program(
    home: Home, shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = resolve(home, "git", {}, creating=True)
    first = imported(source, home, shop.path)
    monkeypatch.setenv("PATH", "")  # git is nowhere to be found
    second = imported(source, home, shop.path)

    assert (second.changes.changed, second.changes.revision) == (False, first.changes.revision)
    assert second.as_document()["changes"]["stored"] == 2


def test_what_is_gone_from_the_repository_is_gone_from_the_store(home: Home, shop: Repository) -> None:
    """The last commit is written anew, the tag deleted."""
    source = resolve(home, "git", {}, creating=True)
    imported(source, home, shop.path)
    git(shop.path, "update-ref", "-d", "refs/tags/v1")
    git(shop.path, "update-ref", "refs/heads/main", shop.marks["one"])
    shop.commit("three", "2026-03-07", "better (#3)")
    outcome = imported(source, home, shop.path)

    assert source.store.load().changes.ids == ("shop#1", "shop#3")
    assert len(source.store.load().deployments) == 0
    assert outcome.as_document()["deployments"]["stored"] == 0


@pytest.mark.parametrize("seed", range(4))
def test_read_step_by_step_or_at_once_is_the_same(seed: int, tmp_path: Path, home: Home) -> None:
    """Commits, merges and tags in any order, imported after each few or all together."""
    draw, shop = random.Random(seed), Repository.made(tmp_path / "shop")
    steps, whole = (resolve(home, name, {}, creating=True) for name in ("steps", "whole"))
    shop.commit("c0", "2026-01-01")
    for number in range(1, 16):
        when = f"2026-01-{number + 1:02d}T{draw.randint(0, 11):02d}:00"
        kind = draw.choice(("commit", "commit", "merge", "tag"))
        if kind == "merge":
            tip = git(shop.path, "rev-parse", "main")
            shop.marks["tip"] = tip
            shop.commit(f"s{number}", when, f"AB-{number} side", "tip", branch=f"side{number}")
            shop.commit(f"m{number}", when, f"Merge pull request #{number} from x", "tip", f"s{number}")
        elif kind == "tag":
            shop.marks["tip"] = git(shop.path, "rev-parse", "main")
            shop.tag(f"v{number}", "tip", when)
        else:
            shop.commit(f"c{number}", when, f"AB-{number} work")
        if draw.random() < 0.4:
            imported(steps, home, shop.path)
    imported(steps, home, shop.path)
    imported(whole, home, shop.path)

    assert told(steps) == told(whole)


def test_two_clones_of_one_name_are_refused(home: Home, shop: Repository, tmp_path: Path) -> None:
    other = Repository.made(tmp_path / "other" / "shop")
    other.commit("one", "2026-03-02")
    source = resolve(home, "git", {}, creating=True)
    with pytest.raises(InputError, match="Two clones are called shop"):
        imported(source, home, shop.path, other.path)

    assert not source.store.place.path.exists()


def test_beside_a_jira_clones_are_kept_and_carried_over(home: Home, shop: Repository) -> None:
    source = resolve(home, "team", {"JIRA_URL": "https://a.example"}, creating=True)
    imported(source, home, shop.path)
    assert not source.store.place.path.exists()
    source.store.add([row(issue("AB-1"))], References())
    carry_over(source.store, home, "team")

    assert source.store.load().changes.ids == ("shop#1", "shop#2")
    assert source.store.load().deployments.ids == ("shop v1",)


def test_a_sync_reads_the_clones_that_the_profile_names(home: Home, shop: Repository) -> None:
    save_profile(home, "git", Profile(git=GitSettings(paths=(str(shop.path),), tags=("release-*",))))
    outcome = synchronize(resolve(home, "git", {}), home, {})

    assert outcome.changes.changed
    assert "no tag" in outcome.notices[0]
    assert resolve(home, "git", {}).store.load().changes.ids == ("shop#1", "shop#2")
