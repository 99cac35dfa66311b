"""The codes of data quality: what each one means to a reader of the numbers, and what helps. Pure."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

SHOWN_NAMES = 10
NO_SPRINTS = r"(?i)^(?!.*\b(sprint|iteration)\b)"  # lets names of versions through that sound like no sprint
NO_STATUS_LIST = (
    "Import what GET /rest/api/2/status answers with --statuses, which these files came without, "
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A code with a sentence on its effect and one on what helps."""

    code: str
    message: str
    remedy: str


HISTORY_MISMATCH = Rule(
    "history_mismatch",
    "The last recorded status change does not lead to the current status; "
    "the current status is taken to begin at the last update.",
    "Set completion_source = resolution if a workflow migration or an import moved them after the work "
    "was done, or leave them out of the query by JQL: key not in (...).",
)
HISTORY_CLAMPED = Rule(
    "history_clamped",
    "Status changes are dated before the creation of their issue; they count from the creation.",
    "Set start_source = created if histories were imported from another tool.",
)
BROKEN_CHAIN = Rule(
    "history_broken_chain",
    "A status change does not start where the one before ended; the earlier status fills the gap, "
    "so that the times in these two statuses are guesses.",
    "Set start_source = created and completion_source = resolution if histories were imported or trimmed, "
    "or leave the issues out of the query by JQL: key not in (...).",
)
HISTORY_MISSING = Rule(
    "history_missing",
    "The issues came without a change history; when work on them began is unknown, and flow time lacks them.",
    "Import them again with their changelog (expand=changelog), or set start_source = created.",
)
BULK_EDIT = Rule(
    "bulk_edit",
    "Twenty or more issues made the same move within a minute: a clean-up rather than work; "
    "it makes a peak in flow velocity and moves the ends of flow times.",
    "Set completion_source = resolution, or put the resolution of the clean-up into not_delivered.",
)
UNMAPPED = Rule(
    "unmapped_status",
    "The issues were in statuses of which nobody says what they mean; these count as not started.",
    "Name these statuses in the profile: workflow.active, workflow.waiting, workflow.done or "
    "workflow.not_started.",
)
INFERRED = Rule(
    "inferred_status",
    "The issues were in statuses that nobody lists today; what these mean is inferred from their usual "
    "names, their numbers, or the resolution that came with the move.",
    "Name these statuses in the profile to confirm it: workflow.active, workflow.waiting, workflow.done or "
    "workflow.not_started.",
)
TRUNCATED = Rule(
    "history_truncated",
    "Jira counts more changes of these issues than came with them; when work on them began is unknown, and "
    "flow time and change lead time leave them out.",
    "Fetch them with sync, which reads every page of a history; a file needs all pages of "
    "GET /rest/api/3/issue/KEY/changelog. Or set start_source = created.",
)
CATEGORY_CONFLICT = Rule(
    "status_category_conflict",
    "The issues say another category of their status than the server's list does; the list counts.",
    "Import issues and statuses of the same day, or name the status in the profile: workflow.active, "
    "workflow.waiting, workflow.done or workflow.not_started.",
)
BULK_CREATED = Rule(
    "bulk_created",
    "Fifty or more issues of one project were created on one day, more than ten times as many as on its "
    "median day: an import rather than requests; request lead times begin that day.",
    "Look at them by JQL: key in (...), and leave them out of the query if they came from another tool.",
)
BULK_DAY = Rule(
    "bulk_day",
    "Fifty or more issues of one project were completed on one day, more than ten times as many as on its "
    "median day: a clean-up rather than work; it makes a peak in flow velocity.",
    "Set completion_source = resolution, or put the resolution of the clean-up into not_delivered.",
)
UNCLASSIFIED = Rule(
    "unclassified_types",
    "More than half of the delivered items are of types that stand for no flow item",
    "Name the types in the profile: flow_types.Feature, flow_types.Defect, flow_types.Debt or "
    "flow_types.Risk.",
)
SKIPPED = Rule(
    "skipped_status",
    "The items were completed without ever being in progress, as others were; flow time and change lead "
    "time leave them out, and flow load never sees them.",
    "Set start_source = created to measure from their creation, add the status they wait in to "
    "workflow.active, or look at how they are moved, by JQL: key in (...).",
)
UNDATED_DONE = Rule(
    "done_without_date",
    "The issues are done, but neither a status change nor a resolution date says when.",
    "Fill the resolution date in Jira and sync, or import them with their changelog; they are found by "
    "JQL: statusCategory = Done AND resolutiondate IS EMPTY. Until then they count as not completed.",
)
RESOLUTION_WITHOUT_DONE = Rule(
    "resolution_without_done",
    "The issues have a resolution date but are in no done status, so they count as not completed.",
    "Set completion_source = resolution, or add their status to the workflow's done.",
)
ZOMBIE = Rule(
    "zombie",
    "The items have been in progress for more than 90 days; they raise flow load for good.",
    "Finish them, move them back to a status that is not in progress, or name their status in "
    "workflow.not_started; JQL: statusCategory = 'In Progress' AND key in (...).",
)
VERSION_WITHOUT_DATE = Rule(
    "version_without_date",
    "The versions are released but have no release date; they cannot count as deployments.",
    "Give these versions a release date in Jira, or set deployments.version_pattern to leave them out.",
)
SPRINT_LIKE = Rule(
    "sprint_like_versions",
    "More than a tenth of the released versions look like sprints, which are not deployments.",
    f"Set deployments.version_pattern = {json.dumps(NO_SPRINTS)} to leave them out.",
)
SAME_DAY = Rule(
    "same_day_releases",
    "Five or more versions of one project have the same release day, as a clean-up of old versions gives "
    "it; each counts as a deployment of that day.",
    "Correct their release dates in Jira, or set deployments.version_pattern to leave them out.",
)
CLOSED_LATE = Rule(
    "closed_after_release",
    "The issues were closed only after the last release that names them; their change lead time ends at "
    "that release, and what was done after it is not in it.",
    "Nothing has to be done where tickets are closed late. If the work went out later, name the later "
    "release in these issues, by JQL: key in (...).",
)
SOURCE_UNREAD = Rule(
    "source_unread",
    "The last sync could not read these repositories; what was read before counts, and later deployments and"
    " changes of theirs are missing.",
    "",
)
UNKNOWN_PROJECT = Rule(
    "deployment_unknown_project",
    "Deployment events name projects that no stored issue has; such a deployment counts, but carries only "
    "the issues that it lists, and no incident is put down to it by its project.",
    "Write the key of the Jira project into these events and import them again, or widen the query.",
)
UNKNOWN_ISSUE = Rule(
    "deployment_unknown_issue",
    "Deployment events list issue keys that no stored issue has or had; they say nothing of any issue.",
    "Correct the keys in these events and import them again, or widen the query so that it holds them.",
)
OPEN_IN_PRODUCTION = Rule(
    "open_in_production",
    "All changes of these issues are deployed, and their tickets are open: they count as delivered nowhere, "
    "and their lead time is not seen.",
    "Close the tickets, or let the deployment close them.",
)
DONE_UNDEPLOYED = Rule(
    "done_not_deployed",
    "These tickets are done, and some change that names them is in no deployment yet: by their tickets they "
    "are delivered, by the code they are not.",
    "Deploy the changes, or look whether a deployment is missing among those that were read.",
)
CHANGE_WITHOUT_ISSUE = Rule(
    "change_without_issue",
    "These changes of code name no stored issue; each of a service that deploys counts in change lead time "
    "by itself, and in nothing else.",
    "Write the key of the issue into the branch, the title or a commit, or widen the query.",
)
PULLS_UNREAD = Rule(
    "pull_requests_not_read",
    "Jira counts pull requests of these delivered items, and no repository of the profile tells of any: "
    "their change lead time is not measured by their code.",
    "Name their repositories in github.repositories, gitlab.projects or git.paths.",
)
CHANGE_UNKNOWN_ISSUE = Rule(
    "change_unknown_issue",
    "Changes of code name issue keys that no stored issue has or had.",
    "Correct the keys, or widen the query so that it holds them.",
)
CHANGE_UNDEPLOYED = Rule(
    "change_without_deployment",
    "These changes of code came into the main line, and no deployment holds them, while those of their "
    "service hold others: they are waiting, or a deployment was not told.",
    "Deploy them, or tag what was deployed and read the clone again; git.tags can leave tags out.",
)
DEPLOYMENT_HOLDS_NOTHING = Rule(
    "deployment_without_changes",
    "These deployments hold no change and no issue, while others do: they count in the frequency alone.",
    "Look whether they deploy something else, such as the same commit again; git.tags can leave tags out.",
)
LITTLES_LAW = Rule(
    "littles_law_mismatch",
    "Mean load, completions and mean flow time of the started items do not fit together by more than a "
    "quarter, though the load is steady: the histories are odd, not the flow.",
    "Look for items that were reopened or moved in bulk, name the statuses in which nobody works in "
    "workflow.not_started, or set completion_source = resolution.",
)


