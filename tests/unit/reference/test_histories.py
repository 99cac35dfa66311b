"""The plain program on histories that are cut, odd or of the future, with numbers to check by hand."""

import pytest

from tests.reference import reference_metrics
from tests.reference.clock import DAY, instant
from tests.reference.issues import read_issues
from tests.support.builders import entry, issue, status_item, status_list

MARCH = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-20"}
NOW = instant("2026-04-01T00:00:00Z")


def compute(*issues: dict, **changes: object) -> dict:
    return reference_metrics(list(issues), **{"statuses": status_list(), "now": NOW, **MARCH, **changes})


def findings(document: dict) -> dict[str, list[str]]:
    return {row["code"]: row["keys"] for row in document["data_quality"]}


def done(key: str = "A-1", **more: object) -> dict:
    """Created on 1 March, worked on from the 3rd to the 5th."""
    history = [("2026-03-03", "Doing"), ("2026-03-05", "Done")]
    return issue(key, created="2026-03-01", history=history, **more)


def with_total(row: dict, total: int) -> dict:
    return {**row, "changelog": {**row["changelog"], "total": total}}


def with_rows(row: dict, *rows: object) -> dict:
    histories = [*row["changelog"]["histories"], *rows]
    return {**row, "changelog": {"total": len(histories), "histories": histories}}


def test_a_cut_history_has_an_end_and_no_start():
    """Two of 62 histories: what came before 3 March is unknown, the completion holds."""
    document = compute(with_total(done(), 62))
    metrics = document["metrics"]

    assert metrics["flow_velocity"]["included"] == ["A-1"]
    assert metrics["flow_time"]["excluded"] == {"history_truncated": ["A-1"]}
    assert metrics["request_lead_time"]["value"] == 4
    assert findings(document)["history_truncated"] == ["A-1"]
    assert "skipped_status" not in findings(document)


def test_a_cut_history_starts_at_creation_where_the_profile_says_so():
    document = compute(with_total(done(), 62), profile={"start_source": "created"})

    assert document["metrics"]["flow_time"]["value"] == 4


def test_the_time_before_the_first_known_entry_is_neither_load_nor_done():
    """Two issues said to have been in Doing and in Done before the first entry that was sent."""
    doing = issue("A-1", created="2026-03-01", first="Doing", history=[("2026-03-10", "To Do")])
    ended = issue("A-2", created="2026-03-01", first="Done", history=[("2026-03-10", "Review")])
    metrics = compute(*(with_total(row, 9) for row in (doing, ended)), date_to="2026-03-08")["metrics"]

    assert (metrics["flow_load"]["value"], metrics["flow_load"]["mean"]) == (0, 0)
    assert metrics["flow_load"]["parked"] == []
    assert metrics["flow_velocity"]["n"] == 0


@pytest.mark.parametrize(("total", "codes"), [(3, set()), (4, {"history_truncated"})])
def test_unreadable_and_repeated_histories_count_once_each(total, codes):
    """Three histories of three ids were sent, one of them twice and one without a time."""
    row = done()
    unreadable = {**entry(900, "2026-03-04", status_item("Doing", "To Do")), "created": "soon"}
    row = with_rows(row, unreadable, row["changelog"]["histories"][0])
    found = findings(compute(with_total(row, total)))

    assert found.keys() & {"history_truncated"} == codes
    assert found["malformed_history"] == ["A-1"]


def test_a_cut_history_without_any_status_is_done_by_its_resolution_date():
    ended = issue("A-1", created="2026-03-01", now="Done", resolutiondate="2026-03-04")
    going = issue("A-2", created="2026-03-01", now="Doing")
    metrics = compute(*(with_total(row, 5) for row in (ended, going)))["metrics"]

    assert metrics["flow_velocity"]["included"] == ["A-1"]
    assert metrics["flow_time"]["excluded"] == {"history_truncated": ["A-1"]}
    assert metrics["flow_load"]["value"] == 0


