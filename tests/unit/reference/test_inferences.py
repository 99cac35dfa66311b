"""What the plain program infers of statuses, types and ends, with numbers to check by hand."""

import pytest

from tests.reference import reference_metrics
from tests.support.builders import entry, issue, status, status_item, status_list

MARCH = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-20"}
RESOLVES = {
    "field": "resolution",
    "fieldtype": "jira",
    "fieldId": "resolution",
    "from": None,
    "fromString": None,
    "to": "1",
    "toString": "Fixed",
}


def compute(*issues: dict, **changes: object) -> dict:
    return reference_metrics(list(issues), **{"statuses": status_list(), **MARCH, **changes})


def findings(document: dict) -> dict[str, list[str]]:
    return {row["code"]: row["keys"] for row in document["data_quality"]}


def via(middle: tuple[str | None, str], key: str = "A-1", **more: object) -> dict:
    """Through one status from 3 March, and Done on the 5th."""
    return issue(key, created="2026-03-01", history=[("2026-03-03", middle), ("2026-03-05", "Done")], **more)


@pytest.mark.parametrize(
    "middle",
    [("900", "IN  PROGRESS"), ("900", "In Bearbeitung"), ("900", "В работе"), ("3", "Steaming")],  # noqa: RUF001
)
def test_work_may_start_in_a_status_that_only_its_usual_name_or_id_tells(middle):
    statuses = status_list("To Do", "Done")
    document = compute(via(middle), statuses=statuses)
    metric = document["metrics"]["flow_time"]

    assert (metric["value"], metric["evidence"]) == (2, "inferred")
    assert document["metrics"]["flow_velocity"]["evidence"] == "measured"
    assert findings(document)["inferred_status"] == ["A-1"]


def test_a_name_of_today_is_measured():
    document = compute(via(("900", "doing")))

    assert document["metrics"]["flow_time"]["evidence"] == "measured"
    assert "inferred_status" not in findings(document)


def test_namesakes_that_disagree_leave_it_to_the_usual_names():
    """Two statuses of today are called In Progress, one of them is done."""
    statuses = [*status_list(), status("In Progress", "901"), status("In Progress", "902", "done")]
    metric = compute(via(("900", "In Progress")), statuses=statuses)["metrics"]["flow_time"]

    assert (metric["value"], metric["evidence"]) == (2, "inferred")


def test_nothing_is_inferred_of_a_name_that_nobody_uses():
    document = compute(via(("900", "Steaming")))

    assert document["metrics"]["flow_time"]["excluded"] == {"never_started": ["A-1"]}
    assert findings(document)["unmapped_status"] == ["A-1"]


@pytest.mark.parametrize(
    ("first", "evidence"), [("Erledigt", "inferred"), ("Steaming", "measured"), ("Zu erledigen", "measured")]
)
def test_an_end_is_inferred_where_a_guess_belongs_to_the_final_run(first, evidence):
    """Erledigt is done since the 3rd; without the guess it would be the 5th, as with the others."""
    metrics = compute(via(("900", first)))["metrics"]

    assert metrics["request_lead_time"]["value"] == (2 if evidence == "inferred" else 4)
    assert metrics["flow_velocity"]["evidence"] == evidence


def test_a_move_that_sets_a_resolution_ends_the_work():
    """The move into Steaming on 4 March resolved the issue; one without a resolution would not."""
    row = issue("A-1", created="2026-03-01", now="Done")
    moves = [
        entry(1, "2026-03-03", status_item("To Do", "Doing")),
        entry(2, "2026-03-04", RESOLVES, status_item("Doing", ("900", "Steaming"))),
        entry(3, "2026-03-06", status_item(("900", "Steaming"), "Done")),
    ]
    row["changelog"] = {"total": 3, "histories": moves}
    document = compute(row)

    assert document["metrics"]["flow_time"]["value"] == 1
    assert document["metrics"]["flow_time"]["evidence"] == "inferred"

    moves[1]["items"] = moves[1]["items"][1:]
    assert compute(row)["metrics"]["flow_time"]["value"] == 3


def test_a_status_of_today_keeps_what_the_server_says():
    """Closed is todo here, whatever Closed usually is."""
    row = issue("A-1", created="2026-03-01", history=[("2026-03-05", ("77", "Closed"))])
    row["fields"]["status"] = status("Closed", "77", "new")

    assert compute(row, statuses=[])["metrics"]["flow_velocity"]["n"] == 0


def ended(key: str, name: str, resolution: str | None = "Done", category: str = "done") -> dict:
    row = issue(key, created="2026-03-01", history=[("2026-03-05", (f"st-{name}", name))])
    row["fields"]["status"] = status(name, f"st-{name}", category)
    row["fields"]["resolution"] = {"name": resolution} if resolution else None
    return row


