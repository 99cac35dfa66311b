"""Single rules of specs/metrics.md that the worked examples do not touch."""

import json
from datetime import date

import pytest
from hypothesis import given, settings

from tests.reference import assert_documents_equal, reference_metrics, stats
from tests.reference.bands import duration_score, frequency_step, levels_by_limit
from tests.reference.clock import as_of_instant, instant, midnight, stamp
from tests.reference.deployments import sounds_like_production
from tests.reference.settings import fold
from tests.reference.worlds import Sample, worlds
from tests.support.builders import flag_item, issue, status, status_item, status_list

MARCH = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-20"}


def compute(*issues: dict, statuses: list[dict] | None = None, **changes: object) -> dict:
    known = status_list() if statuses is None else statuses
    return reference_metrics(list(issues), statuses=known, **{**MARCH, **changes})


def done(key: str, at: str, **more: object) -> dict:
    """A story worked on for a day."""
    return issue(key, created="2026-03-01", history=[("2026-03-03", "Doing"), (at, "Done")], **more)


def test_four_weeks_beyond_four_others_are_likely_up():
    """U = 16, its mean 8 and its variance 12: z = 7.5 / sqrt(12)."""
    found = stats.compared_by_weeks(26, 10, [5, 6, 7, 8], [1, 2, 3, 4])

    assert (found["trend"], found["confidence"]) == ("up", "likely")
    assert found["change"] == {
        "method": "rank_sum_weeks/1",
        "p": pytest.approx(0.0304, abs=5e-5),
        "interval": None,
        "units": [4, 4],
    }


@pytest.mark.parametrize(
    ("now", "before", "trend", "confidence"),
    [
        ([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], "down", "strong"),
        ([5, 6, 7], [1, 2, 3, 4], "unknown", None),  # three whole weeks
        ([3, 3, 3, 3], [3, 3, 3, 3], "flat", None),  # all tied: no variance
        ([1, 2, 3, 4], [1, 2, 3, 4], "flat", None),
    ],
)
def test_trend_by_weeks(now, before, trend, confidence):
    found = stats.compared_by_weeks(sum(now), sum(before), now, before)

    assert (found["trend"], found["confidence"]) == (trend, confidence)
    assert (found["change"] is None) == (trend == "unknown")


def test_weeks_and_headline_must_point_the_same_way():
    found = stats.compared_by_weeks(1, 2, [5, 6, 7, 8], [1, 2, 3, 4])

    assert (found["trend"], found["confidence"]) == ("flat", None)


def test_rates_are_compared_by_newcombe():
    """8 of 10 against 1 of 10: Wilson [49.02, 94.33] and [1.79, 40.42], difference 70 [26.58, 86.52]."""
    found = stats.compared_rates((8, 10), (1, 10), [], [])

    assert (found["trend"], found["confidence"]) == ("up", "strong")
    assert found["change"]["method"] == "newcombe_clustered/1"
    assert found["change"]["interval"] == [pytest.approx(26.58, abs=0.005), pytest.approx(86.52, abs=0.005)]
    assert (found["change"]["p"], found["change"]["units"]) == (None, [10, 10])


def test_failures_that_cluster_widen_the_interval():
    """Weeks of 5 with 5, 0, 5, 0 failures: each adds 2.5**2 / 1.25 = 5, so sqrt(20 / (6 - 2)) = sqrt(5).

    The other side stands at 0: it adds its two weeks and no squares.
    """
    weeks = [(5, 5), (0, 5), (5, 5), (0, 5)]
    found = stats.clustering([((10, 20), weeks), ((0, 20), [(0, 10), (0, 10), (0, 0)])])

    assert found == pytest.approx(5**0.5)
    assert stats.compared_rates((10, 20), (0, 20), [], [])["trend"] == "up"
    assert stats.compared_rates((10, 20), (0, 20), weeks, [(0, 10), (0, 10)])["trend"] == "flat"


def test_four_deployments_are_too_few_to_compare():
    assert stats.compared_rates((4, 4), (0, 20), [], []) == stats.UNKNOWN


def test_wilson_of_three_in_four():
    assert stats.wilson(3, 4) == [pytest.approx(30.06, abs=0.005), pytest.approx(95.44, abs=0.005)]


def test_percentiles_are_withheld_beyond_the_last_item():
    """Of 1..7: position 8 x 0.85 = 6.8; P95 would be item 7.6."""
    shown, withheld = stats.percentiles([7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0])

    assert shown == {"p50": 4.0, "p85": pytest.approx(6.8), "p95": None}
    assert list(withheld) == ["p95"]


@pytest.mark.parametrize(
    ("n", "names"), [(1, ["p85", "p95"]), (5, ["p85", "p95"]), (6, ["p95"]), (18, ["p95"]), (19, [])]
)
def test_percentiles_from_how_many_items(n, names):
    assert list(stats.percentiles([float(i) for i in range(n)])[1]) == names


