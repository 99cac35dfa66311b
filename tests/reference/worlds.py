"""Random small Jiras for property tests: odd histories, odd fields, odd clocks.

Everything drawn is what Jira (or a hand-made export) could send, and JSON-serialisable.
Left out on purpose are inputs that METRICS.md leaves open, such as one history id
with two contents or one status name mapped to two parts of the workflow.
"""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st

from tests.builders import CATEGORY_NAMES, changelog
from tests.reference.clock import DAY, HOUR, MINUTE, midnight, to_datetime

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
HOLIDAYS = ["2026-03-03", "2026-10-26", "2026-12-25", "2027-01-01", "2028-02-29"]
# Clock changes of those zones, the turn of an ISO year with 53 weeks, a leap day.
ANCHORS = [
    date(2026, 3, 29),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 10, 4),
    date(2027, 1, 3),
    date(2024, 2, 29),
]
MINUTES_OF_DAY = [0, 0, 540, 541, 720, 1439]
JITTER_MS = [0, 0, 0, 1, -1]
SPREAD_DAYS = 24

TODAY = [
    ("1", "To Do", "new"),
    ("3", "Doing", "indeterminate"),
    ("4", "Code Review", "indeterminate"),
    ("5", "Done", "done"),
    ("6", "Closed", "done"),
    ("7", "Won't build", "done"),
    ("8", "DONE", "new"),
    ("9", "Limbo", "undefined"),
]
# What old changelogs say: renamed, deleted and id-less statuses.
YESTERDAY = [
    ("3", "In Work"),
    ("90", "Ready"),
    ("91", "done"),
    ("92", "code  review"),
    (None, "Doing"),
    (None, "Gone"),
    (None, "Won’t Build"),  # noqa: RUF001
]
RECORDED = [(id_, name) for id_, name, _ in TODAY] * 2 + YESTERDAY
WORKFLOW_PARTS = ["active", "waiting", "done", "not_started"]
# Names that fold alike stand on one line, so that no status is mapped twice.
WORKFLOW_NAMES = [
    ("to do", ["1"]),
    ("DOING", ["3"]),
    ("Code Review", ["4"]),
    ("Done", ["5", "8"]),
    ("closed", ["6"]),
    ("Wont Build", ["7"]),
    ("In Work", []),
    ("Ready", ["90"]),
]
DEPLOYMENT = {"id": "111", "name": "Deployment", "subtask": False, "hierarchyLevel": 0}
INCIDENT = {"id": "112", "name": "Incident", "subtask": False, "hierarchyLevel": 0}
TYPES: list[dict | None] = [
    {"id": "101", "name": "Story", "subtask": False, "hierarchyLevel": 0},
    {"id": "101", "name": "Story", "subtask": False, "hierarchyLevel": 0},
    {"id": "102", "name": "Bug", "subtask": False},
    {"id": "102", "name": "Bug", "subtask": False},
    {"id": "103", "name": "Sub-task", "subtask": True},
    {"id": "104", "name": "Lifted sub-task", "subtask": True, "hierarchyLevel": 0},
    {"id": "105", "name": "Kid", "subtask": False, "hierarchyLevel": -1},
    {"id": "106", "name": "EPIC", "subtask": False},
    {"id": "107", "name": "Initiative", "subtask": False, "hierarchyLevel": 2},
    {"id": "108", "name": "Epic", "subtask": False, "hierarchyLevel": 0},
    {"id": "109", "name": "Technical  Task", "subtask": False, "hierarchyLevel": None},
    {"id": "110", "name": "Task", "subtask": False},
    DEPLOYMENT,
    INCIDENT,
    INCIDENT,
    INCIDENT,
    None,
]
RESOLUTIONS = [
    None,
    None,
    "Done",
    "Fixed",
    "WON'T DO",
    "Won’t  Fix",  # noqa: RUF001
    "wont do",
    "“Duplicate”",
    " Hold ",
    "Held",
]
MALFORMED_INSTANTS = [None, "", "yesterday", "2026-02-30T00:00:00.000+0000", True, {}]
PROJECTS = {"AB": "10000", "Z": "10001"}
LABELS = ["Outage", "Security", "refactoring", "backend", "STORY"]
LINK_TYPES = [
    {"name": "Problem/Incident", "inward": "is caused by", "outward": "causes"},
    {"name": "Cause", "inward": "Was  CAUSED by", "outward": "led to"},
    {"name": "Relates", "inward": "relates to", "outward": "relates to"},
    {"name": "Backwards", "inward": "causes", "outward": "is caused by"},
]
KEYS = [f"{project}-{number}" for number in (2, 10, 1, 33, 4, 100) for project in PROJECTS]
COMPONENTS = ["API", "chore", "Compliance"]


