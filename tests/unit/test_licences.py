"""Every locked package is under a licence that somebody looked at."""

from pathlib import Path

import pytest

from tools.licences import ALLOWED, licence_ids, licence_of
from tools.sbom import pins_of

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-server.lock", "requirements-dev.lock")


def locked(lock: str) -> set[str]:
    return {pin.name for pin in pins_of((ROOT / lock).read_text(encoding="utf-8"))}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_may_be_used(lock: str) -> None:
    """Also in an expression of several, each one is allowed."""
    found = {name: licence_of(name) for name in locked(lock)}

    assert len(found) > 20
    assert [name for name, licence in found.items() if not licence] == []
    assert {
        name: licence for name, licence in found.items() if not licence_ids(licence) <= set(ALLOWED)
    } == {}


def test_nothing_is_allowed_that_nobody_needs() -> None:
    """A list that is longer than its use hides what comes in later."""
    used = {part for lock in LOCKS for name in locked(lock) for part in licence_ids(licence_of(name))}

    assert used == set(ALLOWED)


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("MIT", {"MIT"}),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", {"MPL-2.0", "Apache-2.0", "MIT"}),
        ("GPL-2.0+ WITH Classpath-exception-2.0", {"GPL-2.0+", "Classpath-exception-2.0"}),
        ("", set()),
    ],
)
def test_ids_of_an_expression(expression: str, ids: set[str]) -> None:
    assert licence_ids(expression) == ids


def test_a_package_that_is_not_here() -> None:
    assert licence_of("no-such-package-anywhere") == ""