@pytest.mark.parametrize(("n", "interval"), [(5, None), (6, [1, 6]), (7, [1, 7]), (10, [2, 9])])
def test_interval_of_a_median(n, interval):
    assert stats.median_interval(list(range(1, n + 1))) == interval


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-24T11:11:52.944+0000", "2026-08-24T11:11:52.944Z"),
        ("2026-08-24T11:11:52.944+05:45", "2026-08-24T05:26:52.944Z"),
        ("2026-08-24T11:11:52Z", "2026-08-24T11:11:52.000Z"),
        (1732877091000, "2024-11-29T10:44:51.000Z"),
    ],
)
def test_instants_are_read_in_every_spelling(text, expected):
    assert stamp(instant(text)) == expected


@pytest.mark.parametrize("text", [None, "", "soon", "2026-02-30T00:00:00.000+0000", True, {}, "2026-03-02"])
def test_unreadable_instants(text):
    assert instant(text) is None


@pytest.mark.parametrize(
    ("day", "zone", "first_instant"),
    [
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-28T23:00:00.000Z"),
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"),  # 00:00 did not exist
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00:00.000Z"),  # the day did not exist
    ],
)
def test_a_day_begins_at_its_first_instant(day, zone, first_instant):
    assert stamp(midnight(day, zone)) == first_instant


def test_a_bare_as_of_date_is_the_end_of_that_day():
    assert stamp(as_of_instant("2026-03-29", "Europe/Berlin")) == "2026-03-29T22:00:00.000Z"


@pytest.mark.parametrize("text", ["Won't  Do", " WONT DO", "‘Won’t’ “do”"])  # noqa: RUF001
def test_folding(text):
    assert fold(text) == "wont do"


def test_a_week_that_ends_at_t_is_whole():
    document = compute(
        done("A-1", "2026-03-04"),
        issue("A-0", created="2026-01-01"),
        date_to="2026-03-20",
        as_of="2026-03-15",
    )
    weekly = document["metrics"]["flow_velocity"]["weekly"]

    assert [(week["week"], week["partial"]) for week in weekly] == [("2026-W10", False), ("2026-W11", False)]


def test_weeks_before_the_first_issue_are_partial():
    weekly = compute(done("A-1", "2026-03-04"))["metrics"]["flow_velocity"]["weekly"]
    late = compute(issue("A-1", created="2026-03-04"))["metrics"]["flow_velocity"]["weekly"]

    assert [week["partial"] for week in weekly] == [False, False]
    assert [week["partial"] for week in late] == [True, False]


def test_nothing_is_known_before_the_period_begins():
    metrics = compute(done("A-1", "2026-03-04"), as_of="2026-03-01")["metrics"]

    for metric in metrics.values():
        assert (metric["state"], metric["value"], metric["n"]) == ("no_data", None, 0)
        assert (metric["weekly"], metric["included"], metric["excluded"]) == ([], [], {})


def test_an_empty_store_has_no_time_of_its_own():
    document = reference_metrics([])

    assert document["as_of"] is None
    assert {metric["state"] for metric in document["metrics"].values()} == {"no_data"}


def test_without_any_changelog_load_is_not_applicable():
    bare = done("A-1", "2026-03-04", has_changelog=False, resolutiondate="2026-03-05")
    metrics = compute(bare)["metrics"]

    assert metrics["flow_load"]["state"] == "not_applicable"
    assert metrics["flow_time"]["excluded"] == {"never_started": ["A-1"]}
    assert metrics["flow_velocity"]["n"] == 1


def test_start_source_created_repairs_a_missing_start():
    bare = issue("A-1", created="2026-03-01", now="Done", has_changelog=False, resolutiondate="2026-03-05")
    metrics = compute(bare, profile={"start_source": "created"})["metrics"]

    assert metrics["flow_time"]["value"] == 4


def test_flagged_time_is_not_active():
    flagged = done("A-1", "2026-03-05", flags=[("2026-03-04", True), ("2026-03-04T12:00", False)])
    metric = compute(flagged, profile={"workflow": {"waiting": ["Review"]}})["metrics"]["flow_efficiency"]

    assert metric["value"] == 75


def test_an_issue_first_heard_of_as_unflagged_was_flagged_from_the_start():
    flagged = done("A-1", "2026-03-05", flags=[("2026-03-04", False)])
    metric = compute(flagged, profile={"workflow": {"waiting": ["Review"]}})["metrics"]["flow_efficiency"]

    assert metric["value"] == 50


def test_no_waiting_status_known_means_no_efficiency():
    metric = compute(done("A-1", "2026-03-05"))["metrics"]["flow_efficiency"]

    assert (metric["state"], metric["value"]) == ("not_applicable", None)


def test_a_history_on_two_pages_counts_once():
    once = done("A-1", "2026-03-05")
    histories = once["changelog"]["histories"]
    twice = {**once, "changelog": {"histories": histories[::-1] + histories}}

    assert compute(once) == compute(twice)


def test_of_one_id_the_later_update_counts():
    old = issue("A-1", created="2026-03-01", id="7")
    new = done("A-1", "2026-03-05", id="7")

    assert compute(new, old)["metrics"]["flow_velocity"]["n"] == 1
    assert compute(old, new)["scope"]["issues"] == 1