FIELD_IDS = {
    name: f"customfield_{number}"
    for number, name in enumerate(
        ("commit_date", "deployed_at", "environment", "detected_at", "restored_at", "failed", "story_points"),
        start=1,
    )
}
# Standard fields that a profile may also take for some meanings.
STANDARD_IDS = {
    "deployed_at": "resolutiondate",
    "detected_at": "created",
    "restored_at": "updated",
    "environment": "components",
}
NO_DATES = ["soon", "2026-02-30", 5, True, {"value": "tomorrow"}, ["2026-03-02"], {}]
ENVIRONMENTS = [
    {"id": "1", "value": "Production"},
    {"id": "1", "value": "PRODUCTION"},
    "production ",
    [{"value": "Staging"}, {"value": "Production"}],
    {"value": "Staging"},
    "staging",
    None,
    [],
    5,
    {"id": "1"},
]
FLAGS = [
    {"value": "Yes"},
    True,
    [{"value": "failed"}],
    "NO",
    False,
    {"value": "successful"},
    None,
    "maybe",
    1,
]
POINTS = [0, 1, 3, 5, 0.5, 8, 13, None, None, -2, "5", {"value": "3"}, True]


class Sample(NamedTuple):
    """One random store, profile, period and T, as ``reference_metrics`` takes them."""

    issues: list[dict]
    statuses: list[dict]
    versions: list[dict]
    profile: dict
    period: tuple[str | None, str | None]
    as_of: str | int | None

    def arguments(self) -> dict:
        """Keyword arguments of ``reference_metrics`` but for the issues."""
        return {
            "statuses": self.statuses,
            "versions": self.versions,
            "profile": self.profile,
            "date_from": self.period[0],
            "date_to": self.period[1],
            "as_of": self.as_of,
            "timezone": None,
        }


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


def status_object(draw: st.DrawFn) -> dict:
    id_, name, category = draw(st.sampled_from(TODAY))
    if rarely(draw, 12):
        category = draw(st.sampled_from(["new", "indeterminate", "done"]))
    return {"id": id_, "name": name, "statusCategory": {"key": category, "name": CATEGORY_NAMES[category]}}


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
    """A change that is none of the status field, however it calls itself."""
    decoy = draw(st.integers(0, 2))
    item = {"from": "1", "fromString": "To Do", "to": "3", "toString": "Doing"}
    if decoy == 0:
        return {"field": "status", "fieldtype": "custom", "fieldId": "customfield_10500", **item}
    if decoy == 1:
        return {"field": "status", "fieldtype": "custom", **item}
    return {"field": "summary", "fieldtype": "jira", "fieldId": "summary", **item}


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


