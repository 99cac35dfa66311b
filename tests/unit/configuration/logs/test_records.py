"""Where the console shows colours."""

import io

import pytest

from configuration.logs.records import shows_colour


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "system", "expected"),
    [
        ({}, "linux", True),
        ({}, "darwin", True),
        ({"TERM": "xterm"}, "linux", True),
        ({"TERM": "dumb"}, "linux", False),
        ({"NO_COLOR": "1"}, "linux", False),
        ({"NO_COLOR": ""}, "linux", True),  # an empty variable is unset
        ({}, "win32", False),  # the old console prints the signs themselves
        ({"WT_SESSION": "1"}, "win32", True),
        ({"WT_SESSION": "1", "NO_COLOR": "1"}, "win32", False),
    ],
)
def test_colours_where_they_are_understood_and_wanted(
    environment: dict[str, str], system: str, expected: bool
) -> None:
    """A pipe or a file gets none in any case."""
    assert shows_colour(Terminal(), environment, system) is expected
    assert not shows_colour(io.StringIO(), environment, system)
