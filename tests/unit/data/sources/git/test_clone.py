"""A clone as deployments and changes, over repositories that git itself made."""

import json
from pathlib import Path

import pytest

from configuration.errors import InputError
from data.model.changes import ChangeRow
from data.model.tables import MISSING
from data.sources.git.clone import Told, read_clone
from tests.support.repositories import Repository, git
from tests.support.rows import at

LATEST = at("2026-12-31")
pytestmark = pytest.mark.skipif(not git(Path("/"), "--version"), reason="there is no git program")


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    return Repository.made(tmp_path / "shop")


def read(repository: Repository, *patterns: str, state: str = "") -> Told:
    told = read_clone(repository.path, patterns, state, LATEST)
    assert told is not None
    return told


def by_id(told: Told) -> dict[str, ChangeRow]:
    return {change.id: change for change in told.changes}


def carried(told: Told) -> dict[str, str]:
    return {change.name: " ".join(change.deployments) for change in told.changes}


def test_a_commit_of_the_main_line_is_a_change_and_a_tag_a_deployment(shop: Repository) -> None:
    one = shop.commit("one", "2026-03-02", "AB-1 pay by card\n\nAlso for AB-2.", written="2026-03-01")
    shop.commit("two", "2026-03-03", "tidy")
    shop.tag("v1", "one", "2026-03-05")
    told = read(shop)
    (deployment,), change = told.deployments, by_id(told)[f"shop@{one[:10]}"]

    assert (deployment.id, deployment.name, deployment.at) == ("shop v1", "v1", at("2026-03-05"))
    assert (deployment.origin, deployment.service, deployment.commits) == ("git", "shop", (one,))
    assert (change.name, change.issues, change.commits) == ("AB-1 pay by card", ("AB-1", "AB-2"), (one,))
    assert (change.first_commit_at, change.merged_at) == (at("2026-03-01"), at("2026-03-02"))
    assert (change.opened_at, change.first_review_at) == (MISSING, MISSING)
    assert carried(told) == {"AB-1 pay by card": "shop v1", "tidy": ""}
    assert told.notices == ()


def test_a_merge_is_one_change_with_what_it_brought(shop: Repository) -> None:
    """The branch was begun on 1 March; what came into the main line meanwhile is not its."""
    shop.commit("root", "2026-02-01")
    shop.commit("one", "2026-03-01", "AB-1 first", "root", branch="pay")
    shop.commit("two", "2026-03-03", "second", branch="pay")
    shop.commit("else", "2026-03-02", "elsewhere")
    shop.commit(
        "merge", "2026-03-04", "Merge pull request #7 from ann/AB-2-pay\n\nPay by card", "else", "two"
    )
    shop.tag("v1", "merge")
    told = read(shop)
    change = by_id(told)["shop#7"]

    assert (change.name, change.issues) == ("Pay by card", ("AB-1", "AB-2"))
    assert change.first_commit_at == at("2026-03-01")
    assert change.merged_at == at("2026-03-04")
    assert set(change.commits) == {shop.marks[each] for each in ("one", "two", "merge")}
    assert carried(told) == {"Pay by card": "shop v1", "elsewhere": "shop v1", "root": "shop v1"}


@pytest.mark.parametrize(
    ("message", "identity"),
    [
        ("Pay by card (#12)", "shop#12"),
        ("Pay by card (!12)", "shop#12"),
        ("Merged PR 12: Pay by card", "shop#12"),
        ("Pull request #12: AB-1 pay", "shop#12"),
        ("Merged in AB-1-pay (pull request #12)", "shop#12"),
        ("Merge branch 'pay' into 'main'\n\nPay\n\nSee merge request team/shop!12", None),
        ("Pay by card #12", None),
    ],
)
def test_a_squashed_request_has_its_number(message: str, identity: str | None, shop: Repository) -> None:
    """A number in the middle of a title may be anything."""
    commit = shop.commit("one", "2026-03-02", message)
    expected = "shop#12" if "See merge request" in message else identity or f"shop@{commit[:10]}"

    assert list(by_id(read(shop))) == [expected]


def test_a_number_that_comes_again_is_that_of_the_first(shop: Repository) -> None:
    shop.commit("one", "2026-03-02", "Pay (#12)")
    again = shop.commit("two", "2026-03-03", "Pay once more (#12)")

    assert {key: row.name for key, row in by_id(read(shop)).items()} == {
        "shop#12": "Pay (#12)",
        f"shop@{again[:10]}": "Pay once more (#12)",
    }


