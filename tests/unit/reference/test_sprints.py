"""Sprints by two programs: whatever happens to issues in sprints, both count the same."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from data.export.sprints_document import sprints_document
from tests.reference import reference_metrics
from tests.reference.compare import differences
from tests.support.builders import status_list
from tests.support.engine import engine_report
from tests.support.sprints import POINTS, estimated, sprint, sprint_issue

# Instants of March 2026 that meet each other: starts and ends of sprints are among them.
DAYS = [f"2026-03-{day:02d}T{hour}" for day in range(1, 25, 2) for hour in ("09:00", "17:00")]
SPRINTS = {
    "41": sprint(41, "Web", "2026-03-03T09:00", "2026-03-11T17:00", "2026-03-11T17:00"),
    "42": sprint(42, "Web", "2026-03-13T09:00", "2026-03-19T17:00", state="closed"),
    "43": sprint(43, "Last", "2026-03-19T09:00", "2026-03-29T17:00"),
    "44": sprint(44, "Odd", completed="2026-03-11T17:00"),
    "45": sprint(45, "Next", state="future"),
}


@st.composite
def items(draw: st.DrawFn, number: int) -> dict:
    """An issue whose sprints, status and estimate change at some of the instants."""
    at = st.lists(st.sampled_from(DAYS), max_size=4, unique=True).map(sorted)
    moves, held = [], draw(st.sampled_from(["", "41", "44"]))
    for moment in draw(at):
        after = ", ".join(sorted(draw(st.sets(st.sampled_from(list(SPRINTS)), max_size=2))))
        moves.append((moment, held, after))
        held = after
    today = [SPRINTS[each] for each in held.split(", ") if each]
    if not draw(st.integers(0, 5)):
        today = [SPRINTS["42"]]
    history = [(moment, draw(st.sampled_from(["To Do", "Doing", "Done"]))) for moment in draw(at)]
    more = {
        "created": draw(st.sampled_from(["2026-02-01", *DAYS[:6]])),
        POINTS: draw(st.sampled_from([None, 3, 5])),
    }
    more |= {"has_changelog": bool(draw(st.integers(0, 5))), "type": draw(st.sampled_from(["Story", "Epic"]))}
    more |= {"first": draw(st.sampled_from(["To Do", "Done"])), "updated": "2026-03-24T17:00"}
    made = sprint_issue(f"S-{number}", moves, today, history=history, **more)
    if "changelog" in made and draw(st.booleans()):
        made = estimated(made, *((moment, "1", draw(st.sampled_from(["3", "5"]))) for moment in draw(at)))
    return made


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).flatmap(
        lambda ns: st.tuples(*map(items, ns))
    )
)
def test_both_programs_agree(issues: tuple[dict, ...]) -> None:
    asked = {
        "statuses": status_list(),
        "profile": {"fields": {"story_points": POINTS}},
        "date_from": "2026-03-01",
        "date_to": "2026-03-29",
        "as_of": "2026-03-23T17:00:00Z",
    }
    engine = sprints_document(engine_report(issues, **asked).context)
    reference = reference_metrics(list(issues), only=(), **asked)["sprints"]

    assert differences(json.loads(json.dumps(engine)), reference, "sprints") == []
