"""Builds the container of ``deploy/`` and tries it, as root: ``python -m tools.image``.

Neither a daemon nor a registry of images is needed: where the image that it stands on cannot be fetched, the
packages of a small Debian with the same Python stand in for it. Everything lies in memory, in a mount that
only these processes see, so nothing is left of it however they end. It takes a minute of one processor and
2 GB at most.

Exit codes: 0 the container does what it should, 1 it does not, 3 it cannot be built on this machine.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import psycopg

from configuration.program import VERSION
from tests.services import PostgreSQL, free_port, programs

ROOT = Path(__file__).resolve().parent.parent
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
PROGRAMS = ("buildah", "mmdebstrap", "unshare")
_Found = TypeVar("_Found")
PYTHON = "/opt/throughline/bin/python"
FAULT, NOT_HERE = 1, 3
# What that image has and ours asks for. It is only unpacked: setting it up takes three times as long.
_STAND_IN = "apt,base-files,base-passwd,bash,coreutils,dash,login,passwd,python3-pip,python-is-python3"
_IMAGE = "throughline"
_ADDED = re.compile(r"^subprocess exited|exit status \d+$")
# Files of its own and nothing else: that works where containers do not.
_ISOLATION = "--isolation=chroot"
_STEP_WITHIN_S, _STARTS_WITHIN_S, _STOPS_WITHIN_S = 300, 60, 30
_LOOK = "What it says stands above."
_NOWHERE = "DATABASE_URL=postgresql://team@127.0.0.1:9/none"
# Of the shell, in a mount namespace of its own: $1 the folder, the rest the program that goes on.
_IN_MEMORY = 'mount -t tmpfs -o size=2g,mode=0755 throughline "$1" && shift && exec "$@"'
_APART = ("unshare", "--mount", "sh", "-c", _IN_MEMORY, "sh")


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
        folder: gets images, containers and the database; anybody may enter it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._base, self._python, self._release = base_of(CONTAINERFILE.read_text(encoding="utf-8"))
        self._wheels, self._settings = folder / "wheels", folder / "pip.conf"

    def prepare(self) -> None:
        """Fetch the image that ours stands on, or what stands in for it, and see that containers run here."""
        if self._buildah("pull", "--quiet", self._base, check=False).returncode:
            print(
                f"{self._base} cannot be fetched: a Debian of {self._release} stands in for it.", flush=True
            )
            container = self._buildah("from", "scratch").stdout.strip()
            files = Path(self._buildah("mount", container).stdout.strip())
            options = ("--mode=root", "--variant=extract", f"--include={_STAND_IN}")
            _run("mmdebstrap", *options, self._release, files)
            for name in ("passwd", "group"):  # what setting base-passwd up would do
                shutil.copy(files / f"usr/share/base-passwd/{name}.master", files / "etc" / name)
            self._buildah("commit", "--quiet", "--rm", container, self._base)
        container = self._buildah("from", "--pull-never", self._base).stdout.strip()
        self._says(f"Python {self._python}.", 0, container, "python", "--version")
        self._buildah("rm", container)

    def fetch(self) -> None:
        """Fetch the wheels that the lock names."""
        exact = ("--no-deps", "--only-binary=:all:", "--require-hashes", f"--python-version={self._python}")
        lock = ROOT / "requirements-server.lock"
        _run(sys.executable, "-m", "pip", "download", "--quiet", *exact, "-r", lock, "-d", self._wheels)

    def build(self) -> None:
        """Build, with those wheels laid in."""
        self._settings.write_text("[global]\nno-index = true\nfind-links = /wheels\n", encoding="utf-8")
        laid_in = (f"--volume={self._wheels}:/wheels:ro", f"--volume={self._settings}:/etc/pip.conf:ro")
        self._buildah("bud", _ISOLATION, "--pull-never", *laid_in, "-f", CONTAINERFILE, "-t", _IMAGE, ROOT)

    def try_it(self) -> None:
        """Start its programs: as the user that it names, with nothing but what is in it."""
        container = self._buildah("from", "--pull-never", _IMAGE).stdout.strip()
        self._says(f"Throughline {VERSION}", 0, container, PYTHON, "app.py", "--version")
        self._says("uid=10001", 0, container, "id")
        self._says("cannot be reached", 6, container, "env", _NOWHERE, PYTHON, "app.py", "worker")
        keys = self._says("=", 0, container, PYTHON, "app.py", "keys", "new").strip()
        if programs() is None:
            print("It serves without a database: PostgreSQL is not installed.", flush=True)
            self._serves(container)
            return
        with _database(self._folder / "database") as url:
            shared = (f"--env=DATABASE_URL={url}", f"--env=THROUGHLINE_KEYS={keys}")
            self._serves(*shared, container)
            self._works(url, *shared, container)

    def _says(self, words: str, code: int, container: str, *command: str) -> str:
        done = self._buildah("run", _ISOLATION, container, "--", *command, check=False)
        said = done.stdout + done.stderr
        if done.returncode != code or words not in said:
            raise ImageError(
                f"In the container {' '.join(command)} ended with {done.returncode}: {_last(said)}",
                f"It should end with {code} and say {words!r}.",
            )
        return done.stdout

    def _serves(self, *where: str) -> None:
        """Run what the image runs, on a free port of loopback, ask it for its pages, and stop it politely."""
        told = json.loads(self._buildah("inspect", "--type=image", _IMAGE).stdout)
        port = free_port()
        command = [
            f"--bind=127.0.0.1:{port}" if word.startswith("--bind=") else word
            for word in told["OCIv1"]["config"]["Cmd"]
        ]
        with self._running(*where, "--", *command) as process:
            for path, words in (("/health", b""), ("/ready", b""), ("/", b"Throughline")):
                if words not in _answer(f"http://127.0.0.1:{port}{path}", process):
                    raise ImageError(f"The container does not answer {path} as it should.", _LOOK)

    def _works(self, url: str, *where: str) -> None:
        """Run a worker until the database knows of it, and stop it politely."""
        working = self._running(*where, "--", PYTHON, "app.py", "worker")
        with psycopg.connect(url, autocommit=True) as connection, working as process:
            query = "SELECT FROM procrastinate_workers"
            _until("show a worker in the database", process, lambda: connection.execute(query).fetchall())

    @contextlib.contextmanager
    def _running(self, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run something in a container meanwhile; at the end it has to stop on SIGTERM, with code 0."""
        with subprocess.Popen(
            self._command("run", _ISOLATION, *arguments), start_new_session=True
        ) as process:
            try:
                yield process
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
        return ["buildah", *places, "--storage-driver=overlay", *arguments]

    def _buildah(self, *arguments: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return _run(*self._command(*arguments), check=check)


@contextlib.contextmanager
def _database(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL meanwhile and yield the address of an empty database in it."""
    folder.mkdir()
    server = PostgreSQL(folder)
    try:
        server.make()
        yield server.url(server.create())
    finally:
        server.stop()


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


def _answer(url: str, process: "subprocess.Popen[bytes]") -> bytes:
    """Return what the process answers, which may be starting."""

    def asked() -> list[bytes]:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10) as answer:
            return [answer.read()]
        return []

    return _until(f"answer {url}", process, asked)[0]


def _until(what: str, process: "subprocess.Popen[bytes]", look: Callable[[], list[_Found]]) -> list[_Found]:
    """Look again and again until something is found; ImageError where the process ends, or takes too long."""
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while not (found := look()):
        if process.poll() is not None:
            raise ImageError(f"The container ended with {process.returncode}, and did not {what}.", _LOOK)
        if time.monotonic() > deadline:
            raise ImageError(f"The container does not {what} within {_STARTS_WITHIN_S} s.", _LOOK)
        time.sleep(0.1)
    return found


def _run(*command: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_STEP_WITHIN_S,
        )
    except subprocess.TimeoutExpired as error:
        raise ImageError(f"{command[0]} has not ended after {_STEP_WITHIN_S} s.", "Try again.") from error
    if check and done.returncode:
        raise ImageError(
            f"{command[0]} failed: {_last(done.stderr or done.stdout)}",
            "See that there is room and a network, and try again.",
        )
    return done


def _last(said: str) -> str:
    """Return the last line, without what buildah adds when something in a container fails."""
    lines = [line for line in said.splitlines() if line.strip() and not _ADDED.search(line)]
    return (lines or ["it said nothing"])[-1]


def check(needed: Sequence[str] = PROGRAMS, user: int | None = None) -> None:
    """Raise ImageError where an image cannot be built here.

    Args:
        needed: programs that have to be here.
        user: who runs this; by default who does.
    """
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        raise ImageError(
            f"No image is built here: {' and '.join(missing)} cannot be found.",
            "Install what is missing, on Debian: apt-get install buildah mmdebstrap.",
        )
    if (os.geteuid() if user is None else user) != 0:
        raise ImageError("No image is built here: only root can do so without a daemon.", "Run it as root.")


def in_memory(*command: str | Path) -> int:
    """Run a command, to which a folder in memory is told that it alone sees, and return its exit code.

    Raises:
        ImageError: nothing may be mounted here.
    """
    folder = Path(tempfile.mkdtemp(prefix="throughline-image-"))
    try:
        if subprocess.run([*_APART, folder, "true"], capture_output=True, check=False).returncode:
            raise ImageError(
                "No image is built here: this machine lets nobody mount anything.",
                "Build it on one that does, such as a virtual machine.",
            )
        return subprocess.run([*_APART, folder, *command, folder], cwd=ROOT, check=False).returncode
    finally:
        folder.rmdir()


def steps(folder: Path) -> int:
    """Build and try in a folder; return the exit code, with cause and remedy on stderr where it is not 0."""
    began = time.monotonic()
    builder = Builder(folder)
    for step, otherwise in (
        (builder.prepare, NOT_HERE),
        (builder.fetch, NOT_HERE),
        (builder.build, FAULT),
        (builder.try_it, FAULT),
    ):
        print(f"{time.monotonic() - began:4.0f} s: {step.__doc__}", flush=True)
        try:
            step()
        except ImageError as error:
            return _tell(error, otherwise)
    print(f"{time.monotonic() - began:4.0f} s: The container does what it should.")
    return 0


def _tell(error: ImageError, code: int) -> int:
    print(f"Error: {error.cause}\n{error.remedy}", file=sys.stderr)
    return code


def main(arguments: Sequence[str]) -> int:
    """Build and try, in the folder that is told, else in memory; return the exit code."""
    if arguments:
        return steps(Path(arguments[0]))
    try:
        check()
        return in_memory(sys.executable, "-m", "tools.image")
    except ImageError as error:
        return _tell(error, NOT_HERE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
