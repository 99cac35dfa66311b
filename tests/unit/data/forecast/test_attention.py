"""What to look at first, and in which order."""

import datetime as dt

import numpy as np
import pytest

from data.forecast.attention import _order, look_first
from data.metrics.report import Report
from tests.support.builders import issue
from tests.support.engine import engine_report

FIRST = dt.date(2026, 2, 2)
AS_OF = "2026-03-30T00:00"  # a Monday
NAN = float("nan")


def day(offset: int) -> str:
    return f"{FIRST + dt.timedelta(days=offset)}"


def done(n: int, kind: str = "Story") -> list[dict]:
    """So many items of a type that take as many days as their numbers, all begun on one day."""
    return [
        issue(
            f"{kind[0]}-{days}",
            type=kind,
            created="2026-01-05",
            history=[(day(0), "Doing"), (day(days), "Done")],
            resolution="Done",
        )
        for days in range(1, n + 1)
    ]


def begun(key: str, days: int, *more: tuple[str, str], kind: str = "Story") -> dict:
    """An open item that was begun so many days before T."""
    start = dt.date.fromisoformat(AS_OF[:10]) - dt.timedelta(days=days)
    return issue(key, type=kind, created="2026-01-05", history=[(f"{start}", "Doing"), *more])


def seen(*issues: dict, **view: object) -> Report:
    return engine_report(
        list(issues),
        date_from="2026-01-05",
        date_to="2026-03-29",
        as_of=AS_OF,
        profile={"workflow": {"waiting": ["Review"]}},
        **view,
    )


def first(report: Report) -> list[tuple[str, float, float | None]]:
    assert report.context is not None
    return [(one.key, one.age, one.limit) for one in look_first(report.context)]


def test_what_took_longest_against_what_may_be_expected_comes_first() -> None:
    """Of 1 to 20 days 85 % are done within 17.85; a Defect has no expectation of its own and that of all."""
    found = first(
        seen(*done(20), begun("S-90", 3), begun("S-91", 36), begun("S-92", 18), begun("B-9", 50, kind="Bug"))
    )

    assert [(key, age) for key, age, _ in found] == [("B-9", 50), ("S-91", 36), ("S-92", 18), ("S-90", 3)]
    assert [limit for *_, limit in found] == pytest.approx([17.85] * 4)


def test_of_equals_the_one_that_waits_comes_first() -> None:
    report = seen(*done(20), begun("S-90", 30), begun("S-91", 30, ("2026-03-20", "Review")))
    assert report.context is not None
    one, other = look_first(report.context)

    assert (one.key, one.status, one.waits) == ("S-91", "Review", True)
    assert (other.key, other.status, other.waits, other.risk) == ("S-90", "Doing", False, 1.0)


def test_a_flag_is_one_at_that_instant() -> None:
    """Raised and lowered before T, raised before T, raised at T."""
    flags = {
        "S-90": [("2026-03-02", True), ("2026-03-03", False)],
        "S-91": [("2026-03-02", True)],
        "S-92": [("2026-03-30", True)],
    }
    items = [
        issue(key, created="2026-01-05", history=[("2026-02-28", "Doing")], flags=raised)
        for key, raised in flags.items()
    ]
    report = seen(*done(20), *items)
    assert report.context is not None

    assert {one.key: one.flagged for one in look_first(report.context)} == {
        "S-90": False,
        "S-91": True,
        "S-92": True,
    }


def test_without_twenty_done_age_alone_orders() -> None:
    found = first(seen(*done(19), begun("S-90", 3), begun("S-91", 30)))

    assert found == [("S-91", 30, None), ("S-90", 3, None)]


def test_five_at_most() -> None:
    """The five oldest of eight, whether three or all are beyond 17.85 days."""
    assert [age for _, age, _ in first(seen(*done(20), *(begun(f"S-9{n}", 13 + n) for n in range(8))))] == [
        20, 19, 18, 17, 16,
    ]  # fmt: skip
    assert len(first(seen(*done(20), *(begun(f"S-9{n}", 20 + n) for n in range(8))))) == 5


def test_only_what_the_filters_let_through() -> None:
    bugs = [*done(20, "Bug"), begun("B-90", 40, kind="Bug")]
    report = seen(*done(20), begun("S-90", 50), *bugs, types=("Bug",))

    assert [key for key, *_ in first(report)] == ["B-90"]


def test_nothing_in_progress_is_nothing_to_look_at() -> None:
    assert first(seen(*done(3))) == []


def test_the_order_of_what_is_known() -> None:
    """Over the expectation, twice before 1.5 times; then by risk; then by the share used up; then by age."""
    ages = np.array([5.0, 20.0, 4.0, 1.0, 90.0, 15.0, 3.0])
    limits = np.array([10.0, 10.0, 10.0, 10.0, NAN, 10.0, 10.0])
    risks = np.array([NAN, 1.0, 0.2, 0.7, NAN, 1.0, NAN])

    assert _order(ages, limits, risks, np.zeros(7, np.bool_)).tolist() == [1, 5, 3, 2, 0, 6, 4]


def test_of_an_expectation_of_nothing_everything_is_beyond() -> None:
    nothing = np.zeros(2)

    assert _order(np.array([1.0, 2.0]), nothing, np.ones(2), np.zeros(2, np.bool_)).tolist() == [1, 0]
