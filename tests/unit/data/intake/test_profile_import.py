"""Files into a store: all of them or none, and a profile that knows its source."""

import json
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError, InputError
from configuration.settings import Home
from data.intake.bad_entries import LeftOut
from data.intake.profile_import import ImportFiles, import_into
from data.profiles.sources import resolve
from tests.support.builders import issue, status_list, version
from tests.support.commands import written
from tests.support.rows import at


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


def test_versions_that_only_issues_tell_of_are_releases(home: Home, tmp_path: Path) -> None:
    """Until a list of their project comes; then its word counts, also for what is not in it."""
    raw = issue("A-1", fix_versions=[version(n, f"{n}.0", release_date=f"2026-03-0{n}") for n in (1, 2)])
    issues = written(tmp_path / "issues", [raw])
    source = resolve(home, "team", {}, creating=True)
    import_into(source, home, ImportFiles((issues,)), None)
    before = [(each.id, each.release_date) for each in source.store.load().versions]
    listed = tmp_path / "versions"
    listed.write_text(json.dumps([version(1, "1.0", release_date="2026-03-09")]))
    import_into(source, home, ImportFiles((issues,), versions=(listed,)), None)

    assert before == [("1", "2026-03-01"), ("2", "2026-03-02")]
    assert [(each.id, each.release_date) for each in source.store.load().versions] == [("1", "2026-03-09")]


def test_a_stamp_of_the_future_does_not_make_the_time_of_the_data(home: Home, tmp_path: Path) -> None:
    """The issue stays, and the newest stamp that can be true counts."""
    raws = [issue("A-1", updated="2026-03-02"), issue("A-2", updated="2099-01-01")]
    source = resolve(home, "team", {}, creating=True)
    import_into(source, home, ImportFiles((written(tmp_path / "issues", raws),)), None)
    dataset = source.store.load()

    assert (len(dataset.issues), dataset.as_of) == (2, at("2026-03-02") + 1)
    assert (dataset.issues.malformed > 0).tolist() == [False, True]


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
    left_out = LeftOut()
    outcome = import_into(resolve(home, "team", {}, creating=True), home, ImportFiles((half,)), left_out)

    assert (outcome.bad, outcome.changes.stored) == (1, 2)
    assert left_out.shown[0].startswith("half, line 2")


@pytest.mark.parametrize(("name", "environment"), [("demo", {}), ("team", {"JIRA_URL": "https://a.example"})])
def test_a_profile_reads_one_source(name: str, environment: dict, home: Home, tmp_path: Path) -> None:
    source = resolve(home, name, environment, creating=True)
    with pytest.raises(ConfigurationError) as met:
        import_into(source, home, ImportFiles((written(tmp_path / "good", [issue("A-1")]),)), None)

    assert met.value.exit_code == 2
    assert "--profile" in met.value.hint


def said_by(site: str, key: str, number: int) -> dict:
    """An issue that says where it is from."""
    return issue(key, id=str(number)) | {"self": f"{site}/rest/api/3/issue/{number}"}


ONE, GATEWAY = "https://one.example/jira", "https://api.atlassian.com/ex/jira/"


@pytest.mark.parametrize(
    ("stored", "other"),
    [(ONE, "https://two.example/jira"), (ONE, "https://one.example"), (f"{GATEWAY}11", f"{GATEWAY}22")],
)
def test_issues_of_another_jira_are_refused(home: Home, tmp_path: Path, stored: str, other: str) -> None:
    """Equal ids of two sites are two issues; nothing is stored, and both sites and the option are named."""
    source = resolve(home, "team", {}, creating=True)
    import_into(source, home, ImportFiles((written(tmp_path / "a", [said_by(stored, "A-1", 1)]),)), None)
    before = source.store.load_with_rows()[1], source.store.meta()
    strangers = written(tmp_path / "b", [said_by(other, "B-1", 1)])
    with pytest.raises(InputError) as told:
        import_into(source, home, ImportFiles((strangers,)), None)

    assert stored.removeprefix("https://") in told.value.message
    assert other.removeprefix("https://") in told.value.message
    assert "--profile" in told.value.hint
    assert (source.store.load_with_rows()[1], source.store.meta()) == before


def test_one_import_brings_issues_of_one_jira(home: Home, tmp_path: Path) -> None:
    both = written(tmp_path / "a", [said_by(ONE, "A-1", 1), said_by("https://two.example", "B-1", 1)])
    with pytest.raises(InputError, match=r"two\.example"):
        import_into(resolve(home, "team", {}, creating=True), home, ImportFiles((both,)), None)

    assert not (home.profiles / "team.toml").exists()


def test_the_site_is_told_apart_and_no_more(home: Home, tmp_path: Path) -> None:
    """Issues that do not say where they are from are fine; the scheme makes no difference, nor a revision."""
    source = resolve(home, "team", {}, creating=True)
    plain = {**said_by(ONE, "A-1", 1)}
    del plain["self"]
    first = import_into(source, home, ImportFiles((written(tmp_path / "a", [plain]),)), None)
    again = import_into(source, home, ImportFiles((written(tmp_path / "b", [said_by(ONE, "A-1", 1)]),)), None)
    insecure = said_by(ONE.replace("https", "http"), "A-2", 2)
    more = import_into(source, home, ImportFiles((written(tmp_path / "c", [insecure]),)), None)
    odd = issue("A-3", id="3") | {"self": {"href": 5}}
    last = import_into(source, home, ImportFiles((written(tmp_path / "d", [odd]),)), None)

    assert again.changes.revision == first.changes.revision
    assert not again.changes.changed
    assert (more.changes.stored, last.changes.stored) == (2, 3)
    assert source.store.meta()["imported_from"] == "one.example/jira"


def test_changes_and_incidents_go_into_the_store(home: Home, tmp_path: Path) -> None:
    """Counted like deployments: A-9 and the project B are not stored."""
    changes, incidents = tmp_path / "changes.csv", tmp_path / "incidents.csv"
    changes.write_text("id,project,issues,merged_at\nshop#1,A,A-1,2026-03-05\nshop#2,B,A-9,2026-03-06\n")
    incidents.write_text("id,project,detected_at\n7,A,2026-03-06T10:00Z\n")
    source = resolve(home, "team", {}, creating=True)
    issues = written(tmp_path / "issues", [issue("A-1")])
    files = ImportFiles((issues,), changes=(changes,), incidents=(incidents,))
    document = import_into(source, home, files, None).as_document()
    again = import_into(source, home, files, None)

    nothing = {"replaced": 0, "bad": 0, "updated": 0}
    assert document["changes"] == {
        **nothing,
        "stored": 2,
        "created": 2,
        "unknown_projects": 1,
        "unknown_issues": 1,
    }
    assert document["incidents"] == {
        **nothing,
        "stored": 1,
        "created": 1,
        "unknown_projects": 0,
        "unknown_issues": 0,
    }
    assert "deployments" not in document
    assert source.store.load().changes.ids == ("shop#1", "shop#2")
    assert not again.changes.changed
