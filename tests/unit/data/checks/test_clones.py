"""What ``check`` says of clones: whether they can be read, what they would tell, and what to do about it."""

from pathlib import Path

import pytest

from data.checks.clones import clone_findings
from data.checks.findings import CheckFinding
from data.model.changes import ChangeRow
from data.model.tables import MISSING, Dataset
from data.store.event_table import build_change_table
from tests.support.builders import issue, status_list
from tests.support.repositories import Repository, git
from tests.support.rows import at, dataset

NOW = at("2026-03-31")


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    shop = Repository.made(tmp_path / "shop")
    shop.commit("one", "2026-03-01", "AB-1 form")
    shop.commit("two", "2026-03-20", "AB-9 table")
    shop.tag("v1", "one", "2026-03-02")
    shop.tag("nightly", "two", "2026-03-21")
    return shop


def stored(*keys: tuple[str, ...]) -> Dataset:
    """A store with AB-1, and with a change of the shop for each list of keys."""
    rows = [
        ChangeRow(f"shop#{n}", "", named, MISSING, MISSING, MISSING, NOW, service="shop")
        for n, named in enumerate(keys)
    ]
    found = dataset([issue("AB-1")], status_list())
    return Dataset(found.issues, found.statuses, changes=build_change_table(rows), as_of=NOW)


def looked(path: Path, held: Dataset, patterns: tuple[str, ...] = (), now: int = NOW) -> list[CheckFinding]:
    return list(clone_findings([path], patterns, held, now))


def test_a_clone_that_is_whole_is_ok_line_by_line(shop: Repository) -> None:
    found = looked(shop.path, stored(("AB-1",), ()), ("v*",))

    assert [each.state for each in found] == ["ok", "ok", "ok"]
    assert [each.message for each in found] == [
        "It can be read; the last commit on main is of 2026-03-20.",
        "Deployments: 1 tag, the last is v1 of 2026-03-02; 1 other tag left out.",
        "2 changes stored, 1 change without a key; every key is that of a stored issue.",
    ]
    assert {each.name for each in found} == {"clone shop"}


def test_keys_that_match_nothing_are_named(shop: Repository) -> None:
    (*_, keys) = looked(shop.path, stored(("AB-1", "AB-9"), ("XY-1",)))

    assert keys.state == "note"
    assert "2 of 3 keys match no stored issue: AB-9, XY-1." in keys.message
    assert keys.hint


def test_a_shallow_clone_says_so(shop: Repository, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{shop.path}", "cut")
    found = [each for each in looked(tmp_path / "cut", stored()) if "shallow" in each.message]

    assert [(each.state, "git fetch --unshallow" in each.hint) for each in found] == [("note", True)]


@pytest.mark.parametrize(
    ("patterns", "hint"), [(("rel-*",), "Let git.tags name those that do."), ((), "")], ids=["other", "all"]
)
def test_tags_that_do_not_count(shop: Repository, patterns: tuple[str, ...], hint: str) -> None:
    tags = looked(shop.path, stored(), patterns)[1]

    assert (tags.state, tags.hint) == ("note" if hint else "ok", hint)


def test_an_old_clone_may_lack_what_happened_since(shop: Repository) -> None:
    assert looked(shop.path, stored(), now=at("2026-04-19"))[0].state == "ok"
    assert "git fetch" in looked(shop.path, stored(), now=at("2026-04-20"))[0].hint


def test_what_is_no_clone_is_told_with_its_remedy(tmp_path: Path) -> None:
    empty = Repository.made(tmp_path / "empty")
    (none,), (bare,) = looked(tmp_path / "none", stored()), looked(empty.path, stored())

    assert (none.state, bare.state) == ("note", "note")
    assert "none" in none.message and none.hint
    assert "no commit" in bare.message and bare.hint


def test_a_commit_that_is_missing_is_told(shop: Repository) -> None:
    git(shop.path, "update-ref", "-d", "refs/tags/nightly")
    tip = shop.marks["two"]
    (shop.path / ".git" / "objects" / tip[:2] / tip[2:]).unlink()
    (found,) = looked(shop.path, stored())

    assert found.state == "note"
    assert "missing" in found.message
