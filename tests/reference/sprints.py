"""Sprints, row by row of specs/metrics.md: who was in them, and what became of it."""

import re
import statistics
from dataclasses import dataclass, field

from tests.reference.clock import instant, stamp
from tests.reference.issues import Change, Issue, key_order
from tests.reference.mapped import MalformedError
from tests.reference.world import Fact, World

COUNTS = ("committed", "added", "removed", "done", "carried_over", "open")
REASONS = ("history_truncated", "done_without_date", "done_outside")
STATES = ("", "future", "active", "closed")
ESTIMATES = ("Story Points", "Story point estimate")
BOARDS = {"boardId", "rapidViewId", "originBoardId"}
_JAVA = re.compile(r"Sprint@\w+\[(.*)\]\s*$", re.DOTALL)


@dataclass
class Sprint:
    """What an issue says of a sprint."""

    id: str
    name: str = ""
    state: str = ""
    board: str = ""
    start: int | None = None
    end: int | None = None
    completed: int | None = None


@dataclass
class Timed:
    """A sprint as of T: ``phase`` is closed, active, future or undated."""

    sprint: Sprint
    phase: str
    opens: int = 0
    closes: int = 0
    assumed: bool = False


@dataclass
class Member:
    """An issue that was in a sprint at some instant of it."""

    fact: Fact
    came: int
    gone: int
    committed: bool
    removed: bool
    done: bool
    reason: str | None
    told: bool
    points: dict[str, float | None] = field(default_factory=dict)
    points_told: bool = True


def sprint_values(world: World, issue: Issue) -> list[Sprint]:
    """The sprints that an issue holds today, from the fields that hold such values."""
    memory = world.memory.setdefault("sprint_values", {})
    if id(issue) not in memory:
        memory[id(issue)] = _read_values(issue, sprint_fields(world))
    return memory[id(issue)]


def _read_values(issue: Issue, fields: set[str]) -> list[Sprint]:
    found: dict[str, Sprint] = {}
    for name, value in issue.fields.items():
        for entry in entries(value) if name in fields else []:
            said = _said(entry)
            if said.get("id") not in (None, ""):
                found.setdefault(str(said["id"]), _sprint(said))
    return [found[each] for each in sorted(found, key=lambda name: (len(name), name))]


def sprint_fields(world: World) -> set[str]:
    """The fields of which some entry can be nothing else: it has a state and a board."""
    if "sprint_fields" not in world.memory:
        world.memory["sprint_fields"] = {
            name
            for issue in world.issues
            for name, value in issue.fields.items()
            if any("state" in said and BOARDS & said.keys() for said in map(_said, entries(value)))
        }
    return world.memory["sprint_fields"]


def entries(value: object) -> list:
    return value if isinstance(value, list) else [value]


def _said(entry: object) -> dict:
    if isinstance(entry, dict):
        return entry
    java = _JAVA.search(entry) if isinstance(entry, str) else None
    parts = [part.partition("=") for part in java[1].split(",")] if java else []
    return {name: value for name, _, value in parts if value != "<null>"}


def _sprint(said: dict) -> Sprint:
    board = said.get("boardId") or said.get("rapidViewId") or said.get("originBoardId") or ""
    dates = [instant(said.get(name)) for name in ("startDate", "endDate", "completeDate")]
    state = str(said.get("state") or "").lower()
    return Sprint(str(said["id"]), str(said.get("name") or "").strip(), state, str(board), *dates)


def all_sprints(world: World) -> dict[str, Sprint]:
    """Every sprint by id: closed wins over active, that over future; then the issue updated last."""
    best: dict[str, tuple[tuple, Sprint]] = {}
    for issue in world.issues:
        for change in sprint_changes(issue):
            for each in (*ids(change, "from"), *ids(change, "to")):
                best.setdefault(each, ((-1,), Sprint(each)))
        for sprint in sprint_values(world, issue):
            updated = issue.updated if issue.updated is not None else float("-inf")
            rank = (STATES.index(sprint.state) if sprint.state in STATES else 0, updated, sprint.name)
            if sprint.id not in best or rank >= best[sprint.id][0]:
                best[sprint.id] = (rank, sprint)
    return {each: sprint for each, (_, sprint) in best.items()}


def sprint_changes(issue: Issue) -> list[Change]:
    return [change for change in issue.changes if change.item.get("field") == "Sprint"]


def ids(change: Change, side: str) -> list[str]:
    """The ids of a side of a change, "4, 5"."""
    return [part.strip() for part in str(change.item.get(side) or "").split(",") if part.strip()]


