"""Repositories that a test builds: real ones, made by git from a stream of commits at given instants."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.rows import at

WHO = "Ann <ann@a.example>"


@dataclass
class Repository:
    """A repository to which commits, merges and tags are added, one instant after the other.

    Attributes:
        path: its folder.
        marks: hash of each commit by the word that it was added under.
    """

    path: Path
    marks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def made(cls, path: Path, *arguments: str) -> "Repository":
        path.mkdir(parents=True)
        git(path, "init", "-q", "-b", "main", *arguments)
        return cls(path)

    def commit(
        self,
        mark: str,
        when: str,
        message: str | None = None,
        *parents: str,
        written: str | None = None,
        branch: str = "main",
    ) -> str:
        """Add a commit to a branch: on top of it, else of the ``parents``, which are marks."""
        environment = {
            "GIT_AUTHOR_DATE": _stamp(written or when),
            "GIT_COMMITTER_DATE": _stamp(when),
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@a.example",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@a.example",
        }
        tree = git(self.path, "mktree", given="")
        tip = git(self.path, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        before = [self.marks[each] for each in parents] or ([tip] if tip else [])
        pairs = [word for each in before for word in ("-p", each)]
        made = git(
            self.path,
            "commit-tree",
            tree,
            *pairs,
            given=mark if message is None else message,
            more=environment,
        )
        git(self.path, "update-ref", f"refs/heads/{branch}", made)
        self.marks[mark] = made
        return made

    def tag(self, name: str, mark: str, when: str | None = None) -> None:
        """Tag a commit: with an instant of its own, else as a name only."""
        if when is None:
            git(self.path, "update-ref", f"refs/tags/{name}", self.marks[mark])
            return
        text = (
            f"object {self.marks[mark]}\ntype commit\ntag {name}\ntagger {WHO} {_stamp(when)[1:]}\n\n{name}\n"
        )
        git(self.path, "update-ref", f"refs/tags/{name}", git(self.path, "mktag", given=text))


def git(path: Path, *arguments: str, given: str | None = None, more: dict[str, str] | None = None) -> str:
    """Run git in a folder, with nobody's settings, and return what it answers."""
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "HOME": str(path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        **(more or {}),
    }
    answer = subprocess.run(
        ["git", *arguments],
        cwd=path,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def _stamp(when: str) -> str:
    return f"@{at(when) // 1000} +0000" if not when.startswith("@") else f"{when} +0000"