def changelogs(draw: st.DrawFn, times: Times) -> tuple[list[dict], tuple | None]:
    """Histories in no order, and the status that the last one drawn leads to."""
    count = draw(st.integers(0, 6))
    at = sorted(draw(st.lists(moments(), min_size=count, max_size=count)))
    visited = draw(st.lists(st.sampled_from(RECORDED), min_size=count + 1, max_size=count + 1))
    if draw(st.booleans()):
        visited[-1] = draw(st.sampled_from([("5", "Done"), ("6", "Closed")]))
    histories = []
    for place, (before, after) in enumerate(pairwise(visited)):
        left = draw(st.sampled_from(RECORDED)) if rarely(draw) else before
        items = [status_item(draw, left, after)]
        if rarely(draw, 6):
            items.insert(0, decoy_item(draw))
        histories.append(history(draw, 100 + place, times.moment(at[place]), items))
    for place in range(draw(st.integers(0, 2))):
        flagged = history(draw, 300 + place, times.moment(draw(moments())), [flag_item(draw(st.booleans()))])
        histories.append(flagged)
    if histories and rarely(draw, 5):
        histories.append(dict(draw(st.sampled_from(histories))))
    return draw(st.permutations(histories)), visited[-1] if count else None


def history(draw: st.DrawFn, number: int, at: int, items: list[dict]) -> dict:
    """Numbers mostly rise with time; now and then one was given out later or is short."""
    if rarely(draw, 8):
        number = draw(st.sampled_from([9, 1000])) * 1000 - number
    return {"id": str(number), "created": jira_stamp(at, draw(st.integers(0, 3))), "items": items}


def current_status(draw: st.DrawFn, last: tuple | None) -> dict | None:
    """Where the history ends if that exists today, else some status, rarely none."""
    if rarely(draw, 25):
        return None
    for id_, name, category in TODAY:
        if last is not None and last[0] == id_ and not rarely(draw, 6):
            return {
                "id": id_,
                "name": name,
                "statusCategory": {"key": category, "name": CATEGORY_NAMES[category]},
            }
    return status_object(draw)


def mapped_fields(draw: st.DrawFn, times: Times, at: st.SearchStrategy[int]) -> dict:
    """Values of the custom fields: good ones, none, and what cannot be meant."""
    dates = ("commit_date", "deployed_at", "detected_at", "restored_at")
    fields = {FIELD_IDS[name]: mapped_date(draw, times, at) for name in dates}
    for name, values in (("environment", ENVIRONMENTS), ("failed", FLAGS), ("story_points", POINTS)):
        fields[FIELD_IDS[name]] = draw(st.sampled_from(values))
    return fields


def mapped_date(draw: st.DrawFn, times: Times, at: st.SearchStrategy[int]) -> object:
    style = draw(st.integers(0, 9))
    moment = times.moment(draw(at))
    if style <= 5:
        return jira_stamp(moment, draw(st.sampled_from([0, 2, 3])))
    if style <= 7:
        return to_datetime(moment).date().isoformat()
    return None if style == 8 else draw(st.sampled_from(NO_DATES))


