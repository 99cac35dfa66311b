"""Targets: kept or missed by more than chance, else near; the engine and its twin say the same."""

from typing import Any

import pytest

from configuration.profile import profile_from
from data.metrics.targets import target_faults
from data.model.targets import read_amount
from data.pipeline import ALL_METRICS
from tests.reference.document import reference_metrics
from tests.support.builders import issue, status_list
from tests.support.engine import engine_metrics
from tests.support.examples import example_b

METRICS = {metric.id: metric for metric in ALL_METRICS}
SIX_WEEKS = {"date_from": "2026-03-02", "date_to": "2026-04-12", "as_of": "2026-04-20T00:00:00Z"}


def done(number: int, day: str, days: int) -> dict:
    """Return a story that took so many days up to the noon of ``day``."""
    start = int(day[-2:]) - days
    begun = f"{day[:-2]}{start:02d}T12:00" if start > 0 else f"2026-03-{31 + start:02d}T12:00"
    history = [(begun, "Doing"), (f"{day}T12:00", "Done")]
    return issue(f"A-{number}", created="2026-01-05", history=history)


# Seven stories of 1 to 7 days: two in the first of six whole weeks, one in each of the others.
STORIES = [
    done(1, "2026-03-05", 1),
    done(2, "2026-03-06", 2),
    done(3, "2026-03-12", 3),
    done(4, "2026-03-19", 4),
    done(5, "2026-03-26", 5),
    done(6, "2026-04-02", 6),
    done(7, "2026-04-09", 7),
]


def both(issues: list[dict], target: dict[str, Any], **view: Any) -> dict | None:
    """Return the target of the only metric that has one, as engine and twin have it."""
    (name,) = target
    arguments = {**view, "profile": {**view.get("profile", {}), "targets": target}}
    found = [
        make(issues, **arguments)["metrics"][name]["target"] for make in (engine_metrics, reference_metrics)
    ]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("target", "value", "state"),
    [
        ({"flow_time": 8}, 8.0, "kept"),
        ({"flow_time": "7 days"}, 7.0, "near"),
        ({"flow_time": 1}, 1.0, "near"),
        ({"flow_time": 0.5}, 0.5, "missed"),
        ({"flow_velocity": 0.5}, 0.5, "kept"),
        ({"flow_velocity": 1}, 1.0, "near"),
        ({"flow_velocity": "3 items a week"}, 3.0, "missed"),
        ({"flow_load": 2}, 2.0, "kept"),
        ({"flow_load": 0}, 0.0, "near"),
        ({"change_lead_time": 3}, 3.0, None),
    ],
)
def test_a_target_is_kept_missed_or_near(target: dict, value: float, state: str | None) -> None:
    """Flow time 4 days, interval 1 to 7. Six whole weeks on one side: p = 0.031; equal ones say nothing."""
    assert both(STORIES, target, statuses=status_list(), **SIX_WEEKS) == {"value": value, "state": state}


def test_five_whole_weeks_are_too_few_for_a_sign() -> None:
    """All five lie above it: p = 0.0625."""
    view = {**SIX_WEEKS, "date_to": "2026-04-05"}
    assert both(STORIES, {"flow_velocity": 0.5}, statuses=status_list(), **view) == {
        "value": 0.5,
        "state": "near",
    }


@pytest.mark.parametrize(("percent", "state"), [(15, "missed"), (30, "missed"), (31, "near"), (96, "kept")])
def test_a_rate_is_held_against_its_interval(percent: float, state: str) -> None:
    """3 of 4 deployments failed: 30.06 to 95.44 %, and less is better."""
    example = example_b()
    found = both(example.issues, {"change_fail_rate": percent}, **example.arguments())

    assert found == {"value": float(percent), "state": state}


def test_without_a_target_there_is_none() -> None:
    """Null, also over an empty store; with one the state is null where nothing can be held against it."""
    empty = engine_metrics([], profile={"targets": {"flow_time": 5}})["metrics"]

    assert empty["flow_time"]["target"] == {"value": 5.0, "state": None}
    assert empty["flow_velocity"]["target"] is None


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (5, (5.0, "")),
        (0.5, (0.5, "")),
        ("5", (5.0, "")),
        (" 4,5  Days ", (4.5, "days")),
        ("15%", (15.0, "%")),
        ("3 items  a Week", (3.0, "items a week")),
        ("soon", None),
        ("", None),
        ("\u0665", None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_an_amount_is_a_number_with_or_without_its_unit(
    written: float | str, amount: tuple[float, str] | None
) -> None:
    assert read_amount(written) == amount


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"flow_time": "5 days", "change_fail_rate": "15 %", "flow_velocity": 0}, ""),
        ({"change_fail_rate": 100}, ""),
        ({"change_fail_rate": 101}, "targets.change_fail_rate is 101, which Change fail rate can never be;"),
        ({"flow_time": -1}, "targets.flow_time is -1, which Flow time can never be; write a number of days,"),
        (
            {"flow_time": "120 hours"},
            "targets.flow_time is in hours, and Flow time is measured in days; write a number of days,",
        ),
        ({"flow_time": "soon"}, "targets.flow_time holds 'soon', which is no number;"),
        ({"speed": 5}, "targets.speed is of no metric: there is none of that name."),
        (
            {"flow_distribution": 50},
            "targets.flow_distribution cannot be kept: no direction of Flow distribution",
        ),
    ],
)
def test_what_cannot_be_a_target_is_a_sentence(targets: dict, words: str) -> None:
    found = list(target_faults(profile_from({"targets": targets}).targets, METRICS))

    assert [sentence.startswith(words) and sentence.endswith(".") for sentence in found] == [True] * bool(
        words
    )
