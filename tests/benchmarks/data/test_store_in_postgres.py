"""What a store in PostgreSQL costs the process that uses it, against a file; not what it costs the server."""

import itertools
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from configuration.database.connection import Database
from data.model.tables import IssueRow
from data.store.database import Store
from data.store.postgres.place import PostgresPlace
from data.store.references import References
from tests.support.gates import Gate
from tests.support.large_stores import rows_of
from tests.support.stores import store_at
from tests.support.synthetic import synthetic_dataset

N = 20_000
NOTHING = References()


@pytest.fixture(scope="module")
def rows() -> list[IssueRow]:
    return list(rows_of(synthetic_dataset(N).issues))


def taken_in(store: Store, rows: list[IssueRow]) -> Store:
    """What a first sync does with its pages."""
    store.begin_attempt({"since": ""})
    with store.kept_open():
        for start in range(0, len(rows), 100):
            store.stage(rows[start : start + 100])
    store.publish_staged(NOTHING, as_of=1_800_000_000_000, meta={})
    return store


def changing(store: Store, rows: list[IssueRow]) -> Callable[[], None]:
    """What stages and publishes newer versions of 1 %."""
    steps = itertools.count(1)

    def change() -> None:
        step = next(steps)
        store.stage([msgspec.structs.replace(row, updated=row.updated + step) for row in rows[::100]])
        store.publish_staged(None, as_of=1_800_000_000_000 + step, meta={})

    return change


def benchmark_taking_in(gate: Gate, database: Database, rows: list[IssueRow], tmp_path: Path) -> None:
    """Staging and publishing 20 000 issues takes at most twice what it takes with a file; so does reading."""
    numbers = itertools.count()

    def there() -> Store:
        return taken_in(Store(PostgresPlace(database, f"scope-{next(numbers)}")), rows)

    def here() -> Store:
        return taken_in(store_at(tmp_path / f"{next(numbers)}.sqlite"), rows)

    assert there().revision() == here().revision()
    gate.ratio(there, here, of="a file", goal=2, fails_at=2, rounds=3)


@pytest.mark.parametrize("what", ["a small change", "loading"])
def benchmark_using(gate: Gate, database: Database, rows: list[IssueRow], tmp_path: Path, what: str) -> None:
    """Publishing 1 % of 20 000 issues likewise, and loading the columns."""
    there = taken_in(Store(PostgresPlace(database, "scope")), rows)
    here = taken_in(store_at(tmp_path / "scope.sqlite"), rows)
    if what == "loading":
        gate.ratio(there.load, here.load, of="a file", goal=2, fails_at=2)
    else:
        gate.ratio(changing(there, rows), changing(here, rows), of="a file", goal=2, fails_at=2, rounds=5)
