"""The fixed furniture of the simulated Jira: statuses, types, fields, people, the three teams."""

from dataclasses import dataclass
from typing import Any

from data.simulator.model import Category, IssueType, LinkType, Named, Person, Status

NEW = Category(2, "new", "To Do", "blue-gray")
UNDERWAY = Category(4, "indeterminate", "In Progress", "yellow")
DONE = Category(3, "done", "Done", "green")
CATEGORIES = (NEW, UNDERWAY, DONE)

BACKLOG = Status("10000", "Backlog", NEW)
OPEN = Status("1", "Open", NEW)
TO_DO = Status("10001", "To Do", NEW)
SELECTED = Status("10002", "Selected for Development", NEW)
IN_PROGRESS = Status("3", "In Progress", UNDERWAY)
IN_REVIEW = Status("10003", "In Review", UNDERWAY)
IN_TEST = Status("10004", "In Test", UNDERWAY)
READY = Status("10005", "Ready for Release", UNDERWAY)
APPROVAL = Status("10006", "Waiting for Approval", UNDERWAY)
BLOCKED = Status("10007", "Blocked", UNDERWAY)
CLOSED = Status("6", "Closed", DONE)
FINISHED = Status("10008", "Done", DONE)
STATUSES = (
    OPEN,
    IN_PROGRESS,
    CLOSED,
    BACKLOG,
    TO_DO,
    SELECTED,
    IN_REVIEW,
    IN_TEST,
    READY,
    APPROVAL,
    BLOCKED,
    FINISHED,
)
# Old histories name these: the first was renamed (same id), the second deleted.
IN_TESTING = Status(IN_TEST.id, "In Testing", UNDERWAY)
QA = Status("10090", "QA", UNDERWAY)

INITIATIVE = IssueType("10108", "Initiative", 2, "A goal that several epics serve.")
EPIC = IssueType("10100", "Epic", 1, "A big piece of work that is broken down into others.")
STORY = IssueType("10101", "Story", 0, "Something a user wants.")
TASK = IssueType("10102", "Task", 0, "A piece of work that is nobody's feature.")
SUBTASK = IssueType("10103", "Sub-task", -1, "A part of another issue.")
BUG = IssueType("10104", "Bug", 0, "Something that does not work as it should.")
INCIDENT = IssueType("10105", "Incident", 0, "Something that broke in production.")
TECH_DEBT = IssueType("10106", "Tech Debt", 0, "Work that pays back a shortcut.")
VULNERABILITY = IssueType("10107", "Vulnerability", 0, "A weakness that somebody could use.")
ISSUE_TYPES = (INITIATIVE, EPIC, STORY, TASK, SUBTASK, BUG, INCIDENT, TECH_DEBT, VULNERABILITY)

PRIORITIES = tuple(
    Named(str(place), name) for place, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1)
)
RESOLVED = Named("10200", "Done")
FIXED = Named("10201", "Fixed")
WONT_DO = Named("10202", "Won't Do")
DUPLICATE = Named("10203", "Duplicate")
CANNOT_REPRODUCE = Named("10204", "Cannot Reproduce")
NOT_A_BUG = Named("10205", "Not a Bug")
RESOLUTIONS = (RESOLVED, FIXED, WONT_DO, DUPLICATE, CANNOT_REPRODUCE, NOT_A_BUG)

CAUSE = LinkType("10300", "Problem/Incident", "is caused by", "causes")
BLOCKS = LinkType("10301", "Blocks", "is blocked by", "blocks")
RELATES = LinkType("10302", "Relates", "relates to", "relates to")
DUPLICATES = LinkType("10303", "Duplicate", "is duplicated by", "duplicates")

PRODUCTION = Named("10400", "Production")
STAGING = Named("10401", "Staging")
IMPEDIMENT = Named("10410", "Impediment")

