"""Facts: populations in the order of time, stays by their beginnings and ends."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.meaning.facts import LoosePresence, Presence, find_facts, in_order
from data.model.tables import OPEN
from tests.support.builders import issue
from tests.support.rows import at, delivery

WAITING = {"workflow": {"waiting": ["Review"]}}


def presence(pairs: list[tuple[int, int]]) -> Presence:
    """The stays of one issue each, from the first number to the second."""
    entered, left = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    return Presence.of(np.arange(len(pairs)), entered, left, np.zeros(len(pairs), bool))


def test_a_population_stands_in_the_order_of_time() -> None:
    """Rows 5 and 9 count at one instant: the lower row first. The first reason that applies counts."""
    population = in_order(np.array([2, 5, 9]), np.array([70, 30, 30]))
    sorted_out = population.sort_out(
        {"late": np.array([False, True, False]), "wrong": np.array([False, True, True])}
    )

    assert (population.rows.tolist(), population.at.tolist()) == ([5, 9, 2], [30, 30, 70])
    assert population.code.tolist() == [0, 0, 0]
    assert (sorted_out.code.tolist(), sorted_out.reasons) == ([0, 1, 2], ("late", "wrong"))
    assert (sorted_out.included().rows.tolist(), sorted_out.included().at.tolist()) == ([5], [30])


def test_who_is_there() -> None:
    """From 1 to 3, from 2 on, and one that ends as it begins: nobody is there at its own end."""
    stays = presence([(2, OPEN), (1, 3), (2, 2)])
    traffic = stays.between(0, 9)

    assert traffic.count_at(np.array([0, 1, 2, 3, 9])).tolist() == [0, 1, 2, 1, 1]
    assert [sorted(stays.issue[stays.at(t)].tolist()) for t in (0, 1, 2, 3)] == [[], [1], [0, 1], [0]]
    assert [stays.between(0, t).time for t in (1, 2, 3, 5)] == [0, 1, 3, 5]
    assert stays.between(2, 5).time == 4


def test_who_is_there_of_some() -> None:
    """The same without the one from 1 to 3."""
    stays = presence([(2, OPEN), (1, 3), (2, 2)])
    chosen = np.array([True, False, True])

    assert stays.between(1, 9, chosen).count_at(np.array([1, 2, 3, 9])).tolist() == [0, 1, 1, 1]
    assert [stays.issue[stays.at(t, chosen)].tolist() for t in (1, 2)] == [[], [0]]
    assert stays.between(1, 4, chosen).time == 2


def test_nobody_is_ever_there() -> None:
    stays = presence([])
    traffic = stays.between(0, 9)

    assert traffic.count_at(np.array([0, 5])).tolist() == [0, 0]
    assert (stays.at(3).tolist(), traffic.time) == ([], 0)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9) | st.none(), st.booleans()), max_size=12),
    st.integers(-1, 30),
    st.integers(0, 12),
    st.booleans(),
)
def test_presence_is_what_a_look_at_each_stay_finds(
    drawn: list[tuple[int, int | None, bool]], since: int, length: int, all_of_them: bool
) -> None:
    pairs = [(begin, OPEN if days is None else begin + days) for begin, days, _ in drawn]
    stays, until = presence(pairs), since + length
    mine = [all_of_them or chosen for _, _, chosen in drawn]
    chosen = None if all_of_them else np.array(mine, bool)

    def held(instant: int) -> list[int]:
        return [n for n, (begin, end) in enumerate(pairs) if mine[n] and begin <= instant < end]

    inside = [max(min(end, until) - max(begin, since), 0) for begin, end in pairs]
    traffic = stays.between(since, until, chosen)

    assert sorted(stays.issue[stays.at(since, chosen)].tolist()) == held(since)
    middle = since + length // 2
    assert traffic.count_at(np.array([since, middle, until])).tolist() == [
        len(held(instant)) for instant in (since, middle, until)
    ]
    assert traffic.time == sum(days for n, days in enumerate(inside) if mine[n])
    in_no_order = LoosePresence.holding(
        np.arange(len(pairs)),
        np.array([begin for begin, _ in pairs], np.int64),
        np.array([end for _, end in pairs], np.int64),
        np.zeros(len(pairs), bool),
    )
    loose = in_no_order.between(since, until, chosen)
    assert (loose.there, loose.came.tolist(), loose.went.tolist()) == (
        traffic.there,
        traffic.came.tolist(),
        traffic.went.tolist(),
    )
    for found in (lambda of: of.at(middle, chosen), lambda of: of.stays_between(since, until, chosen)):
        assert sorted(in_no_order.issue[found(in_no_order)]) == sorted(stays.issue[found(stays)])


def test_in_progress_are_the_stays_of_flow_items_only() -> None:
    """Doing and Review of the story; neither its todo nor the sub-task's work."""
    history = [("2026-03-03", "Doing"), ("2026-03-04", "Review"), ("2026-03-05", "Done")]
    issues = [
        issue("A-1", "Sub-task", created="2026-03-01", history=history),
        issue("A-2", created="2026-03-01", history=history),
    ]
    facts = find_facts(delivery(issues, profile=WAITING))
    stays = facts.stays

    assert stays.issue.tolist() == [1, 1]
    assert stays.entered.tolist() == [at("2026-03-03"), at("2026-03-04")]
    assert stays.left.tolist() == [at("2026-03-04"), at("2026-03-05")]
    assert stays.waiting.tolist() == [False, True]
    assert stays.start.tolist() == [0, 0, 2]
    assert (facts.load.entered.tolist(), facts.load.left.tolist()) == ([at("2026-03-03")], [at("2026-03-05")])
    assert facts.started_load is facts.load


