"""The README and the pages it leads to tell the truth: settings, metrics, commands, links, an example."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from callbacks.cli.console import COMMANDS
from configuration.profile import SettingRow, setting_rows
from data.flow_calculator import FLOW_VELOCITY_POINTS
from data.pipeline import METRICS
from tests.support.commands import environment, printed, written
from tests.support.examples import example_a

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
    """Name, default, meaning and choices of each setting stand on their page as declared."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    table = re.search(
        r"<!-- settings -->\n\n.*?\n\|---\|---\|---\|\n(.*?)\n\n<!-- /settings -->", page, re.DOTALL
    )

    assert table is not None
    assert table[1].splitlines() == [row_of(row) for row in setting_rows()]


@pytest.mark.slow
def test_the_notebook_example_runs(tmp_path: Path) -> None:
    """What is shown for a notebook runs as it stands, in a home with data, and gives frames."""
    page = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    code = "\n".join(line[4:] for line in page.splitlines() if line.startswith("    ") or not line)
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

    # A-1, A-2 and A-3 are done by the end of the data, which is A-3's; A-3 was never started.
    assert answer.stdout == "5 13 2 1 3.0\n", answer.stderr


def test_every_metric_has_its_row() -> None:
    """What Jira must hold is told for each metric, under the title that its card has."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## What Jira must hold")[2].partition("\n## ")[0]
    told = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)

    assert set(told) == {"metric", *(metric.title for metric in (*METRICS, FLOW_VELOCITY_POINTS))}


def test_every_command_has_its_row() -> None:
    """The table of commands is the one that the program knows."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("| command | does |")[2].partition("\n\n")[0]

    assert set(re.findall(r"^\| `([a-z-]+)", section, re.MULTILINE)) == {command.name for command in COMMANDS}


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/settings.md", "docs/notebook.md", "docs/server.md"]
)
def test_every_link_leads_somewhere(page: str) -> None:
    """Pictures and pages that are referred to are there, headings too."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)]+)\)|src=\"([^\"]+)\"", text)
    wrong = [link for link in map("".join, links) if not leads_somewhere((ROOT / page).parent, link)]

    assert wrong == []


def leads_somewhere(folder: Path, link: str) -> bool:
    """Whether a relative link names a file and, after ``#``, one of its headings."""
    path, _, heading = link.partition("#")
    target = folder / path
    if not heading:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return heading in [title.lower().replace(" ", "-") for title in headings]


def test_what_is_installed_is_told_as_it_is() -> None:
    """The number of packages is the one of the lock, on the Python and the platform that need most."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pins = re.findall(
        r"^[a-z0-9-]+==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert f"it installs {len(pins)} packages into `.venv`" in readme