@pytest.mark.parametrize(
    "row",
    [
        None,
        "history",
        {"id": "901", "created": "2026-03-04T00:00:00.000+0000", "items": None},
        {"id": "901", "created": None, "items": [status_item("Doing", "To Do")]},
        {"id": "901", "created": "2026-03-04T00:00:00.000+0000", "items": [None, 5]},
        {
            "id": "901",
            "created": "2026-03-04T00:00:00.000+0000",
            "items": [{"field": "Rank", "fieldId": "customfield_1", "from": "", "to": "", "toString": 5}],
        },
        {
            "id": "901",
            "created": "2026-03-04T00:00:00.000+0000",
            "items": [{**status_item("Doing", "To Do"), "toString": 5}],
        },
        {
            "id": "901",
            "created": "2026-03-04T00:00:00.000+0000",
            "items": [{"field": "status", "fieldId": "status", "from": "3", "to": None, "toString": ""}],
        },
    ],
)
def test_one_odd_history_or_item_costs_only_itself(row):
    document = compute(with_rows(done(), row))

    assert document["metrics"]["flow_time"]["value"] == 2
    assert findings(document)["malformed_history"] == ["A-1"]


def test_an_odd_item_leaves_the_others_of_its_history():
    odd = {"field": "Rank", "fieldId": "customfield_1", "fromString": [], "toString": 5}
    row = issue("A-1", created="2026-03-01", now="Done")
    both = entry(1, "2026-03-05", odd, status_item("To Do", "Done"))
    document = compute(with_rows(row, both))

    assert document["metrics"]["flow_velocity"]["included"] == ["A-1"]


def test_a_stamp_may_be_a_number_of_milliseconds():
    row = issue("A-1", created="2026-03-01", now="Done")
    at = instant("2026-03-05T00:00:00Z")
    document = compute(with_rows(row, {**entry(1, at, status_item("To Do", "Done"))}))

    assert document["metrics"]["request_lead_time"]["value"] == 4
    assert "malformed_history" not in findings(document)


@pytest.mark.parametrize(("ahead", "readable"), [(0, True), (DAY, True), (DAY + 1, False)])
def test_a_stamp_may_be_a_day_ahead_of_the_reader(ahead, readable):
    row = done()
    row["fields"]["resolutiondate"] = NOW + ahead
    row = with_rows(row, entry(900, NOW + ahead, status_item("Done", "Doing")))
    (found,) = read_issues([row], NOW)

    assert (found.instant("resolutiondate") is not None) == readable
    assert found.is_malformed("resolutiondate") == (not readable)
    assert len(found.changes) == (3 if readable else 2)
    assert found.malformed == (not readable)


def test_an_unreadable_update_counts_as_the_creation():
    """Of one id twice the row that says 2 March is later than one created on the 1st and never updated."""
    old, new = done(updated="2026-03-02", id="7", resolution="Duplicate"), done(id="7")
    new["fields"]["updated"] = "soon"

    assert compute(old, new)["metrics"]["flow_velocity"]["n"] == 0
    assert compute(new, old)["metrics"]["flow_velocity"]["n"] == 0


def test_a_mismatch_without_a_readable_update_begins_at_the_last_entry():
    row = done(now="Doing")
    row["fields"]["updated"] = "2099-01-01T00:00:00.000+0000"
    document = compute(row)

    assert document["metrics"]["flow_load"]["included"] == ["A-1"]
    assert document["metrics"]["flow_load"]["mean"] == pytest.approx((2 + 11) / 14)
    assert findings(document).keys() >= {"history_mismatch", "malformed_updated"}


@pytest.mark.parametrize("changelog", [None, {}, {"histories": []}, {"total": 0, "histories": []}])
def test_an_empty_answer_does_not_replace_histories(changelog):
    later = {**done(id="7", updated="2026-03-09"), "changelog": changelog}
    document = compute(done(id="7"), later)

    assert document["metrics"]["flow_time"]["value"] == 2


def test_without_an_entry_by_t_a_done_issue_is_completed_by_its_resolution_date():
    row = issue(
        "A-1",
        created="2026-03-01",
        first="Done",
        history=[("2026-03-25", "Doing")],
        resolutiondate="2026-03-04",
    )

    assert compute(row)["metrics"]["request_lead_time"]["value"] == 3


def test_default_t_is_just_after_the_newest_history_whatever_it_holds():
    row = with_rows(done(updated="2026-03-05"), entry(900, "2026-03-08T10:00"))

    assert compute(row, as_of=None)["as_of"] == "2026-03-08T10:00:00.001Z"
