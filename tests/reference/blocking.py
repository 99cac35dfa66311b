"""Blocked time, from its paragraph in specs/metrics.md: one item, one reason, one stretch after the other."""

from tests.reference.clock import DAY, stamp
from tests.reference.flow import evidence_of, keys_of, knows_waiting
from tests.reference.history import flagged_spans, starts_by_status
from tests.reference.issues import Issue
from tests.reference.links import issue_links, past_keys
from tests.reference.results import reasons, result, week_entry, without_answer
from tests.reference.world import Fact, World

Span = tuple[int, int]
REASONS = ("flag", "waiting", "link")
LEFT_OUT = ("history_truncated", "before_start", "after_completion", "unseen_blocker", "undated")
UNKNOWN = {"days": None, "share": None, "reasons": None, "blocked": None, "circles": None}


def blocked_time(world: World) -> dict:
    if world.is_empty:
        return result("blocked_time", "days/week", state="no_data", extra=UNKNOWN)
    if not world.has_changelogs or not anything_tells(world):
        state = "not_configured" if world.has_changelogs else "not_applicable"
        return without_answer(world, "blocked_time", "days/week", state, extra=UNKNOWN)
    lo, end = world.period.lo, world.period.end
    total = sum(blocked_ms(world, fact, lo, end) for fact in world.in_scope)
    included = [fact for fact in world.in_scope if blocked_ms(world, fact, lo, end)]
    weekly = []
    for week in world.weeks():
        lengths = [blocked_ms(world, fact, week.since, week.until) for fact in world.in_scope]
        weekly.append(week_entry(week, sum(lengths) / DAY, sum(1 for length in lengths if length)))
    return result(
        "blocked_time",
        "days/week",
        value=total / DAY * 7 / world.period.days,
        included=keys_of(included),
        excluded=left_out(world),
        evidence=evidence(world, included),
        weekly=weekly,
        extra=beside(world, total),
    )


def anything_tells(world: World) -> bool:
    """Somebody raised a flag, linked a blocker, or a status is known in which work waits."""
    for issue in world.issues:
        if flag_told(issue) or any(other.key != issue.key for other in told_links(world, issue)):
            return True
    return knows_waiting(world)


def flag_told(issue: Issue) -> bool:
    return any(change.item.get("field") == "Flagged" for change in issue.changes)