def test_the_load_knows_who_is_inferred() -> None:
    """Only its usual name says what In Arbeit is: that stay does not become one with the one before it."""
    history = [("2026-03-03", "Doing"), ("2026-03-04", ("97", "In Arbeit")), ("2026-03-05", "Done")]
    load = find_facts(delivery([issue("A-1", created="2026-03-01", history=history)])).load

    assert (load.entered.tolist(), load.inferred.tolist()) == (
        [at("2026-03-03"), at("2026-03-04")],
        [False, True],
    )


def test_parked_is_what_went_back_after_work_had_begun() -> None:
    """The todo before the work is not; A-2 never began."""
    history = [("2026-03-03", "Doing"), ("2026-03-04", "To Do"), ("2026-03-06", "Doing")]
    issues = [issue("A-1", created="2026-03-01", history=history), issue("A-2", created="2026-03-01")]
    parked = find_facts(delivery(issues)).parked

    assert (parked.issue.tolist(), parked.entered.tolist()) == ([0], [at("2026-03-04")])
    assert parked.left.tolist() == [at("2026-03-06")]


def test_completed_and_delivered() -> None:
    """Of three that were completed one was not delivered; neither open work nor what came after T counts."""
    end = [("2026-03-05", "Done")]
    issues = [
        issue("A-1", created="2026-03-01", history=[("2026-03-09", "Done")]),
        issue("A-2", created="2026-03-01", history=end, resolution="Duplicate"),
        issue("A-3", created="2026-03-01", history=end),
        issue("A-4", created="2026-03-01"),
        issue("A-5", created="2026-03-01", history=[("2026-05-02", "Done")]),
    ]
    facts = find_facts(delivery(issues, "2026-04-01"))

    assert facts.completed.rows.tolist() == [1, 2, 0]
    assert (facts.completed.code.tolist(), facts.completed.reasons) == ([1, 0, 0], ("not_delivered",))
    assert facts.delivered.rows.tolist() == [2, 0]
    assert (facts.ends_inferred, facts.starts_inferred) == (False, False)


def test_facts_of_nothing() -> None:
    facts = find_facts(delivery([]))

    assert [len(each) for each in (facts.completed, facts.delivered, facts.restored, facts.incidents)] == [
        0
    ] * 4
    assert facts.load.at(0).tolist() == []


def test_facts_are_found_once() -> None:
    """The same tables give the same object; a changed copy of them gives its own."""
    tables = delivery([issue("A-1", created="2026-03-01")])

    assert tables.once(find_facts) is tables.once(find_facts)
    assert delivery([]).once(find_facts) is not tables.once(find_facts)
