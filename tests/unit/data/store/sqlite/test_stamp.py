"""What tells a store that was written to from one that was not."""

import os
from pathlib import Path

import pytest

from data.store.sqlite.stamp import is_settled, stamp_of

LONG_AGO_NS = 1_700_000_000_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with a log beside it, both written long ago."""
    path = tmp_path / "scope.sqlite"
    for each in (path, tmp_path / "scope.sqlite-wal"):
        each.write_bytes(b"abc")
        os.utime(each, ns=(LONG_AGO_NS, LONG_AGO_NS))
    return path


def test_no_store_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path / "none.sqlite") is None


def test_the_same_files_have_the_same_stamp(path: Path) -> None:
    assert stamp_of(path) == stamp_of(path)


@pytest.mark.parametrize("name", ["scope.sqlite", "scope.sqlite-wal"])
@pytest.mark.parametrize("change", ["size", "time", "file", "gone"])
def test_a_change_of_either_file_changes_it(path: Path, name: str, change: str) -> None:
    """Longer, written later, another file of that name and time, or no file."""
    before, changed = stamp_of(path), path.with_name(name)
    if change == "size":
        changed.write_bytes(b"abcd")
    if change == "file":
        other = path.with_name("other")
        other.write_bytes(b"abc")
        other.replace(changed)
    if change == "gone":
        changed.unlink()
    else:
        later = LONG_AGO_NS + (1 if change == "time" else 0)
        os.utime(changed, ns=(later, later))

    assert stamp_of(path) != before


def test_what_was_written_just_now_is_not_settled(path: Path) -> None:
    """A second write within one tick of the file system's clock could not be told from the first."""
    settled = stamp_of(path)
    os.utime(path)
    fresh = stamp_of(path)

    assert settled is not None
    assert fresh is not None
    assert (is_settled(settled), is_settled(fresh)) == (True, False)
