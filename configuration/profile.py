"""The profile: every setting with its default, what it means, and what it accepts.

The dataclasses below are the only place where a setting is declared. The
reader, the writer, the validation, the table in the documentation and the key
of stored results follow from them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, asdict, dataclass, field, fields, is_dataclass
from operator import attrgetter
from typing import Any, Literal, get_args, get_origin

import msgspec

from configuration.errors import ConfigurationError
from configuration.profile_lists import Event, SavedView, check_date, check_events, check_views

NOT_DELIVERED = (
    "Won't Do",
    "Won't be Done",
    "Won't Fix",
    "Not Doing",
    "Duplicate",
    "Cannot Reproduce",
    "Incomplete",
    "Invalid",
    "Not a Bug",
    "Not Our Bug",
    "Declined",
    "Rejected",
    "Cancelled",
    "Canceled",
    "Withdrawn",
    "Superseded",
    "Abandoned",
    "Obsolete",
    "Needs more information",
    "Needs more info",
    "Hold",
)
FLOW_TYPES = ("Feature", "Defect", "Debt", "Risk")
_PATH = re.compile(r"\$\.(\w+(?:\.\w+)*)")
HOTFIX_PATTERN = r"(?i)hot[-_ ]?fix|roll[-_ ]?back|revert|emergency"


def _declare_setting(default: Any, about: str, *, means: bool = True) -> Any:
    """Declare one setting.

    Args:
        default: where the file does not name it.
        about: one sentence.
        means: it changes what stored issues mean: their statuses, types, deployments or incidents.
    """
    return field(default=default, metadata={"about": about, "means": means})


@dataclass(frozen=True, slots=True)
class JiraSettings:
    """Where the issues come from."""

    url: str = _declare_setting(
        "", "address of the Jira site; empty: the profile reads imported files", means=False
    )
    email: str = _declare_setting(
        "", "e-mail of the account (Cloud); empty: the token is a personal access token", means=False
    )
    jql: str = _declare_setting("", "query that selects the issues", means=False)
    dialect: Literal["auto", "cloud", "dc"] = _declare_setting("auto", "kind of Jira", means=False)
    client_cert: str = _declare_setting(
        "", "PEM file with the certificate and key that a gate before the Jira asks for", means=False
    )
    headers: tuple[str, ...] = _declare_setting(
        (), "names of the headers that a gate before the Jira asks for; their values are secrets", means=False
    )


@dataclass(frozen=True, slots=True)
class WorkflowSettings:
    """What the team's statuses mean, by status name or id; Jira's categories fill the rest."""

    active: tuple[str, ...] = _declare_setting((), "statuses in which somebody works on the item")
    waiting: tuple[str, ...] = _declare_setting((), "statuses in which a started item waits")
    done: tuple[str, ...] = _declare_setting((), "statuses in which an item is finished")
    not_started: tuple[str, ...] = _declare_setting((), "statuses before the work begins")
    not_delivered: tuple[str, ...] = _declare_setting(
        (),
        "statuses in which items end undelivered; empty: the done ones whose usual name says so",
    )


@dataclass(frozen=True, slots=True)
class FlowTypeSettings:
    """Which issue types are which flow items, by type id or name; default names fill the rest."""

    Feature: tuple[str, ...] = _declare_setting((), "types that bring new value")
    Defect: tuple[str, ...] = _declare_setting((), "types that mend what is broken")
    Debt: tuple[str, ...] = _declare_setting((), "types that pay back technical debt")
    Risk: tuple[str, ...] = _declare_setting((), "types that lower a risk")


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """What counts as a deployment."""

    source: Literal["auto", "events", "github", "gitlab", "git", "issues", "versions", "status"] = (
        _declare_setting("auto", "where deployments are read from")
    )
    version_pattern: str = _declare_setting("", "only versions whose name matches this pattern; empty: all")
    hotfix_pattern: str = _declare_setting(HOTFIX_PATTERN, "names that tell an unplanned deployment")
    type: str = _declare_setting("", "issue type that stands for a deployment")
    status: str = _declare_setting("", "status whose first entry stands for a deployment")
    environments: tuple[str, ...] = _declare_setting(
        (), "environments that count as production; empty: those whose names sound like it"
    )


@dataclass(frozen=True, slots=True)
class IncidentSettings:
    """What counts as an incident, and how it finds the deployment that caused it."""

    types: tuple[str, ...] = _declare_setting(
        ("Incident", "[System] Incident"), "issue types that are incidents"
    )
    labels: tuple[str, ...] = _declare_setting((), "labels that mark an incident")
    components: tuple[str, ...] = _declare_setting((), "components whose issues are incidents")
    priorities: tuple[str, ...] = _declare_setting((), "priorities that mark an incident")
    fields: tuple[str, ...] = _declare_setting(
        (), 'field values that mark an incident, each as "field = value"; the field by logical name or id'
    )
    restored: tuple[str, ...] = _declare_setting(
        (), "statuses in which an incident is over; the first entry into one ends it"
    )
    link_types: tuple[str, ...] = _declare_setting(("caused by",), "inward link texts that name the cause")
    window_hours: int = _declare_setting(
        72, "hours after a deployment in which an incident is put down to it"
    )
    latent_days: int = _declare_setting(
        30, "days after a deployment; incidents seen later say nothing about the recovery from it"
    )


@dataclass(frozen=True, slots=True)
class HierarchySettings:
    """What stands above other issues: epics, and whatever is above them."""

    parent_starts_with_children: bool = _declare_setting(
        False, "a parent that was never started itself starts with its first child"
    )


@dataclass(frozen=True, slots=True)
class GitSettings:
    """Local clones that tell of deployments and changes."""

    paths: tuple[str, ...] = _declare_setting(
        (), "folders of local clones that every sync reads", means=False
    )
    tags: tuple[str, ...] = _declare_setting(
        (), "tags that are deployments, as v* or release-*; empty: all", means=False
    )


@dataclass(frozen=True, slots=True)
class GithubSettings:
    """Repositories of GitHub, or of a GitHub Enterprise Server, that tell of deployments and changes."""

    url: str = _declare_setting(
        "", "address of the API; empty: https://api.github.com, else as https://HOST/api/v3", means=False
    )
    repositories: tuple[str, ...] = _declare_setting(
        (), "repositories that every sync reads, each as owner/name", means=False
    )
    environments: tuple[str, ...] = _declare_setting(
        (), "environments whose deployments are read; empty: all but passing ones", means=False
    )


@dataclass(frozen=True, slots=True)
class GitlabSettings:
    """Projects of GitLab that tell of deployments and changes."""

    url: str = _declare_setting("", "address of the GitLab; empty: https://gitlab.com", means=False)
    projects: tuple[str, ...] = _declare_setting(
        (), "projects that every sync reads, each with its whole path as group/name", means=False
    )
    environments: tuple[str, ...] = _declare_setting(
        (), "environments whose deployments are read; empty: all", means=False
    )


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """When a server asks for what is new by itself."""

    every_minutes: int = _declare_setting(
        15,
        "minutes between two syncs that a worker starts by itself; 0: none; a laptop has none",
        means=False,
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """One team's view of one source of issues."""

    timezone: str = _declare_setting("UTC", "time zone in which days and weeks begin", means=False)
    edition: Literal["2021", "2022", "2023", "2024", "2025"] = _declare_setting(
        "2024", "edition of the DORA report that levels are taken from", means=False
    )
    include_subtasks: bool = _declare_setting(False, "count sub-tasks as flow items")
    include_epics: bool = _declare_setting(False, "count epics as flow items")
    start_source: Literal["status", "created"] = _declare_setting(
        "status", "an item starts when it first enters a status in progress, or when it is created"
    )
    completion_source: Literal["status", "resolution"] = _declare_setting(
        "status", "an item is completed by its final stay in done, or by its resolution date"
    )
    not_delivered: tuple[str, ...] = _declare_setting(
        NOT_DELIVERED,
        "resolutions of items that were closed without being delivered; while it is the default, "
        "the names that Jira gives these in other languages count too",
    )
    business_days: bool = _declare_setting(
        False, "measure flow time and request lead time in working days, Monday to Friday"
    )
    holidays: tuple[str, ...] = _declare_setting(
        (), "dates on which nobody works, as YYYY-MM-DD; they count with business_days only"
    )
    events: tuple[Event, ...] = _declare_setting(
        (), "what happened to the team, each with day and text; marked in charts and reports", means=False
    )
    views: tuple[SavedView, ...] = _declare_setting(
        (), "addresses of the dashboard that somebody gave a name, each with name and address", means=False
    )
    default_view: str = _declare_setting(
        "", "name of the saved view that opens at / without anything behind it", means=False
    )
    jira: JiraSettings = field(default_factory=JiraSettings)
    workflow: WorkflowSettings = field(default_factory=WorkflowSettings)
    flow_types: FlowTypeSettings = field(default_factory=FlowTypeSettings)
    deployments: DeploymentSettings = field(default_factory=DeploymentSettings)
    incidents: IncidentSettings = field(default_factory=IncidentSettings)
    hierarchy: HierarchySettings = field(default_factory=HierarchySettings)
    git: GitSettings = field(default_factory=GitSettings)
    github: GithubSettings = field(default_factory=GithubSettings)
    gitlab: GitlabSettings = field(default_factory=GitlabSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    fields: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "Jira field id of each logical name", "means": False}
    )
    targets: Mapping[str, float | str] = field(
        default_factory=dict,
        metadata={
            "about": "what a number should be, by metric id: in its unit, which may follow it (5 days)",
            "means": False,
        },
    )
    provenance: Mapping[str, str] = field(
        default_factory=dict,
        metadata={"about": "who set a field or a status, and when; written by the program", "means": False},
    )


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of the settings table.

    Attributes:
        name: dotted, as in the file.
        kind: type of its values.
        default: where the file does not name it.
        about: one sentence.
        means: it changes what stored issues mean.
    """

    name: str
    kind: Any
    default: Any
    about: str
    means: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it accepts, () where any value of its kind will do."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what each entry of a list of tables holds, () where it is no such list."""
        entry = next(iter(get_args(self.kind)), None)
        return tuple(part.name for part in fields(entry)) if is_dataclass(entry) else ()

    @property
    def expected(self) -> str:
        """What its value has to be, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.parts:
            return f"a list of tables with {' and '.join(self.parts)}, each a text in quotation marks"
        if isinstance(self.default, Mapping):
            return "a table of numbers" if self.name == "targets" else "a table of texts"
        words = {bool: "true or false", int: "a whole number", str: "a text", tuple: "a list of texts"}
        return words[type(self.default)]


def setting_rows() -> Iterator[SettingRow]:
    """Yield every setting by its dotted name, in the order of the file."""
    for item in fields(Profile):
        for name, part in _walk_leaves(item):
            about, means = part.metadata["about"], part.metadata["means"]
            yield SettingRow(name, part.type, _make_default(part), about, means)


def profile_from(raw: Mapping[str, Any]) -> Profile:
    """Build a profile from the nested mapping that its TOML file spells.

    Unknown keys are left alone: a newer version of the program may know them.

    Raises:
        ConfigurationError: a value has the wrong type or is not among its choices, a holiday is not a
            date, or an event or a saved view makes no sense.
    """
    try:
        profile = msgspec.convert(raw, Profile)
    except msgspec.ValidationError as error:
        raise _explain_wrong(str(error)) from error
    for day in profile.holidays:
        check_date("holidays", day)
    check_events(profile.events)
    check_views(profile.views)
    return profile


def profile_as_mapping(profile: Profile) -> dict[str, Any]:
    """Return the nested mapping of every setting that differs from its default, to be changed at will."""
    return deepcopy(_find_differences(profile, type(profile)()))


def with_settings(profile: Profile, values: Mapping[str, Any]) -> Profile:
    """Return a profile with other values for some settings, each by its dotted name; None takes one out.

    Raises:
        ConfigurationError: as for ``profile_from``.
    """
    raw = profile_as_mapping(profile)
    for name, value in values.items():
        *sections, last = name.split(".")
        place = raw
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value
        if value is None:
            del place[last]
    return profile_from(raw)


def meaning_of(profile: Profile) -> str:
    """Return what stored issues mean under a profile as text: profiles that agree on it have the same.

    It is the JSON of every setting that means something for them and is not at
    its default, so that a setting which a later version adds changes no text.
    """
    told = {row.name: (setting_of(profile, row.name), row.default) for row in setting_rows() if row.means}
    return json.dumps(
        {name: value for name, (value, usual) in told.items() if value != usual}, sort_keys=True
    )


def setting_of(profile: Profile, name: str) -> Any:
    """Return the value of the setting with this dotted name."""
    return attrgetter(name)(profile)


def changed_settings(before: Profile, after: Profile) -> list[str]:
    """Return the dotted names of the settings that differ, in the order of the file; no values."""
    return [row.name for row in setting_rows() if setting_of(before, row.name) != setting_of(after, row.name)]


def _walk_leaves(item: "Field[Any]") -> Iterator[tuple[str, "Field[Any]"]]:
    if "about" in item.metadata:
        yield item.name, item
        return
    for part in fields(item.default_factory):  # type: ignore[arg-type]  # a section's factory is its class
        yield f"{item.name}.{part.name}", part


def _make_default(item: "Field[Any]") -> Any:
    if item.default is not NO_DEFAULT:
        return item.default
    return item.default_factory()  # type: ignore[operator]  # dataclasses always hold one of the two


def _explain_wrong(error: str) -> ConfigurationError:
    """Say for people what the decoder found; its sentence ends in a path such as ``$.jira.url``."""
    path = _PATH.search(error)
    name = path[1] if path else ""
    expected = next((row.expected for row in setting_rows() if row.name == name), "a table of settings")
    subject = f"The setting {name} of this profile" if name else "The profile"
    remedy = f"Write {expected} for {name} in the profile, or leave it out for its default."
    return ConfigurationError(f"{subject} is not {expected}.", hint=remedy if name else "Correct its file.")


def _find_differences(value: Any, default: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(value):
        mine, usual = getattr(value, item.name), getattr(default, item.name)
        if mine == usual:
            continue
        if "about" in item.metadata:
            found[item.name] = [*map(_spell_entry, mine)] if isinstance(mine, tuple) else mine
        else:
            found[item.name] = _find_differences(mine, usual)
    return found


def _spell_entry(entry: Any) -> Any:
    """Return an entry of a list as the file has it."""
    return asdict(entry) if is_dataclass(entry) and not isinstance(entry, type) else entry