def jira_issue(
    draw: st.DrawFn, place: int, times: Times, versions: list[dict], profile: dict, *, has_changelog: bool
) -> dict:
    key = KEYS[place]
    histories, last = changelogs(draw, times) if has_changelog else ([], None)
    created = times.moment(draw(moments()) // 2)
    fields = {
        "summary": draw(st.sampled_from(["Fix it", "", "Zoë's ☕ <b>"])),
        "project": {"id": PROJECTS[key.rpartition("-")[0]], "key": key.rpartition("-")[0]},
        "issuetype": draw(st.sampled_from(issue_types(profile))),
        "status": current_status(draw, last),
        "created": jira_stamp(created, draw(st.sampled_from([0, 0, 2, 3]))),
        "updated": jira_stamp(times.moment(draw(moments()))),
        "resolution": resolution_field(draw),
        "resolutiondate": resolution_date(draw, times),
        "labels": draw(st.lists(st.sampled_from(LABELS), max_size=2)),
        "components": [{"name": name} for name in draw(st.lists(st.sampled_from(COMPONENTS), max_size=1))],
    }
    if rarely(draw, 6):
        spoil(draw, fields)
    if draw(st.booleans()):
        fields.update(release_fields(draw, versions))
    if profile.get("fields"):
        fields.update(mapped_fields(draw, times, moments()))
    issue = {"id": str(200 + place), "key": key, "fields": fields}
    return {**issue, "changelog": changelog(histories)} if has_changelog else issue


def issue_types(profile: dict) -> list[dict | None]:
    """More deployments where they are issues."""
    return [*TYPES, *[DEPLOYMENT] * 10] if "type" in profile.get("deployments", {}) else TYPES


def release_fields(draw: st.DrawFn, versions: list[dict]) -> dict:
    """Fix versions, affected versions and links, to what exists and to what does not."""
    known = [{"id": row["id"], "name": row["name"]} for row in versions] or [{"id": "1", "name": "0.1"}]
    some = st.lists(st.sampled_from(known), max_size=2)
    links = []
    for kind in draw(st.lists(st.sampled_from(LINK_TYPES), max_size=2)):
        side = draw(st.sampled_from(["inwardIssue", "inwardIssue", "outwardIssue"]))
        links.append({"id": "1", "type": kind, side: {"id": "1", "key": draw(st.sampled_from(KEYS[:6]))}})
    return {"fixVersions": draw(some), "versions": draw(some), "issuelinks": links}


def resolution_field(draw: st.DrawFn) -> dict | None:
    name = draw(st.sampled_from(RESOLUTIONS))
    return None if name is None else {"id": "1", "name": name}


def resolution_date(draw: st.DrawFn, times: Times) -> str | int | None:
    return None if rarely(draw, 3) else jira_stamp(times.moment(draw(moments())))


def spoil(draw: st.DrawFn, fields: dict) -> None:
    """Make one field missing, null or unreadable."""
    field = draw(
        st.sampled_from(["created", "updated", "resolutiondate", "issuetype", "labels", "resolution"])
    )
    if draw(st.booleans()):
        del fields[field]
    elif field in ("created", "updated", "resolutiondate"):
        fields[field] = draw(st.sampled_from(MALFORMED_INSTANTS))
    else:
        fields[field] = None


def jira_issues(
    draw: st.DrawFn, times: Times, versions: list[dict], profile: dict, largest: int
) -> list[dict]:
    style = draw(st.sampled_from(["all", "all", "all", "mixed", "none"]))
    issues = []
    fewest = 0 if rarely(draw, 6) else min(3, largest)
    for place in range(draw(st.integers(fewest, min(largest, len(KEYS))))):
        has_changelog = style == "all" or (style == "mixed" and draw(st.booleans()))
        issues.append(jira_issue(draw, place, times, versions, profile, has_changelog=has_changelog))
    if issues and rarely(draw, 5):
        issues.append(other_version(draw, draw(st.sampled_from(issues)), times))
    return issues


def other_version(draw: st.DrawFn, issue: dict, times: Times) -> dict:
    """The same id again, as another page or an older file has it."""
    fields = {
        **issue["fields"],
        "updated": draw(st.sampled_from([issue["fields"].get("updated"), jira_stamp(times.moment(0)), None])),
        "status": status_object(draw),
        "resolution": resolution_field(draw),
    }
    return {**issue, "fields": fields}


def jira_versions(draw: st.DrawFn, times: Times) -> list[dict]:
    rows = []
    for number in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(["1.0", "2.1-hotfix", "Sprint 7", "web 3"]))
        row = {"id": str(95 + number), "name": name, "released": not rarely(draw, 5), "archived": False}
        row["projectId"] = draw(st.sampled_from([10000, 10001]))
        if not rarely(draw, 5):
            row["releaseDate"] = nearby_day(draw, times).isoformat()
        rows.append(row)
    return draw(st.permutations(rows))


def nearby_day(draw: st.DrawFn, times: Times) -> date:
    return times.anchor + timedelta(days=draw(st.integers(-SPREAD_DAYS, SPREAD_DAYS)))


