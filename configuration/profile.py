"""The profile: every setting with its default, what it means, and what it accepts.

The dataclasses below are the only place where a setting is declared. The
reader, the writer, the validation and the table in the documentation walk
over them.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, dataclass, field, fields
from operator import attrgetter
from typing import Any

from configuration.errors import ConfigurationError

NOT_DELIVERED = (
    "Won't Do",
    "Won't Fix",
    "Duplicate",
    "Cannot Reproduce",
    "Incomplete",
    "Invalid",
    "Not a Bug",
    "Not Our Bug",
    "Declined",
    "Rejected",
    "Abandoned",
    "Obsolete",
    "Needs more information",
    "Needs more info",
    "Hold",
)
FLOW_TYPES = ("Feature", "Defect", "Debt", "Risk")
# The calendar also reads forms without dashes and of weeks, which are typing errors here.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOTFIX_PATTERN = r"(?i)hot[-_ ]?fix|roll[-_ ]?back|revert|emergency"


def _setting(default: Any, about: str, choices: tuple[str, ...] = ()) -> Any:
    """Declare one setting: its default, one sentence, and the words it accepts."""
    return field(default=default, metadata={"about": about, "choices": choices})


@dataclass(frozen=True, slots=True)
class JiraSettings:
    """Where the issues come from."""

    url: str = _setting("", "address of the Jira site; empty: the profile reads imported files")
    email: str = _setting("", "e-mail of the account (Cloud); empty: the token is a personal access token")
    jql: str = _setting("", "query that selects the issues")
    dialect: str = _setting("auto", "kind of Jira", ("auto", "cloud", "dc"))


@dataclass(frozen=True, slots=True)
class WorkflowSettings:
    """What the team's statuses mean, by status name or id; Jira's categories fill the rest."""

    active: tuple[str, ...] = _setting((), "statuses in which somebody works on the item")
    waiting: tuple[str, ...] = _setting((), "statuses in which a started item waits")
    done: tuple[str, ...] = _setting((), "statuses in which an item is finished")
    not_started: tuple[str, ...] = _setting((), "statuses before the work begins")


@dataclass(frozen=True, slots=True)
class FlowTypeSettings:
    """Which issue types are which flow items, by type id or name; default names fill the rest."""

    Feature: tuple[str, ...] = _setting((), "types that bring new value")
    Defect: tuple[str, ...] = _setting((), "types that mend what is broken")
    Debt: tuple[str, ...] = _setting((), "types that pay back technical debt")
    Risk: tuple[str, ...] = _setting((), "types that lower a risk")


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """What counts as a deployment."""

    source: str = _setting(
        "auto", "where deployments are read from", ("auto", "events", "issues", "versions", "status")
    )
    version_pattern: str = _setting("", "only versions whose name matches this pattern; empty: all")
    hotfix_pattern: str = _setting(HOTFIX_PATTERN, "names that tell an unplanned deployment")
    type: str = _setting("", "issue type that stands for a deployment")
    status: str = _setting("", "status whose first entry stands for a deployment")
    environments: tuple[str, ...] = _setting((), "environments that count as production; empty: all")


@dataclass(frozen=True, slots=True)
class IncidentSettings:
    """What counts as an incident, and how it finds the deployment that caused it."""

    types: tuple[str, ...] = _setting(("Incident",), "issue types that are incidents")
    labels: tuple[str, ...] = _setting((), "labels that mark an incident")
    components: tuple[str, ...] = _setting((), "components whose issues are incidents")
    priorities: tuple[str, ...] = _setting((), "priorities that mark an incident")
    fields: tuple[str, ...] = _setting(
        (), 'field values that mark an incident, each as "field = value"; the field by logical name or id'
    )
    restored: tuple[str, ...] = _setting(
        (), "statuses in which an incident is over; the first entry into one ends it"
    )
    link_types: tuple[str, ...] = _setting(("caused by",), "inward link texts that name the cause")
    window_hours: int = _setting(72, "hours after a deployment in which an incident is put down to it")


@dataclass(frozen=True, slots=True)
class Profile:
    """One team's view of one source of issues."""

    timezone: str = _setting("UTC", "time zone in which days and weeks begin")
    edition: str = _setting(
        "2024",
        "edition of the DORA report that levels are taken from",
        ("2021", "2022", "2023", "2024", "2025"),
    )
    include_subtasks: bool = _setting(False, "count sub-tasks as flow items")
    include_epics: bool = _setting(False, "count epics as flow items")
    start_source: str = _setting(
        "status",
        "an item starts when it first enters a status in progress, or when it is created",
        ("status", "created"),
    )
    completion_source: str = _setting(
        "status",
        "an item is completed by its final stay in done, or by its resolution date",
        ("status", "resolution"),
    )
    not_delivered: tuple[str, ...] = _setting(
        NOT_DELIVERED, "resolutions of items that were closed without being delivered"
    )
    business_days: bool = _setting(
        False, "measure flow time and request lead time in working days, Monday to Friday"
    )
    holidays: tuple[str, ...] = _setting(
        (), "dates on which nobody works, as YYYY-MM-DD; they count with business_days only"
    )
    jira: JiraSettings = field(default_factory=JiraSettings)
    workflow: WorkflowSettings = field(default_factory=WorkflowSettings)
    flow_types: FlowTypeSettings = field(default_factory=FlowTypeSettings)
    deployments: DeploymentSettings = field(default_factory=DeploymentSettings)
    incidents: IncidentSettings = field(default_factory=IncidentSettings)
    fields: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "Jira field id of each logical name", "choices": ()}
    )
    provenance: Mapping[str, str] = field(
        default_factory=dict,
        metadata={"about": "who set a field or a status, and when; written by the program", "choices": ()},
    )


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of the settings table."""

    name: str
    default: Any
    about: str
    choices: tuple[str, ...]


def setting_rows() -> Iterator[SettingRow]:
    """Yield every setting by its dotted name, in the order of the file."""
    for item in fields(Profile):
        for name, part in _leaves(item):
            yield SettingRow(name, _default(part), part.metadata["about"], part.metadata["choices"])


def profile_from(raw: Mapping[str, Any]) -> Profile:
    """Build a profile from the nested mapping that its TOML file spells.

    Unknown keys are left alone: a newer version of the program may know them.

    Raises:
        ConfigurationError: a value has the wrong type or is none of its choices, or a holiday is no date.
    """
    profile: Profile = _build(Profile, raw, "")
    for day in profile.holidays:
        _check_date("holidays", day)
    return profile


def profile_as_mapping(profile: Profile) -> dict[str, Any]:
    """Return the nested mapping of every setting that differs from its default."""
    return _differences(profile, type(profile)())


def with_settings(profile: Profile, values: Mapping[str, Any]) -> Profile:
    """Return a profile with other values for some settings, each by its dotted name.

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
    return profile_from(raw)


