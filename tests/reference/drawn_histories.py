"""Random statuses and histories of one issue: renamed, cut, odd and of the future.

Everything drawn is what Jira (or a hand-made export) could send, and JSON-serialisable.
"""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from tests.reference.clock import MINUTE, midnight, to_datetime
from tests.support.builders import CATEGORY_NAMES

MINUTES_OF_DAY = [0, 0, 540, 541, 720, 1439]
JITTER_MS = [0, 0, 0, 1, -1]
SPREAD_DAYS = 24
FUTURE = "2099-01-01T00:00:00.000+0000"

TODAY = [
    ("10", "To Do", "new"),
    ("30", "Doing", "indeterminate"),
    ("40", "Code Review", "indeterminate"),
    ("5", "Done", "done"),
    ("60", "Closed", "done"),
    ("70", "Won't build", "done"),
    ("80", "DONE", "new"),
    ("9", "Limbo", "undefined"),
    ("11", "Cancelled", "done"),
    ("12", "Duplikat", "done"),
    ("13", "Rejected", "indeterminate"),
]
# What old changelogs say: statuses renamed, deleted and without an id, some of which only their usual
# name, in one language or another, or the id that every Jira has tells of.
YESTERDAY = [
    ("30", "In Work"),
    ("90", "Ready"),
    ("91", "done"),
    ("92", "code  review"),
    (None, "Doing"),
    (None, "Gone"),
    (None, "Won’t Build"),  # noqa: RUF001
    ("1", "Gone"),
    ("3", "Steaming"),
    ("4", "Steaming"),
    ("6", "Limbo"),
    ("93", "In  Bearbeitung"),
    ("94", "ERLEDIGT"),
    ("95", "В работе"),  # noqa: RUF001
    ("96", "cancelled"),
    ("97", "In Review"),
    ("98", "キャンセルされました"),
    (None, "Backlog"),
]
RECORDED = [(id_, name) for id_, name, _ in TODAY] * 2 + YESTERDAY
# Who may block: some of the issues of a world, one under its former name, and one that nobody sent.
BLOCKERS = ["AB-2", "AB-2", "AB-2", "Z-2", "OLD-1", "SECRET-7"]
UNHEARD = [
    None,
    "moved",
    {"id": "801", "created": "soon", "items": []},
    {"id": "802", "items": [{"field": "status", "fieldId": "status", "to": "5", "toString": "Done"}]},
    {"id": "803", "created": FUTURE, "items": [{"field": "status", "to": "5", "toString": "Done"}]},
]
ODD_ITEMS = [
    None,
    "status",
    {"field": "Rank", "fieldtype": "custom", "fieldId": "customfield_10019", "toString": 5},
    {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": "5", "to": "30", "toString": 5},
    {"field": "status", "fieldtype": "jira", "fieldId": "status", "to": None, "toString": None},
]


@dataclass(frozen=True)
class Times:
    """Instants around an anchor: many on midnights, many equal, some a millisecond beside."""

    anchor: date
    zone: str

    def moment(self, number: int) -> int:
        """The instant that a number from 0 to ``COUNT`` - 1 stands for."""
        number, jitter = divmod(number, len(JITTER_MS))
        day, minute = divmod(number, len(MINUTES_OF_DAY))
        start = midnight(self.anchor + timedelta(days=day - SPREAD_DAYS), self.zone)
        return start + MINUTES_OF_DAY[minute] * MINUTE + JITTER_MS[jitter]

    COUNT = 2 * SPREAD_DAYS * len(MINUTES_OF_DAY) * len(JITTER_MS)


def moments() -> st.SearchStrategy[int]:
    return st.integers(0, Times.COUNT - 1)


def jira_stamp(ms: int, style: int = 0) -> str | int:
    """One of the spellings of an instant that real answers hold."""
    if style == 1:
        return ms
    moment = to_datetime(ms)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}"
    if style == 2:
        shifted = moment.astimezone(UTC) + timedelta(hours=5, minutes=45)
        return f"{shifted:%Y-%m-%dT%H:%M:%S}.{shifted.microsecond // 1000:03d}+0545"
    return text + ("Z" if style == 3 else "+0000")


def rarely(draw: st.DrawFn, one_in: int = 10) -> bool:
    """True about once in so many draws; shrinks to False."""
    return draw(st.integers(0, one_in - 1)) == one_in - 1


def status_row(id_: str, name: str, category: str) -> dict:
    return {"id": id_, "name": name, "statusCategory": {"key": category, "name": CATEGORY_NAMES[category]}}


def status_object(draw: st.DrawFn) -> dict:
    """A status of today, now and then filed elsewhere than the server files it."""
    id_, name, category = draw(st.sampled_from(TODAY))
    if rarely(draw, 12):
        category = draw(st.sampled_from(["new", "indeterminate", "done"]))
    return status_row(id_, name, category)


def current_status(draw: st.DrawFn, last: tuple | None) -> dict | None:
    """Where the history ends if that exists today, else some status, rarely none."""
    if rarely(draw, 25):
        return None
    for id_, name, category in TODAY:
        if last is not None and last[0] == id_ and not rarely(draw, 6):
            return status_row(id_, name, category)
    return status_object(draw)


