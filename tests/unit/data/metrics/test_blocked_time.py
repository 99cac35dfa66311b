"""Blocked time: flags, waiting statuses, and links to issues that are open."""

import numpy as np
import pytest

from data.flow_calculator import calculate_blocked_time
from data.metrics.blocked_now import blocked_at_end, name_blockers
from data.metrics.blocked_time import blocked_time
from tests.support import examples
from tests.support.builders import blocked_by, issue, status, status_list
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-08")  # one whole week
T = "2026-03-09"
WAITING = {"workflow": {"waiting": ["Review"]}}


def measured(*issues: dict, as_of: str = T, profile: dict = WAITING):
    return blocked_time(context(issues, *PERIOD, as_of, profile=profile))


def worked(key: str = "A-1", **more: object) -> dict:
    """In progress from the 3rd on, for the six days until the period ends."""
    return issue(key, created="2026-03-01", history=[("2026-03-03", "Doing")], **more)


def test_the_worked_example() -> None:
    """Example G: 2.5 + 5 + 5 + 3 days of 50, in two weeks."""
    example = examples.example_g()
    found = blocked_time(
        context(example.issues, example.date_from, example.date_to, "2026-03-16", profile=example.profile)
    )

    assert found.value == 7.75
    assert (found.weekly.tolist(), found.weekly_n.tolist()) == ([7.5, 8.0], [2, 2])
    assert found.candidates.keys() == ("G-1", "G-2", "G-5", "G-6")
    assert found.candidates.counts() == dict.fromkeys(
        ("before_start", "after_completion", "unseen_blocker", "undated"), 1
    )
    assert (found.extra["days"], found.extra["share"], found.extra["circles"]) == (15.5, 31.0, 2)
    assert found.extra["reasons"] == {
        "flag": {"days": 1.0, "n": 1},
        "waiting": {"days": 2.0, "n": 1},
        "link": {"days": 13.0, "n": 3},
    }
    assert [
        (row["key"], row["days"], row["waits_for"], row["in_circle"]) for row in found.extra["blocked"]
    ] == [
        ("G-5", 5.0, ["G-6"], True),
        ("G-6", 3.0, ["G-5"], True),
        ("G-8", None, ["G-5"], False),
    ]


@pytest.mark.parametrize(
    ("flags", "days", "left_out"),
    [
        ([("2026-03-04", True), ("2026-03-06", False)], 2, {}),
        ([("2026-03-04", True)], 5, {}),  # still raised: until the period ends
        ([("2026-03-05", False)], 2, {}),  # never raised: since the creation, from the start of the work on
        ([("2026-03-02", True), ("2026-03-03", False)], 0, {"before_start": 1}),  # lowered as work begins
        ([("2026-03-02", True), ("2026-03-03T00:00:00.001", False)], 1 / 86_400_000, {}),
        ([("2026-03-09", True)], 0, {}),  # raised as the period ends
        ([("2026-03-04", True), ("2026-03-04", False)], 0, {}),
    ],
)
def test_a_flag_blocks_while_it_is_raised(flags: list, days: float, left_out: dict) -> None:
    found = measured(worked(flags=flags))

    assert (found.value, found.candidates.counts()) == (days, left_out)


def test_a_stretch_that_ends_as_a_week_begins_is_none_of_it() -> None:
    """Raised on the 4th, lowered as the next Monday begins, raised again on its Wednesday."""
    item = worked(flags=[("2026-03-04", True), ("2026-03-09", False), ("2026-03-11", True)])
    seen = context([item], "2026-03-02", "2026-03-15", "2026-03-16", profile=WAITING)
    later = context([item], "2026-03-09", "2026-03-15", "2026-03-16", profile=WAITING)

    assert blocked_time(seen).weekly_n.tolist() == [1, 1]
    assert blocked_time(later).weekly_n.tolist() == [1]


def test_what_several_reasons_share_counts_once() -> None:
    """Waiting from the 4th to the 6th, flagged from the 5th to the 7th: three days, two for each reason."""
    item = issue(
        "A-1",
        created="2026-03-01",
        history=[("2026-03-03", "Doing"), ("2026-03-04", "Review"), ("2026-03-06", "Doing")],
        flags=[("2026-03-05", True), ("2026-03-07", False)],
    )
    found = measured(item)

    assert (found.value, found.n) == (3.0, 1)
    assert {name: told["days"] for name, told in found.extra["reasons"].items()} == {
        "flag": 2.0,
        "waiting": 2.0,
        "link": 0.0,
    }


