"""The tables of docs/scale.md: cells into lines, lines between their marks."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"
NOT_RUN = "not run"


def seconds(value: float) -> str:
    """Return a time as people read it: ``0.4 ms``, ``35 ms``, ``1.2 s``, ``2 min``.

    Args:
        value: seconds.
    """
    if value < 0.01:
        return f"{1000 * value:.1f} ms"
    if value < 1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.0f} min"


def megabytes(value: float) -> str:
    """Return megabytes in whole ones."""
    return f"{value:,.0f} MB".replace(",", " ")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown.

    Raises:
        ValueError: a row has more or fewer cells than the head.
    """
    lines = [head, ["---"] * len(head), *rows]
    if any(len(line) != len(head) for line in lines):
        raise ValueError("A row has other cells than the head.")
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def put_between(text: str, tables: Mapping[str, str]) -> str:
    """Return a page with tables in the places that carry their names.

    Raises:
        ValueError: the page has no place of that name.
    """
    for name, made in tables.items():
        place = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if not place.search(text):
            raise ValueError(f"The page has no place for {name}.")
        text = place.sub(lambda found, made=made: f"{found[1]}{made}\n{found[2]}", text)  # type: ignore[misc]
    return text


def rows_between(text: str, name: str) -> list[list[str]]:
    """Return the cells of the table in a place, its head first and the line under it left out."""
    found = re.search(rf"<!-- {name}: [^\n]*-->\n(.*?)<!-- end of {name} -->", text, re.DOTALL)
    lines = found[1].strip().splitlines() if found else []
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for place, row in enumerate(cells) if place != 1]
