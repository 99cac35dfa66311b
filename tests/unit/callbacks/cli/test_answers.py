"""What commands say beside their answer."""

from pathlib import Path

import pytest

from callbacks.cli.answers import hint_at_empty, one_format, say
from configuration.errors import InputError
from configuration.settings import Home
from data.profiles.sources import resolve


def test_words_beside_the_answer_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("Left out: line 3")

    assert capsys.readouterr() == ("", "Left out: line 3\n")


def test_two_formats_cannot_go_together() -> None:
    """One or none may be asked for; the sentence names those that were."""
    one_format(("--json", False), ("--csv", False))
    one_format(("--json", True), ("--csv", False))
    with pytest.raises(InputError, match="--json and --csv cannot go together"):
        one_format(("--json", True), ("--csv", True))


@pytest.mark.parametrize(
    ("profile", "environment", "start"),
    [
        ("default", {}, "import FILE"),
        ("default", {"JIRA_URL": "https://jira.example.org"}, "sync"),
        ("demo", {}, "serve --demo"),
    ],
)
def test_an_empty_store_tells_how_to_begin(
    profile: str, environment: dict[str, str], start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hint_at_empty(resolve(Home(tmp_path), profile, environment))

    told = capsys.readouterr()
    assert told.out == ""
    assert f"of the profile {profile};" in told.err
    assert told.err.endswith(f"{start}.\n")