def jira_statuses(draw: st.DrawFn) -> list[dict]:
    """The server's list: whole, or only a part of what the issues know."""
    known = draw(st.sampled_from([len(TODAY), 0, 5]))
    return [
        {"id": id_, "name": name, "statusCategory": {"key": category, "name": CATEGORY_NAMES[category]}}
        for id_, name, category in TODAY[:known]
    ]


def workflows(draw: st.DrawFn) -> dict[str, list[str]]:
    """Some statuses mapped, each to one part, by name or by id."""
    workflow: dict[str, list[str]] = {part: [] for part in WORKFLOW_PARTS}
    for name, ids in WORKFLOW_NAMES:
        chosen = draw(st.sampled_from(["none", "none", "name", "ids"]))
        entries = {"none": [], "name": [name], "ids": ids}[chosen]
        for listed in entries:
            workflow[draw(st.sampled_from(WORKFLOW_PARTS))].append(listed)
    return {part: listed for part, listed in workflow.items() if listed}


def profiles(draw: st.DrawFn, zone: str) -> dict:
    profile: dict = {"timezone": zone}
    if rarely(draw, 4):
        profile["start_source"] = "created"
    if rarely(draw, 4):
        profile["completion_source"] = "resolution"
    for setting in ("include_subtasks", "include_epics"):
        if rarely(draw, 4):
            profile[setting] = True
    if rarely(draw, 3):
        profile["business_days"] = True
        profile["holidays"] = draw(st.sampled_from([[], HOLIDAYS]))
    if rarely(draw, 5):
        profile["not_delivered"] = ["FIXED", "Won't do"]
    mapped = draw(st.integers(0, 3))
    if mapped:
        profile["workflow"] = {"waiting": ["code review"]} if mapped == 1 else workflows(draw)
    if rarely(draw, 3):
        profile["flow_types"] = {"Risk": ["102"], "Debt": ["110", "109"]}
    if rarely(draw, 3):
        profile["deployments"] = deployment_settings(draw)
    if rarely(draw, 3):
        profile["incidents"] = incident_settings(draw)
    if draw(st.booleans()):
        profile["fields"] = field_settings(draw)
    if draw(st.booleans()):
        profile["edition"] = draw(st.sampled_from(["2021", "2022", "2023", "2024"]))
    return profile


def deployment_settings(draw: st.DrawFn) -> dict:
    settings = {}
    if draw(st.booleans()):
        settings["version_pattern"] = draw(st.sampled_from([r"^\d", "sprint", r"(?i)SPRINT|\.1"]))
    if draw(st.booleans()):
        settings["type"] = draw(st.sampled_from(["deployment", "111"]))
        settings["source"] = draw(st.sampled_from(["versions", "issues", "issues", "auto"]))
    if draw(st.booleans()):
        settings["environments"] = draw(st.sampled_from([["PRODUCTION"], ["Production", "api"], []]))
    return settings


def field_settings(draw: st.DrawFn) -> dict:
    """Some names mapped, each to the field that is meant for it or to a standard one."""
    mapped = draw(st.lists(st.sampled_from(list(FIELD_IDS)), unique=True, max_size=len(FIELD_IDS)))
    fields = {name: FIELD_IDS[name] for name in mapped}
    for name, standard in STANDARD_IDS.items():
        if name in fields and rarely(draw, 5):
            fields[name] = standard
    return fields


def incident_settings(draw: st.DrawFn) -> dict:
    settings: dict = {"labels": ["OUTAGE"]}
    if draw(st.booleans()):
        settings["window_hours"] = draw(st.sampled_from([0, 24, 500]))
    if draw(st.booleans()):
        settings["link_types"] = ["relates to"]
    if draw(st.booleans()):
        settings["types"] = ["102", "incident"]
    if rarely(draw, 3):
        settings["restored"] = draw(st.sampled_from([["3"], ["code review", "Closed"], ["Ready"]]))
    if rarely(draw, 3):
        settings["fields"] = ["environment = staging", "labels=backend", "customfield_6 = yes"]
    return settings


