"""Which commits of a log are one change, and which deployment carried each out: linear walks. Pure."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from data.sources.git.commits import ABSENT, Log

_NOBODY = -1
# How hosts name the request that a commit comes from: GitHub, Bitbucket and Azure in the title of a merge or
# of what was squashed, GitLab at the end of the message.
_REQUESTS = (
    re.compile(r"Merge pull request #(\d{1,9})\b"),
    re.compile(r"Merged in .{1,200} \(pull request #(\d{1,9})\)"),
    re.compile(r"(?:Pull request #|Merged PR )(\d{1,9}):"),
    re.compile(r"\([#!](\d{1,9})\)\s*$"),
)
_GITLAB = re.compile(r"See merge request \S{0,500}!(\d{1,9})")
_MERGE = re.compile(r"(?i)^merged? (?:pull request|branch|in|remote-tracking branch|tag)\b")


class Unit(msgspec.Struct, frozen=True, gc=False):
    """Commits that came into the main line at once.

    Attributes:
        place: of the commit that brought them, which is one of them where it is no merge.
        members: their places; those of a merge are what it brought, without itself.
        number: of its pull or merge request, "" where it tells of none.
        title: what it is called.
    """

    place: int
    members: tuple[int, ...]
    number: str
    title: str


def find_units(log: Log, tip: int | None) -> list[Unit]:
    """Return the changes of a log, those of the main line first, the oldest first.

    Args:
        log: of commits.
        tip: place of the last commit of the default branch, None where it is not in the log.

    Returns:
        Each commit belongs to one change at most: on the main line to that which brought it there; elsewhere,
        as on a branch that is released by itself, to one of its own. A merge that brought nothing is none.
    """
    owned = bytearray(len(log))
    line = list(_first_parents(log, tip))
    for place in line:
        owned[place] = 1
    units = []
    for place in reversed(line):
        others = log.parents[place][1:]
        members = tuple(_claim(log, owned, others)) if others else (place,)
        if members:
            units.append(_unit(log, place, members))
    # Git tells of a commit before its parents mostly: backwards the oldest come first.
    alone = (place for place in range(len(log) - 1, -1, -1) if not owned[place])
    units += [_unit(log, place, (place,)) for place in alone if len(log.parents[place]) < 2]
    return units


def find_carriers(log: Log, tags: Sequence[int]) -> list[int]:
    """Return for each commit the first of some tags that holds it, -1 for none: each commit is met once.

    Args:
        log: of commits.
        tags: places of the tagged commits, the first deployment first.
    """
    carrier = [_NOBODY] * len(log)
    for number, tagged in enumerate(tags):
        waiting = [tagged] if carrier[tagged] == _NOBODY else []
        carrier[tagged] = number if waiting else carrier[tagged]
        while waiting:
            for parent in log.parents[waiting.pop()]:
                if parent != ABSENT and carrier[parent] == _NOBODY:
                    carrier[parent] = number
                    waiting.append(parent)
    return carrier


def _first_parents(log: Log, tip: int | None) -> Iterator[int]:
    place = ABSENT if tip is None else tip
    while place != ABSENT:
        yield place
        place = log.parents[place][0] if log.parents[place] else ABSENT


def _claim(log: Log, owned: bytearray, tips: Sequence[int]) -> list[int]:
    """Take the commits that lead to ``tips`` and belong to nobody yet, merges among them for the way only."""
    found, waiting = [], [tip for tip in tips if tip != ABSENT and not owned[tip]]
    for tip in waiting:
        owned[tip] = 1
    while waiting:
        place = waiting.pop()
        if len(log.parents[place]) < 2:  # a merge brings what others wrote
            found.append(place)
        for parent in log.parents[place]:
            if parent != ABSENT and not owned[parent]:
                owned[parent] = 1
                waiting.append(parent)
    return found


def _unit(log: Log, place: int, members: tuple[int, ...]) -> Unit:
    title = log.titles[place].decode(errors="replace")
    body = log.bodies[place].decode(errors="replace") if place in log.bodies else ""
    number = _number_in(title)
    if not number and body and (found := _GITLAB.search(body)):
        number = found[1]
    if place not in members and _MERGE.match(title):
        told = next((line.strip() for line in body.splitlines() if line.strip()), "")
        title = told if told and not told.startswith("See merge request") else title
    return Unit(place, members, number, title)


def _number_in(title: str) -> str:
    """Return the number of the request that a title names, "" for none."""
    # Most titles name one at their end, or none: the other forms are looked for where their words are.
    forms = _REQUESTS if "Merge" in title or "Pull request #" in title else _REQUESTS[-1:]
    for form in forms:
        if found := form.search(title):
            return found[1]
    return ""
