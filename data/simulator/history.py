"""The whole changelog of an issue: the changes that matter and the everyday chatter between them."""

import random

from data.simulator import catalogue as c
from data.simulator.model import HISTORY_IDS_PER_ISSUE, Change, Issue, Item, seeded

_CHATTER_STREAM = 11


def full_history(seed: int, issue: Issue) -> list[Change]:
    """Every change of *issue*, oldest first; the same ones each time."""
    if not issue.chatter:
        return issue.changes
    # Stable: of two changes at one instant the one that matters comes first.
    return sorted(issue.changes + _make_chatter(seed, issue), key=_read_instant)


def _read_instant(change: Change) -> int:
    return change.at


def history_id(issue: Issue, place: int) -> int:
    """The id of the entry at *place*, which later changes never move."""
    return issue.id * HISTORY_IDS_PER_ISSUE + place


def _make_chatter(seed: int, issue: Issue) -> list[Change]:
    first, last = issue.created + 1_000, issue.chatter_until
    if last <= first:
        return []
    rng = seeded(seed, issue.id, _CHATTER_STREAM)
    instants = sorted(rng.randrange(first, last + 1) for _ in range(issue.chatter))
    people = c.TEAM_OF.get(issue.project, c.WEB).people
    changes, rank = [], 0
    for at in instants:
        kind = rng.random()
        if kind < 0.45:
            item, rank = _make_rank(rank, rng), rank + 1
        else:
            item = _make_touch(issue, kind, people, rng)
        changes.append(Change(at, rng.choice(people), (item,)))
    return changes


def _make_rank(rank: int, rng: random.Random) -> Item:
    return Item(c.RANK, "", "", "", "Ranked higher" if rng.random() < 0.5 + rank % 2 / 4 else "Ranked lower")


def _make_touch(issue: Issue, kind: float, people: tuple[int, ...], rng: random.Random) -> Item:
    """A reassignment, a rewording or a small correction."""
    if kind < 0.65:
        one, other = rng.sample(people, 2)
        return Item("assignee", account_id(one), c.PEOPLE[one].name, account_id(other), c.PEOPLE[other].name)
    if kind < 0.8:
        return Item("description", None, "As discussed.", None, f"As discussed: {issue.summary}.")
    if kind < 0.88:
        return Item("summary", None, f"{issue.summary} (draft)", None, issue.summary)
    if kind < 0.95:
        before = rng.choice(c.PRIORITIES)
        return Item("priority", before.id, before.name, issue.priority.id, issue.priority.name)
    return Item("labels", None, "", None, " ".join(issue.labels) or "triage")


def account_id(person: int) -> str:
    """The opaque id of an account."""
    return f"demo:{person:04d}"
