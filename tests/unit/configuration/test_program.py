"""The program knows its version and how it is called."""

from pathlib import Path

import pytest

from configuration.program import FOLDER, VERSION, command, is_checkout
from tests.support.commands import ROOT, run


def test_a_checkout_has_its_pyproject_beside_it(tmp_path: Path) -> None:
    """Tests run in one; an installed copy is none."""
    assert FOLDER == ROOT
    assert is_checkout()
    assert not is_checkout(tmp_path)


def test_a_command_is_written_as_it_is_typed(tmp_path: Path) -> None:
    """With Python in front of it in a checkout, by its own name where it is installed."""
    assert command("sync") == "python app.py sync"
    assert command("sync", tmp_path) == "throughline sync"
    assert command(folder=tmp_path) == "throughline"


@pytest.mark.slow
def test_the_version_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    """Not even a log: the question has no effect."""
    answer = run(tmp_path / "home", "--version")

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"Throughline {VERSION}\n", "")
    assert not (tmp_path / "home").exists()
