"""Whether the settings of a profile contradict each other or the statuses of a Jira. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from configuration.errors import ConfigurationError
from configuration.profile import FLOW_TYPES, Profile
from data.dora_calculator import DORA_METRICS
from data.flow_calculator import FLOW_METRICS, OPTIONAL_FLOW_METRICS
from data.metrics.targets import target_faults
from data.model.logical_fields import LOGICAL, FieldMappingIndex
from data.model.tables import StatusRef
from data.model.words import fold

_METRICS = {metric.id: metric for metric in (*DORA_METRICS, *FLOW_METRICS, *OPTIONAL_FLOW_METRICS.values())}
_MOST_MINUTES = 7 * 24 * 60
_LISTS = {"not_started": "not started", "active": "active", "waiting": "waiting", "done": "done"}


def contradictions(profile: Profile, statuses: Iterable[StatusRef] = ()) -> tuple[str, ...]:
    """Return one sentence for each pair of settings that cannot both hold.

    Args:
        profile: its settings.
        statuses: the server's list, by which an id and a name are known to be one status.
    """
    names = {status.id: fold(status.name) for status in statuses if status.id}
    return (
        *_find_twice(_spell_entries(profile.workflow, _LISTS, names), "workflow", "The status"),
        *_find_twice(
            _spell_entries(profile.flow_types, dict.fromkeys(FLOW_TYPES, ""), {}), "flow_types", "The type"
        ),
        *_check_fields(profile),
        *_check_deployments(profile),
        *_check_incidents(profile),
        *_check_schedule(profile),
        *_check_default_view(profile),
        *target_faults(profile.targets, _METRICS),
    )


def require_consistent(profile: Profile) -> Profile:
    """Return the profile if its settings do not contradict each other.

    Raises:
        ConfigurationError: with the first contradiction.
    """
    for sentence in contradictions(profile):
        raise ConfigurationError(sentence, hint="Correct the profile; until then the last good one holds.")
    return profile


def _spell_entries(
    section: object, lists: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield list, name as written, and what it is known by, for each entry of some lists."""
    for part in lists:
        for name in getattr(section, part):
            yield part, name, names.get(name, fold(name))


def _find_twice(entries: Iterable[tuple[str, str, str]], section: str, what: str) -> Iterator[str]:
    """Yield a sentence for each blank name, and for each name that stands in two lists."""
    first: dict[str, str] = {}
    for part, name, known_by in entries:
        if not known_by:
            yield f"{section}.{part} holds an empty name."
        elif first.setdefault(known_by, part) != part:
            yield f"{what} {name!r} stands in {section}.{first[known_by]} and in {section}.{part}."


def _check_fields(profile: Profile) -> Iterator[str]:
    # Other names serve incident rules, which may look at any field.
    mapping = FieldMappingIndex({name: one for name, one in profile.fields.items() if name in LOGICAL})
    for name, field_id in mapping.items():
        first = mapping.get_logical_name(field_id)
        if first != name:
            yield f"fields.{first} and fields.{name} name the same field {field_id}."


def _check_deployments(profile: Profile) -> Iterator[str]:
    settings = profile.deployments
    if settings.type and fold(settings.type) in map(fold, profile.incidents.types):
        yield f"The type {settings.type!r} stands for a deployment and for an incident."
    flow = [name for part in FLOW_TYPES for name in getattr(profile.flow_types, part)]
    if settings.type and fold(settings.type) in map(fold, flow):
        yield f"The type {settings.type!r} stands for a deployment and for a flow item."


def _check_incidents(profile: Profile) -> Iterator[str]:
    if profile.incidents.window_hours < 0:
        yield "incidents.window_hours is below 0."


def _check_schedule(profile: Profile) -> Iterator[str]:
    if not 0 <= profile.sync.every_minutes <= _MOST_MINUTES:
        yield f"sync.every_minutes is not between 0 and {_MOST_MINUTES}, a week."


def _check_default_view(profile: Profile) -> Iterator[str]:
    if profile.default_view and profile.default_view not in {view.name for view in profile.views}:
        yield f"default_view names {profile.default_view!r}, and no saved view is called that."


def idle_mappings(profile: Profile) -> dict[str, str]:
    """Return a sentence by logical name for mapped fields that no metric reads under these settings."""
    if profile.deployments.type:
        return {}
    return {
        name: f"fields.{name} is read from deployment issues, and deployments.type names no type."
        for name in ("deployed_at", "failed")
        if profile.fields.get(name)
    }


def workflow_gaps(profile: Profile, stages: Sequence[str]) -> tuple[str, ...]:
    """Return one sentence for each stage without which nothing can be measured.

    Args:
        profile: where it names no status itself, nothing is said: that is how Jira is set up.
        stages: of all statuses, as ``data.mapping.workflow_proposals`` gives them; empty: not known yet.
    """
    workflow = profile.workflow
    told = any((workflow.active, workflow.waiting, workflow.done, workflow.not_started))
    if not told or not stages:
        return ()
    found = []
    if not {"active", "waiting"} & set(stages):
        found.append(
            "The workflow has no status in progress: nothing ever starts, and no time can be measured."
        )
    if "done" not in stages:
        found.append("The workflow has no status that is done: nothing is ever completed.")
    return tuple(found)
