"""What is said of a store that an earlier version filled."""

import shutil
from pathlib import Path

import pytest

from configuration.profile import profile_from
from configuration.settings import Home
from data.persistence import save_profile
from data.profiles.outdated import outdated_words
from data.profiles.sources import resolve

FIXTURES = Path(__file__).parents[3] / "fixtures"
JIRA = {"url": "https://jira.example.org", "jql": "project = A", "dialect": "dc"}


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [({"jira": JIRA}, "The next sync asks for all issues, once"), ({}, "Import the files again, once")],
)
def test_how_it_comes(tmp_path: Path, settings: dict, remedy: str) -> None:
    """A Jira is asked again; files have to be given again."""
    home = Home(tmp_path)
    save_profile(home, "team", profile_from(settings))
    source = resolve(home, "team", {})
    source.store.place.path.parent.mkdir(parents=True, exist_ok=True)
    nothing = outdated_words(source)
    shutil.copy(FIXTURES / "store-0.1.0.sqlite", source.store.place.path)
    words = outdated_words(source)

    assert nothing is None
    assert words is not None
    assert words[0].startswith("4 stored issues were read by an earlier version")
    assert words[1].startswith(remedy)