POINTS = "customfield_10016"
RANK = "customfield_10019"
EPIC_LINK = "customfield_10014"
PARENT_LINK = "customfield_10018"
SPRINT = "customfield_10020"
DEVELOPMENT = "customfield_10000"
FLAGGED = "customfield_10021"
ENVIRONMENT = "customfield_10031"
FIRST_COMMIT = "customfield_10032"
DETECTED = "customfield_10033"
RESTORED = "customfield_10034"
TEAM = "customfield_10035"
DEPLOYED = "customfield_10037"
PLANNED = "customfield_10038"
DEPLOYMENT_NOTE = "customfield_10039"

_ROADMAPS = "com.atlassian.jpo"
_AGILE = "com.pyxis.greenhopper.jira"
_DEVELOPMENT = "com.atlassian.jira.plugins.jira-development-integration-plugin"
_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes"


def _define_system(field_id: str, name: str, kind: str, items: str | None = None) -> dict[str, Any]:
    schema = {"type": kind, "system": field_id} | ({"items": items} if items else {})
    return {
        "id": field_id,
        "key": field_id,
        "name": name,
        "custom": False,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [field_id],
        "schema": schema,
    }


def _define_custom(
    field_id: str, name: str, kind: str, plugin: str, items: str | None = None
) -> dict[str, Any]:
    number = int(field_id.removeprefix("customfield_"))
    schema = {"type": kind, "custom": plugin, "customId": number} | ({"items": items} if items else {})
    return {
        "id": field_id,
        "key": field_id,
        "name": name,
        "custom": True,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{number}]", name],
        "schema": schema,
    }


def fields() -> list[dict[str, Any]]:
    """The answer to GET /field, with look-alikes that a field mapper must tell apart."""
    return [
        _define_system("summary", "Summary", "string"),
        _define_system("issuetype", "Issue Type", "issuetype"),
        _define_system("project", "Project", "project"),
        _define_system("status", "Status", "status"),
        _define_system("statusCategory", "Status Category", "statusCategory"),
        _define_system("resolution", "Resolution", "resolution"),
        _define_system("resolutiondate", "Resolved", "datetime"),
        _define_system("created", "Created", "datetime"),
        _define_system("updated", "Updated", "datetime"),
        _define_system("priority", "Priority", "priority"),
        _define_system("assignee", "Assignee", "user"),
        _define_system("reporter", "Reporter", "user"),
        _define_system("creator", "Creator", "user"),
        _define_system("labels", "Labels", "array", "string"),
        _define_system("components", "Components", "array", "component"),
        _define_system("fixVersions", "Fix versions", "array", "version"),
        _define_system("versions", "Affects versions", "array", "version"),
        _define_system("issuelinks", "Linked Issues", "array", "issuelinks"),
        _define_system("subtasks", "Sub-tasks", "array", "issuelinks"),
        _define_system("parent", "Parent", "issuelink"),
        _define_system("description", "Description", "string"),
        _define_system("duedate", "Due date", "date"),
        _define_custom(POINTS, "Story point estimate", "number", f"{_AGILE}:jsw-story-points"),
        _define_custom("customfield_10017", "Story Points", "number", f"{_TYPES}:float"),
        _define_custom(RANK, "Rank", "any", f"{_AGILE}:gh-lexo-rank"),
        _define_custom(EPIC_LINK, "Epic Link", "any", f"{_AGILE}:gh-epic-link"),
        _define_custom(PARENT_LINK, "Parent Link", "any", f"{_ROADMAPS}:jpo-custom-field-parent"),
        _define_custom(SPRINT, "Sprint", "array", f"{_AGILE}:gh-sprint", "json"),
        _define_custom(DEVELOPMENT, "Development", "any", f"{_DEVELOPMENT}:devsummarycf"),
        _define_custom(FLAGGED, "Flagged", "array", f"{_TYPES}:multicheckboxes", "option"),
        _define_custom(ENVIRONMENT, "Affected environment", "option", f"{_TYPES}:select"),
        _define_custom("customfield_10036", "Test environment", "option", f"{_TYPES}:select"),
        _define_custom(FIRST_COMMIT, "First commit at", "datetime", f"{_TYPES}:datetime"),
        _define_custom(DETECTED, "Incident detected at", "datetime", f"{_TYPES}:datetime"),
        _define_custom(RESTORED, "Service restored at", "datetime", f"{_TYPES}:datetime"),
        _define_custom(TEAM, "Team", "option", f"{_TYPES}:select"),
        _define_custom(DEPLOYED, "Deployed at", "datetime", f"{_TYPES}:datetime"),
        _define_custom(PLANNED, "Planned deployment date", "date", f"{_TYPES}:datepicker"),
        _define_custom(DEPLOYMENT_NOTE, "Deployment notes", "string", f"{_TYPES}:textarea"),
        # Left over from times that nobody remembers: right names, but of the wrong type or without any value.
        _define_custom("customfield_10040", "Commit date", "string", f"{_TYPES}:textfield"),
        _define_custom("customfield_10041", "Service restored", "datetime", f"{_TYPES}:datetime"),
        _define_custom("customfield_10042", "Deployment failed", "option", f"{_TYPES}:select"),
    ]


