"""The program's own source, and the papers beside it, for tests that hold one against the other."""

import ast
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("configuration", "data", "ui", "callbacks")


@cache
def parsed() -> dict[str, ast.Module]:
    """Every module of the program by its path from the checkout."""
    paths = [ROOT / "app.py", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the checkout that ``.gitignore`` lets through, by its path from there.

    Git itself is not asked: a checkout may have come as an archive, or belong to somebody else.
    """
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.rstrip("/") for line in lines if line and not line.startswith(("#", "!"))]
    kept = {line.lstrip("!/") for line in lines if line.startswith("!")}
    return tuple(sorted(_walked(patterns, kept)))


def _walked(patterns: list[str], kept: set[str]) -> Iterator[str]:
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if name != ".git" and not _ignored(here / name, patterns)]
        for name in files:
            path = here / name
            if name != ".git" and (path.as_posix() in kept or not _ignored(path, patterns)):
                yield path.as_posix()


def _ignored(path: Path, patterns: list[str]) -> bool:
    """Tell whether a pattern means this path: one with a slash the whole of it, another one its name."""
    return any(
        fnmatch(path.as_posix(), pattern.lstrip("/")) if "/" in pattern else fnmatch(path.name, pattern)
        for pattern in patterns
    )