def timed(sprint: Sprint, as_of: int) -> Timed:
    if sprint.state == "future" or (sprint.start is not None and sprint.start > as_of):
        return Timed(sprint, "future")
    completed, assumed = sprint.completed, False
    if sprint.state == "closed" and completed is None:
        completed, assumed = sprint.end, True
        if completed is None or completed > as_of:
            return Timed(sprint, "undated")
    if sprint.start is None or (completed is not None and completed < sprint.start):
        return Timed(sprint, "undated")
    if completed is None or completed > as_of:
        return Timed(sprint, "active", sprint.start, as_of)
    return Timed(sprint, "closed", sprint.start, completed, assumed)


def is_in(world: World, issue: Issue, sprint_id: str, moment: int) -> bool:
    """Whether an issue is in a sprint at an instant, what happened at it included."""
    assert issue.created is not None
    if moment < issue.created:
        return False
    inside = None
    for change in sprint_changes(issue):
        before, after = ids(change, "from"), ids(change, "to")
        if sprint_id not in before and sprint_id not in after:
            continue
        if inside is None:
            inside = sprint_id in before
        if change.at <= moment and (sprint_id in before) != (sprint_id in after):
            inside = sprint_id in after
    return any(each.id == sprint_id for each in sprint_values(world, issue)) if inside is None else inside


def is_told(world: World, issue: Issue, sprint_id: str) -> bool:
    """By a history that names it, or by histories none of which is of a sprint, if any in the store is."""
    changes = sprint_changes(issue)
    if "any sprint move" not in world.memory:
        world.memory["any sprint move"] = any(map(is_move, world.issues))
    if not world.memory["any sprint move"]:
        return False
    named = any(sprint_id in (*ids(each, "from"), *ids(each, "to")) for each in changes)
    return named or (issue.has_changelog and not changes)


def is_move(issue: Issue) -> bool:
    """Some history takes it into a sprint or out of one."""
    return any(set(ids(each, "from")) != set(ids(each, "to")) for each in sprint_changes(issue))


def done_since(world: World, fact: Fact, moment: int) -> tuple[bool, int | None, bool]:
    """Whether it is done at an instant, since when without a break, and whether a guess says so."""
    if world.settings.choice("completion_source", "status") == "resolution":
        return fact.completed is not None and fact.completed <= moment, fact.completed, False
    if len(fact.history.stays) == 1:
        stay = fact.history.stays[0]
        done = stay.category == "done" and fact.completed is not None and fact.completed <= moment
        return done, fact.completed, stay.inferred and stay.category == "done"
    begun = [stay for stay in fact.history.stays if stay.entered <= moment]
    since = None
    for stay in reversed(begun):
        if stay.category != "done":
            break
        since = stay.entered
    return since is not None, since, since is not None and begun[-1].inferred


def member(world: World, fact: Fact, when: Timed) -> Member | None:
    """An issue of a sprint; None where it was not in it between its start and its completion."""
    issue, sprint_id = fact.issue, when.sprint.id
    moments = sorted({when.opens, when.closes, fact.created, *(each.at for each in sprint_changes(issue))})
    inside = [at for at in moments if when.opens <= at <= when.closes and is_in(world, issue, sprint_id, at)]
    if not inside:
        return None
    came, committed = inside[0], is_in(world, issue, sprint_id, when.opens)
    removed = not is_in(world, issue, sprint_id, when.closes)
    left = [at for at in moments if came < at <= when.closes and not is_in(world, issue, sprint_id, at)]
    gone = min(at for at in left if at > inside[-1]) if removed else when.closes
    before, _, guessed_before = done_since(world, fact, came)
    after, since, guessed_after = done_since(world, fact, gone)
    undated = (
        world.settings.choice("completion_source", "status") == "status"
        and len(fact.history.stays) == 1
        and fact.history.stays[0].category == "done"
        and fact.completed is None
    )
    reason = None
    if issue.truncated:
        reason = "history_truncated"
    elif undated:
        reason = "done_without_date"
    elif before and after and since is not None and since <= came:
        reason = "done_outside"
    told = is_told(world, issue, sprint_id) and not guessed_before and not guessed_after
    found = Member(fact, came, gone, committed, removed, after, reason, told)
    for name, at in (("came", came), ("gone", gone)):
        found.points[name], known = points_at(world, fact, at)
        found.points_told = found.points_told and known
    return found


def estimate_changes(world: World, issue: Issue) -> list[Change]:
    field_id = world.settings.section("fields").get("story_points")
    named = [change for change in issue.changes if change.item.get("field") in ESTIMATES]
    return [each for each in named if each.item.get("fieldId") in (None, field_id)]


def points_at(world: World, fact: Fact, moment: int) -> tuple[float | None, bool]:
    """An estimate at an instant, and whether histories tell it."""
    changes = estimate_changes(world, fact.issue)
    if "any estimate" not in world.memory:
        world.memory["any estimate"] = any(estimate_changes(world, issue) for issue in world.issues)
    any_history = world.memory["any estimate"]
    if not changes:
        return fact.points, any_history
    if _number(changes[-1], "toString") != fact.points:
        return fact.points, False
    done = [change for change in changes if change.at <= moment]
    return (_number(done[-1], "toString") if done else _number(changes[0], "fromString")), True


