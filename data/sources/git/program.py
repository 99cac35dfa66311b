"""Running git over a repository that is not trusted: nothing that it configures is ever executed.

Git never sees the repository itself. It works in an empty one of ours, in a temporary folder, which borrows
the objects of the other and has copies of its names. Hooks, file system monitors, pagers, filters, signature
programs, included files, remotes and whatever else a configuration can name are so not switched off one by
one: that configuration is not read at all, and whose folder it is does not matter. There is no network.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from configuration.errors import ConfigurationError, InputError
from data.sources.git.names import Names

_CHUNK_BYTES = 1 << 20
_CONFIG = "[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{more}"
_SHA256 = "[extensions]\n\tobjectformat = sha256\n"
_SHA256_DIGITS = 64
# Git's own messages in English, no questions, no network, no objects fetched meanwhile, nobody's settings.
# It answers in whole blocks: into a pipe it would write each commit by itself.
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "GIT_FLUSH": "0",
}
_QUIET = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull)
_MOST_WORDS = 200


class Git:
    """Git over the objects of one repository.

    Args:
        folder: of ours, which borrows the objects.
        name: of the repository, as it is told about.

    Attributes:
        calls: how often the program was started.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.calls = 0
        self._folder = folder
        self._name = name

    def stream(self, *arguments: str, given: Iterable[str] = ()) -> Iterator[bytes]:
        """Yield what a command answers, piece by piece.

        Args:
            arguments: the command.
            given: lines for its standard input.

        Raises:
            InputError: it failed, as it does where the repository is damaged.
            ConfigurationError: there is no git program.
        """
        self.calls += 1
        (self._folder / "stdin").write_text("".join(f"{line}\n" for line in given), encoding="utf-8")
        with (self._folder / "stdin").open("rb") as lines, tempfile.TemporaryFile() as errors:
            with self._started(arguments, lines.fileno(), errors.fileno()) as process:
                assert process.stdout is not None  # it is piped
                try:
                    while piece := process.stdout.read(_CHUNK_BYTES):
                        yield piece
                except BaseException:
                    process.kill()  # nobody reads on
                    raise
            if process.returncode != 0:
                errors.seek(0)
                raise self._failed(errors.read(4_096).decode(errors="replace"))

    def _started(self, arguments: tuple[str, ...], lines: int, errors: int) -> "subprocess.Popen[bytes]":
        program = shutil.which("git")
        if program is None:
            raise ConfigurationError(
                "There is no git program on this machine.", hint="Install git, or import changes from a file."
            )
        return subprocess.Popen(  # our own words; names of the repository go through stdin
            [program, *_QUIET, f"--git-dir={self._folder}", *arguments],
            stdin=lines,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=self._folder,
            env={**_inherited(), **_ENVIRONMENT, "HOME": str(self._folder)},
        )

    def _failed(self, words: str) -> InputError:
        told = next((line for line in words.splitlines() if line.strip()), "it gave no reason")
        told = told.replace(str(self._folder), "...").removeprefix("fatal: ").removeprefix("error: ")
        return InputError(
            f"The repository {self._name} cannot be read: {told[:_MOST_WORDS].rstrip('.')}.",
            hint="Look at it with git fsck, or clone it again; nothing was imported.",
        )


@contextmanager
def borrowed(objects: Path, names: Names, name: str) -> Iterator[Git]:
    """Lend git the objects of a repository, with copies of its names, for as long as this is open."""
    with tempfile.TemporaryDirectory(prefix="throughline-") as made:
        folder = Path(made)
        (folder / "objects" / "info").mkdir(parents=True)
        (folder / "refs").mkdir()
        long_hashes = any(len(commit) == _SHA256_DIGITS for commit in names.by_name.values())
        config = _CONFIG.format(version=int(long_hashes), more=_SHA256 if long_hashes else "")
        (folder / "config").write_text(config, encoding="utf-8")
        (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
        borrowed_from = os.fsencode(_quoted(objects)) + b"\n"
        (folder / "objects" / "info" / "alternates").write_bytes(borrowed_from)
        if names.shallow:
            (folder / "shallow").write_text("".join(f"{commit}\n" for commit in names.shallow), "utf-8")
        yield Git(folder, name)


def _quoted(path: Path) -> str:
    """Return a path as git reads it in a list of borrowed objects, where a quote or a # would mislead."""
    text = str(path.resolve())
    if not text.startswith(('"', "#")) and "\n" not in text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _inherited() -> dict[str, str]:
    """Return of our own environment what a program needs to start, and nothing that speaks to git."""
    needed = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
    return {name: os.environ[name] for name in needed if name in os.environ}
