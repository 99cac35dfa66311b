"""The ribbon of an issue."""

import pytest

from data.charts.code_line import CodeLine
from data.charts.issue_history import Stay
from ui.components.issue import issue_box, ribbon_shares


def stay(kind: str, days: float) -> Stay:
    return Stay("Status", kind, "2026-03-02 09:00", "2026-03-03 09:00", days)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stays", "shares"),
    [
        ([], []),
        ([stay("todo", 4)], [1.0]),
        ([stay("todo", 1), stay("active", 3)], [0.25, 0.75]),
        # Done for a year: 15 % of the ribbon, the 17 days before it share the rest.
        ([stay("todo", 8.5), stay("active", 8.5), stay("done", 365)], [0.425, 0.425, 0.15]),
        ([stay("active", 9), stay("done", 1)], [0.9, 0.1]),
        # A done that was taken back is history like any other.
        ([stay("done", 3), stay("active", 1)], [0.75, 0.25]),
        ([stay("todo", 0), stay("done", 10)], [0.0, 1.0]),
        ([stay("todo", 0)], [0.0]),
    ],
)
def test_shares(stays: list[Stay], shares: list[float]) -> None:
    """Time is width, but having been done for long does not push the work aside."""
    assert ribbon_shares(stays) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("url", "linked"),
    [("https://jira.example/browse/A-1", True), ("javascript:alert(1)", False), ("", False)],
)
def test_only_web_addresses_are_links(url: str, linked: bool) -> None:
    """A site of another scheme leads nowhere."""
    box = issue_box("A-1", "summary", url, [stay("todo", 1)])

    assert ("href=" in str(box)) is linked


@pytest.mark.parametrize(
    ("url", "linked"), [("https://git.example/pull/1", True), ("javascript:alert(1)", False)]
)
def test_changes_stand_beside_the_stays(url: str, linked: bool) -> None:
    """Each with its link where it is one of the web, and the hashes of its commits."""
    change = CodeLine("shop#1", "title", url, "shop", ("a1b2c3d4e5",), "2026-03-04T00:00:00.000Z", "")
    told = str(issue_box("A-1", "summary", "", [stay("todo", 1)], [change]))

    assert ("href=" in told) is linked
    assert all(word in told for word in ("shop#1", "a1b2c3d4e5", "2026-03-04", "not yet"))
    assert "Changes of code" not in str(issue_box("A-1", "summary", "", [stay("todo", 1)]))
