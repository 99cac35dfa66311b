"""What histories mean as of an instant: specs/metrics.md, rule by rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from configuration.errors import ConfigurationError
from configuration.profile import profile_from
from data.meaning.delivery import DeliveryTables, derive
from data.meaning.endings import NO_ENDINGS, Endings, count_endings
from data.meaning.flow_items import FLOW_ITEMS
from data.model.tables import CATEGORY_NAMES, MISSING, OPEN, Dataset
from data.store.columns import build_issue_table
from tests.support.builders import flag_item, issue, status, status_item, status_list, version
from tests.support.rows import UTC, at, dataset, delivery, row

DOING_DONE = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]


def stays(tables, key: str = "A-1") -> list[tuple[str, int, int]]:
    """The intervals of one issue as (status, entered, left)."""
    everything = tables.issues.keys(range(len(tables.issues)))
    mine = tables.intervals.issue == everything.index(key)
    intervals = tables.intervals
    return [
        (tables.issues.statuses[code].name, entered, left)
        for code, entered, left in zip(
            intervals.status[mine].tolist(),
            intervals.entered[mine].tolist(),
            intervals.left[mine].tolist(),
            strict=True,
        )
    ]


def started(*args, **more) -> int:
    return int(delivery(*args, **more).started_at[0])


def completed(*args, **more) -> int:
    return int(delivery(*args, **more).completed_at[0])


def test_stays_are_contiguous_from_creation() -> None:
    tables = delivery([issue("A-1", created="2026-03-01", history=DOING_DONE)])

    assert stays(tables) == [
        ("To Do", at("2026-03-01"), at("2026-03-02")),
        ("Doing", at("2026-03-02"), at("2026-03-05")),
        ("Done", at("2026-03-05"), OPEN),
    ]


def test_without_entries_the_current_status_began_at_creation() -> None:
    tables = delivery([issue("A-1", created="2026-03-01", now="Doing")])

    assert stays(tables) == [("Doing", at("2026-03-01"), OPEN)]
    assert tables.started_at[0] == at("2026-03-01")


@pytest.mark.parametrize(
    ("as_of", "last", "started_at"),
    [
        ("2026-03-01T23:59", "To Do", MISSING),
        ("2026-03-02T00:00", "Doing", "2026-03-02"),  # an entry at T has happened
        ("2026-03-04T23:59", "Doing", "2026-03-02"),
        ("2026-03-05T00:00", "Done", "2026-03-02"),
    ],
)
def test_what_happens_after_t_has_not_happened(as_of: str, last: str, started_at: str | int) -> None:
    tables = delivery([issue("A-1", created="2026-03-01", history=DOING_DONE)], as_of)

    assert stays(tables)[-1][0] == last
    assert stays(tables)[-1][2] == OPEN
    assert tables.started_at[0] == (at(started_at) if isinstance(started_at, str) else started_at)


def test_an_issue_created_after_t_does_not_exist() -> None:
    tables = delivery([issue("A-1", created="2026-03-02")], "2026-03-01")

    assert not tables.exists[0]
    assert stays(tables) == []


def test_a_broken_chain_is_filled_by_the_earlier_status() -> None:
    history = [("2026-03-02", "Doing"), ("2026-03-04", "Review", "Done")]
    tables = delivery([issue("A-1", created="2026-03-01", history=history)])

    assert [name for name, _, _ in stays(tables)] == ["To Do", "Doing", "Done"]
    assert tables.history.broken_chain[0]


def test_an_entry_before_creation_counts_from_creation() -> None:
    tables = delivery([issue("A-1", created="2026-03-02", history=[("2026-03-01", "Doing")])])

    assert stays(tables) == [("To Do", at("2026-03-02"), at("2026-03-02")), ("Doing", at("2026-03-02"), OPEN)]
    assert tables.history.clamped[0]
    assert tables.started_at[0] == at("2026-03-02")


def test_a_status_that_contradicts_its_history_begins_at_the_last_update() -> None:
    contradictory = issue("A-1", created="2026-03-01", history=DOING_DONE, now="Doing", updated="2026-03-08")
    tables = delivery([contradictory])

    assert stays(tables)[-1] == ("Doing", at("2026-03-08"), OPEN)
    assert tables.history.mismatch[0]
    before = delivery([contradictory], "2026-03-07T23:59")
    assert stays(before)[-1] == ("Done", at("2026-03-05"), OPEN)
    assert not before.history.mismatch[0]


@pytest.mark.parametrize(
    ("last", "mismatch"),
    [
        (("10002", "Finished"), False),  # same id under another name
        (("777", "Done"), True),  # another id of the same name
        ((None, '"done" '), False),  # no id: by folded name
        ((None, "Doing"), True),
    ],
)
def test_statuses_are_compared_by_id_else_by_name(last: tuple, mismatch: bool) -> None:
    odd = issue("A-1", created="2026-03-01", history=[("2026-03-02", last)], now="Done", updated="2026-03-09")

    assert delivery([odd]).history.mismatch[0] == mismatch


def test_a_stay_of_no_length_starts_work_and_breaks_a_run_of_done() -> None:
    through = [("2026-03-02", "Doing"), ("2026-03-02", "Done")]
    reopened = [("2026-03-02", "Done"), ("2026-03-05", "Doing"), ("2026-03-05", "Done")]

    assert started([issue("A-1", created="2026-03-01", history=through)]) == at("2026-03-02")
    assert completed([issue("A-1", created="2026-03-01", history=reopened)]) == at("2026-03-05")


def test_completion_is_the_start_of_the_final_run_of_done() -> None:
    """Done, reopened, done, filed under another done status: the second Done counts."""
    statuses = [*status_list(), status("Released", category="done")]
    history = [*DOING_DONE, ("2026-03-07", "Doing"), ("2026-03-09", "Done"), ("2026-03-11", "Released")]
    tables = [issue("A-1", created="2026-03-01", history=history, now="Released", status=statuses[-1])]

    assert completed(tables, statuses=statuses) == at("2026-03-09")
    assert completed(tables, "2026-03-08", statuses=statuses) == MISSING
    assert completed(tables, "2026-03-06", statuses=statuses) == at("2026-03-05")


@pytest.mark.parametrize(("as_of", "expected"), [("2026-03-04T23:59", MISSING), ("2026-03-05", "2026-03-05")])
def test_a_done_issue_without_entries_was_completed_when_it_was_resolved(
    as_of: str, expected: str | int
) -> None:
    resolved = issue(
        "A-1", created="2026-03-01", now="Done", resolutiondate="2026-03-05", has_changelog=False
    )

    assert completed([resolved], as_of) == (at(expected) if isinstance(expected, str) else expected)
    assert completed([issue("A-1", created="2026-03-01", now="Done")]) == MISSING


def test_choices_that_repair_histories() -> None:
    moved = issue("A-1", created="2026-03-01", history=DOING_DONE, resolutiondate="2026-03-03")
    parked = issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", "To Do")], resolutiondate="2026-03-03"
    )

    assert completed([moved], profile={"completion_source": "resolution"}) == at("2026-03-03")
    assert completed([parked], profile={"completion_source": "resolution"}) == at("2026-03-03")
    assert completed([moved], "2026-03-02", profile={"completion_source": "resolution"}) == MISSING
    assert started([moved], profile={"start_source": "created"}) == at("2026-03-01")


@pytest.mark.parametrize(
    ("resolution", "delivered"),
    [
        ("Done", True),
        (None, True),
        ("Something new", True),
        ("Won't Do", False),
        ("wont  do", False),
        ("HOLD", False),
        ("Withdrawn", False),
        ("Nicht reproduzierbar", False),  # Jira's own name in German
        ("No se hará", False),
    ],
)
def test_delivered_is_anything_but_the_listed_resolutions(resolution: str | None, delivered: bool) -> None:
    """Names are compared without case, quotes and extra white space."""
    tables = delivery([issue("A-1", created="2026-03-01", history=DOING_DONE, resolution=resolution)])

    assert tables.not_delivered[0] != delivered


def test_a_list_that_somebody_wrote_counts_alone() -> None:
    """Neither the default names nor those of other languages count beside it."""
    issues = [issue(f"A-{n}", resolution=name) for n, name in enumerate(("Hold", "Duplikat", "Done"), 1)]

    assert delivery(issues, profile={"not_delivered": ["Done"]}).not_delivered.tolist() == [
        False,
        False,
        True,
    ]


def test_a_profile_may_deliver_everything() -> None:
    tables = delivery([issue("A-1", resolution="Hold")], profile={"not_delivered": []})

    assert not tables.not_delivered[0]


@pytest.mark.parametrize(
    ("kind", "profile", "expected"),
    [
        ("Story", {}, True),
        ("Sub-task", {}, False),
        ("Sub-task", {"include_subtasks": True}, True),
        ("Epic", {}, False),
        ("Epic", {"include_epics": True}, True),
        ("Epic", {"include_subtasks": True}, False),
    ],
)
def test_scope(kind: str, profile: dict, expected: bool) -> None:
    assert delivery([issue("A-1", kind)], profile=profile).in_scope[0] == expected


def test_scope_without_levels() -> None:
    """Servers of before hierarchyLevel: sub-tasks say so, epics are known by their name."""

    def scope(kind: dict) -> bool:
        return bool(delivery([issue("A-1", issuetype=kind)]).in_scope[0])

    assert not scope({"id": "1", "name": "Teil", "subtask": True})
    assert not scope({"id": "1", "name": "EPIC", "subtask": False})
    assert scope({"id": "1", "name": "Task", "subtask": False})


def test_no_readable_creation_is_out_of_scope() -> None:
    tables = delivery([issue("A-1", created="2026-01-01") | {}, broken("A-2")])

    assert tables.in_scope.tolist() == [True, False]
    assert tables.exists.tolist() == [True, False]


def broken(key: str) -> dict:
    raw = issue(key)
    raw["fields"]["created"] = "last spring"
    return raw


def category(name: str, tables) -> str:
    codes = [place for place, known in enumerate(tables.issues.statuses) if known.name == name]
    return CATEGORY_NAMES[tables.workflow.category[codes[0]]]


def test_a_category_is_the_profiles_then_the_servers_then_the_majoritys() -> None:
    """Of three issues in Doing two claim it is done."""

    def claim(key: str, key_of_category: str) -> dict:
        return issue(key, status=status("Doing", category=key_of_category))

    issues = [claim("A-1", "done"), claim("A-2", "done"), claim("A-3", "new")]

    assert category("Doing", delivery(issues, statuses=[])) == "done"
    assert category("Doing", delivery(issues)) == "in_progress"
    assert category("Doing", delivery(issues, profile={"workflow": {"not_started": ["doing"]}})) == "todo"


def test_a_tie_goes_to_done_then_to_progress() -> None:
    def claims(*keys: str) -> list[dict]:
        return [issue(f"A-{n}", status=status("Doing", category=key)) for n, key in enumerate(keys, start=1)]

    assert category("Doing", delivery(claims("new", "indeterminate", "done"), statuses=[])) == "done"
    assert category("Doing", delivery(claims("new", "indeterminate"), statuses=[])) == "in_progress"
    assert category("Doing", delivery(claims("undefined"), statuses=[])) == "unmapped"


def test_an_id_unknown_today_goes_by_its_name_if_that_says_one_thing() -> None:
    history = [("2026-03-02", ("90", "Doing")), ("2026-03-03", ("91", "Gone")), ("2026-03-04", "Done")]
    tables = delivery([issue("A-1", created="2026-03-01", history=history)])
    both = [status("Doing"), status("Doing", "55", "done"), status("Done"), status("To Do")]

    assert category("Doing", tables) == "in_progress"
    assert category("Gone", tables) == "unmapped"
    assert category("Doing", delivery([issue("A-1", history=history)], statuses=both)) == "unmapped"


def test_an_unmapped_stay_breaks_a_run_of_done() -> None:
    history = [("2026-03-02", "Done"), ("2026-03-03", ("91", "Gone")), ("2026-03-04", "Done")]

    assert completed([issue("A-1", created="2026-03-01", history=history)]) == at("2026-03-04")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "user story"}, "Feature"),
        ({"type": "BUG"}, "Defect"),
        ({"type": "Incident"}, "Defect"),
        ({"type": "Technical task"}, "Debt"),
        ({"type": "Vulnerability"}, "Risk"),
        ({"type": "Task"}, "Unclassified"),
        ({"type": "Task", "labels": ["x", "tech debt"]}, "Debt"),
        ({"type": "Task", "components": ["Security"]}, "Risk"),
        ({"type": "Task", "labels": ["bug"], "components": ["Security"]}, "Defect"),
        ({"type": "Story", "labels": ["bug"]}, "Feature"),  # the type speaks first
    ],
)
def test_flow_types(changes: dict, expected: str) -> None:
    assert FLOW_ITEMS[delivery([issue("A-1", **changes)]).flow_item[0]] == expected


def test_the_profile_says_what_a_type_is() -> None:
    def kind(profile: dict) -> str:
        return FLOW_ITEMS[delivery([issue("A-1", "Task")], profile={"flow_types": profile}).flow_item[0]]

    assert kind({"Risk": ["task"]}) == "Risk"
    assert kind({"Debt": ["10002"]}) == "Debt"  # the id of Task
    assert kind({"Debt": ["10002"], "Risk": ["Task"]}) == "Debt"


def test_a_pattern_that_is_none_is_a_matter_of_the_profile() -> None:
    with pytest.raises(ConfigurationError, match="version_pattern"):
        delivery(
            [issue("A-1")],
            versions=[version(1, "1.0", release_date="2026-03-02")],
            profile={"deployments": {"version_pattern": "("}},
        )


def test_an_empty_store_means_nothing() -> None:
    tables = delivery([])

    assert len(tables.issues) == len(tables.started_at) == len(tables.intervals.issue) == 0


steps = st.lists(
    st.tuples(st.integers(1, 25), st.sampled_from(["To Do", "Doing", "Review", "Done"])),
    min_size=1,
    max_size=6,
)


def raw(path: list[tuple[int, str]], shuffle: bool = False, twice: bool = False, shift: int = 0) -> dict:
    history = [(f"2026-03-{day + shift:02d}", name) for day, name in sorted(path, key=lambda step: step[0])]
    made = issue("A-1", created=f"2026-03-{1 + shift:02d}", history=history)
    histories = made["changelog"]["histories"]
    if shuffle:
        histories.reverse()
    if twice:
        histories.extend(dict(entry) for entry in histories[:])
    return made


@given(steps)
def test_the_order_of_a_file_and_overlapping_pages_change_nothing(path: list[tuple[int, str]]) -> None:
    plain, odd = delivery([raw(path)]), delivery([raw(path, shuffle=True, twice=True)])

    assert stays(plain) == stays(odd)
    assert plain.started_at[0] == odd.started_at[0]
    assert plain.completed_at[0] == odd.completed_at[0]


@given(steps, st.integers(1, 5))
def test_shifting_everything_shifts_everything(path: list[tuple[int, str]], shift: int) -> None:
    day = 86_400_000
    plain, later = stays(delivery([raw(path)])), stays(delivery([raw(path, shift=shift)]))

    assert [(name, a + shift * day, b if b == OPEN else b + shift * day) for name, a, b in plain] == later


def test_two_changes_of_one_history_happen_in_its_order() -> None:
    made = issue("A-1", created="2026-03-01", now="Done")
    made["changelog"]["histories"] = [
        {
            "id": "7",
            "created": "2026-03-02T00:00:00.000+0000",
            "items": [status_item("To Do", "Doing"), flag_item(True), status_item("Doing", "Done")],
        }
    ]

    assert [name for name, _, _ in stays(delivery([made]))] == ["To Do", "Doing", "Done"]


def test_tables_do_not_depend_on_the_order_of_issues() -> None:
    issues = [issue(key, history=DOING_DONE) for key in ("B-2", "A-10", "A-9", "B-1")]
    tables = dataset(issues).issues

    assert tables.keys(range(4)) == ("A-9", "A-10", "B-1", "B-2")


CANCELLED = status("Cancelled", "77", "done")


def ended(key: str, *, resolution: str | None = "Done", **more: object) -> dict:
    """An issue that went from Doing to Cancelled on 3 March."""
    history = [("2026-03-02", "Doing"), ("2026-03-03", ("77", "Cancelled"))]
    return issue(key, created="2026-03-01", history=history, status=CANCELLED, resolution=resolution, **more)


def test_a_status_may_stand_for_not_delivered() -> None:
    """By its usual name, inferred; with the same said by the resolution, measured; reopened, no more."""
    issues = [
        ended("A-1"),
        ended("A-2", resolution="Canceled"),
        issue("A-3", created="2026-03-01", history=DOING_DONE),
    ]
    tables = delivery(issues, statuses=[*status_list(), CANCELLED])
    earlier = delivery(issues, "2026-03-02T12:00", statuses=[*status_list(), CANCELLED])

    assert tables.not_delivered.tolist() == [True, True, False]
    assert tables.outcome.by_status.tolist() == [True, False, False]
    assert tables.completed_at[0] == at("2026-03-03")
    assert earlier.not_delivered.tolist() == [False, True, False]  # A-1 was still in Doing then


def test_endings_are_counted_with_how_they_count() -> None:
    """Of four completed items; D-1 is not completed, and no resolution stands as nothing."""
    issues = [
        ended("A-1"),
        ended("A-2", resolution=None),
        issue("A-3", created="2026-03-01", history=DOING_DONE, resolution="Won't Do"),
        issue("A-4", created="2026-03-01", history=DOING_DONE, resolution="done"),
        issue("D-1", created="2026-03-01", resolution="Duplicate"),
    ]
    tables = delivery(issues, statuses=[*status_list(), CANCELLED])
    endings = count_endings(tables)

    assert list(endings.resolutions.items()) == [
        ("", (1, True)),
        ("Done", (1, True)),
        ("done", (1, True)),
        ("Won't Do", (1, False)),
    ]
    assert list(endings.done_statuses.items()) == [("Cancelled", (2, False)), ("Done", (2, True))]


def test_endings_of_a_choice_are_those_of_its_items() -> None:
    """A-2 alone ended without a resolution; who chooses all gets what no choice gives."""
    issues = [ended("A-1"), ended("A-2", resolution=None), issue("A-3", created="2026-03-01")]
    tables = delivery(issues, statuses=[*status_list(), CANCELLED])

    def chosen(*rows: bool) -> Endings:
        return count_endings(tables, np.array(rows))

    assert chosen(False, True, True) == Endings({"": (1, True)}, {"Cancelled": (1, False)})
    assert chosen(False, False, True) == NO_ENDINGS
    assert chosen(True, True, True) == count_endings(tables)


def cut_off(*issues: dict, as_of: str = "2026-12-31", profile: dict | None = None) -> DeliveryTables:
    """What issues mean of which Jira has more histories than came."""
    table = build_issue_table(replace(row(raw), truncated=True) for raw in issues)
    statuses = dataset([], status_list()).statuses
    return derive(Dataset(table, statuses), profile_from(profile or {}), UTC, at(as_of))


def test_the_beginning_of_a_truncated_history_is_not_known() -> None:
    """Neither load nor done before its first entry; the end of the work holds, its start is unknown."""
    back = [("2026-03-02", "Doing", "To Do"), ("2026-03-04", "Doing"), ("2026-03-06", "Done")]
    cut = issue("A-1", created="2026-03-01", history=back)
    tables, before = cut_off(cut), cut_off(cut, as_of="2026-03-01T12:00")

    assert tables.intervals.status[0] == -1
    assert [CATEGORY_NAMES[code] for code in tables.intervals.category.tolist()] == [
        "todo",
        "todo",
        "in_progress",
        "done",
    ]
    assert tables.lives.start_unknown.tolist() == [True]
    assert tables.started_at[0] == MISSING
    assert tables.completed_at[0] == at("2026-03-06")
    assert CATEGORY_NAMES[before.category_at[0]] == "todo"


def test_a_truncated_history_may_begin_in_done() -> None:
    """What it was before its first entry is not done either."""
    cut = issue("A-1", created="2026-03-01", history=[("2026-03-05", "Done", "Archived")], now="Archived")

    assert cut_off(cut, as_of="2026-03-04").completed_at[0] == MISSING


def test_from_creation_a_truncated_history_has_a_start() -> None:
    cut = issue("A-1", created="2026-03-01", history=DOING_DONE)
    tables = cut_off(cut, profile={"start_source": "created"})

    assert tables.started_at[0] == at("2026-03-01")
    assert not tables.lives.start_unknown.any()


def test_a_truncated_history_without_entries() -> None:
    """Done at its resolution date, like any issue without entries; in progress nobody knows since when."""
    done = issue("A-1", created="2026-03-01", now="Done", resolutiondate="2026-03-09")
    busy = issue("A-2", created="2026-03-01", now="Doing")
    tables = cut_off(done, busy)

    assert tables.completed_at.tolist() == [at("2026-03-09"), MISSING]
    assert [CATEGORY_NAMES[code] for code in tables.intervals.category.tolist()] == ["done", "todo"]
    assert tables.intervals.status[1] == -1


def test_a_done_issue_without_an_entry_by_t_was_completed_when_it_was_resolved() -> None:
    """Created in Done and moved later: before that move only the resolution date can tell."""
    later = issue(
        "A-1",
        created="2026-03-01",
        first="Done",
        history=[("2026-03-20", "To Do")],
        resolutiondate="2026-03-05",
    )

    assert completed([later], "2026-03-04") == MISSING
    assert completed([later], "2026-03-10") == at("2026-03-05")


def test_an_unreadable_update_counts_as_the_creation() -> None:
    odd = issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing")], now="Done")
    odd["fields"]["updated"] = "yesterday"

    assert stays(delivery([odd]))[-1] == ("Done", at("2026-03-02"), OPEN)


def test_what_is_inferred_about_starts_and_ends() -> None:
    """A start in a status that nobody lists, an end in one, both known, and done before the start."""
    gone, shut = ("97", "In Arbeit"), ("98", "Closed")
    issues = [
        issue("A-1", created="2026-03-01", history=[("2026-03-02", gone), ("2026-03-05", "Done")]),
        issue(
            "A-2",
            created="2026-03-01",
            history=[("2026-03-02", "Doing"), ("2026-03-05", shut), ("2026-03-06", "Done")],
        ),
        issue("A-3", created="2026-03-01", history=DOING_DONE),
        issue(
            "A-4",
            created="2026-03-01",
            history=[
                ("2026-03-02", shut),
                *((f"2026-03-0{d}", name) for d, name in ((3, "Doing"), (4, "Done"))),
            ],
        ),
    ]
    tables = delivery(issues)

    assert tables.lives.start_inferred.tolist() == [True, False, False, False]
    assert tables.lives.end_inferred.tolist() == [False, True, False, False]
    assert tables.completed_at[1] == at("2026-03-05")


@pytest.mark.parametrize(("resolves", "expected"), [(True, "2026-03-05"), (False, "2026-03-06")])
def test_a_move_that_brings_a_resolution_ends_the_work(resolves: bool, expected: str) -> None:
    """Nobody knows the status Fin; the same move without a resolution leaves it unmapped."""
    history = [("2026-03-02", "Doing"), ("2026-03-05", ("96", "Fin")), ("2026-03-06", "Done")]
    known = row(issue("A-1", created="2026-03-01", history=history))
    moves = (*known.transitions[:1], replace(known.transitions[1], resolves=resolves), known.transitions[2])
    table = build_issue_table([replace(known, transitions=moves)])
    tables = derive(
        Dataset(table, dataset([], status_list()).statuses), profile_from({}), UTC, at("2026-04-01")
    )

    assert tables.completed_at[0] == at(expected)
    assert tables.lives.end_inferred[0] == resolves


@pytest.mark.parametrize("resolves", [True, False])
def test_a_move_that_brings_a_resolution_may_end_the_work_undelivered(resolves: bool) -> None:
    """Nobody knows the status Duplikat; its name stands for not delivered where it ends something."""
    history = [("2026-03-02", "Doing"), ("2026-03-05", ("96", "Duplikat")), ("2026-03-06", "Done")]
    known = row(issue("A-1", created="2026-03-01", history=history))
    moves = (*known.transitions[:1], replace(known.transitions[1], resolves=resolves), known.transitions[2])
    table = build_issue_table([replace(known, transitions=moves)])
    tables = derive(
        Dataset(table, dataset([], status_list()).statuses), profile_from({}), UTC, at("2026-03-05T12:00")
    )

    assert (bool(tables.not_delivered[0]), bool(tables.outcome.by_status[0])) == (resolves, resolves)


def unlevelled(key: str, kind: str, parent: str = "", *, subtask: bool = False) -> dict:
    """An issue of a Jira that gives no levels."""
    type_ = {"id": f"id of {kind}", "name": kind, "subtask": subtask}
    return issue(key, issuetype=type_, parent={"key": parent} if parent else None)


@pytest.mark.parametrize("name", ["Epic", "INITIATIVE", "Эпик", "Épico", "Epika"])
def test_epics_are_known_by_their_name_in_many_languages(name: str) -> None:
    assert delivery([unlevelled("A-1", name)]).in_scope.tolist() == [False]
    assert delivery([unlevelled("A-1", name)], profile={"include_epics": True}).in_scope.tolist() == [True]


@pytest.mark.parametrize(("children", "in_scope"), [(("A-1",), True), (("A-1", "A-2"), False)])
def test_epics_are_known_by_their_children(children: tuple[str, ...], in_scope: bool) -> None:
    """Of three Themes more than half, two, have to be the parent of something that is not a sub-task."""
    themes = [unlevelled(f"A-{n}", "Theme") for n in (1, 2, 3)]
    stories = [unlevelled(f"B-{n}", "Story", parent) for n, parent in enumerate(children, start=1)]
    parts = [unlevelled(f"C-{n}", "Part", f"B-{n}", subtask=True) for n in range(1, len(stories) + 1)]
    found = delivery([*themes, *stories, *parts])

    assert found.in_scope.tolist() == [in_scope] * 3 + [True] * len(stories) + [False] * len(parts)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("История", "Feature"), ("Ошибка", "Defect"), ("Historyjka", "Feature"), ("Задача", "Unclassified")],
)
def test_flow_types_in_other_languages(kind: str, expected: str) -> None:
    assert FLOW_ITEMS[delivery([issue("A-1", kind)]).flow_item[0]] == expected
