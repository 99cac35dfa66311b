"""Change lead time: which changes of a period are looked at, and what becomes of each."""

from dataclasses import replace

import numpy as np

from data.metrics.change_lead_time import change_lead_time
from data.metrics.context import CalculationContext
from data.model.metric import EachLater, Measure
from data.model.periods import previous
from tests.support.builders import issue, version
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")
EARLY, IN_TIME, LATE = (
    version(n, name, release_date=day)
    for n, name, day in ((1, "0.9", "2026-02-20"), (2, "1.0", "2026-03-10"), (3, "1.1", "2026-03-20"))
)


def story(key: str, started: str | None, done: str | None, *versions: dict, **more: object) -> dict:
    moves = [(started, "Doing")] if started else []
    return issue(
        key,
        created="2026-02-01",
        history=moves + ([(done, "Done")] if done else []),
        fix_versions=list(versions),
        **more,
    )


def measure(*issues: dict, versions: tuple[dict, ...] = (EARLY, IN_TIME, LATE)) -> Measure:
    return change_lead_time(context(issues, *PERIOD, versions=versions))


def test_a_change_belongs_to_the_period_of_its_deployment() -> None:
    """Deployed on 03-10, reckoned at 03-11 00:00: 7 days from 03-04; the others went out before or after."""
    found = measure(
        story("A-1", "2026-03-04", "2026-03-05", IN_TIME),
        story("A-2", "2026-02-10", "2026-02-15", EARLY),
        story("A-3", "2026-03-04", "2026-03-05", LATE),  # completed in the period, deployed after it
    )

    assert (found.candidates.keys(), found.candidates.counts()) == (("A-1",), {})
    assert (found.value, found.weekly_n.tolist(), found.evidence) == (7.0, [0, 1], "proxy")


def test_every_other_change_has_its_reason() -> None:
    """An old one that never went out belongs to its own period."""
    nowhere = version(9, "9.9")
    found = measure(
        story("A-1", None, "2026-03-05", IN_TIME),
        story("A-2", "2026-03-04", "2026-03-05", nowhere),
        story("A-3", "2026-02-04", "2026-02-05", nowhere),
        story("A-4", "2026-03-04", None, IN_TIME),
        story("A-5", "2026-03-04", "2026-03-05", IN_TIME, resolution="Duplicate"),
        versions=(EARLY, IN_TIME, LATE, nowhere),
    )

    assert {reason: found.candidates.keys(reason) for reason in found.candidates.counts()} == {
        "never_started": ("A-1",),
        "not_deployed": ("A-2",),
    }
    assert (found.value, found.state) == (None, "no_data")
    assert found.message == "No started and delivered issue was deployed in this period."


NEXT = version(4, "1.2", release_date="2026-03-12")


def test_a_ticket_closed_after_its_releases_went_out_with_the_last_of_them() -> None:
    """Completed on 03-14, fixed in the releases of 02-20 and 03-10: the later, 7 days from 03-04."""
    found = measure(story("A-1", "2026-03-04", "2026-03-14", EARLY, IN_TIME))

    assert (found.candidates.keys(), found.value) == (("A-1",), 7.0)


def test_a_release_in_time_beats_later_and_earlier_ones() -> None:
    """Completed on 03-11 12:00, within the day after the release of 03-10, so not that of 03-12."""
    found = measure(
        story("A-1", "2026-03-04", "2026-03-11T12:00", IN_TIME, NEXT),
        story("A-2", "2026-03-04", "2026-03-12T00:00", IN_TIME, NEXT),
        versions=(IN_TIME, NEXT),
    )

    assert found.sample is not None
    assert found.sample.tolist() == [7.0, 9.0]  # to 03-11 00:00 and to 03-13 00:00


def test_a_history_of_which_the_beginning_lacks_has_no_start() -> None:
    """When the work began is not known, unless the profile takes the creation for it."""
    short = story("A-1", "2026-03-04", "2026-03-05", IN_TIME)
    found = [
        change_lead_time(
            truncated(context([short], *PERIOD, versions=(IN_TIME,), profile={"start_source": source}))
        ).candidates
        for source in ("status", "created")
    ]

    assert found[0].counts() == {"history_truncated": 1}
    assert found[1].keys() == ("A-1",)


def truncated(here: CalculationContext) -> CalculationContext:
    """The same, but Jira told of more histories than came."""
    issues = replace(here.delivery.issues, truncated=np.ones(len(here.delivery.issues), np.bool_))
    return CalculationContext(replace(here.delivery, issues=issues), here.window)


def test_the_period_before_has_a_median_and_stages_that_nobody_asks_for() -> None:
    here = context([story("A-1", "2026-02-17", "2026-02-18", EARLY)], *PERIOD, versions=(EARLY,))
    found = change_lead_time(here.over(previous(here.window)))

    assert (found.value, isinstance(found.extra, EachLater)) == (4.0, True)


def test_without_deployments_there_is_no_answer_and_an_empty_sample() -> None:
    found = measure(story("A-1", "2026-03-04", "2026-03-05"), versions=())

    assert (found.value, found.state, found.evidence) == (None, "not_configured", "proxy")
    assert found.sample is not None
    assert (found.sample.tolist(), found.extra) == (
        [],
        {"stages": None, "by_start": None, "change_stages": None},
    )
