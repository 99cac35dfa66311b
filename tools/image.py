"""Builds the container of ``deploy/`` and tries it, as root of a Debian: ``python -m tools.image``.

Neither a daemon nor a registry of images is needed: where the image that it stands on cannot be fetched, a
small Debian with the same Python stands in for it. Everything lies in a folder that goes at the end. It takes
some minutes and 4 GB of disk, so neither a test nor what runs on every change does it.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from configuration.program import VERSION

ROOT = Path(__file__).resolve().parent.parent
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
PROGRAMS = ("buildah", "debootstrap", "unshare")
PYTHON = "/opt/throughline/bin/python"
# What that image has and a small Debian lacks.
_STAND_IN = "ca-certificates,python3,python3-venv,python-is-python3"
_IMAGE = "throughline"
_STARTS_WITHIN_S, _STOPS_WITHIN_S = 60, 30
_LOOK = "What it says stands above."
_NOWHERE = "DATABASE_URL=postgresql://team@127.0.0.1:9/none"


class ImageError(Exception):
    """What went wrong in one sentence, and what to do in another."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause, self.remedy = cause, remedy


def base_of(containerfile: str) -> tuple[str, str, str]:
    """Return the image that a Containerfile begins with, its version of Python and its release of Debian."""
    found = re.search(r"^FROM (python:(\d+\.\d+)-slim-(\w+))\b", containerfile, re.MULTILINE)
    if found is None:
        raise ImageError(
            "The Containerfile does not begin with a slim Python of Debian.",
            "Name one, such as python:3.11-slim-bookworm, or let tools/image.py know another.",
        )
    return found[1], found[2], found[3]