CUSTOM_FIELD_IDS = (
    POINTS,
    RANK,
    EPIC_LINK,
    PARENT_LINK,
    SPRINT,
    DEVELOPMENT,
    FLAGGED,
    ENVIRONMENT,
    FIRST_COMMIT,
    DETECTED,
    RESTORED,
    TEAM,
    DEPLOYED,
    PLANNED,
    DEPLOYMENT_NOTE,
)
FIELD_NAMES: dict[str, str] = {entry["id"]: entry["name"] for entry in fields()}
# History entries call some fields otherwise than GET /field does.
HISTORY_NAMES: dict[str, str] = {
    **FIELD_NAMES,
    "issuetype": "issuetype",
    "components": "Component",
    "fixVersions": "Fix Version",
    "versions": "Version",
    "issuelinks": "Link",
    "project": "project",
    "parent": "IssueParentAssociation",
    "key": "Key",
    **{name: name for name in ("summary", "status", "resolution", "priority", "assignee", "labels")},
    "description": "description",
}

_NAMES = (
    "Anna Müller",
    "Jonas Weiß",
    "Sofía Álvarez",
    "Björn Åkesson",
    "Mei Lin 林美",
    "Omar Haddad",
    "Katarzyna Wójcik",
    "Tom Baker",
    "Grace Okafor",
    "Liam O'Neill",
    "Renée Dubois",
    "Mateus Conceição",
    "Yuki Tanaka 田中",
    "Priya Raghavan",
    "Arjun Mehta",
    "Nikolai Петров",
    "Fatima Zahra",
    "Ethan Brooks",
    "Release Robot",
    "Jira Admin",
)
_LOGINS = (
    "amueller",
    "jweiss",
    "salvarez",
    "bakesson",
    "mlin",
    "ohaddad",
    "kwojcik",
    "tbaker",
    "gokafor",
    "loneill",
    "rdubois",
    "mconceicao",
    "ytanaka",
    "praghavan",
    "amehta",
    "npetrov",
    "fzahra",
    "ebrooks",
    "release.robot",
    "admin",
)
PEOPLE = tuple(
    Person(place, name, login) for place, (name, login) in enumerate(zip(_NAMES, _LOGINS, strict=True))
)
ADMIN = 19


@dataclass(frozen=True)
class Stage:
    """One step of a workflow: median working days there, and the weekday that opens its gate."""

    status: Status
    median_days: float
    gate: int | None = None


