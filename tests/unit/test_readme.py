"""The README tells the truth: its settings table is the one the program reads, its example runs."""

import re
import subprocess
import sys
from pathlib import Path

from configuration.profile import SettingRow, setting_rows
from tests.commands import environment, printed, written
from tests.examples import example_a

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


def test_the_notebook_example_runs(tmp_path: Path) -> None:
    """What the README shows for a notebook runs as it stands, in a home with data, and gives frames."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## In a notebook")[2].partition("\n## ")[0]
    code = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    ") or not line)
    printed(tmp_path, "import", written(tmp_path / "issues.ndjson", example_a().issues))
    ask = "print(len(issues), len(metrics), len(behind), len(left_out), sum(weeks['items']))"
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{code}\n{ask}"],
        cwd=tmp_path,
        env={**environment(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    # are done before the data end as 10 March begins; A-3 is done at that very instant.
    assert answer.stdout == "5 12 2 0 2.0\n", answer.stderr