_UNREADABLE_HISTORY = (
    "Changes in the histories of these issues cannot be read; each is left out, and the others count."
)
_HISTORY_REMEDY = (
    "Import these issues again as the REST API sends them (expand=changelog), or fetch them with sync; "
    "JQL: key in (...)."
)
RULES = tuple(rule for rule in vars().values() if isinstance(rule, Rule))


def with_names(rule: Rule, names: Iterable[str]) -> Rule:
    """Return the rule with the names of the statuses behind it in its message."""
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - SHOWN_NAMES} more" if len(listed) > SHOWN_NAMES else ""
    shown = f"{', '.join(listed[:SHOWN_NAMES])}{more}"
    return replace(rule, message=f"{rule.message.removesuffix('.')}: {shown}.") if shown else rule


def pulls_unread(counted: int) -> Rule:
    """Return the rule on pull requests that nobody tells of, with how many items have any."""
    message = PULLS_UNREAD.message.replace("these delivered items", f"{counted} delivered items")
    return replace(PULLS_UNREAD, message=message.replace("tells of any", "tells of any of these"))


def without_list(rule: Rule) -> Rule:
    """Return the rule as it reads for files that came without a list of statuses."""
    return replace(rule, remedy=NO_STATUS_LIST + f"or {rule.remedy[0].lower()}{rule.remedy[1:]}")