@dataclass(frozen=True)
class Team:
    """One project and the habits of the people behind it.

    Factors are given as (18 months ago, today): durations are multiplied by
    ``slowness``, a release breaks something with the share ``breakage``.
    """

    key: str
    name: str
    project_id: str
    utc_offset_min: int
    share: float
    weekday_weights: tuple[float, ...]
    start: Status
    queue: Status | None
    queue_days: float
    stages: tuple[Stage, ...]
    done: Status
    slowness: tuple[float, float]
    breakage: tuple[float, float]
    restore_hours: float
    people: tuple[int, ...]
    components: tuple[Named, ...]
    labels: tuple[str, ...]
    type_weights: tuple[tuple[IssueType, float], ...]


def _define_components(first_id: int, *names: str) -> tuple[Named, ...]:
    return tuple(Named(str(first_id + place), name) for place, name in enumerate(names))


WEB = Team(
    key="WEB",
    name="Web Shop",
    project_id="10500",
    utc_offset_min=60,
    share=0.45,
    weekday_weights=(1.2, 1.1, 1.0, 1.0, 0.8, 0.04, 0.03),
    start=TO_DO,
    queue=None,
    queue_days=2.0,
    stages=(Stage(IN_PROGRESS, 0.9), Stage(IN_REVIEW, 0.55)),
    done=FINISHED,
    slowness=(3.2, 1.0),
    breakage=(0.34, 0.14),
    restore_hours=2.0,
    people=(0, 1, 2, 3, 4, 5),
    components=_define_components(10600, "Checkout", "Search", "Catalogue", "Account"),
    labels=("checkout", "search", "a11y", "performance", "team-falcon", "team-heron"),
    type_weights=((STORY, 44), (BUG, 23), (TASK, 13), (SUBTASK, 9), (TECH_DEBT, 8), (VULNERABILITY, 3)),
)
PAY = Team(
    key="PAY",
    name="Payments",
    project_id="10501",
    utc_offset_min=-300,
    share=0.33,
    weekday_weights=(0.9, 1.0, 1.3, 1.1, 0.7, 0.03, 0.02),
    start=OPEN,
    queue=None,
    queue_days=4.0,
    stages=(
        Stage(IN_PROGRESS, 1.3),
        Stage(IN_REVIEW, 0.6),
        Stage(IN_TEST, 0.9),
        Stage(READY, 0.15, gate=2),
    ),
    done=CLOSED,
    slowness=(1.1, 1.0),
    breakage=(0.22, 0.2),
    restore_hours=6.0,
    people=(6, 7, 8, 9, 10, 11),
    components=_define_components(10610, "Ledger", "Card gateway", "Invoices"),
    labels=("psd2", "ledger", "reporting", "security", "team-otter"),
    type_weights=((STORY, 36), (BUG, 24), (TASK, 17), (SUBTASK, 8), (TECH_DEBT, 9), (VULNERABILITY, 6)),
)
MOB = Team(
    key="MOB",
    name="Mobile App",
    project_id="10502",
    utc_offset_min=330,
    share=0.22,
    weekday_weights=(1.7, 1.0, 0.8, 0.7, 0.8, 0.05, 0.02),
    start=BACKLOG,
    queue=SELECTED,
    queue_days=9.0,
    stages=(
        Stage(IN_PROGRESS, 2.6),
        Stage(IN_REVIEW, 1.2),
        Stage(IN_TEST, 2.0),
        Stage(APPROVAL, 0.5, gate=3),
    ),
    done=FINISHED,
    slowness=(0.9, 1.05),
    breakage=(0.5, 0.45),
    restore_hours=22.0,
    people=(12, 13, 14, 15, 16, 17),
    components=_define_components(10620, "iOS", "Android", "Push"),
    labels=("ios", "android", "design-system", "offline", "team-lynx"),
    type_weights=((STORY, 42), (BUG, 28), (TASK, 12), (SUBTASK, 8), (TECH_DEBT, 7), (VULNERABILITY, 3)),
)
TEAMS = (WEB, PAY, MOB)
TEAM_OF = {team.key: team for team in TEAMS}
