"""The page of the data model names what there is: fields of rows and tables, columns of a store."""

import dataclasses
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.meaning.delivery import DeliveryTables
from data.model.tables import DeploymentRow, EventTable, IssueRow, IssueTable, VersionRow
from data.store.sqlite.schema import create
from tests.support.source import ROOT

PAGE = ROOT / "specs" / "008-metrics-performance" / "data-model.md"


def told_fields(name: str) -> list[str]:
    """The fields that the page lists under a name."""
    table = re.search(
        rf"<!-- fields: {name} -->\n\n\| field \| what \|\n\|---\|---\|\n((?:\|.*\n)+)",
        PAGE.read_text("utf-8"),
    )
    assert table is not None, name
    return [field for line in table[1].splitlines() for field in re.findall(r"`(\w+)`", line.split(" | ")[0])]


@pytest.mark.parametrize("row", [IssueRow, VersionRow, DeploymentRow])
def test_rows_have_the_fields_of_the_page_in_their_order(row: type) -> None:
    """The order is that of the stored bytes."""
    assert told_fields(row.__name__) == list(row.__struct_fields__)


@pytest.mark.parametrize("table", [IssueTable, EventTable, DeliveryTables])
def test_tables_have_the_fields_of_the_page(table: type) -> None:
    told = told_fields(table.__name__)

    assert sorted(told) == sorted(field.name for field in dataclasses.fields(table) if field.init)


def drawn() -> dict[str, list[tuple[str, str]]]:
    """Name and kind of each column in the boxes of the drawing, by table, whichever side they stand on."""
    text = PAGE.read_text("utf-8").partition("## The store")[2].partition("```\n")[2].partition("```")[0]
    boxes: dict[str, list[tuple[str, str]]] = {}
    for side in (slice(0, 31), slice(37, None)):
        table = ""
        for line in text.splitlines():
            part = line[side].strip()
            if head := re.match(r"\+-- (\w+) -+\+", part):
                table = head[1]
                boxes[table] = []
            elif cell := re.match(r"\| (\w+) +(TEXT|INTEGER|BLOB)\b", part):
                boxes[table].append((cell[1], cell[2]))
    return boxes


def test_a_store_has_the_tables_that_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "scope.sqlite"
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        real = {
            name: [(column[1], column[2]) for column in connection.execute(f"PRAGMA table_info({name})")]
            for name in names
        }
        (version,) = connection.execute("PRAGMA user_version").fetchone()

    assert drawn() == real
    assert f"schema {version}." in PAGE.read_text("utf-8")