def as_of_moment(draw: st.DrawFn, times: Times, issues: list[dict], first: date) -> str | int | None:
    """T as a number or a text, mostly late enough to see something."""
    late = times.anchor + timedelta(days=SPREAD_DAYS + 2)
    style = draw(st.integers(0, 9))
    if style <= 4:
        return midnight(late, times.zone) + draw(st.sampled_from(JITTER_MS))
    if style == 5:
        return max(first, nearby_day(draw, times)).isoformat()
    if style == 6:
        return f"{max(first, nearby_day(draw, times)).isoformat()}T12:34:56"
    if style == 7 and readable_time(issues):
        return None
    return times.moment(draw(moments()))


def civil_period(draw: st.DrawFn, times: Times) -> tuple[date, date]:
    """From 1 to 60 days, begun where things happen."""
    first = times.anchor + timedelta(days=draw(st.integers(-12, 8)))
    length = draw(st.sampled_from([14, 7, 1, 2, 10, 17, 30, 60]))
    return first, first + timedelta(days=length - 1)


def plain_issue(draw: st.DrawFn, number: int, done: int, longest: int, versions: list[dict]) -> dict:
    """To Do, Doing, Review, Done, ending at a given instant; fixed in some version."""
    spent = sorted(draw(st.tuples(*[st.integers(0, longest)] * 3)), reverse=True)
    at = [done - days * DAY for days in spent] + [done]
    path = [("1", "To Do"), ("3", "Doing"), ("4", "Code Review"), ("5", "Done")]
    items = [status_item(draw, before, after) for before, after in pairwise(path)]
    rows = [
        {"id": str(place), "created": jira_stamp(at[place]), "items": [item]}
        for place, item in enumerate(items, start=1)
    ]
    fields = {
        "issuetype": draw(st.sampled_from([TYPES[0], TYPES[2], INCIDENT])),
        "project": {"id": "10000", "key": "AB"},
        "status": {"id": "5", "name": "Done", "statusCategory": {"key": "done", "name": "Done"}},
        "created": jira_stamp(at[0]),
        "updated": jira_stamp(done),
        "resolutiondate": jira_stamp(done),
        "fixVersions": draw(st.lists(st.sampled_from(versions), max_size=2)) if versions else [],
    }
    return {"id": str(number), "key": f"AB-{number}", "fields": fields, "changelog": changelog(rows)}


@st.composite
def comparable_worlds(draw: st.DrawFn, largest: int = 12) -> Sample:
    """Two weeks after two weeks, plain stories and releases in both: trends have a say.

    Args:
        draw: given by Hypothesis.
        largest: half of the stories that each of the two periods may have.
    """
    times = Times(draw(st.sampled_from(ANCHORS)), draw(st.sampled_from(ZONES)))
    issues, versions = [], []
    for since in (-14, 0):
        for day in draw(st.lists(st.integers(since, since + 13), max_size=largest)):
            released = {"releaseDate": (times.anchor + timedelta(days=day)).isoformat(), "released": True}
            number = str(1 + len(versions))
            versions.append({"id": number, "name": f"1.{number}", "projectId": 10000, **released})
    for since in (-14, 0):
        longest = draw(st.sampled_from([1, 3, 20]))
        for _ in range(draw(st.integers(0, 2 * largest))):
            done = midnight(times.anchor + timedelta(days=since + draw(st.integers(0, 13))), times.zone)
            issues.append(plain_issue(draw, 10 + len(issues), done + HOUR, longest, versions))
    profile = {"timezone": times.zone, "workflow": {"waiting": ["Code review"]}}
    period = (times.anchor.isoformat(), (times.anchor + timedelta(days=13)).isoformat())
    as_of = midnight(times.anchor + timedelta(days=14), times.zone)
    return Sample(issues, jira_statuses(draw), versions, profile, period, as_of)