def test_a_custom_field_named_status_is_not_the_status():
    story = done("A-1", "2026-03-05")
    item = {**status_item("Done", "Doing"), "fieldtype": "custom", "fieldId": "customfield_1"}
    row = {"id": "900", "created": "2026-03-06T00:00:00.000+0000", "items": [item, flag_item(True)]}
    story["changelog"]["histories"].append(row)

    assert compute(story)["metrics"]["flow_velocity"]["n"] == 1


def test_a_mismatching_current_status_begins_at_the_last_update():
    story = done("A-1", "2026-03-05", now="Doing", updated="2026-03-10")
    before, after = compute(story, as_of="2026-03-09T23:59"), compute(story)

    assert before["metrics"]["flow_velocity"]["n"] == 1
    assert before["data_quality"] == []
    assert after["metrics"]["flow_load"]["included"] == ["A-1"]
    assert [entry["code"] for entry in after["data_quality"]] == ["history_mismatch"]


def test_categories_are_voted_for_where_the_server_is_silent():
    votes = [("done", "A-1"), ("done", "A-2"), ("new", "A-3")]
    issues = [done(key, "2026-03-05", status=status("Done", category=category)) for category, key in votes]

    assert compute(*issues, statuses=[])["metrics"]["flow_velocity"]["n"] == 3


def test_a_status_gone_today_takes_the_category_of_its_namesakes():
    gone = issue(
        "A-1", created="2026-03-01", history=[("2026-03-03", ("77", "doing")), ("2026-03-05", "Done")]
    )

    assert compute(gone)["metrics"]["flow_time"]["value"] == 2


@pytest.mark.parametrize(
    ("per_week", "per_month", "step"),
    [
        ([(10, 4)] * 4, 20, "on demand"),
        ([(10, 3)] * 4, 20, "daily-weekly"),
        ([(9, 5), (9, 5), (9, 5), (20, 7)], 20, "daily"),  # one release a working day
        ([(1, 1), (1, 1), (1, 1), (0, 0)], 4, "daily-weekly"),
        ([(0, 0), (0, 0), (1, 1), (0, 0)], 1, "weekly-monthly"),
        ([(0, 0)] * 4, 1 / 6, "monthly-6-monthly"),
        ([(0, 0)] * 4, 0.1, "fewer"),
    ],
)
def test_frequency_steps(per_week, per_month, step):
    assert frequency_step(per_week, per_month) == step


@pytest.mark.parametrize(
    ("hours", "by_day", "score"),
    [
        (0.5, False, 10),
        (0.5, True, 8),
        (1, False, 8),
        (24, False, 6),
        (7 * 24, False, 6),
        (181 * 24, False, 0),
    ],
)
def test_scores_of_durations(hours, by_day, score):
    assert duration_score(hours * 3_600_000, by_day=by_day) == score


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("Production", True),
        ("eu-west-1_PROD2", True),
        ("live", True),
        ("pre-production", False),
        ("non prod", False),
        ("preprod", False),
        ("Produktion", False),
        ("test", False),
    ],
)
def test_environments_that_sound_like_production(name, sounds):
    assert sounds_like_production(name) is sounds


def test_levels_that_share_a_cell_are_all_named():
    cells = {"Elite": ("<", 1), "High": ("<", 24), "Medium": ("<", 24), "Low": ("<=", 720)}

    assert levels_by_limit(cells, 1) == ["High", "Medium"]
    assert levels_by_limit(cells, 24) == ["Low"]
    assert levels_by_limit(cells, 9999) == ["Low"]


def test_differences_are_told_with_their_place():
    document = compute(done("A-1", "2026-03-05"))
    other = json.loads(json.dumps(document))
    other["metrics"]["flow_time"]["weekly"][0]["value"] += 1e-6

    assert_documents_equal(document, json.loads(json.dumps(document)))
    with pytest.raises(AssertionError, match=r"flow_time\.weekly\[0\]\.value: 2\.000001 != 2\.0"):
        assert_documents_equal(other, document)


@pytest.mark.slow
@settings(max_examples=60)
@given(worlds())
def test_every_candidate_is_included_or_has_one_reason(sample: Sample):
    """And the answer is JSON, with its counts equal to its lists."""
    document = reference_metrics(sample.issues, **sample.arguments())

    json.dumps(document, allow_nan=False)
    for metric in document["metrics"].values():
        excluded = [key for keys in metric["excluded"].values() for key in keys]
        assert metric["n"] == len(metric["included"]) == len(set(metric["included"]))
        assert not set(metric["included"]) & set(excluded)
        assert len(set(excluded)) == len(excluded)
        assert (metric["value"] is None) == (metric["message"] is not None)
        assert (metric["value"] is None) == (metric["state"] != "ok")


@pytest.mark.slow
@settings(max_examples=40)
@given(worlds())
def test_the_order_of_issues_does_not_matter(sample: Sample):
    """But for equal updates of one id, of which the last read wins."""
    ids = [row["id"] for row in sample.issues]
    if len(ids) == len(set(ids)):
        there = reference_metrics(sample.issues, **sample.arguments())
        back = reference_metrics(sample.issues[::-1], **sample.arguments())

        assert there == back