@pytest.mark.parametrize(
    ("blocker", "days"),
    [
        (issue("A-2", created="2026-03-01"), 5),  # nobody has begun it
        (issue("A-2", created="2026-03-06"), 3),  # it did not exist before
        (issue("A-2", created="2026-03-01", history=[("2026-03-06", "Done")]), 2),
        (issue("A-2", created="2026-03-01", history=[("2026-03-04", "Done")]), 0),  # done as the link came
        (
            issue("A-2", created="2026-03-01", history=[("2026-03-05", "Done"), ("2026-03-07", "To Do")]),
            3,  # done, and opened again
        ),
        (issue("A-2", created="2026-03-01", history=[("2026-03-05", "Cancelled")]), 1),  # done is done
    ],
)
def test_a_link_blocks_while_the_other_issue_is_open(blocker: dict, days: float) -> None:
    item = worked(blocks=[("2026-03-04", "A-2", True)], links=[blocked_by("A-2")])

    assert measured(item, blocker).value == days


def test_two_links_at_once_are_one_time() -> None:
    """Blocked by A-2 from the 4th to the 6th and by A-3 from the 5th to the 7th."""
    item = worked(
        blocks=[
            ("2026-03-04", "A-2", True),
            ("2026-03-05", "A-3", True),
            ("2026-03-06", "A-2", False),
            ("2026-03-07", "A-3", False),
        ]
    )
    found = measured(item, issue("A-2", created="2026-03-01"), issue("A-3", created="2026-03-01"))

    assert (found.value, found.extra["reasons"]["link"]) == (3.0, {"days": 3.0, "n": 1})


@pytest.mark.parametrize(
    ("blocks", "links", "reason"),
    [
        ([], [blocked_by("A-2")], "undated"),
        ([], [blocked_by("X-7")], "undated"),  # nobody can see it, and nobody knows since when
        ([("2026-03-04", "X-7", True)], [blocked_by("X-7")], "unseen_blocker"),
        ([("2026-03-04", "A-2", True)], [], "unseen_blocker"),  # it went, and nobody said when
        ([("2026-03-04", "A-2", False)], [], None),  # nobody said when it came, and it is gone
        ([("2026-03-04", "A-1", True)], [blocked_by("A-1")], None),  # by itself
    ],
)
def test_links_of_which_nobody_can_tell_how_long(blocks: list, links: list, reason: str | None) -> None:
    found = measured(worked(blocks=blocks, links=links), issue("A-2", created="2026-03-01"))

    assert (found.value, found.candidates.counts()) == (0, {reason: 1} if reason else {})


def test_an_undated_is_known_at_t_only() -> None:
    """In a period that ends before T it says nothing; to an issue that is done it never does."""
    item = worked(links=[blocked_by("A-2")])
    done = issue("A-2", created="2026-03-01", history=[("2026-03-05", "Done")])

    assert measured(item, issue("A-2", created="2026-03-01"), as_of="2026-03-10").candidates.counts() == {}
    assert measured(item, done).candidates.counts() == {}


def test_a_blocker_is_known_by_its_former_key() -> None:
    """Linked as OLD-1, which is A-2 today: one link, dated, of five days."""
    moved = issue("A-2", created="2026-03-01")
    rename = {"field": "Key", "fieldtype": "jira", "fromString": "OLD-1", "toString": "A-2"}
    moved["changelog"]["histories"].append(
        {"id": "9000", "created": "2026-03-06T00:00:00.000+0000", "items": [rename]}
    )
    item = worked(blocks=[("2026-03-04", "OLD-1", True)], links=[blocked_by("A-2")])
    found = measured(item, moved)

    assert (found.value, found.extra["blocked"][0]["waits_for"]) == (5.0, ["A-2"])


def test_a_circle_of_three_and_whoever_waits_for_it() -> None:
    pairs = {"A-1": "A-2", "A-2": "A-3", "A-3": "A-1", "A-4": "A-1"}
    circle = [
        worked(one, blocks=[("2026-03-04", other, True)], links=[blocked_by(other)])
        for one, other in pairs.items()
    ]
    seen = context(circle, *PERIOD, T, profile=WAITING)
    now = blocked_at_end(seen)

    assert now.in_circle.tolist() == [True, True, True, False]
    assert name_blockers(seen, now.rows) == [("A-2",), ("A-3",), ("A-1",), ("A-1",)]