def without_settings(remedy: str, made: Iterable[str]) -> str:
    """Return a remedy without the advice to set what is set already; what is its only advice stays.

    Args:
        remedy: as a rule has it.
        made: settings as a remedy writes them, ``name = value``.
    """
    for setting in map(re.escape, made):
        remedy = re.sub(rf"^Set {setting}( if [^,]*)?, or ", "", remedy)
        remedy = re.sub(rf"(, or|\. Or) set {setting}\.$", ".", remedy)
    return f"{remedy[:1].upper()}{remedy[1:]}"


def rule_unread(name: str) -> Rule:
    """Return the rule of a mapped field without any value."""
    return Rule(
        f"missing_{name}",
        f"No stored issue has a value in the field that is mapped to {name}; no number can use it.",
        f"Correct fields.{name} in the profile; if the mapping is newer than the stored issues, "
        "import their files again or sync.",
    )


def rule_malformed(name: str) -> Rule:
    """Return the rule of a field that holds what cannot be read."""
    message = f"The field {name} holds something that cannot be read; the value is left out."
    if name in ("updated", "resolutiondate"):
        message = f"The field {name} cannot be read, or lies more than a day ahead; the value is left out."
    if name == "created":
        message = (
            "The creation date is missing, cannot be read, or lies more than a day ahead; "
            "the issues are stored but out of scope."
        )
    if name == "history":
        return Rule("malformed_history", _UNREADABLE_HISTORY, _HISTORY_REMEDY)
    return Rule(
        f"malformed_{name}",
        message,
        f"Correct {name} in these issues in Jira (JQL: key in (...)) and sync; a mapped field is named "
        "in the profile's fields.",
    )


def rule_missing(name: str) -> Rule:
    """Return the rule of a field that every healthy issue has, and these have not."""
    return Rule(
        f"missing_{name}",
        f"The issues have no {name}; what is read from it leaves them out.",
        f"Fill {name} in Jira (JQL: key in (...)) and sync, or export the issues with this field.",
    )
