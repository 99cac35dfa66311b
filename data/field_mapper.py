"""Field mapping: what a logical name stands for, which metrics use it, and whether a mapping can work. Pure.

No field id is known beforehand. Which field of a Jira is a likely one for a
logical name is told by ``data.field_proposals``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from data.performance_utils import FieldMappingIndex

Kind = Literal["date", "number", "text", "flag"]
Need = Literal["required", "optional", "not needed"]


@dataclass(frozen=True, slots=True)
class LogicalField:
    """What a logical name stands for.

    Attributes:
        name: as in the profile's ``[fields]``.
        kind: ``date``, ``number``, ``text`` or ``flag``.
        words: what fields of this meaning tend to be called.
        meaning: the rest of the sentence "it is ...".
        required: ids of the metrics that do not exist without the field.
        optional: ids of the metrics that become better with it.
    """

    name: str
    kind: Kind
    words: tuple[str, ...]
    meaning: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Ids of all metrics that read the field."""
        return self.required + self.optional


_OF_DEPLOYMENTS = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "deployment_rework_rate",
)
_OF_INCIDENTS = ("change_fail_rate", "failed_deployment_recovery_time", "time_to_restore")
LOGICAL_FIELDS = (
    LogicalField(
        "commit_date",
        "date",
        ("commit date", "first commit", "code committed"),
        "when the first change of an issue was committed",
        optional=("change_lead_time",),
    ),
    LogicalField(
        "deployed_at",
        "date",
        ("deployment date", "deployed at", "deploy date", "released at", "release date", "go live"),
        "when a deployment took place",
        optional=_OF_DEPLOYMENTS,
    ),
    LogicalField(
        "environment",
        "text",
        ("environment", "target environment", "affected environment", "deployment environment"),
        "where something was deployed, or where it broke",
        optional=(*_OF_DEPLOYMENTS, "time_to_restore"),
    ),
    LogicalField(
        "detected_at",
        "date",
        ("incident detected", "detected at", "incident start", "outage start"),
        "when an incident was noticed",
        optional=_OF_INCIDENTS,
    ),
    LogicalField(
        "restored_at",
        "date",
        ("service restored", "restored at", "incident end", "outage end"),
        "when an incident was over",
        optional=("failed_deployment_recovery_time", "time_to_restore"),
    ),
    LogicalField(
        "failed",
        "flag",
        ("deployment failed", "failed deployment", "deployment result", "change failed"),
        "whether a deployment failed",
        optional=("change_fail_rate",),
    ),
    LogicalField(
        "story_points",
        "number",
        ("story points", "story point estimate", "points"),
        "how big an item was thought to be",
        required=("flow_velocity_points",),
    ),
)
LOGICAL = {field.name: field for field in LOGICAL_FIELDS}
_SCHEMA_TYPES: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "datetime"),
    "number": ("number",),
    "text": (
        "string",
        "option",
        "option-with-child",
        "array",
        "priority",
        "resolution",
        "version",
        "component",
    ),
    "flag": ("option", "string", "boolean", "array"),
}
# What a list may hold; people, attachments and sprints mean nothing that a metric reads.
_ITEMS = ("string", "option", "version", "component", "")
# Fields of apps and scripts do not say what they hold; their values will.
_UNTOLD = ("any", "unknown")


def create_field_mapping_index(mapping: Mapping[str, str]) -> FieldMappingIndex:
    """Return the index over a profile's ``fields``: look-ups in both directions at constant cost."""
    return FieldMappingIndex(mapping)


def metrics_of(logical_name: str) -> tuple[str, ...]:
    """Return the ids of the metrics that read ``logical_name``; none for an unknown name."""
    return LOGICAL[logical_name].metrics if logical_name in LOGICAL else ()


def need_of(logical_name: str, metric_id: str) -> Need:
    """Return whether a metric needs a logical name, only uses it, or has no use for it."""
    logical = LOGICAL.get(logical_name)
    if logical is None or metric_id not in logical.metrics:
        return "not needed"
    return "required" if metric_id in logical.required else "optional"


def fits(logical: LogicalField, field: Mapping[str, Any]) -> bool:
    """Tell whether a field has a type that can hold the values of a logical name."""
    schema = field.get("schema")
    items = str(schema.get("items") or "") if isinstance(schema, Mapping) else ""
    return schema_type(field) in _SCHEMA_TYPES[logical.kind] and items in _ITEMS


def schema_type(field: Mapping[str, Any]) -> str:
    """Return the type of a field as its schema names it, ``unknown`` where it has none."""
    schema = field.get("schema")
    return str(schema.get("type") or "unknown") if isinstance(schema, Mapping) else "unknown"


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """Why a mapping does not work.

    Attributes:
        name: the mapped name.
        sentence: what is wrong.
        harmless: no metric reads the name; an incident rule may.
    """

    name: str
    sentence: str
    harmless: bool = False


def validate(mapping: Mapping[str, str], fields: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return one sentence for each mapping that cannot work; nothing where all can.

    Args:
        mapping: Jira field id by logical name; empty ids are not mapped.
        fields: as ``GET /field``: id, key, name, schema.
    """
    return tuple(problem.sentence for problem in problems(mapping, fields))


def problems(mapping: Mapping[str, str], fields: Iterable[Mapping[str, Any]]) -> tuple[MappingProblem, ...]:
    """Return what ``validate`` tells, with the name that each sentence is about."""
    known = {str(field[part]): field for field in fields for part in ("key", "id") if field.get(part)}
    read = FieldMappingIndex({name: one for name, one in mapping.items() if name in LOGICAL})
    found = (
        _problem(read, name, field_id, known.get(field_id)) for name, field_id in mapping.items() if field_id
    )
    return tuple(problem for problem in found if problem)


def _problem(
    read: FieldMappingIndex, name: str, field_id: str, field: Mapping[str, Any] | None
) -> MappingProblem | None:
    logical, first = LOGICAL.get(name), read.get_logical_name(field_id)
    if field is None:
        return MappingProblem(
            name, f"fields.{name} names the field {field_id}, which this Jira does not have."
        )
    if logical is None:
        names = ", ".join(LOGICAL)
        sentence = f"fields.{name} is no name that a metric knows; use one of {names}."
        return MappingProblem(name, sentence, harmless=True)
    if not fits(logical, field) and schema_type(field) not in _UNTOLD:
        return MappingProblem(name, _of_wrong_type(logical, field_id, field))
    if first != name:
        return MappingProblem(name, f"fields.{name} and fields.{first} name the same field {field_id}.")
    return None


def _of_wrong_type(logical: LogicalField, field_id: str, field: Mapping[str, Any]) -> str:
    title = f" ({field['name']})" if field.get("name") else ""
    return (
        f"fields.{logical.name} needs a {logical.kind} field, "
        f"and {field_id}{title} is of type {schema_type(field)}."
    )
