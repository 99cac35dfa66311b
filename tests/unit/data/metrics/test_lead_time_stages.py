"""Where the change lead time goes, by hand."""

import pytest

from data.metrics.change_lead_time import change_lead_time
from data.metrics.lead_time_stages import STAGES
from tests.support.builders import issue, version
from tests.support.engine import engine_metrics
from tests.support.examples import example_b
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")
# Reckoned at the midnight after: 2026-03-11 00:00.
RELEASE = version("201", "1.0", release_date="2026-03-10")
WAITING = {"workflow": {"waiting": ["Review"]}}


def stages(history: list, *, profile: dict | None = None, **more: object) -> dict:
    """The totals of one issue that is released with ``RELEASE``."""
    item = issue("A-1", created="2026-03-01", history=history, fix_versions=[RELEASE], **more)
    tables = context([item], *PERIOD, profile={**WAITING, **(profile or {})}, versions=[RELEASE])
    measure = change_lead_time(tables)
    assert sum(measure.extra["stages"]["totals"].values()) == pytest.approx(measure.value)
    return measure.extra["stages"]["totals"]


def test_worked_example_b() -> None:
    """58 h, 5.5 d, 3 h, 11 d of work; 14 h, 0, 13 h, 5 d until the release; together 25.1667 d."""
    example = example_b()
    found = engine_metrics(example.issues, **example.arguments())["metrics"]["change_lead_time"]["stages"]

    assert found["unit"] == "days"
    assert found["totals"] == pytest.approx(
        {"working": 58 / 24 + 5.5 + 0.125 + 11, "waiting": 0, "other": 0, "release": 14 / 24 + 13 / 24 + 5}
    )
    assert found["means"]["release"] == pytest.approx(6.125 / 4)
    assert found["medians"]["working"] == pytest.approx((58 / 24 + 5.5) / 2)
    assert [week["n"] for week in found["weekly"]] == [1, 2, 0, 1]
    assert found["weekly"][0]["means"]["working"] == pytest.approx(58 / 24)
    assert found["weekly"][1]["means"]["working"] == pytest.approx((5.5 + 0.125) / 2)
    assert found["weekly"][2]["means"] == found["weekly"][2]["medians"] == dict.fromkeys(STAGES)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        # Two days of work, one of review, one day until the release.
        ([("03-07", "Doing"), ("03-09", "Review"), ("03-10", "Done")], (2, 1, 0, 1)),
        # Back in todo for a day, and done for half a day before it was reopened.
        (
            [
                ("03-05", "Doing"),
                ("03-06", "To Do"),
                ("03-07", "Doing"),
                ("03-08", "Done"),
                ("03-08T12:00", "Doing"),
                ("03-10", "Done"),
            ],
            (1 + 1 + 1.5, 0, 1 + 0.5, 1),
        ),
        # Closed nine hours after the reckoned release: no wait for it.
        ([("03-09", "Doing"), ("03-11T09:00", "Done")], (2, 0, 0, 0)),
        # Started within the 24 h that count as 0.
        ([("03-11T08:00", "Doing"), ("03-11T09:00", "Done")], (0, 0, 0, 0)),
    ],
)
def test_stages_by_hand(history: list[tuple[str, str]], expected: tuple[float, ...]) -> None:
    """Working, waiting, other, release."""
    assert stages([(f"2026-{at}", name) for at, name in history]) == dict(zip(STAGES, expected, strict=True))


def test_flagged_work_waits() -> None:
    """Three days in Doing, flagged for one of them."""
    flags = [("2026-03-08", True), ("2026-03-09", False)]
    found = stages([("2026-03-07", "Doing"), ("2026-03-10", "Done")], flags=flags)

    assert (found["working"], found["waiting"], found["release"]) == (2, 1, 1)


def test_nothing_deployed_has_no_average() -> None:
    """Totals of 0 are true; means of nothing are not."""
    found = change_lead_time(context([], *PERIOD, versions=[RELEASE])).extra["stages"]

    assert found["totals"] == dict.fromkeys(STAGES, 0.0)
    assert found["means"] == found["medians"] == dict.fromkeys(STAGES)


def test_without_a_source_of_deployments_there_are_no_stages() -> None:
    assert change_lead_time(context([], *PERIOD)).extra == {
        "stages": None,
        "by_start": None,
        "change_stages": None,
    }
