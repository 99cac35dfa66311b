"""Fixtures that many tests share."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# What a property says does not depend on how busy the machine is; speed is measured by benchmarks.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every function named ``benchmark_*`` as a benchmark, so that none is forgotten."""
    for item in items:
        if getattr(item, "originalname", item.name).startswith("benchmark_"):
            item.add_marker("bench")


@pytest.fixture
def temp_log_dir(tmp_path: Path) -> Path:
    """Return a folder for log files that does not exist yet; ``setup_logging`` makes it."""
    return tmp_path / "logs"


@pytest.fixture
def temp_cache_dir(tmp_path: Path) -> Path:
    """Return an empty folder for stores."""
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder
