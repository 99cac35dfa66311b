"""Three tiny teams together, with numbers that a reader can check."""

import pytest
from msgspec.structs import replace

from data.metrics.merging.merged import Merged, merged
from data.metrics.merging.partial import Partial
from data.model.metric import MetricResult
from data.pipeline import ALL_METRICS, OF_THE_PAST
from tests.support.builders import issue, status_list
from tests.support.engine import engine_report
from tests.support.merging import kept_partial

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}
WAITING = {"workflow": {"waiting": ["Review"]}}


def story(key: str, began: str, done: str, review: str = "") -> dict:
    waits = [(review, "Review")] if review else []
    return issue(key, created="2026-02-20", history=[(began, "Doing"), *waits, (done, "Done")])


def deployed(id_: str, day: str, *, failed: bool = False) -> dict:
    return {"id": id_, "name": id_, "project": id_[0], "deployed_at": day, "failed": failed}


# Flow times of 2, 4 and 9 days; 6 days; 1 and 3 days. Two of four days of A-2 were waiting.
TEAM_A = [
    story("A-1", "2026-03-03", "2026-03-05"),
    story("A-2", "2026-03-03", "2026-03-07", "2026-03-05"),
    story("A-3", "2026-03-10", "2026-03-19"),
]
TEAM_B = [story("B-1", "2026-03-10", "2026-03-16")]
TEAM_C = [story("C-1", "2026-03-11", "2026-03-12"), story("C-2", "2026-03-20", "2026-03-23")]
DEPLOYED_A = [deployed("A-d1", "2026-03-05", failed=True), deployed("A-d2", "2026-03-19")]
DEPLOYED_B = [deployed("B-d1", "2026-03-17")]


def team(name: str, issues: list[dict], deployments: list[dict] = (), **settings: object) -> Partial:
    profile = {**WAITING, **settings}
    statuses = status_list("To Do", "Doing", "Review", "Done")
    report = engine_report(issues, statuses=statuses, deployments=deployments, profile=profile, **PERIOD)
    return kept_partial(report, name, profile=profile)


def together(*partials: Partial) -> Merged:
    return merged(partials, ALL_METRICS, OF_THE_PAST)


def teams() -> list[Partial]:
    return [team("a", TEAM_A, DEPLOYED_A), team("b", TEAM_B, DEPLOYED_B), team("c", TEAM_C)]


def week_values(result: MetricResult) -> list[tuple[float | None, int]]:
    return [(week.value, week.n) for week in result.weekly]


def test_counts_add_up() -> None:
    """Six items in 28 days; weeks of 2 and 1, 0, 2 and 1."""
    found = together(*teams())

    assert found.results["flow_velocity"].value == 6 * 7 / 28
    assert [n for _, n in week_values(found.results["flow_velocity"])] == [2, 1, 2, 1]
    assert (found.n_issues, found.n_items) == (6, 6)


def test_a_median_is_that_of_all_durations() -> None:
    """1, 2, 3, 4, 6, 9: (3 + 4) / 2, which no mean of the medians 4, 6 and 2 gives."""
    found = together(*teams()).results["flow_time"]

    assert (found.value, found.n, found.interval) == (3.5, 6, (1.0, 9.0))
    assert week_values(found) == [(3.0, 2), (1.0, 1), (7.5, 2), (3.0, 1)]


def test_a_rate_has_the_k_and_the_n_of_all() -> None:
    """One of two failed, and none of one: one of three."""
    found = together(*teams()).results["change_fail_rate"]

    assert (found.value, found.n) == (100 / 3, 3)


def test_efficiency_adds_active_time_and_flow_time() -> None:
    """25 days in all, two of them waiting: 23 / 25, and not the mean of 13 / 15, 1 and 1."""
    found = together(*teams()).results["flow_efficiency"]

    assert found.value == 92.0


def test_an_issue_and_a_deployment_of_two_scopes_count_once() -> None:
    """A scope that holds what two others hold changes nothing, and the overlap is told."""
    both = team("ab", [*TEAM_A, *TEAM_B], [*DEPLOYED_A, *DEPLOYED_B])
    found, alone = together(*teams(), both), together(*teams())

    assert {name: result.value for name, result in found.results.items()} == {
        name: result.value for name, result in alone.results.items()
    }
    assert (found.n_issues, found.n_items) == (6, 6)
    assert found.shared == {("a", "ab"): 3, ("b", "ab"): 1}


def test_of_an_issue_in_two_scopes_the_newest_data_are_right() -> None:
    """A-1 is done in the older of them and was reopened since: it counts as nobody's."""
    before = team("before", TEAM_A)
    reopened = issue(
        "A-1",
        created="2026-02-20",
        history=[("2026-03-03", "Doing"), ("2026-03-05", "Done"), ("2026-03-30", "Doing")],
    )
    after = replace(team("after", [reopened]), newest=before.newest + 1)

    assert together(before, after).results["flow_velocity"].n == 2
    assert together(after, before).results["flow_velocity"].n == 2


def test_what_is_understood_differently_has_no_common_number() -> None:
    """Starts at the creation are another flow time; what was delivered is the same."""
    found = together(team("a", TEAM_A), team("b", TEAM_B, start_source="created"))
    flow_time = found.results["flow_time"]

    assert (flow_time.state, flow_time.value) == ("not_applicable", None)
    assert flow_time.message == (
        "There is no common number where start_source differs (status for a; created for b). "
        "Set it alike, or choose profiles that agree."
    )
    assert flow_time.message in found.notes
    assert found.results["flow_velocity"].value == 1.0


def test_days_of_two_zones_have_no_common_number() -> None:
    """Neither days nor weeks begin together, so that nothing can be added up."""
    found = together(team("a", TEAM_A), team("b", TEAM_B, timezone="Asia/Tokyo"))

    assert {result.state for result in found.results.values()} == {"not_applicable"}
    assert found.notes[0].startswith("There is no common number where timezone differs (UTC for a;")


def test_targets_and_editions_have_to_agree() -> None:
    """The number is there; whether it is kept, and its level, are not."""
    aims = {"targets": {"flow_time": 5, "flow_velocity": 1}}
    other = {"targets": {"flow_time": 9, "flow_velocity": 1}, "edition": "2021"}
    found = together(team("a", TEAM_A, DEPLOYED_A, **aims), team("b", TEAM_B, DEPLOYED_B, **other))

    assert found.results["flow_time"].value == 5.0
    assert found.results["flow_time"].target is None
    assert found.results["flow_velocity"].target is not None
    assert found.results["change_fail_rate"].band is None
    assert any("common target for Flow time" in note for note in found.notes)
    assert any("edition differs" in note for note in found.notes)


def test_a_scope_that_knows_nothing_of_deployments_is_named() -> None:
    """Its deployments are not none; nobody told of any."""
    found = together(*teams())

    assert any(note.startswith("c: nothing is known there for Deployment frequency") for note in found.notes)


def test_a_scope_may_be_read_while_the_others_are_looked_at() -> None:
    """Its T is later than that of the days that all were cut to, which hold; other days are refused."""
    late = replace(team("b", TEAM_B), as_of=1_775_300_000_000)
    found, alone = together(team("a", TEAM_A), late), together(team("a", TEAM_A), team("b", TEAM_B))

    assert found.results["flow_velocity"].previous == alone.results["flow_velocity"].previous
    with pytest.raises(ValueError, match="different periods"):
        together(late, replace(late, days=("2026-01-01", *late.days[1:])))


def test_no_scopes_have_no_numbers() -> None:
    assert together() == Merged({}, None, 0, 0, {}, complete=True, notes=())