def test_each_commit_belongs_to_the_first_tag_that_reaches_it(shop: Repository) -> None:
    """The tags of two branches of numbers, made in another order than they are called."""
    for day in range(1, 5):
        shop.commit(f"c{day}", f"2026-03-0{day}")
    shop.tag("v1", "c2", "2026-03-05")
    shop.tag("v2", "c4", "2026-03-07")
    shop.tag("v0", "c1", "2026-03-06")
    shop.tag("latest", "c4", "2026-03-08")

    assert carried(read(shop)) == {"c1": "shop v1", "c2": "shop v1", "c3": "shop v2", "c4": "shop v2"}
    assert carried(read(shop, "v2*")) == dict.fromkeys(("c1", "c2", "c3", "c4"), "shop v2")


def test_a_release_from_a_branch_holds_what_is_on_it(shop: Repository) -> None:
    """The fix of the branch is released by it; merged back, it brings nothing new to the main line."""
    shop.commit("c1", "2026-03-01")
    shop.commit("fix", "2026-03-03", "fix", "c1", branch="release")
    shop.commit("c2", "2026-03-02")
    shop.tag("v1.1", "fix", "2026-03-04")
    assert carried(read(shop)) == {"c1": "shop v1.1", "fix": "shop v1.1", "c2": ""}
    shop.commit("back", "2026-03-05", "Merge branch 'release'", "c2", "fix")
    shop.tag("v2", "back", "2026-03-06")

    assert carried(read(shop)) == {"c1": "shop v1.1", "Merge branch 'release'": "shop v1.1", "c2": "shop v2"}


def test_what_is_taken_back(shop: Repository) -> None:
    one = shop.commit("one", "2026-03-02")
    shop.commit("two", "2026-03-03", f'Revert "one"\n\nThis reverts commit {one}.')

    assert [row.reverts for row in read(shop).changes] == [(), (one,)]


def test_clocks_that_cannot_be_right(shop: Repository) -> None:
    """1970 and 2099 tell nothing: the other date of the commit counts, else none; a tag so dated is none."""
    shop.commit("old", "2026-03-02", "old", written="@1")
    shop.commit("young", "2026-03-03", "young", written="@4070908800")
    shop.commit("lost", "@1", "lost")
    shop.tag("v1", "young", "2026-03-05")
    shop.tag("v2", "lost", "@4070908800")
    told = read(shop)

    assert [(row.name, row.first_commit_at, row.merged_at) for row in told.changes] == [
        ("old", at("2026-03-02"), at("2026-03-02")),
        ("young", at("2026-03-03"), at("2026-03-03")),
        ("lost", MISSING, MISSING),
    ]
    assert [deployment.name for deployment in told.deployments] == ["v1"]
    assert "4 instants" in told.notices[0]


def test_nothing_happened_since(shop: Repository) -> None:
    shop.commit("one", "2026-03-02")
    state = read(shop).state

    assert read_clone(shop.path, (), state, LATEST) is None
    assert read_clone(shop.path, ("v*",), state, LATEST) is not None


def test_what_happened_since_is_read_alone(shop: Repository) -> None:
    """All that the last tag does not hold, deployed now or still not."""
    shop.commit("one", "2026-03-02", "Pay (#1)")
    shop.tag("v1", "one", "2026-03-03")
    shop.commit("two", "2026-03-04")
    first = read(shop)
    shop.commit("three", "2026-03-05", "Pay again (#1)")
    shop.tag("v2", "two", "2026-03-06")
    again = read_clone(shop.path, (), first.state, LATEST, taken=lambda: {"shop#1"})

    assert again is not None
    assert again.partly
    assert carried(again) == {"two": "shop v2", "Pay again (#1)": ""}
    assert [row.id for row in again.changes][1] == f"shop@{shop.marks['three'][:10]}"
    assert [row.name for row in again.deployments] == ["v1", "v2"]


