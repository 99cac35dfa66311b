"""Homes of each kind: what keeps something for a home is tried on all of them by the same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.settings import Home


@pytest.fixture(params=["laptop"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Return an empty home."""
    yield Home(tmp_path)