def test_guessed_names_make_it_inferred_and_nothing_at_all_makes_it_unknown() -> None:
    by_name = [*status_list("To Do", "Doing", "Done"), status("Blocked")]
    item = issue("A-1", created="2026-03-01", history=[("2026-03-03", "Doing"), ("2026-03-05", "Blocked")])
    guessed = blocked_time(context([item], *PERIOD, T, statuses=by_name))
    silent = blocked_time(context([worked()], *PERIOD, T, statuses=status_list("To Do", "Doing", "Done")))

    assert (guessed.value, guessed.evidence) == (4.0, "inferred")
    assert (silent.value, silent.state) == (None, "not_configured")
    assert measured(worked(has_changelog=False)).state == "not_applicable"


def test_links_that_come_after_t_tell_that_this_team_links_what_blocks() -> None:
    """As flags do; before the first of them nothing was blocked, which is another thing than not to know."""
    named = status_list("To Do", "Doing", "Done")
    later = issue("A-2", created="2026-04-01", links=[blocked_by("A-1")])
    itself = worked(links=[blocked_by("A-1")])
    found = blocked_time(context([worked(), later], *PERIOD, T, statuses=named))

    assert (found.value, found.state) == (0.0, "ok")
    assert blocked_time(context([itself], *PERIOD, T, statuses=named)).state == "not_configured"


def test_a_truncated_history_hides_the_start() -> None:
    item = worked(flags=[("2026-03-05", True)])
    item["changelog"]["total"] += 3

    assert measured(item).candidates.counts() == {"history_truncated": 1}


def test_filters_choose_what_is_counted_and_not_what_blocks() -> None:
    item = worked(blocks=[("2026-03-04", "A-2", True)], links=[blocked_by("A-2")])
    looked_at = context([item, worked("A-2", flags=[("2026-03-05", True)])], *PERIOD, T, profile=WAITING)
    looked_at.choice = looked_at.choice.__class__(rows=np.array([True, False]))
    found = blocked_time(looked_at)

    assert (found.value, found.candidates.keys()) == (5.0, ("A-1",))


def impeded(
    *told: tuple[str, str | None], field_id: str | None = "customfield_77", now: object = None
) -> dict:
    """An item whose field "In the way" had these values from then on, and has one today."""
    item = worked(customfield_77=now)
    values = [None, *(value for _, value in told)]
    for place, (moment, value) in enumerate(told):
        change = {
            "field": "In the way",
            "fieldtype": "custom",
            "fromString": values[place],
            "toString": value,
        }
        change |= {"fieldId": field_id} if field_id else {}
        item["changelog"]["histories"].append(
            {"id": str(8000 + place), "created": f"{moment}Z", "items": [change]}
        )
    item["changelog"]["total"] += len(told)
    return item


@pytest.mark.parametrize(
    ("told", "value", "left_out"),
    [
        ([("2026-03-04T00:00", "Legal"), ("2026-03-06T00:00", "")], 2.0, {}),
        ([("2026-03-04T00:00", "Legal"), ("2026-03-05T00:00", "Money"), ("2026-03-06T00:00", "No")], 2.0, {}),
        ([("2026-03-04T00:00", "false")], 0.0, {}),
        ([], 0.0, {"undated": 1}),  # a value of today that no history tells of
    ],
)
def test_a_field_that_is_mapped_as_impediment_is_a_flag(
    told: list[tuple[str, str | None]], value: float, left_out: dict
) -> None:
    """Whatever its kind; without the mapping nobody reads it."""
    item = impeded(*told, now=None if told else {"value": "Legal"})
    period = {
        "date_from": PERIOD[0],
        "date_to": PERIOD[1],
        "as_of": f"{T}T00:00:00Z",
        "statuses": status_list(),
    }
    fields = {"impediment": "customfield_77"}
    mapped = calculate_blocked_time([item], **period, profile=WAITING | {"fields": fields})
    plain = calculate_blocked_time([item], **period, profile=WAITING)

    assert (mapped.value, mapped.candidates.counts()) == (value, left_out)
    assert (plain.value, plain.candidates.counts()) == (0.0, {})
    assert [row["reasons"] for row in mapped.extra["blocked"]] == ([["flag"]] if left_out else [])