def setting_of(profile: Profile, name: str) -> Any:
    """Return the value of the setting with this dotted name."""
    return attrgetter(name)(profile)


def _leaves(item: "Field[Any]") -> Iterator[tuple[str, "Field[Any]"]]:
    if "about" in item.metadata:
        yield item.name, item
        return
    for part in fields(item.default_factory):  # type: ignore[arg-type]  # a section's factory is its class
        yield f"{item.name}.{part.name}", part


def _default(item: "Field[Any]") -> Any:
    if item.default is not NO_DEFAULT:
        return item.default
    return item.default_factory()  # type: ignore[operator]  # dataclasses always hold one of the two


def _build(kind: type, raw: Mapping[str, Any], prefix: str) -> Any:
    values = {}
    for item in fields(kind):
        if item.name not in raw:
            continue
        name, value = prefix + item.name, raw[item.name]
        if "about" in item.metadata:
            values[item.name] = _checked(name, value, _default(item), item.metadata["choices"])
        elif isinstance(value, Mapping):
            values[item.name] = _build(item.default_factory, value, name + ".")  # type: ignore[arg-type]
        else:
            raise _wrong(name, "a table of settings")
    return kind(**values)


def _checked(name: str, value: Any, default: Any, choices: tuple[str, ...]) -> Any:
    """Return ``value`` if it has the type of its default and is one of its choices."""
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
            raise _wrong(name, "a list of texts")
        return tuple(value)
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(part, str) for part in value.values()):
            raise _wrong(name, "a table of texts")
        return dict(value)
    if type(value) is not type(default):
        raise _wrong(name, {bool: "true or false", int: "a whole number", str: "a text"}[type(default)])
    if choices and value not in choices:
        raise _wrong(name, "one of " + ", ".join(choices))
    return value


def _check_date(name: str, text: str) -> None:
    try:
        dt.date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError as error:
        raise ConfigurationError(
            f"The setting {name} of this profile holds {text!r}, which is no date.",
            hint=f"Write each date of {name} as YYYY-MM-DD in quotation marks, for example 2026-12-25.",
        ) from error


def _wrong(name: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"The setting {name} of this profile is not {expected}.",
        hint=f"Write {expected} for {name} in the profile, or leave it out for its default.",
    )


def _differences(value: Any, default: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(value):
        mine, usual = getattr(value, item.name), getattr(default, item.name)
        if mine == usual:
            continue
        if "about" in item.metadata:
            found[item.name] = list(mine) if isinstance(mine, tuple) else mine
        else:
            found[item.name] = _differences(mine, usual)
    return found
