"""Random small Jiras for property tests: odd histories, odd fields, odd clocks.

Everything drawn is what Jira (or a hand-made export) could send, and JSON-serialisable.
Left out on purpose are inputs that specs/metrics.md leaves open, such as one history id
with two contents or one status name mapped to two parts of the workflow.
"""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from tests.reference.clock import DAY, HOUR, midnight, to_datetime
from tests.reference.drawn_histories import (
    BLOCKERS,
    FUTURE,
    JITTER_MS,
    SPREAD_DAYS,
    TODAY,
    Times,
    as_sent,
    changelogs,
    current_status,
    jira_stamp,
    moments,
    rarely,
    status_item,
    status_object,
    status_row,
)
from tests.reference.flow_worlds import flow_worlds
from tests.reference.sample import Sample
from tests.support.builders import blocked_by, changelog

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
HOLIDAYS = ["2026-03-03", "2025-10-27", "2020-12-25", "2021-01-01", "2024-02-29"]
# Clock changes of those zones, the turn of an ISO year with 53 weeks, a leap day.
ANCHORS = [
    date(2026, 3, 29),
    date(2026, 3, 8),
    date(2025, 11, 2),
    date(2025, 10, 5),
    date(2021, 1, 3),
    date(2024, 2, 29),
]
WORKFLOW_PARTS = ["active", "waiting", "done", "not_started"]
# Names that fold alike stand on one line, so that no status is mapped twice.
WORKFLOW_NAMES = [
    ("to do", ["10"]),
    ("DOING", ["30"]),
    ("Code Review", ["40"]),
    ("Done", ["5", "80"]),
    ("closed", ["60"]),
    ("Wont Build", ["70"]),
    ("CANCELLED", ["11"]),
    ("In Bearbeitung", ["93"]),
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
    {"id": "113", "name": "Plan", "subtask": False},
    {"id": "113", "name": "Plan", "subtask": False, "hierarchyLevel": None},
    {"id": "114", "name": "Эпик", "subtask": False},
    {"id": "115", "name": "История", "subtask": False},
    {"id": "116", "name": "Ошибка", "subtask": False, "hierarchyLevel": 0},
    {"name": "Plan ", "subtask": False},
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
    "CANCELED",
    "Nicht  reproduzierbar",
    "Superseded",
]
NOT_DELIVERED_STATUSES = [["CLOSED"], ["70", "Rejected"], ["11"], ["Won't build", "96"]]
MALFORMED_INSTANTS = [None, "", "yesterday", "2026-02-30T00:00:00.000+0000", True, {}, FUTURE, FUTURE, FUTURE]
EMPTY_CHANGELOGS = [None, {"startAt": 0, "maxResults": 0, "total": 0, "histories": []}]
STATUSES = ["Done", "5", "code review"]
PROJECTS = {"AB": "10000", "Z": "10001"}
LABELS = ["Outage", "Security", "refactoring", "backend", "STORY"]
LINK_TYPES = [
    {"name": "Problem/Incident", "inward": "is caused by", "outward": "causes"},
    {"name": "Cause", "inward": "Was  CAUSED by", "outward": "led to"},
    {"name": "Relates", "inward": "relates to", "outward": "relates to"},
    {"name": "Backwards", "inward": "causes", "outward": "is caused by"},
    {"name": "Blocks", "inward": "Is  Blocked by", "outward": "blocks"},
]
KEYS = [f"{project}-{number}" for number in (2, 10, 1, 33, 4, 100) for project in PROJECTS]
COMPONENTS = ["API", "chore", "Compliance"]
PRIORITIES = ["Highest", "Medium"]
# What pipelines write into an event; the pool is drawn per world, so that some name nothing at all.
EVENT_ENVIRONMENTS = [
    ["", None],
    ["", None],
    ["Production", "PROD", "live", "prod-eu 1", "staging"],
    ["", "Production", "staging"],
    ["prod-eu 1", "PRE-PROD", "live", "", "qa_PRD2"],
    ["staging", "test", "non production", ""],
]
EVENT_RESULTS = [None, None, "", "success", "SUCCEEDED", " Passed ", "ok", "failed", "cancelled"]
EVENT_FLAGS = [None, False, False, True, "yes", "no", ""]

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
NO_DATES = [FUTURE, "soon", "2026-02-30", 5, True, {"value": "tomorrow"}, ["2026-03-02"], {}]
PRODUCTION = [{"type": "text", "text": "Pro"}, {"type": "text", "text": "duction"}]
ENVIRONMENTS = [
    {"id": "1", "value": "Production"},
    {"id": "1", "value": "PRODUCTION"},
    "production ",
    [{"value": "Staging"}, {"value": "Production"}],
    {"value": "Staging"},
    {"value": "Europe", "child": {"id": "2", "value": "production"}},
    {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": PRODUCTION}]},
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
POINTS = [
    0,
    1,
    3,
    5,
    0.5,
    8,
    13,
    None,
    None,
    -2,
    True,
    "5",
    " 4,25 ",
    {"value": "8"},
    {"value": "XL"},
    "M",
    "1,2,3",
]


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
        "priority": {"id": "1", "name": draw(st.sampled_from(PRIORITIES))},
        "parent": {"id": "1", "key": draw(st.sampled_from(KEYS[:4]))} if rarely(draw, 3) else None,
    }
    if rarely(draw, 5):
        spoil(draw, fields)
    if draw(st.booleans()):
        fields.update(release_fields(draw, versions))
    blockers = [blocked_by(key) for key in draw(st.lists(st.sampled_from(BLOCKERS), max_size=2))]
    fields["issuelinks"] = [*fields.get("issuelinks", []), *blockers]
    if profile.get("fields"):
        fields.update(mapped_fields(draw, times, moments()))
    issue = {"id": str(200 + place), "key": key, "fields": fields}
    if has_changelog and rarely(draw, 5):
        histories.append(move(draw, times.moment(draw(moments())), key))
    return {**issue, "changelog": as_sent(draw, histories)} if has_changelog else issue


def move(draw: st.DrawFn, at: int, key: str) -> dict:
    """The history of an issue that came from another project."""
    item = {"field": "Key", "fieldtype": "jira", "from": None, "fromString": former_key(key)}
    item |= {"to": None, "toString": key}
    if draw(st.booleans()):
        item["fieldId"] = "issuekey"
    return {"id": "700", "created": jira_stamp(at, draw(st.integers(0, 3))), "items": [item]}


def former_key(key: str) -> str:
    return f"OLD-{KEYS.index(key) + 1}"


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
    """The same id again, as another page or an older file has it; now and then without its histories."""
    updates = [issue["fields"].get("updated"), jira_stamp(times.moment(0)), None, FUTURE]
    fields = {
        **issue["fields"],
        "updated": draw(st.sampled_from(updates)),
        "status": status_object(draw),
        "resolution": resolution_field(draw),
    }
    if rarely(draw, 3):
        return {**issue, "fields": fields, "changelog": draw(st.sampled_from(EMPTY_CHANGELOGS))}
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


def deployment_events(
    draw: st.DrawFn, times: Times, at: st.SearchStrategy[int], versions: list[dict], largest: int
) -> list[dict]:
    """Lines of an imported file: instants and days, attempts, odd keys, now and then one id twice."""
    pool = draw(st.sampled_from(EVENT_ENVIRONMENTS))
    rows = [
        deployment_event(draw, number, times.moment(draw(at)), versions, pool)
        for number in range(draw(st.integers(1, largest)))
    ]
    if rarely(draw, 5):
        again = deployment_event(draw, 0, times.moment(draw(at)), versions, pool)
        rows.append({**again, "id": rows[0]["id"]})
    return rows


def deployment_event(
    draw: st.DrawFn, number: int, at: int, versions: list[dict], environments: list[str | None]
) -> dict:
    project = draw(st.sampled_from(["AB", "AB", "Z", "QQ", ""]))
    listed = draw(st.sampled_from(["some", "some", "none", "version"]))
    row = {
        "id": draw(st.sampled_from([f"{number + 8}", f"run-{number}"])),
        "name": draw(st.sampled_from(["web", "web hotfix 3", "api"])),
        "project": project,
        "deployed_at": to_datetime(at).date().isoformat() if draw(st.booleans()) else jira_stamp(at, 3),
        "environment": draw(st.sampled_from(environments)),
        "result": draw(st.sampled_from(EVENT_RESULTS)),
        "failed": draw(st.sampled_from(EVENT_FLAGS)),
        "issues": [],
    }
    if listed == "version" and versions:
        version = draw(st.sampled_from(versions))
        row["name"] = version["name"]
        row["project"] = next(key for key, id_ in PROJECTS.items() if id_ == str(version["projectId"]))
    elif listed == "some":
        known = [*KEYS, *KEYS, *map(former_key, KEYS[:4]), "AB-999", "GONE-1"]
        row["issues"] = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
    return row


def nearby_day(draw: st.DrawFn, times: Times) -> date:
    return times.anchor + timedelta(days=draw(st.integers(-SPREAD_DAYS, SPREAD_DAYS)))


def jira_statuses(draw: st.DrawFn) -> list[dict]:
    """The server's list: whole, or only a part of what the issues know."""
    known = draw(st.sampled_from([len(TODAY), 0, 5]))
    return [status_row(*row) for row in TODAY[:known]]


def workflows(draw: st.DrawFn) -> dict[str, list[str]]:
    """Some statuses mapped, each to one part, by name or by id."""
    workflow: dict[str, list[str]] = {part: [] for part in WORKFLOW_PARTS}
    for name, ids in WORKFLOW_NAMES:
        chosen = draw(st.sampled_from(["none", "none", "name", "ids"]))
        entries = {"none": [], "name": [name], "ids": ids}[chosen]
        for listed in entries:
            workflow[draw(st.sampled_from(WORKFLOW_PARTS))].append(listed)
    return {part: listed for part, listed in workflow.items() if listed}


def workflow_settings(draw: st.DrawFn) -> dict[str, list[str]]:
    """Mostly a few statuses mapped, now and then the statuses that stand for not delivered."""
    mapped = draw(st.integers(0, 3))
    settings = [{}, {"waiting": ["code review"]}, workflows(draw), workflows(draw)][mapped]
    if rarely(draw, 4):
        settings["not_delivered"] = draw(st.sampled_from(NOT_DELIVERED_STATUSES))
    return settings


def profiles(draw: st.DrawFn, zone: str) -> dict:
    profile: dict = {"timezone": zone}
    if rarely(draw, 4):
        profile["start_source"] = "created"
    if rarely(draw, 4):
        profile["completion_source"] = "resolution"
    for setting in ("include_subtasks", "include_epics"):
        if rarely(draw, 4):
            profile[setting] = True
    if rarely(draw, 4):
        profile["hierarchy"] = {"parent_starts_with_children": True}
    if rarely(draw, 3):
        profile["business_days"] = True
        profile["holidays"] = draw(st.sampled_from([[], HOLIDAYS]))
    if rarely(draw, 5):
        profile["not_delivered"] = ["FIXED", "Won't do"]
    profile["workflow"] = workflow_settings(draw)
    if rarely(draw, 3):
        profile["flow_types"] = {"Risk": ["102"], "Debt": ["110", "109"]}
    if rarely(draw, 3):
        profile["deployments"] = deployment_settings(draw)
    if rarely(draw, 3):
        profile["incidents"] = incident_settings(draw)
    if draw(st.booleans()):
        profile["fields"] = field_settings(draw)
    if draw(st.booleans()):
        profile["edition"] = draw(st.sampled_from(EDITIONS))
    profile["targets"] = draw(st.sampled_from(TARGETS))
    return profile


TARGETS = [
    {},
    {"flow_time": 1, "flow_velocity": 1, "change_fail_rate": "20 %"},
    {"request_lead_time": "9 days", "flow_load": 0, "deployment_frequency": 0.5, "flow_efficiency": 40},
]
EDITIONS = ["2021", "2022", "2023", "2024", "2025", "2025"]


def deployment_settings(draw: st.DrawFn) -> dict:
    settings = {}
    if rarely(draw, 4):
        return {
            "source": draw(st.sampled_from(["status", "auto"])),
            "status": draw(st.sampled_from(STATUSES)),
        }
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
        settings["latent_days"] = draw(st.sampled_from([0, 1, 5]))
    if rarely(draw, 4):
        settings[draw(st.sampled_from(["components", "priorities"]))] = ["api", "HIGHEST"]
    if draw(st.booleans()):
        settings["link_types"] = ["relates to"]
    if draw(st.booleans()):
        settings["types"] = ["102", "incident"]
    if rarely(draw, 3):
        settings["restored"] = draw(st.sampled_from([["30"], ["code review", "Closed"], ["Ready"]]))
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
    if style in (7, 8) and readable_time(issues):
        return None
    return times.moment(draw(moments()))


def civil_period(draw: st.DrawFn, times: Times) -> tuple[date, date]:
    """From 1 to 60 days, begun where things happen; now and then months or years that end there."""
    if rarely(draw, 8):
        last = times.anchor + timedelta(days=draw(st.integers(-8, 20)))
        return last - timedelta(days=draw(st.sampled_from([181, 182, 400, 1095, 1096, 1200]))), last
    first = times.anchor + timedelta(days=draw(st.integers(-12, 8)))
    length = draw(st.sampled_from([14, 7, 1, 2, 10, 17, 30, 60]))
    return first, first + timedelta(days=length - 1)


def plain_issue(draw: st.DrawFn, number: int, done: int, longest: int, versions: list[dict]) -> dict:
    """To Do, Doing, Review, Done, ending at a given instant; fixed in some version."""
    spent = sorted(draw(st.tuples(*[st.integers(0, longest)] * 3)), reverse=True)
    at = [done - days * DAY for days in spent] + [done]
    path = [("10", "To Do"), ("30", "Doing"), ("40", "Code Review"), ("5", "Done")]
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
    """Some weeks after as many weeks, plain stories and releases in both: trends have a say.

    Args:
        draw: given by Hypothesis.
        largest: half of the stories that each of the two periods may have.
    """
    times = Times(draw(st.sampled_from(ANCHORS)), draw(st.sampled_from(ZONES)))
    monday = times.anchor - timedelta(days=times.anchor.weekday())
    first = draw(st.sampled_from([times.anchor, monday, monday, monday]))
    length = draw(st.sampled_from([14, 28, 35, 42]))
    busy = draw(st.sampled_from([0, largest, 2 * largest]))
    issues, versions = [], []
    for since in (-length, 0):
        days = st.integers(since, since + length - 1)
        for day in draw(st.lists(days, min_size=busy, max_size=2 * largest)):
            released = {"releaseDate": (first + timedelta(days=day)).isoformat(), "released": True}
            number = str(1 + len(versions))
            versions.append({"id": number, "name": f"1.{number}", "projectId": 10000, **released})
    for since in (-length, 0):
        longest = draw(st.sampled_from([1, 3, 20]))
        for _ in range(draw(st.integers(busy, 2 * largest))):
            done = midnight(first + timedelta(days=since + draw(st.integers(0, length - 1))), times.zone)
            issues.append(plain_issue(draw, 10 + len(issues), done + HOUR, longest, versions))
    if draw(st.booleans()):
        issues.append(plain_issue(draw, 5, midnight(first - timedelta(days=length + 9), times.zone), 1, []))
    profile = {"timezone": times.zone, "workflow": {"waiting": ["Code review"]}}
    period = (first.isoformat(), (first + timedelta(days=length - 1)).isoformat())
    as_of = midnight(first + timedelta(days=length), times.zone)
    return Sample(issues, jira_statuses(draw), versions, profile, period, as_of)


@st.composite
def released_worlds(draw: st.DrawFn, largest: int = 12) -> Sample:
    """Work and incidents around imported deployment events, two periods of some weeks.

    Args:
        draw: given by Hypothesis.
        largest: issues at most; twice as many events.
    """
    times = Times(draw(st.sampled_from(ANCHORS)), draw(st.sampled_from(ZONES)))
    versions = jira_versions(draw, times)
    issues = [
        released_issue(draw, place, times, versions)
        for place in range(draw(st.integers(2, min(largest, 12))))
    ]
    deployments: dict = {"source": draw(st.sampled_from(["auto", "auto", "events"]))}
    if rarely(draw, 3):
        deployments["environments"] = draw(st.sampled_from([["production"], ["LIVE", "prod-eu 1"]]))
    profile = {"timezone": times.zone, "deployments": deployments, "edition": draw(st.sampled_from(EDITIONS))}
    if draw(st.booleans()):
        profile["fields"] = {name: FIELD_IDS[name] for name in ("commit_date", "detected_at", "restored_at")}
    if draw(st.booleans()):
        profile["incidents"] = incident_settings(draw)
    length = draw(st.sampled_from([7, 14, 24, 35]))
    first = times.anchor - timedelta(days=draw(st.sampled_from([0, times.anchor.weekday(), 10])))
    late = times.anchor + timedelta(days=draw(st.sampled_from([SPREAD_DAYS + 1, SPREAD_DAYS + 1, 3])))
    return Sample(
        issues,
        jira_statuses(draw),
        versions,
        profile,
        (first.isoformat(), (first + timedelta(days=length - 1)).isoformat()),
        midnight(late, times.zone) + draw(st.sampled_from(JITTER_MS)),
        deployment_events(draw, times, moments(), versions, 2 * largest),
    )


def released_issue(draw: st.DrawFn, place: int, times: Times, versions: list[dict]) -> dict:
    """A story, bug or incident whose mapped dates lie near its end; some came from another project."""
    number = draw(moments())
    issue = plain_issue(draw, 200 + place, times.moment(number), draw(st.sampled_from([1, 5, 40])), versions)
    project = KEYS[place].rpartition("-")[0]
    near = st.integers(max(0, number - 300), min(Times.COUNT - 1, number + 30))
    issue["key"] = KEYS[place]
    issue["fields"] |= {
        "issuetype": draw(st.sampled_from([TYPES[0], TYPES[2], INCIDENT, INCIDENT])),
        "project": {"id": PROJECTS[project], "key": project},
        **(release_fields(draw, versions) if draw(st.booleans()) else {}),
        **{FIELD_IDS[name]: mapped_date(draw, times, near) for name in ("commit_date", "detected_at")},
        FIELD_IDS["restored_at"]: mapped_date(draw, times, near),
    }
    if draw(st.booleans()):
        issue["changelog"]["histories"].append(move(draw, times.moment(number), KEYS[place]))
    return issue


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
    if rarely(draw, 4):
        deployments = {
            "source": draw(st.sampled_from(["status", "auto"])),
            "status": draw(st.sampled_from(STATUSES)),
        }
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
    events = deployment_events(draw, times, moments(), versions, 4) if rarely(draw, 6) else []
    return Sample(
        issues=issues,
        statuses=jira_statuses(draw),
        versions=versions,
        profile=profile,
        period=(None, None) if default_period else (first.isoformat(), last.isoformat()),
        as_of=as_of_moment(draw, times, issues, first),
        deployments=events,
    )


@st.composite
def filtered_worlds(draw: st.DrawFn, whole: st.SearchStrategy[Sample]) -> Sample:
    """Seen through a filter of types, of labels or of both."""
    types = draw(st.sampled_from([(), ("Story",), ("Bug", "Incident"), ("story",)]))
    labels = draw(st.sampled_from([(), (), ("backend",), ("Outage", "STORY")]))
    return draw(whole)._replace(types=types, labels=labels)


def worlds(largest: int = 12) -> st.SearchStrategy[Sample]:
    """Odd stores, work that ends in odd ways, and what is plain enough to be compared, or mapped."""
    odd = odd_worlds(largest)
    plain = (comparable_worlds(largest), mapped_worlds(largest), released_worlds(largest))
    flow = flow_worlds(largest)
    filtered = filtered_worlds(st.one_of(odd, *plain))
    return st.one_of(odd, odd, odd, flow, flow, filtered, *plain)


def readable_time(issues: list[dict]) -> bool:
    """Whether some issue has an ``updated`` that surely tells the time."""
    stamps = [issue["fields"].get("updated") for issue in issues]
    texts = [text for text in stamps if isinstance(text, str) and text.endswith("+0000")]
    return any("-30T" not in text and text < FUTURE for text in texts)