def status_item(draw: st.DrawFn, before: tuple, after: tuple) -> dict:
    item = {
        "field": "status",
        "fieldtype": "jira",
        "fieldId": "status",
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }
    if rarely(draw, 6):
        del item["fieldId"]
    return item


def decoy_item(draw: st.DrawFn) -> dict:
    """A change of another field than the status, however it calls itself."""
    item = {"from": "10", "fromString": "To Do", "to": "30", "toString": "Doing"}
    head = draw(
        st.sampled_from(
            [
                {"field": "status", "fieldtype": "custom", "fieldId": "customfield_10500"},
                {"field": "status", "fieldtype": "custom"},
                {"field": "summary", "fieldtype": "jira", "fieldId": "summary"},
                {"field": "resolution", "fieldtype": "custom", "fieldId": "customfield_10501"},
            ]
        )
    )
    return {**head, **item}


def resolution_item(draw: st.DrawFn) -> dict:
    """A resolution set, or now and then taken back."""
    sides = [(None, None), ("1", "Fixed")]
    before, after = reversed(sides) if rarely(draw, 4) else sides
    item = {"field": "resolution", "fieldtype": "jira", "from": before[0], "fromString": before[1]}
    item |= {"to": after[0], "toString": after[1]}
    return {**item, "fieldId": "resolution"} if draw(st.booleans()) else item


def flag_item(flagged: bool) -> dict:
    sides = [(None, ""), ("[10019]", "Impediment")]
    before, after = sides if flagged else reversed(sides)
    return {
        "field": "Flagged",
        "fieldtype": "custom",
        "fieldId": "customfield_10021",
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


def block_item(draw: st.DrawFn) -> dict:
    """A link to a blocker that came or went; the blocker may be the issue itself, or nobody."""
    key = draw(st.sampled_from(BLOCKERS))
    told = (key, f"This issue is blocked by {key}")
    before, after = ((None, None), told)[:: draw(st.sampled_from([1, 1, 1, -1]))]
    item = {"field": "Link", "fieldtype": "jira", "from": before[0], "fromString": before[1]}
    item |= {"to": after[0], "toString": after[1]}
    return {**item, "fieldId": "issuelinks"} if draw(st.booleans()) else item


def changelogs(draw: st.DrawFn, times: Times) -> tuple[list[dict], tuple | None]:
    """Histories in no order, and the status that the last one drawn leads to."""
    count = draw(st.integers(0, 6))
    at = sorted(draw(st.lists(moments(), min_size=count, max_size=count)))
    visited = draw(st.lists(st.sampled_from(RECORDED), min_size=count + 1, max_size=count + 1))
    if draw(st.booleans()):
        visited[-1] = draw(st.sampled_from([("5", "Done"), ("60", "Closed"), ("11", "Cancelled")]))
    histories = []
    for place, (before, after) in enumerate(pairwise(visited)):
        left = draw(st.sampled_from(RECORDED)) if rarely(draw) else before
        items = beside(draw, status_item(draw, left, after))
        histories.append(history(draw, 100 + place, times.moment(at[place]), items))
    for place in range(draw(st.integers(0, 2))):
        flagged = history(draw, 300 + place, times.moment(draw(moments())), [flag_item(draw(st.booleans()))])
        histories.append(flagged)
    for place in range(draw(st.integers(0, 2))):
        linked = history(draw, 400 + place, times.moment(draw(moments())), [block_item(draw)])
        histories.append(linked)
    if histories and rarely(draw, 5):
        histories.append(dict(draw(st.sampled_from(histories))))
    if rarely(draw, 6):
        histories.append(odd_history(draw, times.moment(draw(moments()))))
    return draw(st.permutations(histories)), visited[-1] if count else None


def beside(draw: st.DrawFn, item: dict) -> list:
    """A change of status with what one history may hold next to it."""
    items: list = [item]
    if rarely(draw, 6):
        items.insert(0, decoy_item(draw))
    if rarely(draw, 4):
        items.insert(draw(st.integers(0, len(items))), resolution_item(draw))
    if rarely(draw, 12):
        items.insert(draw(st.integers(0, len(items))), draw(st.sampled_from(ODD_ITEMS)))
    return items


def odd_history(draw: st.DrawFn, at: int) -> object:
    """One that nobody can read, or that holds nothing."""
    empty = {"id": "804", "created": jira_stamp(at), "items": None}
    return draw(st.sampled_from([*UNHEARD, empty, {**empty, "items": []}]))


def history(draw: st.DrawFn, number: int, at: int, items: list) -> dict:
    """Numbers mostly rise with time; now and then one was given out later or is short."""
    if rarely(draw, 8):
        number = draw(st.sampled_from([9, 1000])) * 1000 - number
    return {"id": str(number), "created": jira_stamp(at, draw(st.integers(0, 3))), "items": items}


def as_sent(draw: st.DrawFn, histories: list) -> dict:
    """The ``changelog`` of an answer; now and then it says that there are more histories."""
    known = {row["id"] for row in histories if isinstance(row, dict)}
    total = len(known) + sum(not isinstance(row, dict) for row in histories)
    if rarely(draw, 8):
        total += draw(st.sampled_from([1, 60]))
    return {"startAt": 0, "maxResults": len(histories), "total": total, "histories": histories}
