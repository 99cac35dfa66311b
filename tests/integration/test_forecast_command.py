"""``forecast`` and ``gate`` as processes, over a team that delivers two items every Tuesday and Thursday."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.support.builders import issue
from tests.support.commands import printed, refused, run, written

FIRST = dt.date(2026, 1, 5)
WEEKS = 40
AS_OF = ("--as-of", "2026-10-12T00:00:00Z")  # a Monday, forty weeks later


def team() -> list[dict]:
    """Two items each Tuesday and Thursday at noon, started the noon before; six that are open."""
    issues: list[dict] = []
    for week in range(WEEKS):
        for weekday in (1, 1, 3, 3):
            day = FIRST + dt.timedelta(days=7 * week + weekday)
            begun = f"{day - dt.timedelta(days=1)}T12:00"
            moves = [(begun, "Doing"), (f"{day}T12:00", "Done")]
            issues.append(issue(f"T-{len(issues) + 1}", created=f"{FIRST}", history=moves, resolution="Done"))
    return [*issues, *(issue(f"T-{number}", created=f"{FIRST}") for number in range(900, 906))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forecast")
    place = folder / "home"
    place.mkdir()
    printed(place, "import", written(folder / "issues.ndjson", team()))
    return place


def answer(home: Path, *options: str) -> dict:
    found: dict = json.loads(printed(home, "forecast", "--json", *AS_OF, *options))
    return found


def test_a_steady_team_is_done_on_the_very_day(home: Path) -> None:
    """Six open items: two on Tuesday, two on Thursday, two on the Tuesday after."""
    found = answer(home)

    assert (found["state"], found["open"]["n"], found["question"]["items"]) == ("ok", 6, 6)
    assert {one["by"] for one in found["answers"]} == {"2026-10-20"}
    assert found["history"] == {
        "weeks": 26,
        "items": 104,
        "from": "2026-04-13",
        "to": "2026-10-11",
        "left_out": 0,
    }
    assert {one["held"] for one in found["record"]} == {100.0}


@pytest.mark.parametrize(
    ("options", "by"),
    [
        (("--items", "1"), "2026-10-13"),
        (("--items", "4", "--start", "2026-10-14"), "2026-10-20"),
        (("--items", "4", "--growth"), "2026-10-15"),
        (("--items", "0"), "2026-10-12"),
    ],
)
def test_when_so_many_are_done(home: Path, options: tuple[str, ...], by: str) -> None:
    """From Wednesday on there is a Thursday first; nothing was created in these weeks, so nothing grows."""
    assert {one["by"] for one in answer(home, *options)["answers"]} == {by}


def test_how_many_are_done_by_a_day(home: Path) -> None:
    """The Thursday of the second week is its eighth item."""
    found = answer(home, "--by", "2026-10-22")

    assert {(one["by"], one["items"]) for one in found["answers"]} == {(None, 8)}
    assert (found["question"]["by"], found["question"]["items"]) == ("2026-10-22", None)


def test_the_same_question_gives_the_same_bytes(home: Path) -> None:
    once, again = (printed(home, "forecast", "--json", *AS_OF, "--items", "9") for _ in range(2))

    assert once == again


def test_what_else_is_told(home: Path) -> None:
    """Every item takes a day, every week has four; the first five weeks make the first expectation."""
    found = answer(home)

    assert found["expectation"]["all"] == {"days": 1.0, "n": 104, "judged": 35 * 4, "held": 100.0}
    assert found["limits"]["flow_time"] == {"mean": 1.0, "lower": None, "upper": None}
    assert found["changes"]["flow_velocity"] == []
    assert found["risk"]["Feature"]["items"] is None
    assert found["risk"]["Feature"]["message"]


def test_every_past_forecast_is_there_with_what_came(home: Path) -> None:
    """Four a week: from the thirteenth week on, 28 weeks that could be promised one by one."""
    tracks = answer(home, "--past")["record"]
    past = next(one for one in tracks if (one["level"], one["horizon_weeks"]) == (85, 1))["past"]

    assert len(past) == 28
    assert past[0] == {
        "from": "2026-03-30",
        "to": "2026-04-05",
        "nominal": 4,
        "promised": 4,
        "came": 4,
        "left_out": 0,
    }
    assert "past" not in answer(home)["record"][0]


def test_what_if_with_a_value_of_ones_own(home: Path) -> None:
    """Two at once are never more than two; one at once is every second item."""
    asked = ("--cap", "2", "--drop", "feature")
    first, second, *_ = answer(home, *asked)["what_if"]

    assert (first["kind"], first["asked"], first["now"]) == (
        "cap",
        True,
        {"items_per_week": 4.0, "p85_days": 1.0},
    )
    assert first["then"] == {"items_per_week": [4.0, 4.0], "p85_days": [1.0, 1.0]}
    assert first["assumes"].startswith("Items begin when they began")
    assert (second["kind"], second["then"]) == ("drop", None)
    assert second["message"] == "Nothing would be left: every item of the last 91 days was Feature."
    assert second["message"] in printed(home, "forecast", *AS_OF, *asked)


def test_for_people(home: Path) -> None:
    lines = printed(home, "forecast", *AS_OF, "--items", "4").splitlines()

    assert lines[1] == "85 %: 4 items: by 2026-10-15. Its forecasts 1 week ahead held 28 of 28 times."
    assert lines[-1] == "Drawn from 26 weeks with 104 items; 0 of bulk moves left out."


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--items", "3", "--by", "2026-12-01"), "cannot go together"),
        (("--by", "2026-10-01"), "lies before the start, 2026-10-12"),
        (("--by", "2026-13-01"), "--by '2026-13-01' is not a date"),
        (("--start", "2020-01-01"), "The start 2020-01-01 lies before 2026-10-12"),
        (("--exclude", "2026-W60"), "'2026-W60' is not a week"),
        (("--items", "-1"), "--items"),
        (("--cap", "0"), "0 is not a number of items that can be in progress."),
        (("--cap", "few"), "--cap"),
        (("--halve", "Nowhere"), "There is no status 'Nowhere'."),
        (("--drop", "Story"), "There is no flow item type 'Story'."),
        (("--past",), "--past goes together with --json."),
    ],
)
def test_what_cannot_be_asked(home: Path, options: tuple[str, ...], words: str) -> None:
    refused(run(home, "forecast", *AS_OF, *options), 2, words)


@pytest.mark.parametrize(
    ("options", "state", "words"),
    [
        (("--items", "10000000"), "unreliable", "more than 52 weeks ahead"),
        (("--by", "2029-10-01"), "unreliable", "more than 52 weeks ahead"),
        (("--project", "NOBODY"), "no_data", "Nothing was delivered"),
        (("--as-of", "2026-02-20"), "no_data", "needs 8 whole weeks; there are 6"),
    ],
)
def test_without_an_answer_that_is_said(home: Path, options: tuple[str, ...], state: str, words: str) -> None:
    found = answer(home, *options)

    assert (found["state"], found["answers"]) == (state, [])
    assert words in found["message"]


def test_a_week_that_is_not_drawn_anyway_is_named(home: Path) -> None:
    found = run(home, "forecast", *AS_OF, "--items", "4", "--exclude", "2020-W10")

    assert found.returncode == 0
    assert "The week 2020-W10 is not among those that a forecast is drawn from." in found.stderr


def test_an_empty_home_has_no_forecast(tmp_path: Path) -> None:
    found = json.loads(printed(tmp_path, "forecast", "--json"))

    assert (found["state"], found["answers"], found["open"]) == ("no_data", [], {"n": 0, "keys": []})


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--max", "flow_time=1"), "flow_time is 1 days, and should be at most 1."),
        (("--max", "flow_time.p85=1.5"), "flow_time P85 is 1 days, and should be at most 1.5."),
        (("--min", "flow_velocity=4"), "flow_velocity is 4 items/week, and should be at least 4."),
        (
            ("--forecast", "items=8,by=2026-10-22"),
            "The forecast is 8 items by then, and should be at least 8 items by 2026-10-22 at 85 %.",
        ),
    ],
)
def test_a_gate_that_is_met(home: Path, options: tuple[str, ...], line: str) -> None:
    """The bound itself keeps it."""
    assert (
        printed(home, "gate", *AS_OF, "--from", "2026-09-14", "--to", "2026-10-11", *options) == f"{line}\n"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--max", "flow_time=0.9"), "flow_time is 1 days, and should be at most 0.9."),
        (("--max", "flow_time=1", "--min", "flow_velocity=4.1"), "should be at least 4.1."),
        (("--max", "change_fail_rate=9"), "change_fail_rate is not known, and should be at most 9"),
        (("--forecast", "items=9,by=2026-10-22,level=95"), "The forecast is 8 items by then"),
        (("--forecast", "items=9,by=2030-10-22"), "is not known: That lies more than 52 weeks ahead"),
    ],
)
def test_a_gate_that_is_not_met_ends_a_job(home: Path, options: tuple[str, ...], words: str) -> None:
    refused(run(home, "gate", *AS_OF, "--from", "2026-09-14", "--to", "2026-10-11", *options), 7, words)


def test_what_is_not_known_may_be_allowed(home: Path) -> None:
    assert "not known" in printed(home, "gate", *AS_OF, "--max", "change_fail_rate=9", "--allow-unknown")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "Nothing is asked."),
        (("--max", "speed=3"), "There is no metric called 'speed'."),
        (("--max", "flow_time"), "'flow_time' is not a condition."),
        (("--max", "flow_velocity.p85=3"), "flow_velocity has no percentiles."),
        (("--forecast", "items=9"), "'items=9' is not a forecast to keep."),
        (("--forecast", "items=9,by=2026-10-22,level=80"), "is not a forecast to keep."),
        (("--forecast", "items=9,by=soon"), "by= 'soon' is not a date."),
    ],
)
def test_a_gate_that_cannot_be_asked(home: Path, options: tuple[str, ...], words: str) -> None:
    refused(run(home, "gate", *options), 2, words)
