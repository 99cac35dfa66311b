"""The locks hold what the program needs, and nothing else, on every platform and Python that is promised."""

import ast
import itertools
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import NamedTuple, cast

import pytest
from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.resolve import PLATFORMS, PYTHONS

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-server.lock", "requirements-dev.lock")
EVERYWHERE = list(itertools.product(PLATFORMS, PYTHONS))
MOST_PACKAGES = 50
WORDS = {  # what the markers call each platform: sys_platform, os_name, platform_system
    "linux": ("linux", "posix", "Linux"),
    "macos": ("darwin", "posix", "Darwin"),
    "windows": ("win32", "nt", "Windows"),
}
PINNED = re.compile(r"[a-z0-9-]+==\S+( ; [^:/\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
# Read in other ways than by an import.
NOT_IMPORTED = {
    "gunicorn": "a command that imports us",
    "plotly": "its script is read as a file",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}


class Pin(NamedTuple):
    """One package of a lock, and how many hashes it has."""

    requirement: Requirement
    hashes: int


@cache
def pins(lock: str) -> tuple[Pin, ...]:
    """Every pin of a lock."""
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    pinned = (block.splitlines() for block in blocks if PINNED.match(block))
    return tuple(
        Pin(Requirement(lines[0].rstrip(" \\")), sum(bool(HASH.fullmatch(line)) for line in lines))
        for lines in pinned
    )


def surroundings(platform: str, python: str, extra: str = "") -> dict[str, str]:
    """What markers are told there."""
    system, name, family = WORDS[platform]
    return {
        **cast("dict[str, str]", default_environment()),
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": name,
        "platform_machine": "arm64" if platform == "macos" else "x86_64",
        "platform_python_implementation": "CPython",
        "platform_system": family,
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": system,
        "extra": extra,
    }


def applies(requirement: Requirement, platform: str, python: str, extras: frozenset[str]) -> bool:
    """Whether a requirement counts there, asked for with any of these extras."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate(cast("Environment", surroundings(platform, python, extra))) for extra in extras | {""}
    )


@cache
def declared(lock: str) -> tuple[Requirement, ...]:
    """What pyproject.toml asks for by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    running, server = (
        project["project"]["dependencies"],
        project["project"]["optional-dependencies"]["server"],
    )
    names = {
        "requirements.lock": running,
        "requirements-server.lock": [*running, *server],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }
    return tuple(map(Requirement, names[lock]))


@cache
def asked_by(name: str) -> tuple[Requirement, ...]:
    """What a package asks for in turn; what is not installed here (colorama) asks for nothing."""
    try:
        return tuple(map(Requirement, requires(name) or ()))
    except PackageNotFoundError:
        return ()


def needed(lock: str, platform: str, python: str) -> dict[str, list[Requirement]]:
    """Every package needed there, each with what is asked of it, whoever asks."""
    found: dict[str, list[Requirement]] = {}
    waiting = [(one, frozenset[str]()) for one in declared(lock)]
    while waiting:
        requirement, extras = waiting.pop()
        name = canonicalize_name(requirement.name)
        if not applies(requirement, platform, python, extras) or requirement in found.get(name, []):
            continue
        found.setdefault(name, []).append(requirement)
        waiting += [(one, frozenset(requirement.extras)) for one in asked_by(name)]
    return found


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize(("platform", "python"), EVERYWHERE)
def test_a_lock_pins_what_is_needed_and_nothing_else(lock: str, platform: str, python: str) -> None:
    """Once each, in a version that everybody who asks for it accepts."""
    asked = needed(lock, platform, python)
    there = [pin.requirement for pin in pins(lock) if applies(pin.requirement, platform, python, frozenset())]
    wrong = [
        f"{pin} against {one}"
        for pin in there
        for one in asked.get(pin.name, [])
        if not one.specifier.contains(next(iter(pin.specifier)).version, prereleases=True)
    ]

    assert sorted(pin.name for pin in there) == sorted(asked)
    assert wrong == []


@pytest.mark.parametrize(("platform", "python"), EVERYWHERE)
def test_running_needs_few_packages(platform: str, python: str) -> None:
    """What a user installs stays within its budget."""
    assert len(needed("requirements.lock", platform, python)) <= MOST_PACKAGES


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_hashes_and_comments(lock: str) -> None:
    """No index, no link, no path of any machine; and no pin goes unchecked."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    other = [
        line
        for line in lines
        if line and not PINNED.fullmatch(line) and not HASH.fullmatch(line) and line.lstrip()[0] != "#"
    ]

    assert other == []
    assert [line for line in lines if "://" in line] == []
    assert [str(pin.requirement) for pin in pins(lock) if not pin.hashes] == []
    assert len(pins(lock)) == sum("==" in line and line[0] not in "# " for line in lines)


def test_the_locks_agree() -> None:
    """What two of them pin is one version: the tools look at the program as users run it."""
    pinned = [{pin.requirement.name: str(pin.requirement.specifier) for pin in pins(lock)} for lock in LOCKS]
    for one, other in itertools.combinations(pinned, 2):
        shared = one.keys() & other.keys()

        assert shared
        assert {name: one[name] for name in shared} == {name: other[name] for name in shared}


def imported() -> Iterator[str]:
    """The top-level names that the program imports."""
    folders = ("callbacks", "configuration", "data", "ui")
    for path in [ROOT / "app.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


@pytest.mark.slow
def test_what_is_imported_is_declared() -> None:
    """By the program's own pyproject.toml, not only by somebody who happens to bring it; and the reverse."""
    ours = {"app", "callbacks", "configuration", "data", "ui"}
    foreign = set(imported()) - ours - set(sys.stdlib_module_names)
    distributions = packages_distributions()
    used = {canonicalize_name(distributions[name][0]) for name in foreign}
    asked = {canonicalize_name(requirement.name) for requirement in declared("requirements-server.lock")}

    assert used - asked == set()
    assert asked - used <= set(NOT_IMPORTED)
