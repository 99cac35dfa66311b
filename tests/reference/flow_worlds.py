"""Random stores whose work mostly ends in the period, each issue with its own way of being odd.

Where any instant may follow any other, hardly an issue is ever delivered; here the path is
plain, and statuses, types, histories and ends have the twists that specs/metrics.md decides.
"""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from tests.reference.clock import DAY, HOUR, midnight
from tests.reference.drawn_histories import (
    FUTURE,
    SPREAD_DAYS,
    TODAY,
    Times,
    as_sent,
    beside,
    flag_item,
    history,
    jira_stamp,
    odd_history,
    rarely,
    status_item,
    status_object,
    status_row,
)
from tests.reference.sample import Sample
from tests.support.builders import block_item, blocked_by

Recorded = tuple[str | None, str]
BEGUN: list[Recorded] = [("10", "To Do"), ("10", "To Do"), (None, "Backlog"), ("1", "Gone"), ("90", "Ready")]
# In the order of trust: today's, a namesake of today, a usual name, a built-in id, nothing at all.
AT_WORK: list[Recorded] = [
    ("30", "Doing"),
    ("30", "Doing"),
    (None, "Doing"),
    ("93", "In Bearbeitung"),
    ("95", "В работе"),  # noqa: RUF001
    ("97", "In Review"),
    ("3", "Steaming"),
    ("90", "Ready"),
]
BEFORE_THE_END: list[Recorded] = [
    ("40", "Code Review"),
    ("40", "Code Review"),
    ("94", "Erledigt"),
    ("6", "Limbo"),
    ("91", "done"),
    ("96", "cancelled"),
    ("99", "Steaming"),
    ("10", "To Do"),
]
ENDED: list[Recorded] = [
    *[("5", "Done")] * 5,
    ("60", "Closed"),
    ("60", "Closed"),
    ("11", "Cancelled"),
    ("12", "Duplikat"),
]
OFFSETS = [0, 0, 0, HOUR, 5 * HOUR, DAY, DAY, 3 * DAY]
KINDS: list[dict | None] = [
    {"id": "101", "name": "Story", "subtask": False, "hierarchyLevel": 0},
    {"id": "102", "name": "Bug", "subtask": False},
    {"id": "103", "name": "Sub-task", "subtask": True},
    {"id": "110", "name": "Task", "subtask": False, "hierarchyLevel": 0},
    {"id": "113", "name": "Plan", "subtask": False},
    {"id": "113", "name": "Plan", "subtask": False},
    {"id": "114", "name": "Эпик", "subtask": False},
    {"id": "115", "name": "История", "subtask": False},
    {"id": "116", "name": "Ошибка", "subtask": False, "hierarchyLevel": 0},
    {"id": "117", "name": "Задача", "subtask": False, "hierarchyLevel": 0},
    {"id": "118", "name": "Épico", "subtask": False, "hierarchyLevel": 0},
]
RESOLUTIONS = [None, *["Done"] * 5, "done", "Gelöst", "Withdrawn", "CANCELED", "Duplikat"]
NOT_DELIVERED_STATUSES = [["done"], ["11", "closed"], ["DUPLIKAT"]]


