"""The style sheets keep to the scales of the page about looks."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "specs" / "design.md").read_text(encoding="utf-8")
SHEETS = sorted((ROOT / "ui" / "assets").glob("*.css"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgb\(")


def scale(what: str) -> set[str]:
    """The sizes that the page allows, in pixels."""
    row = re.search(rf"^\| {what} \| (.+) \|$", PAGE, re.MULTILINE)
    assert row is not None, what
    return set(row[1].split())


def declared(sheet: Path, pattern: str) -> set[str]:
    """The pixel sizes that declarations of a kind have."""
    text = sheet.read_text(encoding="utf-8")
    return {size for value in re.findall(pattern, text) for size in re.findall(r"([\d.]+)px", value)}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
def test_sizes_are_those_of_the_scales(sheet: Path) -> None:
    assert declared(sheet, r"font-size: ([^;}]+)") <= scale("type")
    assert declared(sheet, r"border-radius: ([^;}]+)") - {"999"} <= scale("corners") | {"0"}
    assert declared(sheet, r"(?<![\w-])gap: ([^;}]+)") <= scale("space between things")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
def test_colours_are_named_in_one_place(sheet: Path) -> None:
    """But for shadows, which are black in every scheme."""
    lines = sheet.read_text(encoding="utf-8").splitlines()
    odd = [
        line.strip()
        for line in lines
        if COLOUR.search(line) and not line.lstrip().startswith("--") and "shadow" not in line
    ]

    assert odd == []
