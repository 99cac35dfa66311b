"""Where an image cannot be built that is said in two sentences; the build itself is ``make image``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.image import CONTAINERFILE, NOT_HERE, ImageError, base_of, check, in_memory

AS_ROOT = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="for root of a Linux",
)


def python(
    *arguments: str, before: Sequence[str] = (), **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, sys.executable, *arguments],
        cwd=CONTAINERFILE.parents[1],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("needed", "user", "says", "helps"),
    [
        (["sh", "no-such-buildah"], 0, "no-such-buildah cannot be found", "apt-get install buildah"),
        (["no-such-one", "no-such-other"], 0, "no-such-one and no-such-other cannot", "mmdebstrap"),
        (["sh"], 1000, "only root can do so without a daemon", "as root"),
    ],
)
def test_what_is_missing_is_told(needed: Sequence[str], user: int, says: str, helps: str) -> None:
    with pytest.raises(ImageError) as refusal:
        check(needed, user)

    assert says in refusal.value.cause
    assert helps in refusal.value.remedy


def test_what_is_there_will_do() -> None:
    check(["sh"], 0)


def test_a_machine_that_cannot_build_has_a_code_of_its_own(tmp_path: Path) -> None:
    """Whoever runs it on every change tells it from a container that is at fault."""
    done = python("-m", "tools.image", PATH=str(tmp_path))

    assert done.returncode == NOT_HERE
    assert "buildah and mmdebstrap and unshare cannot be found" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@AS_ROOT
def test_what_runs_in_memory_has_its_code_and_leaves_nothing(tmp_path: Path) -> None:
    """It has a folder that is a mount, which nobody else sees and which is gone with it."""
    told = tmp_path / "told"
    look = f'mountpoint -q "$1" && echo something > "$1/left" && echo "$1" > {told}; exit 7'

    assert in_memory("sh", "-c", look, "sh") == 7
    assert not Path(told.read_text().strip()).exists()


@AS_ROOT
def test_a_machine_without_mounts_says_so() -> None:
    """As in a container that has not the right to mount."""
    ask = "from tools.image import *\ntry: in_memory('true')\nexcept ImageError as error: print(error.cause)"
    done = python("-c", ask, before=("setpriv", "--bounding-set=-sys_admin"))

    assert done.stdout == "No image is built here: this machine lets nobody mount anything.\n"


def test_the_base_is_read_from_the_containerfile() -> None:
    """Its stand-in has that release of Debian and that version of Python."""
    text = CONTAINERFILE.read_text(encoding="utf-8")

    assert base_of(text) == ("python:3.11-slim-bookworm", "3.11", "bookworm")
    with pytest.raises(ImageError):
        base_of("FROM scratch\n")
