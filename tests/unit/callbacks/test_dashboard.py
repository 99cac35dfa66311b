"""What the Overview says beside its numbers."""

from dataclasses import replace
from pathlib import Path

from callbacks.dashboard import say
from configuration.profile import Profile
from data.metrics.report import View
from tests.support.dashboards import pipeline_over
from ui.design import plain_design

VIEW = View(date_from="2026-03-02", date_to="2026-03-15")


def test_nothing_is_made_of_numbers_while_a_first_sync_reads(tmp_path: Path) -> None:
    """What is there then is the oldest: three of worked example A are delivered, and no sentence says so."""
    report = pipeline_over(tmp_path).report(VIEW)
    whole, part = (
        [str(plain_design(place)) for place in say(each, Profile())]
        for each in (report, replace(report, complete=False))
    )

    assert len(whole) == len(part) == 6
    assert "are delivered" in whole[0]
    assert "still reading" in part[0]
    assert "are delivered" not in part[0]
    assert part[1] == "[]"
    assert ["Follows when the first sync has ended." in place for place in part[2:]] == [True] * 4