class Told:
    """What is told of one blocker of an issue: its key today, and when the link came and went."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.changes: list[tuple[int, bool]] = []
        self.today = False


def told_links(world: World, issue: Issue) -> list[Told]:
    """The blockers of an issue; keys that mean one issue are one."""
    found: dict[str, Told] = {}
    for change in issue.changes:
        item = change.item
        if item.get("fieldtype") == "custom" or (item.get("fieldId") or item.get("field")) not in (
            "Link",
            "issuelinks",
        ):
            continue
        for side, words, added in (("from", "fromString", False), ("to", "toString", True)):
            text = item.get(words) or ""
            if "blocked by" in text.lower():
                key = key_today(world, item.get(side) or text.split()[-1])
                found.setdefault(key, Told(key)).changes.append((change.at, added))
    for row in issue_links(issue):
        for side, words in (("inwardIssue", "inward"), ("outwardIssue", "outward")):
            other, kind = row.get(side), row.get("type")
            named = isinstance(other, dict) and isinstance(kind, dict) and other.get("key")
            if named and "blocked by" in (kind.get(words) or "").lower():
                key = key_today(world, other["key"])
                found.setdefault(key, Told(key)).today = True
    return list(found.values())


def key_today(world: World, key: str) -> str:
    if "keys" not in world.memory:
        known = {past: issue.key for issue in world.issues for past in past_keys(issue)}
        world.memory["keys"] = known | {issue.key: issue.key for issue in world.issues}
    return world.memory["keys"].get(key, key)


def spells(told: Told) -> list[tuple[int | None, int | None, bool]]:
    """(since, until, whether both are known) of a link; until None: it is there today."""
    found, since = [], None
    for at, added in told.changes:
        if added and since is None:
            since = at
        elif not added and since is not None:
            found.append((since, at, True))
            since = None
    if since is not None:
        found.append((since, None, told.today))
    elif told.today:
        found.append((None, None, False))
    return found


def fact_of(world: World, key: str) -> Fact | None:
    return next((fact for fact in world.facts if fact.key == key), None)


def is_stored(world: World, key: str) -> bool:
    return any(issue.key == key for issue in world.issues)


def open_spans(world: World, fact: Fact, since: int, until: int) -> list[Span]:
    """When the blocker existed and was not done."""
    found = []
    for stay in fact.history.stays:
        left = until if stay.left is None else min(stay.left, until)
        if stay.category != "done" and left > max(stay.entered, since):
            found.append((max(stay.entered, since), left))
    return found


def link_spans(world: World, fact: Fact) -> list[tuple[Span, str]]:
    """When a dated link held and its blocker was open, with the key of the blocker."""
    found = []
    for told in told_links(world, fact.issue):
        blocker = fact_of(world, told.key)
        if blocker is None or told.key == fact.key:
            continue
        for since, until, known in spells(told):
            if since is not None and known:
                last = still(world) if until is None else min(until, still(world))
                found += [(span, told.key) for span in open_spans(world, blocker, since, last)]
    return found


def still(world: World) -> int:
    """What has not ended by T holds at T as well: it ends just behind it."""
    return world.period.as_of + 1


def raw_spans(world: World, fact: Fact) -> dict[str, list[Span]]:
    waiting = [
        (stay.entered, still(world) if stay.left is None else stay.left)
        for stay in fact.history.stays
        if stay.category == "in_progress" and stay.waiting
    ]
    return {
        "flag": flagged_spans(fact.issue, world.period.as_of, still(world)),
        "waiting": waiting,
        "link": [span for span, _ in link_spans(world, fact)],
    }


def clipped(spans: list[Span], since: int | None, until: int) -> list[Span]:
    if since is None:
        return []
    cut = [(max(a, since), min(b, until)) for a, b in spans]
    return [(a, b) for a, b in cut if b > a]


def union_ms(spans: list[Span]) -> int:
    total, reached = 0, None
    for since, until in sorted(spans):
        first = since if reached is None else max(since, reached)
        total += max(0, until - first)
        reached = until if reached is None else max(reached, until)
    return total


def work_of(world: World, fact: Fact) -> tuple[int | None, int]:
    return fact.started, still(world) if fact.completed is None else fact.completed


def under_way_spans(world: World, fact: Fact) -> dict[str, list[Span]]:
    memory = world.memory.setdefault("blocked spans", {})
    if fact.key not in memory:
        raw = raw_spans(world, fact)
        memory[fact.key] = (
            raw,
            {reason: clipped(spans, *work_of(world, fact)) for reason, spans in raw.items()},
        )
    return memory[fact.key][1]


def everything(spans: dict[str, list[Span]]) -> list[Span]:
    return [span for some in spans.values() for span in some]


def blocked_ms(world: World, fact: Fact, since: int, until: int) -> int:
    last = min(until, world.period.as_of)
    return union_ms(clipped(everything(under_way_spans(world, fact)), since, last))


def left_out(world: World) -> dict[str, list[str]]:
    lo, end = world.period.lo, world.period.end
    found: dict[str, list[str]] = {}
    for fact in world.in_scope:
        if not blocked_ms(world, fact, lo, end):
            reason = why_not(world, fact)
            if reason:
                found.setdefault(reason, []).append(fact.key)
    return reasons(LEFT_OUT, found)


def why_not(world: World, fact: Fact) -> str | None:
    lo, end, as_of = world.period.lo, world.period.end, world.period.as_of
    raw = clipped(everything(raw_spans(world, fact)), lo, end)
    by_status = starts_by_status(world.settings)
    if raw and fact.truncated and by_status:
        return "history_truncated"
    begun = as_of if fact.started is None else fact.started
    if clipped(raw, fact.created, begun):
        return "before_start"
    if clipped(raw, fact.completed, as_of):
        return "after_completion"
    if fact.started is None:
        return None
    others = [told for told in told_links(world, fact.issue) if told.key != fact.key]
    for told in others:
        for since, until, known in spells(told):
            if since is not None and (not known or not is_stored(world, told.key)):
                last = as_of if until is None else min(until, as_of)
                if clipped(clipped([(since, last)], *work_of(world, fact)), lo, end):
                    return "unseen_blocker"
    return "undated" if end == as_of and undated(world, fact) else None


def undated(world: World, fact: Fact) -> list[str]:
    """Keys that block an item under way at T since nobody knows when."""
    if fact.started is None or fact.completed is not None:
        return []
    return [
        told.key
        for told in told_links(world, fact.issue)
        if told.key != fact.key and (None, None, False) in spells(told) and not is_done(world, told.key)
    ]


def is_done(world: World, key: str) -> bool:
    """A stored blocker that is done at T, or does not exist yet; one that is not stored may be open."""
    fact = fact_of(world, key)
    return is_stored(world, key) and (fact is None or fact.history.stays[-1].category == "done")


def evidence(world: World, included: list[Fact]) -> str:
    lo, end = world.period.lo, world.period.end
    if world.categories.guesses_waiting and any(
        clipped(under_way_spans(world, fact)["waiting"], lo, end) for fact in included
    ):
        return "inferred"
    return evidence_of(included, start=starts_by_status(world.settings))


def beside(world: World, total: int) -> dict:
    lo, end = world.period.lo, world.period.end
    under_way = sum(union_ms(clipped([(s, e)], lo, end)) for s, e in works(world))
    by_reason = {}
    for reason in REASONS:
        lengths = [
            union_ms(clipped(under_way_spans(world, fact)[reason], lo, end)) for fact in world.in_scope
        ]
        by_reason[reason] = {"days": sum(lengths) / DAY, "n": sum(1 for length in lengths if length)}
    blocked = blocked_at_end(world)
    return {
        "days": total / DAY,
        "share": 100 * total / under_way if under_way else None,
        "reasons": by_reason,
        "blocked": blocked,
        "circles": sum(row["in_circle"] for row in blocked),
    }


def works(world: World) -> list[Span]:
    spans = [work_of(world, fact) for fact in world.in_scope]
    return [(since, until) for since, until in spans if since is not None and until > since]


def holds(spans: list[Span], moment: int) -> bool:
    """A span holds its first instant and not its last."""
    return any(since <= moment < until for since, until in spans)


def blocked_at_end(world: World) -> list[dict]:
    """What is blocked at the end, the longest first; those without a since last, in the order of keys."""
    end, as_of = world.period.end, world.period.as_of
    dated, others = [], []
    for fact in world.in_scope:
        if fact.completed is not None and fact.completed <= end:
            continue
        spans = under_way_spans(world, fact)
        which = [reason for reason in REASONS if holds(spans[reason], end)]
        waits_for = waits_at(world, fact, end)
        unknown = undated(world, fact) if end == as_of else []
        if which:
            since = begun(everything(spans), end)
            dated.append((since, fact, which, waits_for + unknown))
        elif unknown:
            others.append((None, fact, ["link"], waits_for + unknown))
    order = {key: place for place, key in enumerate(keys_of(world.in_scope))}
    dated.sort(key=lambda row: (row[0], order[row[1].key]))
    others.sort(key=lambda row: order[row[1].key])
    circles = circle_keys(world, end)
    return [
        {
            "key": fact.key,
            "since": None if since is None else stamp(since),
            "days": None if since is None else (end - since) / DAY,
            "reasons": which,
            "waits_for": waits_for,
            "in_circle": fact.key in circles,
        }
        for since, fact, which, waits_for in [*dated, *others]
    ]


def begun(spans: list[Span], moment: int) -> int:
    """Since when there has been no gap."""
    since = moment
    for first, last in sorted(spans, key=lambda span: -span[1]):
        if last >= since:
            since = min(since, first)
    return since


def waits_at(world: World, fact: Fact, moment: int) -> list[str]:
    held = [key for span, key in link_spans(world, fact) if holds([span], moment)]
    return list(dict.fromkeys(held))


def circle_keys(world: World, moment: int) -> set[str]:
    """Who waits for himself, through whomever he waits for."""
    graph = {fact.key: waits_at(world, fact, moment) for fact in world.facts}
    found = set()
    for key, others in graph.items():
        seen, ahead = set(), list(others)
        while ahead:
            other = ahead.pop()
            if other not in seen:
                seen.add(other)
                ahead += graph.get(other, [])
        if key in seen:
            found.add(key)
    return found