@pytest.mark.parametrize("name", ["Cancelled", "REJECTED", "Won’t Do", "Duplikat", "キャンセルされました"])  # noqa: RUF001
def test_a_done_status_may_stand_for_not_delivered(name):
    metric = compute(ended("A-1", name))["metrics"]["flow_velocity"]

    assert (metric["excluded"], metric["evidence"]) == ({"not_delivered": ["A-1"]}, "inferred")


def test_a_resolution_that_says_so_needs_no_guess():
    metric = compute(ended("A-1", "Cancelled", "Withdrawn"))["metrics"]["flow_velocity"]

    assert (metric["excluded"], metric["evidence"]) == ({"not_delivered": ["A-1"]}, "measured")


@pytest.mark.parametrize("listed", ["Shelved", "st-Shelved", "SHELVED"])
def test_a_list_of_statuses_that_somebody_wrote_counts_alone_and_is_measured(listed):
    profile = {"workflow": {"not_delivered": [listed]}}
    document = compute(ended("A-1", "Cancelled"), ended("A-2", "Shelved"), profile=profile)
    metric = document["metrics"]["flow_velocity"]

    assert (metric["included"], metric["evidence"]) == (["A-1"], "measured")
    assert document["scope"]["done_statuses"] == {
        "Cancelled": {"n": 1, "delivered": True},
        "Shelved": {"n": 1, "delivered": False},
    }


@pytest.mark.parametrize("name", ["Withdrawn", "NOT DOING", "Nicht reproduzierbar", "No se hará"])
def test_resolutions_of_all_languages_by_default(name):
    assert compute(ended("A-1", "Done", name))["metrics"]["flow_velocity"]["n"] == 0
    profile = {"not_delivered": ["Won't Do"]}
    assert compute(ended("A-1", "Done", name), profile=profile)["metrics"]["flow_velocity"]["n"] == 1


def test_resolutions_are_listed_by_folded_name():
    """Of the completed flow items; what is open or a sub-task is not among them."""
    rows = [
        ended("A-1", "Done", "fixed"),
        ended("A-2", "Done", "Fixed"),
        ended("A-3", "Done", None),
        ended("A-4", "Done", "Duplicate"),
        issue("A-5", "Sub-task", created="2026-03-01", history=[("2026-03-05", "Done")], resolution="X"),
        issue("A-6", created="2026-03-01", resolution="Y"),
    ]
    found = compute(*rows)["scope"]["resolutions"]

    assert list(found.items()) == [
        ("", {"n": 1, "delivered": True}),
        ("Duplicate", {"n": 1, "delivered": False}),
        ("Fixed", {"n": 1, "delivered": True}),
        ("fixed", {"n": 1, "delivered": True}),
    ]


def typed(key: str, name: str, parent: str | None = None, **kind: object) -> dict:
    row = issue(key, created="2026-03-01", history=[("2026-03-03", "Doing"), ("2026-03-05", "Done")])
    row["fields"]["issuetype"] = {"id": f"t-{name}", "name": name, "subtask": False, **kind}
    row["fields"]["parent"] = {"id": "1", "key": parent} if parent else None
    return row


@pytest.mark.parametrize("name", ["EPIC", "Initiative", "Episch", "Эпик"])
def test_epics_are_known_by_name_where_no_level_is_told(name):
    told, untold = typed("A-1", name, hierarchyLevel=0), typed("A-2", name)

    assert compute(told, untold)["metrics"]["flow_velocity"]["included"] == ["A-1"]


@pytest.mark.parametrize(("parents", "included"), [(["A-1", "A-1"], 4), (["A-1", "A-2"], 2)])
def test_a_type_without_a_level_is_an_epic_where_most_of_its_issues_are_parents(parents, included):
    """Of two plans one or both are named by stories; of a half more than half is asked."""
    plans = [typed("A-1", "Plan"), typed("A-2", "Plan")]
    stories = [typed(f"A-{n}", "Story", parent) for n, parent in enumerate(parents, start=3)]

    assert compute(*plans, *stories)["metrics"]["flow_velocity"]["n"] == included


def test_children_that_are_sub_tasks_make_no_epic():
    document = compute(typed("A-1", "Plan"), typed("A-2", "Part", "A-1", subtask=True))

    assert document["metrics"]["flow_velocity"]["included"] == ["A-1"]


def test_types_of_other_languages():
    rows = [typed("A-1", "История"), typed("A-2", "Ошибка"), typed("A-3", "Błąd"), typed("A-4", "Задача")]
    counts = compute(*rows)["metrics"]["flow_distribution"]["counts"]

    assert counts == {"Feature": 1, "Defect": 2, "Debt": 0, "Risk": 0, "Unclassified": 1}


@pytest.mark.parametrize(("others", "found"), [(1, None), (0, ["A-1"])])
def test_unclassified_types_are_a_finding_beyond_one_half(others, found):
    rows = [typed("A-1", "Задача"), *[typed("A-2", "Story")] * others]

    assert findings(compute(*rows)).get("unclassified_types") == found
