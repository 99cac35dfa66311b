"""The page of scale: its tables have the shape that the command writes, and rows go into their places."""

import json
from pathlib import Path

import pytest

from tools.measure_scale import real
from tools.measure_scale.__main__ import HEADS, SIZES, USERS, write
from tools.measure_scale.page import NOT_RUN, PAGE, megabytes, put_between, rows_between, seconds, table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00044, "0.4 ms"),
        (0.00996, "10.0 ms"),
        (0.01, "10 ms"),
        (0.9994, "999 ms"),
        (1.0, "1.0 s"),
        (99.94, "99.9 s"),
        (100.0, "2 min"),
        (1020.0, "17 min"),
    ],
)
def test_times_as_people_read_them(value: float, text: str) -> None:
    assert seconds(value) == text


def test_megabytes_have_no_fractions() -> None:
    assert [megabytes(118.4), megabytes(1234.5)] == ["118 MB", "1 234 MB"]


def test_a_table_goes_into_its_place_and_comes_out_of_it() -> None:
    page = "Before.\n<!-- a: written -->\nold\n<!-- end of a -->\nAfter.\n"
    made = table(("n", "time"), [("1", "2 ms"), ("10", "3 ms")])

    put = put_between(page, {"a": made})

    assert put.startswith("Before.\n<!-- a: written -->\n| n | time |\n| --- | --- |\n| 1 | 2 ms |\n")
    assert put.endswith("| 10 | 3 ms |\n<!-- end of a -->\nAfter.\n")
    assert rows_between(put, "a") == [["n", "time"], ["1", "2 ms"], ["10", "3 ms"]]
    assert put_between(put, {"a": made}) == put


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="other cells"):
        table(("n", "time"), [("1",)])
    with pytest.raises(ValueError, match="no place for b"):
        put_between("<!-- a: x -->\n<!-- end of a -->\n", {"b": ""})


def test_a_row_that_is_measured_again_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """The smallest first, however they come."""
    page = tmp_path / "scale.md"
    page.write_text("<!-- users: x -->\n<!-- end of users -->\n", encoding="utf-8")
    cells = ["1 ms"] * 4
    for row in (["1 000", *cells], ["8", *cells], ["1 000", "2 ms", *cells[1:]]):
        write("users", [row], page)

    rows = rows_between(page.read_text(encoding="utf-8"), "users")
    assert rows == [list(HEADS["users"]), ["8", *cells], ["1 000", "2 ms", *cells[1:]]]


@pytest.mark.parametrize(("name", "sizes"), [("intake", SIZES), ("answers", SIZES), ("users", USERS)])
def test_the_page_has_every_row_that_the_command_measures(name: str, sizes: tuple[int, ...]) -> None:
    """And each cell has a unit, or says that it was not run; the page names its command."""
    text = PAGE.read_text(encoding="utf-8")
    head, *rows = rows_between(text, name)

    assert head == list(HEADS[name])
    assert [int(row[0].replace(" ", "")) for row in rows] == list(sizes)
    cells = [cell for row in rows for cell in row[1 + (name == "users") :]]
    assert [
        cell for cell in cells if cell != NOT_RUN and not cell.rstrip(")").endswith(("s", "MB", "min"))
    ] == []
    assert "`python -m tools.measure_scale`" in text


def test_issues_of_a_file_are_told_apart() -> None:
    """More than are made at once: keys and ids are new in each batch, and the last one is short."""
    lines = "".join(real._lines(2 * real.AT_ONCE + 3)).splitlines()
    ids = {json.loads(line)["id"] for line in lines[:: real.AT_ONCE // 2]}

    assert len(lines) == 2 * real.AT_ONCE + 3
    assert [json.loads(lines[place])["key"] for place in (0, real.AT_ONCE, -1)] == [
        "P-1",
        "P-10001",
        "P-20003",
    ]
    assert len(ids) == 5


def test_no_two_clicks_ask_for_the_same_period() -> None:
    periods = [real.period(number) for number in range(900)]

    assert periods[0] == {"from": "2024-12-16", "to": "2025-12-14"}
    assert len({(each["from"], each["to"]) for each in periods}) == 900
