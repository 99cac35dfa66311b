"""The first command on a fresh machine: what it says, what stops it, and that the second try works."""

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.commands import ROOT
from tests.support.disks import read_only, small_disk
from tests.support.wheels import wheel

NO_INDEX = "http://127.0.0.1:1/simple"  # nobody listens on port 1
FORMS = {
    "old": "sys.version_info = (3, 9, 2, 'final', 0)",
    "bare": "sys.modules['ensurepip'] = None",
}


def lock(folder: Path, *lines: str) -> Path:
    """Write a lock file."""
    path = folder / "some.lock"
    path.write_text("".join(lines))
    return path


def surroundings(wheels: Path | None) -> dict[str, str]:
    """An environment in which pip finds the given wheels and nothing else, or an index that is away."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    away = {"PIP_INDEX_URL": NO_INDEX, "PIP_RETRIES": "1"}
    found = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    return {**plain, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", **(found if wheels else away)}


def installer(venv: Path, *locks: Path) -> list[str]:
    return [sys.executable, str(ROOT / "tools" / "install.py"), "--venv", str(venv), *map(str, locks)]


def install(venv: Path, locks: Sequence[Path], wheels: Path | None) -> "subprocess.CompletedProcess[str]":
    """Run the installer to its end."""
    return subprocess.run(
        installer(venv, *locks), env=surroundings(wheels), capture_output=True, encoding="utf-8", check=False
    )


def version_in(venv: Path, name: str) -> str:
    """The version that a module of the environment has."""
    ask = [str(venv / "bin" / "python"), "-c", f"import {name}; print({name}.VERSION)"]
    return subprocess.run(ask, capture_output=True, encoding="utf-8", check=True).stdout.strip()


def told(answer: "subprocess.CompletedProcess[str]", cause: str, remedy: str) -> None:
    """Assert that one sentence of cause and one of remedy were said, and nothing of a traceback."""
    lines = [line for line in answer.stderr.splitlines() if not line.startswith("make: ***")]

    assert answer.returncode != 0
    assert len(lines) == 2, answer.stderr
    assert lines[0].startswith("Error: ")
    assert cause in lines[0]
    assert remedy in lines[1]
    assert [line for line in lines if not line.endswith(".")] == []


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", "-C", str(ROOT), *arguments],
        # ``make test`` tells the make of a test that it is one within another; a newcomer's is not.
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("form", "cause", "remedy"),
    [
        ("old", "This is Python 3.9.2; Throughline needs 3.11 or newer.", "PYTHON=python3."),
        ("bare", "has no venv module", "-venv), then run the same command again."),
    ],
)
def test_a_python_that_will_not_do_is_told(tmp_path: Path, form: str, cause: str, remedy: str) -> None:
    """An interpreter that says it is old, and one whose venv module was left out, as Debian does."""
    newer = tmp_path / "python3.12"
    python = tmp_path / "python3"
    code = (
        f"import sys, runpy; {FORMS[form]}; sys.argv[:1] = []; runpy.run_path(sys.argv[0], None, '__main__')"
    )
    python.write_text(f'#!/bin/sh\nPATH={tmp_path}:$PATH exec {sys.executable} -c "{code}" "$@"\n')
    newer.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    newer.chmod(0o755)

    told(make("run", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"), cause, remedy)
    assert not (tmp_path / "venv").exists()


def test_a_missing_python_is_told() -> None:
    """There is no interpreter of that name at all."""
    told(make("run", "PYTHON=python3-of-nobody"), "There is no python3-of-nobody here", "PYTHON=python3.12")


def test_an_old_python_can_read_the_installer() -> None:
    """What would tell it must not stop at a syntax of later years."""
    source = (ROOT / "tools" / "install.py").read_text(encoding="utf-8")

    assert isinstance(ast.parse(source, feature_version=(3, 6)), ast.Module)


def test_it_says_what_it_does_and_then_does_nothing(tmp_path: Path) -> None:
    """Names as they come, silence where all is in place, and a new lock followed without starting over."""
    wheels, venv = tmp_path / "wheels", tmp_path / "venv"
    pins = lock(tmp_path, wheel(wheels, "apple"), wheel(wheels, "pear"))

    first = install(venv, [pins], wheels)
    again = install(venv, [pins], None)
    lock(tmp_path, wheel(wheels, "apple", "2.0"), wheel(wheels, "pear"))
    renewed = install(venv, [pins], wheels)

    assert first.returncode == 0, first.stderr
    assert f"Making {venv}; the first installation takes about a minute." in first.stdout
    assert "some.lock names: apple pear\n" in first.stdout
    assert (again.returncode, again.stdout) == (0, "")
    assert "Making" not in renewed.stdout
    assert version_in(venv, "apple") == "2.0"


def test_an_index_that_is_away_is_told(tmp_path: Path) -> None:
    """At the first installation and at a renewal, which leaves what was there in place."""
    wheels, venv = tmp_path / "wheels", tmp_path / "venv"
    pins = lock(tmp_path, wheel(wheels, "apple"))

    told(install(venv, [pins], None), "The package index cannot be reached", "HTTPS_PROXY")
    second = install(venv, [pins], wheels)
    before = pins.read_bytes()
    lock(tmp_path, wheel(wheels, "apple", "2.0"))
    told(install(venv, [pins], None), "The package index cannot be reached", "HTTPS_PROXY")
    pins.write_bytes(before)

    assert second.returncode == 0, second.stderr
    assert version_in(venv, "apple") == "1.0"
    assert install(venv, [pins], None).stdout == ""


def test_a_package_that_is_another_one_is_told(tmp_path: Path) -> None:
    """The hash of the lock is not the one of the file."""
    line = wheel(tmp_path / "wheels", "apple")
    wheel(tmp_path / "wheels", "apple", size=11)

    answer = install(tmp_path / "venv", [lock(tmp_path, line)], tmp_path / "wheels")

    told(answer, "not the one that the lock file names", "Do not use it")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A read-only checkout; the remedy names another place."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()

    with read_only(checkout):
        answer = install(checkout / ".venv", [lock(tmp_path, "")], None)

    told(answer, f"{checkout / '.venv'} cannot be written: Read-only file system", "VENV=")


def test_a_disk_that_fills_up_is_told(tmp_path: Path) -> None:
    """In the middle of the second package; with more room the same command works."""
    wheels = tmp_path / "wheels"
    pins = lock(tmp_path, wheel(wheels, "apple"), wheel(wheels, "pear", size=80_000_000))
    with small_disk(tmp_path / "disk", "60m") as disk:
        first = install(disk / "venv", [pins], wheels)
        left = list(disk.iterdir())
        subprocess.run(["mount", "-o", "remount,size=300m", str(disk)], check=True)
        second = install(disk / "venv", [pins], wheels)
        version = version_in(disk / "venv", "pear")

    told(first, "The disk is full", "Free 700 MB")
    assert "Writing them to the disk." in first.stdout
    assert left == []
    assert second.returncode == 0, second.stderr
    assert version == "1.0"


def test_a_disk_too_small_for_an_environment_is_told(tmp_path: Path) -> None:
    """Python's own venv module does not say why it failed; the disk does."""
    pins = lock(tmp_path, wheel(tmp_path / "wheels", "apple"))
    with small_disk(tmp_path / "disk", "5m") as disk:
        answer = install(disk / "venv", [pins], tmp_path / "wheels")

    told(answer, "The disk is full", "Free 700 MB")


def test_a_killed_installation_is_started_over(tmp_path: Path) -> None:
    """Killed while a package is written; nothing of the unfinished environment is believed."""
    wheels, venv = tmp_path / "wheels", tmp_path / "venv"
    pins = lock(tmp_path, wheel(wheels, "apple"), wheel(wheels, "pear", size=80_000_000))
    with subprocess.Popen(
        installer(venv, pins),
        env=surroundings(wheels),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as first:
        assert first.stdout is not None
        said = ""
        while "Writing" not in said:
            said += first.stdout.read(1)
        os.killpg(first.pid, signal.SIGKILL)

    second = install(venv, [pins], wheels)

    assert f"Making {venv}" in second.stdout
    assert version_in(venv, "pear") == "1.0"
