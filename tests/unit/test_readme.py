"""The README tells the truth: its settings table is the one the program reads."""

import re
from pathlib import Path

from configuration.profile import SettingRow, setting_rows

ROOT = Path(__file__).resolve().parents[2]


def row_of(row: SettingRow) -> str:
    """One row of the settings table; long lists are told by their length."""
    default = row.default
    if isinstance(default, tuple):
        shown = "none" if not default else ", ".join(default) if len(default) < 4 else f"{len(default)} names"
    elif isinstance(default, bool):
        shown = str(default).lower()
    elif isinstance(default, dict):
        shown = "none"
    else:
        shown = f"`{default}`".replace("|", "\\|") if default != "" else "empty"
    choices = f" ({', '.join(row.choices)})" if row.choices else ""
    return f"| `{row.name}` | {shown} | {row.about}{choices} |"


def test_every_setting_has_its_row() -> None:
    """Name, default, meaning and choices of each setting stand in the README as declared."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(
        r"<!-- settings -->\n\n.*?\n\|---\|---\|---\|\n(.*?)\n\n<!-- /settings -->", readme, re.DOTALL
    )

    assert table is not None
    assert table[1].splitlines() == [row_of(row) for row in setting_rows()]
