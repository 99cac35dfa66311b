"""Long lists are asked for in as many statements as they need."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.store.sqlite.rows import SqliteRows
from data.store.sqlite.schema import create


@pytest.mark.parametrize("n", [0, 1, 500, 501, 1_250])
def test_every_one_of_many_is_found(tmp_path: Path, n: int) -> None:
    names = [str(number) for number in range(n)]
    create(tmp_path / "scope.sqlite")
    with closing(sqlite3.connect(tmp_path / "scope.sqlite", isolation_level=None)) as connection:
        statements: list[str] = []
        rows = SqliteRows(connection)
        rows.stage("issue", [(name, f"A-{name}", 1, b"row", 2) for name in names])
        rows.put_links([(f"B-{name}", name) for name in names])
        rows.put_references("change", dict.fromkeys(names, b"row"))
        connection.set_trace_callback(statements.append)

        assert sorted(cells[0] for cells in rows.cells_of("issue", names)) == sorted(names)
        assert sorted(rows.linking_to([f"B-{name}" for name in names])) == sorted(names)
        assert len(list(rows.references_of("change", names))) == n
        assert len(statements) == 3 * -(-n // 500)
