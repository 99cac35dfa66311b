"""Fixtures that many tests share."""

import gc
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_benchmark.fixture import BenchmarkFixture

from configuration.database.connection import Database
from tests import services
from tests.support.gates import Figure, Gate, table

# What a property says depends neither on how busy the machine is (speed is measured by benchmarks) nor on the
# day: the same code meets the same examples, so what is found belongs to the change. make soak draws others.
settings.register_profile(
    "steady", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile(
    "soak", settings.get_profile("steady"), max_examples=200, derandomize=False, print_blob=True
)
# For a look between two changes: make quick.
settings.register_profile("quick", settings.get_profile("steady"), max_examples=10)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every function named ``benchmark_*`` as a benchmark, so that none is forgotten."""
    for item in items:
        if getattr(item, "originalname", item.name).startswith("benchmark_"):
            item.add_marker("bench")


FIGURES = pytest.StashKey[dict[str, dict[str, Figure]]]()
LAST = pytest.StashKey[dict[str, dict[str, object]]]()


@pytest.fixture
def gate(request: pytest.FixtureRequest, benchmark: BenchmarkFixture) -> Iterator[Gate]:
    """Return what measures this benchmark and holds its figures."""
    marker = request.node.get_closest_marker("benchmark")
    held = Gate(benchmark, marker.kwargs.get("timer", time.process_time) if marker else time.process_time)
    gc.collect()
    gc.freeze()  # what other tests left behind is then never searched for garbage while the clock runs
    yield held
    gc.unfreeze()
    request.config.stash.setdefault(FIGURES, {})[request.node.nodeid] = held.figures


def pytest_benchmark_update_machine_info(machine_info: dict[str, object]) -> None:
    """Keep of the machine what a comparison depends on, not its name or the clock rate of this moment."""
    cpu = machine_info["cpu"]
    assert isinstance(cpu, dict)
    wanted = ("machine", "system", "python_implementation", "python_version")
    kept = {name: machine_info[name] for name in wanted}
    machine_info.clear()
    machine_info.update(kept, cpu={name: cpu.get(name) for name in ("brand_raw", "count")})


def pytest_benchmark_compare_machine_info(config: pytest.Config, compared_benchmark: dict) -> None:
    """Remember the figures of the run that this one is compared with."""
    config.stash[LAST] = {run["fullname"]: run["extra_info"] for run in compared_benchmark["benchmarks"]}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the seed of the order, and what benchmarks found beside goals, gates and the last kept run."""
    if config.pluginmanager.hasplugin("randomly"):
        terminalreporter.write_line(f"order of the tests: --randomly-seed={config.option.randomly_seed}")
    figures = config.stash.get(FIGURES, {})
    if any(figures.values()):
        terminalreporter.section("figures")
        for line in table(figures, config.stash.get(LAST, {})):
            terminalreporter.write_line(line)


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[services.PostgreSQL]:
    """Return the PostgreSQL that the tests of a session share; a test that stops it starts it again."""
    if services.programs() is None:
        services.missing("PostgreSQL")
    folder = services.new_folder()
    server = services.PostgreSQL(folder)
    try:
        server.make()
        server.make_tables()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def database_url(postgres: services.PostgreSQL) -> Iterator[str]:
    """Return the address of a database with all tables and nothing in them."""
    name = postgres.take()
    yield postgres.url(name)
    postgres.give_back(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a database with all tables, nothing in them, and no key."""
    made = Database(database_url)
    yield made
    made.close()