@pytest.mark.parametrize("moved", ["moved", "deleted", "earlier"])
def test_a_tag_that_moved_makes_everything_be_read_again(moved: str, shop: Repository) -> None:
    shop.commit("one", "2026-03-02")
    shop.commit("two", "2026-03-04")
    shop.tag("v1", "one", "2026-03-05")
    state = read(shop).state
    if moved == "moved":
        shop.tag("v1", "two", "2026-03-05")
    elif moved == "deleted":
        git(shop.path, "update-ref", "-d", "refs/tags/v1")
    else:
        shop.tag("v0", "one", "2026-03-03")
    told = read(shop, state=state)

    assert not told.partly
    assert len(told.changes) == 2


def test_the_default_branch_is_the_origins(shop: Repository, tmp_path: Path) -> None:
    """What is checked out is not; and where the branch got another name the old word leads nowhere."""
    shop.commit("one", "2026-03-02")
    shop.commit("side", "2026-03-03", "side", "one", branch="side")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-b", "side", str(shop.path), str(clone))
    git(clone, "remote", "set-head", "origin", "main")
    assert carried(read(Repository(clone))) == {"one": ""}
    git(clone, "update-ref", "refs/remotes/origin/trunk", shop.marks["side"])
    git(clone, "update-ref", "-d", "refs/remotes/origin/main")

    assert carried(read(Repository(clone))) == {"one": "", "side": ""}


def test_a_repository_is_called_like_its_origin(shop: Repository) -> None:
    git(shop.path, "remote", "add", "origin", "git@github.example:team/payments.git")
    commit = shop.commit("one", "2026-03-02", "Pay (#3)")
    other = shop.commit("two", "2026-03-03")
    shop.tag("v1", "one")
    told = read(shop)

    assert told.service == "payments"
    assert [row.url for row in told.changes] == [
        "https://github.example/team/payments/pull/3",
        f"https://github.example/team/payments/commit/{other}",
    ]
    assert told.deployments[0].commits == (commit,)


@pytest.mark.parametrize("form", ["bare", "packed", "worktree", "sha256"])
def test_forms_of_repositories(form: str, shop: Repository, tmp_path: Path) -> None:
    if form == "sha256":
        shop = Repository.made(tmp_path / "long" / "shop", "--object-format=sha256")
    shop.commit("one", "2026-03-02", "AB-1 pay")
    shop.tag("v1", "one", "2026-03-05")
    path = shop.path
    if form == "bare":
        path = tmp_path / "bare" / "shop.git"
        git(tmp_path, "clone", "-q", "--bare", str(shop.path), str(path))
    elif form == "packed":
        git(shop.path, "gc", "-q")
        git(shop.path, "pack-refs", "--all")
    elif form == "worktree":
        path = tmp_path / "tree"
        git(shop.path, "worktree", "add", "-q", str(path), "-b", "other")

    told = read(Repository(path))
    assert [deployment.name for deployment in told.deployments] == ["v1"]
    assert carried(told) == {"AB-1 pay": f"{told.service} v1"}


def test_a_shallow_clone_is_read_and_said(shop: Repository, tmp_path: Path) -> None:
    for day in range(1, 5):
        shop.commit(f"c{day}", f"2026-03-0{day}")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{shop.path}", str(clone))
    told = read(Repository(clone))

    assert list(carried(told)) == ["c3", "c4"]
    assert "shallow" in told.notices[0]
    assert "no tag" in told.notices[1]


def test_what_is_no_repository(tmp_path: Path, shop: Repository) -> None:
    with pytest.raises(InputError, match="is not a git repository"):
        read_clone(tmp_path, (), "", LATEST)
    with pytest.raises(InputError, match="is not a git repository"):
        read_clone(tmp_path / "nowhere", (), "", LATEST)
    with pytest.raises(InputError, match="has no commit on its default branch"):
        read_clone(shop.path, (), "", LATEST)


def test_a_damaged_repository_is_told_and_not_half_read(shop: Repository) -> None:
    shop.commit("one", "2026-03-02")
    shop.commit("two", "2026-03-03")
    broken = shop.path / ".git" / "objects" / shop.marks["one"][:2] / shop.marks["one"][2:]
    broken.chmod(0o644)
    broken.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="The repository shop cannot be read"):
        read(shop)


def test_the_state_is_text_that_anything_may_stand_in(shop: Repository) -> None:
    """Of a state that cannot be read nothing is known."""
    shop.commit("one", "2026-03-02")
    for state in ("nonsense", "[]", json.dumps(["x", 1, 2])):
        assert not read(shop, state=state).partly