class Builder:
    """Builds and tries in a folder of its own.

    Args:
        folder: gets images and containers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._base, self._python, self._release = base_of(CONTAINERFILE.read_text(encoding="utf-8"))

    def prepare(self) -> None:
        """Fetch the image that ours stands on, or make what stands in for it."""
        if self._buildah("pull", "--quiet", self._base, check=False).returncode == 0:
            return
        print(f"{self._base} cannot be fetched: a Debian of {self._release} stands in for it.", flush=True)
        small = self._folder / "debian"
        options = ("--variant=minbase", f"--include={_STAND_IN}")
        # With mounts of its own, so that none is left in the folder if it is cut.
        _run("unshare", "--mount", "debootstrap", *options, self._release, small)
        container = self._buildah("from", "scratch").stdout.strip()
        self._buildah("add", "--quiet", container, small, "/")
        self._buildah("commit", "--quiet", "--rm", container, self._base)

    def build(self) -> None:
        """Build, with the wheels that the lock names laid in."""
        wheels, settings = self._folder / "wheels", self._folder / "pip.conf"
        exact = ("--no-deps", "--only-binary=:all:", "--require-hashes", f"--python-version={self._python}")
        lock = ROOT / "requirements-server.lock"
        _run(sys.executable, "-m", "pip", "download", "--quiet", *exact, "-r", lock, "-d", wheels)
        settings.write_text("[global]\nno-index = true\nfind-links = /wheels\n", encoding="utf-8")
        laid_in = (f"--volume={wheels}:/wheels:ro", f"--volume={settings}:/etc/pip.conf:ro")
        options = ("--isolation=chroot", "--pull-never", *laid_in)
        self._buildah("bud", *options, "-f", CONTAINERFILE, "-t", _IMAGE, ROOT)

    def try_it(self) -> None:
        """Start its programs: as the user that it names, with nothing but what is in it."""
        container = self._buildah("from", "--pull-never", _IMAGE).stdout.strip()
        self._says(f"Throughline {VERSION}", 0, container, PYTHON, "app.py", "--version")
        self._says("uid=10001", 0, container, "id")
        self._says("=", 0, container, PYTHON, "app.py", "keys", "new")
        self._says("cannot be reached", 6, container, "env", _NOWHERE, PYTHON, "app.py", "worker")
        self._serves(container)

    def _says(self, words: str, code: int, container: str, *command: str) -> None:
        done = self._buildah("run", "--isolation=chroot", container, "--", *command, check=False)
        said = done.stdout + done.stderr
        if done.returncode != code or words not in said:
            raise ImageError(
                f"In the container {' '.join(command)} ended with {done.returncode}: {_last(said)}",
                f"It should end with {code} and say {words!r}.",
            )

    def _serves(self, container: str) -> None:
        """Run what the image runs, on a free port of loopback, ask for the page, and stop it politely."""
        told = json.loads(self._buildah("inspect", "--type=image", _IMAGE).stdout)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        command = [
            f"--bind=127.0.0.1:{port}" if word.startswith("--bind=") else word
            for word in told["OCIv1"]["config"]["Cmd"]
        ]
        serving = self._command("run", "--isolation=chroot", container, "--", *command)
        with subprocess.Popen(serving, start_new_session=True) as process:
            try:
                for path, words in (("/health", b""), ("/", b"Throughline")):
                    if words not in _answer(f"http://127.0.0.1:{port}{path}"):
                        raise ImageError(f"The container does not answer {path} as it should.", _LOOK)
                os.kill(_program_in(process.pid), signal.SIGTERM)
                if process.wait(_STOPS_WITHIN_S):
                    raise ImageError(f"On SIGTERM the container ended with {process.returncode}.", _LOOK)
            except subprocess.TimeoutExpired as error:
                raise ImageError("The container does not stop on SIGTERM.", _LOOK) from error
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def _command(self, *arguments: str | Path) -> list[str | Path]:
        places = (f"--root={self._folder / 'images'}", f"--runroot={self._folder / 'running'}")
        return ["buildah", *places, "--storage-driver=vfs", *arguments]

    def _buildah(self, *arguments: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return _run(*self._command(*arguments), check=check)


def _program_in(session: int) -> int:
    """Return the process that a container was started for: the first one of its Python."""
    pids = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            if told.read_bytes().startswith(PYTHON.encode()) and os.getsid(int(told.parent.name)) == session:
                pids.append(int(told.parent.name))
    if not pids:
        raise ImageError("Nothing runs in the container.", _LOOK)
    return min(pids)


def _answer(url: str) -> bytes:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return bytes(answer.read())
        except OSError as error:
            if time.monotonic() > deadline:
                raise ImageError(f"The container does not answer: {error}", _LOOK) from error
            time.sleep(0.2)


def _run(*command: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if check and done.returncode:
        raise ImageError(
            f"{command[0]} failed: {_last(done.stderr or done.stdout)}",
            "See that there is room and a network, and try again.",
        )
    return done


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["it said nothing"])[-1]


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="throughline-image-"))
    try:
        yield made
    finally:
        # Should a mount be left in it, what is mounted there stays.
        subprocess.run(["rm", "-rf", "--one-file-system", made], check=False)


def check(programs: Sequence[str] = PROGRAMS, user: int | None = None) -> None:
    """Raise ImageError where an image cannot be built here.

    Args:
        programs: have to be here.
        user: who runs this; by default who does.
    """
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise ImageError(
            f"No image is built here: {' and '.join(missing)} cannot be found.",
            "Install what is missing, on Debian: apt-get install buildah debootstrap.",
        )
    if (os.geteuid() if user is None else user) != 0:
        raise ImageError("No image is built here: only root can do so without a daemon.", "Run it as root.")


def main() -> int:
    """Build and try; return 1 with cause and remedy on stderr where that fails."""
    began = time.monotonic()
    try:
        check()
        with _folder() as folder:
            builder = Builder(folder)
            for step in (builder.prepare, builder.build, builder.try_it):
                print(f"{time.monotonic() - began:4.0f} s: {step.__doc__}", flush=True)
                step()
    except ImageError as error:
        print(f"Error: {error.cause}\n{error.remedy}", file=sys.stderr)
        return 1
    print(f"{time.monotonic() - began:4.0f} s: The container does what it should.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