def _number(change: Change, side: str) -> float | None:
    try:
        return float(str(change.item.get(side)).replace(",", "."))
    except (ValueError, MalformedError):
        return None


def sprints(world: World) -> dict | None:
    """What ``sprints`` of the document says; of a store without sprints None."""
    known = all_sprints(world)
    if not known:
        return None
    when = [timed(sprint, world.period.as_of) for sprint in known.values()]
    when.sort(key=lambda each: (each.opens, int(each.sprint.id)))
    labels = _labels([each.sprint for each in when])
    period, shown = world.period, []
    for each in when:
        if each.phase == "closed" and not period.lo <= each.closes < period.end:
            continue
        if each.phase not in ("closed", "active") or each.opens >= period.end:
            continue
        members = [found for fact in world.in_scope if (found := member(world, fact, each)) is not None]
        if members:
            shown.append(_entry(world, each, labels[each.sprint.id], members))
    closed = [entry for entry in shown if entry["state"] == "closed"]
    undated = [each for each in when if each.phase == "undated"]
    undated.sort(key=lambda each: int(each.sprint.id))
    points = {entry["points"] for entry in shown} - {None}
    return {
        "definition": "sprints/1",
        "state": "ok" if closed else "no_data",
        "evidence": "inferred" if any(each["evidence"] == "inferred" for each in shown) else "measured",
        "points": None if not points else "measured" if points == {"measured"} else "inferred",
        "total": {name: _total(closed, name) for name in COUNTS[:-1]},
        "kept_percent": _share(closed),
        "done_median": statistics.median(entry["done"]["n"] for entry in closed) if closed else None,
        "sprints": closed + [entry for entry in shown if entry["state"] == "active"],
        "undated": [labels[each.sprint.id] for each in undated],
        "future": sum(each.phase == "future" for each in when),
    }


def _labels(found: list[Sprint]) -> dict[str, str]:
    names = [sprint.name for sprint in found]
    return {
        each.id: each.name
        if each.name and names.count(each.name) == 1
        else f"{each.name or 'Sprint'} (no. {each.id})"
        for each in found
    }


def _entry(world: World, when: Timed, label: str, members: list[Member]) -> dict:
    counted = [each for each in members if each.reason is None]
    closed = when.phase == "closed"
    stayed = [each for each in counted if not each.removed]
    left = [each for each in stayed if not each.done]
    groups = {
        "committed": ([each for each in counted if each.committed], "came"),
        "added": ([each for each in counted if not each.committed], "came"),
        "removed": ([each for each in counted if each.removed], "gone"),
        "done": ([each for each in stayed if each.done], "gone"),
        "carried_over": (left, "gone") if closed else None,
        "open": None if closed else (left, "gone"),
    }
    mapped = bool(world.settings.section("fields").get("story_points"))
    excluded = {
        reason: _keys([each for each in members if each.reason == reason])
        for reason in REASONS
        if any(each.reason == reason for each in members)
    }
    sprint, told = when.sprint, all(each.told for each in counted)
    return {
        "id": sprint.id,
        "name": label,
        "board": sprint.board,
        "state": when.phase,
        "start": stamp(when.opens),
        "end": None if sprint.end is None else stamp(sprint.end),
        "completed": stamp(when.closes) if closed else None,
        "evidence": "measured" if told and not when.assumed else "inferred",
        "points": None if not mapped else _points_evidence(counted),
        **{name: None if group is None else _group(*group, mapped=mapped) for name, group in groups.items()},
        "kept": _keys([each for each in stayed if each.done and each.committed]),
        "excluded": excluded,
    }


def _points_evidence(members: list[Member]) -> str:
    return "measured" if all(each.points_told for each in members) else "inferred"


def _keys(members: list[Member]) -> list[str]:
    return sorted((each.fact.key for each in members), key=key_order)


def _group(members: list[Member], moment: str, *, mapped: bool) -> dict:
    points = [each.points[moment] for each in members]
    return {
        "n": len(members),
        "points": sum(each for each in points if each is not None) if mapped else None,
        "unestimated": points.count(None) if mapped else 0,
        "keys": _keys(members),
    }


def _total(closed: list[dict], name: str) -> dict:
    points = [entry[name]["points"] for entry in closed if entry[name]["points"] is not None]
    return {"n": sum(entry[name]["n"] for entry in closed), "points": sum(points) if points else None}


def _share(closed: list[dict]) -> float | None:
    committed = sum(entry["committed"]["n"] for entry in closed)
    return 100 * sum(len(entry["kept"]) for entry in closed) / committed if committed else None
