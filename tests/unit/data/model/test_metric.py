"""Evidence: every candidate is included, or left out for exactly one reason."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.flow_calculator import FLOW_METRICS
from data.model.metric import EachLater, Later, Listing, QualityFinding, sort_out

masks = st.integers(0, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.booleans(), min_size=n, max_size=n) for _ in range(3)])
)


def names(rows: np.ndarray) -> tuple[str, ...]:
    return tuple(f"A-{place}" for place in rows.tolist())


def test_the_first_reason_counts() -> None:
    late, wrong = np.array([True, False, False, True]), np.array([True, False, True, False])
    found = sort_out(np.array([3, 0, 2, 1]), {"late": late, "wrong": wrong}, names)

    assert found.keys() == ("A-0",)
    assert found.keys("late") == ("A-1", "A-3")
    assert found.keys("wrong") == ("A-2",)
    assert (found.counts(), found.n) == ({"late": 2, "wrong": 1}, 1)


def test_reasons_that_left_nothing_out_are_absent() -> None:
    found = sort_out(np.array([7]), {"late": np.array([False])}, names)

    assert found.counts() == {}
    assert found.rows("late").tolist() == []


@given(masks)
def test_candidates_are_a_partition(three: tuple[list[bool], list[bool], list[bool]]) -> None:
    looked_at, late, wrong = (np.array(mask, bool) for mask in three)
    rows = np.flatnonzero(looked_at)[::-1]
    found = sort_out(rows, {"late": late[rows], "wrong": wrong[rows]}, names)
    parts = [found.rows().tolist(), found.rows("late").tolist(), found.rows("wrong").tolist()]

    assert sorted([*parts[0], *parts[1], *parts[2]]) == np.flatnonzero(looked_at).tolist()
    assert parts[0] == np.flatnonzero(looked_at & ~late & ~wrong).tolist()
    assert found.n == len(parts[0])


def test_a_definition_is_versioned() -> None:
    assert [metric.definition for metric in FLOW_METRICS][:2] == ["flow_velocity/2", "flow_time/2"]


def test_a_finding_names_what_is_asked_for_and_no_more() -> None:
    """Three issues are met; whoever shows two of them looks up two, whoever counts them none."""
    asked: list[int] = []

    def name(rows: np.ndarray) -> tuple[str, ...]:
        asked.extend(rows.tolist())
        return names(rows)

    finding = QualityFinding("zombie", "met", "mend", rows=np.array([1, 4, 7]), name_rows=name)

    assert (finding.n, asked) == (3, [])
    assert (finding.first_keys(2), asked) == (("A-1", "A-4"), [1, 4])
    assert finding.keys == ("A-1", "A-4", "A-7")


def test_a_finding_on_versions_has_their_names() -> None:
    finding = QualityFinding("version_without_date", "met", "mend", ("1.0", "2.0"))

    assert (finding.n, finding.keys, finding.first_keys(1)) == (2, ("1.0", "2.0"), ("1.0",))


def test_a_listing_is_spelled_out_once_and_only_when_somebody_reads_it() -> None:
    asked: list[list[int]] = []

    def spell(rows: np.ndarray) -> list[str]:
        asked.append(rows.tolist())
        return [f"D-{row}" for row in rows.tolist()]

    listing = Listing(np.array([4, 2]), spell)

    assert (len(listing), asked) == (2, [])
    assert (listing == ["D-4", "D-2"], listing[1], list(listing)) == (True, "D-2", ["D-4", "D-2"])
    assert listing == Listing(np.array([4, 2]), spell)
    assert listing != ["D-4"]
    assert asked == [[4, 2], [4, 2]]


def test_fields_that_are_made_when_somebody_asks() -> None:
    """Once, by whoever asks first; then they are a mapping like any other."""
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(1)
        return {"b": 2, "a": 1}

    fields = Later(make)
    assert made == []
    assert (fields["a"], list(fields), len(fields), fields == {"a": 1, "b": 2}, made) == (
        1,
        ["b", "a"],
        2,
        True,
        [1],
    )


def test_fields_that_are_each_made_when_somebody_asks() -> None:
    """One of them leaves the others unmade; each is made once."""
    made: list[str] = []
    fields = EachLater(b=lambda: made.append("b") or 2, a=lambda: made.append("a") or 1)

    assert (fields["a"], fields.get("a"), fields.get("c"), made) == (1, 1, None, ["a"])
    assert (list(fields), len(fields), fields == {"a": 1, "b": 2}, made) == (["b", "a"], 2, True, ["a", "b"])