@st.composite
def mapped_worlds(draw: st.DrawFn, largest: int = 12) -> Sample:
    """Work, deployments and incidents with most fields mapped, and dates that lie close together.

    Args:
        draw: given by Hypothesis.
        largest: issues at most.
    """
    times = Times(draw(st.sampled_from(ANCHORS)), draw(st.sampled_from(ZONES)))
    versions = jira_versions(draw, times)
    kinds = [TYPES[0], TYPES[2], INCIDENT, INCIDENT, DEPLOYMENT, DEPLOYMENT]
    issues = []
    for place in range(draw(st.integers(3, largest))):
        done = times.moment(draw(near_moments()))
        issue = plain_issue(draw, 200 + place, done, draw(st.sampled_from([1, 5])), versions)
        issue["key"] = KEYS[place]
        project = KEYS[place].rpartition("-")[0]
        issue["fields"] |= {
            "issuetype": draw(st.sampled_from(kinds)),
            "project": {"id": PROJECTS[project], "key": project},
            **(release_fields(draw, versions) if draw(st.booleans()) else {}),
            **mapped_fields(draw, times, near_moments()),
        }
        issues.append(issue)
    mapped = {name: field for name, field in FIELD_IDS.items() if not rarely(draw, 4)}
    deployments = {"type": "Deployment", "source": draw(st.sampled_from(["issues", "auto", "versions"]))}
    if draw(st.booleans()):
        deployments["environments"] = ["production"]
    profile = {"timezone": times.zone, "fields": mapped, "deployments": deployments}
    if rarely(draw, 4):
        profile["incidents"] = incident_settings(draw)
    period = (times.anchor.isoformat(), (times.anchor + timedelta(days=13)).isoformat())
    as_of = midnight(times.anchor + timedelta(days=draw(st.sampled_from([14, 14, 20, 5]))), times.zone)
    return Sample(issues, jira_statuses(draw), versions, profile, period, as_of)


def near_moments() -> st.SearchStrategy[int]:
    """Instants of the week after the anchor."""
    per_day = Times.COUNT // (2 * SPREAD_DAYS)
    return st.integers(SPREAD_DAYS * per_day, (SPREAD_DAYS + 8) * per_day)


@st.composite
def odd_worlds(draw: st.DrawFn, largest: int = 12) -> Sample:
    """Stores in which anything may be odd, seen through any profile at any T.

    Args:
        draw: given by Hypothesis.
        largest: issues at most; with 12 an example is computed in well under 20 ms.
    """
    times = Times(draw(st.sampled_from(ANCHORS)), draw(st.sampled_from(ZONES)))
    versions = jira_versions(draw, times)
    profile = profiles(draw, times.zone)
    issues = jira_issues(draw, times, versions, profile, largest)
    first, last = civil_period(draw, times)
    default_period = rarely(draw, 10)
    return Sample(
        issues=issues,
        statuses=jira_statuses(draw),
        versions=versions,
        profile=profile,
        period=(None, None) if default_period else (first.isoformat(), last.isoformat()),
        as_of=as_of_moment(draw, times, issues, first),
    )


def worlds(largest: int = 12) -> st.SearchStrategy[Sample]:
    """Mostly odd stores, now and then one that is plain enough to be compared with itself, or mapped."""
    odd = odd_worlds(largest)
    return st.one_of(odd, odd, odd, comparable_worlds(largest), mapped_worlds(largest))


def readable_time(issues: list[dict]) -> bool:
    """Whether some issue has an ``updated`` that surely tells the time."""
    stamps = [issue["fields"].get("updated") for issue in issues]
    return any(isinstance(text, str) and text.endswith("+0000") and "-30T" not in text for text in stamps)
