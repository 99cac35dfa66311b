"""The history of one issue: its stays, checked by hand on worked example A."""

import pytest

from data.charts.issue_history import Stay, issue_history
from tests.support.engine import engine_report
from tests.support.examples import example_a


def history(key: str, **changes: object) -> tuple[Stay, ...] | None:
    """Return the history of an issue of worked example A, in which Review is waiting."""
    arguments = example_a().arguments(profile={"workflow": {"waiting": ["Review"]}}) | changes
    delivery = engine_report(example_a().issues, **arguments).delivery
    assert delivery is not None
    return issue_history(delivery, key)


def test_every_stay_has_its_meaning_and_length() -> None:
    """A-1: 10 days in To Do, 2 in Doing, 1 in Review, done ever since."""
    stays = history("A-1")

    assert stays is not None
    assert [(stay.status, stay.kind) for stay in stays] == [
        ("To Do", "todo"),
        ("Doing", "active"),
        ("Review", "waiting"),
        ("Done", "done"),
    ]
    assert [stay.days for stay in stays[:3]] == [10.0, 2.0, 1.0]
    assert (stays[1].entered, stays[1].left) == ("2026-03-02 09:00", "2026-03-04 09:00")
    assert stays[3].left == ""


def test_the_last_stay_lasts_until_t() -> None:
    """A-5 is in Doing since 9 March, 2.5 days before noon of the 11th."""
    stays = history("A-5", as_of="2026-03-11T12:00Z")

    assert stays is not None
    assert stays[-1] == Stay("Doing", "active", "2026-03-09 00:00", "", 2.5)


def test_instants_are_on_the_clock_of_the_team() -> None:
    """09:00 UTC is 10:00 in Berlin in winter."""
    stays = history("A-1", timezone="Europe/Berlin")

    assert stays is not None
    assert stays[1].entered == "2026-03-02 10:00"


def test_an_issue_younger_than_t_has_no_stays() -> None:
    """On 19 February A-1 did not exist yet."""
    assert history("A-1", as_of="2026-02-19T00:00Z", date_from="2026-02-01", date_to="2026-02-18") == ()


@pytest.mark.parametrize("key", ["A-99", "B-1", "nonsense", "", "A-1-1", "A-" + "9" * 30])
def test_an_unknown_key_has_no_history(key: str) -> None:
    """Whatever stands in a pasted link."""
    assert history(key) is None
