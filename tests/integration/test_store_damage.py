"""A store that was damaged, cut, filled up or locked away: told, refused, mended, and never believed."""

import json
import random
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from configuration.errors import StoreError
from configuration.profile import Profile
from data.cache_manager import Store
from data.export.document import document
from data.export.issue_list import issue_entries
from data.metrics.report import View
from data.pipeline import compute
from data.simulator.server import JiraSimulator
from tests.support.commands import ROOT, command, environment, kept, printed, refused, run
from tests.support.disks import read_only, small_disk
from tests.support.stores import store_at
from tests.support.syncing import DIALECTS, differences, settings_for, store_of, synced, told


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(300, 3) as running:
        yield running


@pytest.fixture(scope="module")
def whole(jira: JiraSimulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as weeks of use leave it: patched, with an unfinished attempt in it, in one file."""
    store = store_at(tmp_path_factory.mktemp("whole") / "scope.sqlite")
    synced(jira, "cloud", store)
    jira.mutate(25)
    synced(jira, "cloud", store)
    jira.mutate(3)
    store.begin_attempt({"since": store.meta()["watermark"], "began": store.meta()["watermark"]})
    store.stage(store.load_with_rows()[1][:20])
    with closing(sqlite3.connect(store.place.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store.place.path


def shown(store: Store) -> tuple[object, list[object]]:
    """What ``metrics --json`` and ``issues --jsonl`` print."""
    report = compute(store.load(), Profile(), View())
    return document(report, "team"), list(issue_entries(store, Profile()))


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Cut a file, flip some of its bits, or blank a piece of it."""
    kind = rng.randrange(4)
    spot = rng.randrange(len(content))
    if kind == 0:
        return content[:spot]
    if kind == 1:
        length = rng.choice((16, 512, 4096))
        return content[:spot] + bytes(length) + content[spot + length :]
    changed = bytearray(content)
    for _ in range(1 if kind == 2 else 8):
        spot = rng.randrange(len(content))
        changed[spot] ^= 1 << rng.randrange(8)
    return bytes(changed)


def assert_told_or_harmless(whole: Path, folder: Path, seeds: range) -> tuple[int, int]:
    """Damage a copy again and again; return how often it was told, and how often it changed nothing."""
    content, before = whole.read_bytes(), shown(store_at(whole))
    found = harmless = 0
    for seed in seeds:
        store = store_at(folder / "scope.sqlite")
        store.place.path.write_bytes(damaged(content, random.Random(seed)))
        try:
            after = shown(store)
        except StoreError as error:
            assert error.exit_code == 6, seed
            found += 1
        else:
            assert after == before, seed
            harmless += 1
        for path in folder.iterdir():
            path.unlink()
    return found, harmless


def test_damage_is_told_or_changes_nothing(whole: Path, temp_cache_dir: Path) -> None:
    """200 cuts, blanks and flipped bits, as a reader meets them."""
    found, harmless = assert_told_or_harmless(whole, temp_cache_dir, range(200))

    assert found + harmless == 200
    assert found > 100


@pytest.mark.soak
def test_much_damage_is_told_or_changes_nothing(whole: Path, temp_cache_dir: Path) -> None:
    found, harmless = assert_told_or_harmless(whole, temp_cache_dir, range(1_000, 6_000))

    assert found + harmless == 5_000


def test_a_sync_trusts_no_damage(whole: Path, temp_cache_dir: Path, jira: JiraSimulator) -> None:
    """What a sync builds on is checked before: it is refused, or it ends where a fresh fetch ends."""
    content, fresh = whole.read_bytes(), store_at(temp_cache_dir / "fresh.sqlite")
    synced(jira, "cloud", fresh)
    wanted, refusals = told(fresh), 0
    for seed in range(30):
        store = store_at(temp_cache_dir / "scope.sqlite")
        store.place.path.write_bytes(damaged(content, random.Random(5_000 + seed)))
        try:
            synced(jira, "cloud", store)
        except StoreError as error:
            assert error.exit_code == 6, seed
            refusals += 1
            outcome = synced(jira, "cloud", store, full=True)
            assert outcome.reason == "damaged", seed
        assert differences(told(store), wanted) == [], seed
        for path in temp_cache_dir.glob("scope*"):
            path.unlink()

    assert refusals > 15


CELLS = [
    ("issue", "id", "'x' || id"),
    ("issue", "key", "key || '9'"),
    ("issue", "updated", "updated + 4000000000"),
    ("issue", "crc", "crc + 1"),
    ("issue", "row", "zeroblob(length(row))"),
    ("staged", "id", "'x' || id"),
    ("staged", "key", "key || '9'"),
    ("staged", "updated", "updated + 4000000000"),
    ("staged", "row", "zeroblob(length(row))"),
    ("chunk", "columns", "columns || '9'"),
    ("chunk", "crc", "crc + 1"),
    ("chunk", "data", "zeroblob(length(data))"),
    ("attempt", "value", "'9' || value"),
    ("changed", "id", "'x' || id"),
    ("link", "key", "key || '9'"),
    ("link", "id", "'x' || id"),
    ("meta", "value", "value || '0'"),
    ("reference", "id", "'x' || id"),
    ("reference", "row", "zeroblob(length(row))"),
    ("columns", "crc", "crc + 1"),
    ("columns", "data", "zeroblob(length(data))"),
    ("columns", "kind", "'|u1'"),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "-".join(cell[:2]))
def test_every_cell_is_watched(
    whole: Path, temp_cache_dir: Path, jira: JiraSimulator, cell: tuple[str, str, str]
) -> None:
    """SQLite itself checks no content: one cell that is not what was written, and a sync refuses."""
    table, column, value = cell
    store = store_at(temp_cache_dir / "scope.sqlite")
    shutil.copy(whole, store.place.path)
    with closing(sqlite3.connect(store.place.path)) as connection, connection:
        first = f"rowid = (SELECT min(rowid) FROM {table})"
        if table in ("meta", "link", "changed", "reference", "attempt"):
            key = {"meta": "name", "link": "key", "attempt": "name"}.get(table, "id")
            first = f"{key} = (SELECT min({key}) FROM {table})"
        done = connection.execute(f"UPDATE {table} SET {column} = {value} WHERE {first}")
        assert done.rowcount >= 1
    with pytest.raises(StoreError) as met:
        synced(jira, "cloud", store)

    assert met.value.exit_code == 6


# The command line -----------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_damaged_store_is_refused_and_mended_by_a_full_sync(tmp_path: Path, dialect: str) -> None:
    """Every command says 6; ``sync --full`` keeps the file, tells its name and brings the numbers back."""
    with JiraSimulator(200, 3, dialect) as world:
        settings = settings_for(world, dialect)
        printed(tmp_path, "sync", **settings)
        options = ("--json", "--as-of", "2026-06-01T00:00:00Z", "--to", "2026-06-01")
        before = printed(tmp_path, "metrics", *options, **settings)
        store = store_of(tmp_path)
        content = store.place.path.read_bytes()
        # The middle half: where the pages of a table lie is another in each run, and no command reads all.
        quarter = len(content) // 4
        broken = content[:quarter] + bytes(2 * quarter) + content[3 * quarter :]
        store.place.path.write_bytes(broken)
        for asked in ("metrics", "issues", "sync"):
            refused(run(tmp_path, asked, **settings), 6, "is damaged", "sync --full")
        mended = run(tmp_path, "sync", "--full", "--json", **settings)
        after = printed(tmp_path, "metrics", *options, **settings)

    (aside,) = (tmp_path / "cache").glob("*.damaged-*")
    assert aside.read_bytes() == broken
    assert aside.name in mended.stderr
    assert json.loads(mended.stdout)["cache"] == {"hit": False, "reason": "damaged"}
    assert aside.name in (tmp_path / "logs" / "app.log").read_text()
    assert after == before


# No room, no right to write -------------------------------------------------------------


def assert_unharmed(home: Path, before: dict[str, bytes], numbers: str, settings: dict[str, str]) -> None:
    """What was kept is as it was, nothing empty lies about, and the numbers are the same."""
    after = kept(home)
    profiles = {name: content for name, content in before.items() if not name.startswith("cache")}
    assert {name: after.get(name) for name in profiles} == profiles
    assert [
        name for name, content in after.items() if not content and not name.endswith(("-wal", "-shm"))
    ] == []
    assert printed(home, "metrics", "--json", **settings) == numbers


def filled_home(home: Path, world: JiraSimulator) -> tuple[dict[str, bytes], str, dict[str, str]]:
    """Sync a home, save a profile in it, and return what it holds, its numbers and its settings."""
    settings = settings_for(world, "cloud")
    printed(home, "sync", **settings)
    (home / "profiles").mkdir(exist_ok=True)
    (home / "profiles" / "default.toml").write_text('timezone = "Europe/Berlin"\n')
    return kept(home), printed(home, "metrics", "--json", **settings), settings


def test_a_full_disk_leaves_the_old_data_whole(tmp_path: Path) -> None:
    """A real file system without a free block: exit 6, and nothing that was there is less."""
    with JiraSimulator(300, 3) as world, small_disk(tmp_path / "disk", "6m") as disk:
        home = disk / "home"
        before, numbers, settings = filled_home(home, world)
        world.mutate(200)
        with (disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError):
            while True:
                ballast.write(bytes(4096))
        answers = [run(home, "sync", *full, **settings) for full in ((), ("--full",))]
        shutil.copytree(home, tmp_path / "copy")
        (disk / "ballast").unlink()
        after = run(home, "sync", "--json", **settings)

    for answer in answers:
        refused(answer, 6, "disk", "Free some space")
    assert_unharmed(tmp_path / "copy", before, numbers, settings)
    assert after.returncode == 0, after.stderr


def test_a_quota_leaves_the_old_data_whole(tmp_path: Path) -> None:
    """A limit on the size of files is met in the middle of a write."""
    with JiraSimulator(300, 3) as world:
        before, numbers, settings = filled_home(tmp_path, world)
        size = max(path.stat().st_size for path in (tmp_path / "cache").iterdir())
        for _ in range(3):
            world.mutate(300)
        answer = subprocess.run(
            command("sync", "--full"),
            env=environment(tmp_path, **settings),
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2)),
        )

    refused(answer, 6)
    assert_unharmed(tmp_path, before, numbers, settings)


@pytest.mark.parametrize("locked", ["cache", "run", "logs", "."])
def test_a_read_only_home_is_told_and_stays_as_it_was(tmp_path: Path, locked: str) -> None:
    """Mounted read-only, because root may write wherever the permissions forbid it."""
    home = tmp_path / "home"
    with JiraSimulator(200, 3) as world:
        before, numbers, settings = filled_home(home, world)
        world.mutate(50)
        with read_only(home / locked):
            answer = run(home, "sync", **settings)
            shown_ = run(home, "metrics", "--json", **settings)

    assert shown_.stdout == (numbers if locked != "logs" else shown_.stdout), shown_.stderr
    assert shown_.returncode == 0, shown_.stderr
    if locked == "logs":
        assert answer.returncode == 0, answer.stderr
    else:
        refused(answer, 6)
        assert_unharmed(home, before, numbers, settings)
    assert "Traceback" not in answer.stderr
