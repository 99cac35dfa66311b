"""Field mapping: what a logical name stands for, which metrics use it, and whether a mapping can work. Pure.

No field id is known beforehand. Which field of a Jira is a likely one for a
logical name is told by ``data.mapping.field_proposals``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data.model.logical_fields import LOGICAL, FieldMappingIndex, LogicalField

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
        _find_problem(read, name, field_id, known.get(field_id))
        for name, field_id in mapping.items()
        if field_id
    )
    return tuple(problem for problem in found if problem)


def _find_problem(
    read: FieldMappingIndex, name: str, field_id: str, field: Mapping[str, Any] | None
) -> MappingProblem | None:
    logical, first = LOGICAL.get(name), read.get_logical_name(field_id)
    if field is None:
        return MappingProblem(
            name, f"fields.{name} names the field {field_id}, which this Jira does not have."
        )
    if logical is None:
        names = ", ".join(LOGICAL)
        sentence = f"fields.{name} is not a name that a metric knows; use one of {names}."
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
