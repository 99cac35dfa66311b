"""A file is written whole or not at all, and what a killed process left is cleared away, nothing else."""

import os
import stat
from pathlib import Path

import pytest

from configuration.files import clear_abandoned, patiently, usual_mode, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"new", b"\r\n\x00" * 100_000])
def test_a_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"old")
    write_whole(path, content)

    assert path.read_bytes() == content
    assert names(tmp_path) == ["one"]


def test_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    """Unless it is said otherwise, also where everybody could read the old one."""
    private, public = tmp_path / "private", tmp_path / "public"
    private.write_bytes(b"old")
    private.chmod(0o644)
    write_whole(private, b"new")
    write_whole(public, b"new", mode=0o640)

    assert [stat.S_IMODE(path.stat().st_mode) for path in (private, public)] == [0o600, 0o640]


def test_usual_permissions(tmp_path: Path) -> None:
    """Those of the file, or those that the mask leaves to a new one; the mask stays as it was."""
    path = tmp_path / "one"
    path.touch()
    path.chmod(0o604)
    before = os.umask(0o027)
    try:
        modes = usual_mode(path), usual_mode(tmp_path / "two"), os.umask(0o027)
    finally:
        os.umask(before)

    assert modes == (0o604, 0o640, 0o027)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whether the disk is full or the name is refused."""
    path = tmp_path / "one"
    path.write_bytes(b"old")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, step) if step == "fsync" else (Path, step)), full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")

    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["one"]


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "one", b"new")

    assert names(tmp_path) == []


def aged(path: Path, seconds: float) -> None:
    path.write_bytes(b"half")
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    """After a minute: a younger file may be another process at work. An editor's file is not ours."""
    for name, age_s in ((".throughline-old", 61), (".throughline-young", 50), (".one.toml.swp", 1_000)):
        aged(tmp_path / name, age_s)
    write_whole(tmp_path / "one.toml", b"new")

    assert names(tmp_path) == [".one.toml.swp", ".throughline-young", "one.toml"]


def test_clearing_looks_at_one_folder(tmp_path: Path) -> None:
    """Not below it, not at other names, and it bears with what it may not delete."""
    (tmp_path / "below").mkdir()
    (tmp_path / ".new-folder").mkdir()
    for path in (tmp_path / ".new-1", tmp_path / "x.new-1", tmp_path / "below" / ".new-1"):
        aged(path, 10)
    then = 0
    os.utime(tmp_path / ".new-folder", (then, then))
    clear_abandoned(tmp_path, ".new-", 5)

    assert names(tmp_path) == [".new-folder", "below", "x.new-1"]
    assert names(tmp_path / "below") == [".new-1"]


def test_a_refusal_that_passes_is_waited_for() -> None:
    """Refused twice, done at the third time; refused once more than there is patience, it is told."""
    refusals = [PermissionError(), PermissionError()]

    def step() -> None:
        if refusals:
            raise refusals.pop()

    patiently(step, [0.0, 0.0])
    refusals[:] = [PermissionError(), PermissionError()]

    with pytest.raises(PermissionError):
        patiently(step, [0.0])
    assert refusals == []