def plain_path(draw: st.DrawFn, times: Times, length: int) -> list[tuple[int, Recorded]]:
    """When the issue came into which status, ending in or just before the period; now and then open."""
    day = draw(st.integers(-(length // 3), length - 1))
    at = midnight(times.anchor + timedelta(days=day), times.zone) + draw(st.sampled_from(OFFSETS))
    steps: list[Recorded] = [draw(st.sampled_from(ENDED))]
    if draw(st.booleans()):
        steps.insert(0, draw(st.sampled_from(BEFORE_THE_END)))
    if not rarely(draw, 5):
        steps.insert(0, draw(st.sampled_from(AT_WORK)))
    steps.insert(0, draw(st.sampled_from(BEGUN)))
    if rarely(draw, 6):
        steps.append(draw(st.sampled_from(AT_WORK)))
    spent = [draw(st.sampled_from(OFFSETS)) * draw(st.sampled_from([1, 1, 4])) for _ in steps[1:]]
    path = [(at, steps[-1])]
    for status, before in zip(reversed(steps[:-1]), reversed(spent), strict=True):
        at -= before
        path.insert(0, (at, status))
    return path


def twisted_histories(draw: st.DrawFn, path: list[tuple[int, Recorded]]) -> list:
    """The moves of a path; some first ones were not sent, and some that were cannot be read."""
    rows: list = []
    for place, ((_, before), (at, after)) in enumerate(pairwise(path)):
        rows.append(history(draw, 100 + place, at, beside(draw, status_item(draw, before, after))))
    if rarely(draw, 6):
        rows.append(odd_history(draw, path[-1][0] + HOUR))
    return rows


def sent(draw: st.DrawFn, rows: list) -> dict:
    """All of it, or only the last part of more."""
    if not rarely(draw, 4):
        return as_sent(draw, draw(st.permutations(rows)))
    kept = rows[draw(st.integers(0, len(rows))) :]
    return {"startAt": 0, "maxResults": len(kept), "total": len(rows) + 1, "histories": kept}


def flow_issue(draw: st.DrawFn, number: int, times: Times, length: int) -> dict:
    """One issue with its path, and now and then a field that cannot be read or does not fit."""
    path = plain_path(draw, times, length)
    last, at = path[-1][1], path[-1][0]
    today = {id_: status_row(id_, name, category) for id_, name, category in TODAY}
    resolution = draw(st.sampled_from(RESOLUTIONS))
    fields = {
        "issuetype": draw(st.sampled_from(KINDS)),
        "project": {"id": "10000", "key": "AB"},
        "status": status_object(draw) if last[0] not in today or rarely(draw, 8) else today[last[0]],
        "created": jira_stamp(path[0][0], draw(st.sampled_from([0, 2, 3]))),
        "updated": FUTURE if rarely(draw, 6) else jira_stamp(at + draw(st.sampled_from(OFFSETS))),
        "resolution": None if resolution is None else {"id": "1", "name": resolution},
        "resolutiondate": draw(st.sampled_from([jira_stamp(at), jira_stamp(at), None, FUTURE])),
        "parent": {"id": "1", "key": f"AB-{draw(st.integers(1, 4))}"} if draw(st.booleans()) else None,
        "customfield_7": draw(st.sampled_from([1, "2,5", {"value": "3"}, "L", None])),
    }
    told, fields["issuelinks"] = held_up(draw, path)
    issue = {"id": str(100 + number), "key": f"AB-{number}", "fields": fields}
    if rarely(draw, 10):
        return issue
    return {**issue, "changelog": sent(draw, [*twisted_histories(draw, path), *told])}


def held_up(draw: st.DrawFn, path: list[tuple[int, Recorded]]) -> tuple[list, list[dict]]:
    """Histories of a flag and of links to blockers, and the links that are there today."""
    instants = st.builds(int.__add__, st.sampled_from([at for at, _ in path]), st.sampled_from(OFFSETS))
    rows = [
        history(draw, 300 + place, draw(instants), [flag_item(draw(st.booleans()))])
        for place in range(draw(st.sampled_from([0, 0, 1, 2])))
    ]
    links = []
    for place, number in enumerate(draw(st.lists(st.integers(1, 5), max_size=2, unique=True))):
        key, style = f"AB-{number}", draw(st.sampled_from(["there", "there", "gone", "undated", "silent"]))
        since = draw(instants)
        if style != "undated":
            rows.append(history(draw, 400 + 2 * place, since, [block_item(key, added=True)]))
        if style == "gone":
            later = since + draw(st.sampled_from(OFFSETS))
            rows.append(history(draw, 401 + 2 * place, later, [block_item(key, added=False)]))
        if style in ("there", "undated"):
            links.append(blocked_by(key))
    return rows, links


TARGETS: list[dict] = [{}, {"flow_velocity_points": 2, "flow_time": 3, "flow_load": 1}]


def flow_profile(draw: st.DrawFn, zone: str) -> dict:
    profile: dict = {"timezone": zone, "fields": {"story_points": "customfield_7"}, "workflow": {}}
    if draw(st.booleans()):
        profile["workflow"]["waiting"] = ["Code Review"]
    if rarely(draw, 5):
        profile["workflow"]["not_delivered"] = draw(st.sampled_from(NOT_DELIVERED_STATUSES))
    if rarely(draw, 5):
        profile["not_delivered"] = draw(st.sampled_from([[], ["withdrawn"]]))
    if rarely(draw, 6):
        profile["start_source"] = "created"
    if rarely(draw, 6):
        profile["completion_source"] = "resolution"
    if rarely(draw, 6):
        profile["include_epics"] = True
    if rarely(draw, 4):
        profile["hierarchy"] = {"parent_starts_with_children": True}
    profile["targets"] = draw(st.sampled_from(TARGETS))
    return profile


@st.composite
def flow_worlds(draw: st.DrawFn, largest: int = 12) -> Sample:
    """Work that begins, waits, is cut, cancelled or read in another language, and mostly ends.

    Args:
        draw: given by Hypothesis.
        largest: issues at most.
    """
    anchors = ["2026-03-09", "2025-10-20", "2021-01-04", "2024-02-26"]
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))
    times = Times(date.fromisoformat(draw(st.sampled_from(anchors))), zone)
    length = draw(st.sampled_from([14, SPREAD_DAYS + 4]))
    issues = [
        flow_issue(draw, number, times, length) for number in range(1, 1 + draw(st.integers(1, largest)))
    ]
    known = draw(st.sampled_from([len(TODAY), len(TODAY), 0, 2]))
    end = times.anchor + timedelta(days=length)
    late = midnight(end, zone) + draw(st.sampled_from([0, 1, 20 * DAY, -3 * DAY]))
    return Sample(
        issues=issues,
        statuses=[status_row(*row) for row in TODAY[:known]],
        versions=[],
        profile=flow_profile(draw, zone),
        period=(times.anchor.isoformat(), (end - timedelta(days=1)).isoformat()),
        as_of=None if rarely(draw, 4) else late,
    )
