"""Field mapping: which Jira field stands for which logical name, checked and proposed. Pure.

No field id is known beforehand: what is proposed comes from the names and the
schemas that a Jira tells, and from the values of a sample of its issues. So
far the metrics read Jira's standard fields alone: a mapping is kept and
checked, and no number depends on it yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.normalize import fold
from data.performance_utils import FieldMappingIndex, parse_jira_date

MOST_PROPOSALS = 3


@dataclass(frozen=True, slots=True)
class LogicalField:
    """What a logical name stands for.

    Attributes:
        name: as in the profile's ``[fields]``.
        kind: ``date``, ``number``, ``text`` or ``flag``.
        words: what fields of this meaning tend to be called.
        metrics: ids of the metrics that the field is meant for; none of them needs it.
    """

    name: str
    kind: str
    words: tuple[str, ...]
    metrics: tuple[str, ...]


LOGICAL_FIELDS = (
    LogicalField(
        "commit_date", "date", ("commit date", "first commit", "code committed"), ("change_lead_time",)
    ),
    LogicalField(
        "deployed_at",
        "date",
        ("deployment date", "deployed at", "deployed", "release date"),
        ("deployment_frequency", "change_lead_time"),
    ),
    LogicalField(
        "environment",
        "text",
        ("target environment", "environment", "affected environment"),
        ("deployment_frequency", "change_fail_rate"),
    ),
    LogicalField(
        "detected_at",
        "date",
        ("incident detected", "detected at", "detected", "incident start"),
        ("time_to_restore",),
    ),
    LogicalField(
        "restored_at",
        "date",
        ("service restored", "restored at", "restored", "incident end"),
        ("time_to_restore", "failed_deployment_recovery_time"),
    ),
    LogicalField("failed", "flag", ("deployment failed", "deployment successful"), ("change_fail_rate",)),
    LogicalField(
        "story_points",
        "number",
        ("story points", "story point estimate", "points"),
        ("flow_velocity_points",),
    ),
)
_BY_NAME = {field.name: field for field in LOGICAL_FIELDS}
_SCHEMA_TYPES = {
    "date": ("date", "datetime"),
    "number": ("number",),
    "text": ("string", "option", "array"),
    "flag": ("option", "string", "boolean"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field that may stand for a logical name, from 0 (a guess) to 1 (certain), and why."""

    field: str
    title: str
    confidence: float
    reasons: tuple[str, ...]


def create_field_mapping_index(mapping: Mapping[str, str]) -> FieldMappingIndex:
    """Return the index over a profile's ``fields``: look-ups in both directions at constant cost."""
    return FieldMappingIndex(mapping)


def metrics_of(logical_name: str) -> tuple[str, ...]:
    """Return the metrics that ``logical_name`` is meant for; none for an unknown name."""
    return _BY_NAME[logical_name].metrics if logical_name in _BY_NAME else ()


def validate(mapping: Mapping[str, str], fields: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return one sentence for each mapping that cannot work; nothing where all can.

    Args:
        mapping: Jira field id by logical name; empty ids are not mapped.
        fields: as ``GET /field``: id, name, schema.
    """
    known = {str(field.get("id")): field for field in fields}
    found = []
    for name, field_id in FieldMappingIndex(mapping).items():
        logical = _BY_NAME.get(name)
        if logical is None:
            found.append(f"fields.{name} is no name that a metric knows; use one of {', '.join(_BY_NAME)}.")
        elif field_id not in known:
            found.append(f"fields.{name} names the field {field_id}, which this Jira does not have.")
        elif not _fits(logical, known[field_id]):
            kind = _schema_type(known[field_id])
            found.append(f"fields.{name} needs a {logical.kind} field, and {field_id} is of type {kind}.")
    return tuple(found)


def propose(
    logical_name: str, fields: Sequence[Mapping[str, Any]], issues: Sequence[Mapping[str, Any]]
) -> tuple[Proposal, ...]:
    """Return the best three fields for a logical name, best first, with confidence and reasons.

    Args:
        logical_name: one of ``LOGICAL_FIELDS``.
        fields: as ``GET /field``.
        issues: a sample as the REST API sends them; its values are counted, never kept.
    """
    logical = _BY_NAME[logical_name]
    found = [_judged(logical, field, issues) for field in fields if _fits(logical, field)]
    likely = [proposal for proposal in found if proposal.confidence > 0]
    return tuple(sorted(likely, key=lambda one: (-one.confidence, one.field))[:MOST_PROPOSALS])


def _judged(logical: LogicalField, field: Mapping[str, Any], issues: Sequence[Mapping[str, Any]]) -> Proposal:
    """Weigh name (a half), filled values (a quarter) and values of the right kind (a quarter)."""
    title, field_id = str(field.get("name") or ""), str(field.get("id"))
    likeness = _likeness(logical, title)
    values = [issue.get("fields", {}).get(field_id) for issue in issues]
    filled = [value for value in values if value not in (None, "", [])]
    readable = sum(_is_of_kind(logical.kind, value) for value in filled)
    fill = len(filled) / len(values) if values else 0.0
    fit = readable / len(filled) if filled else 0.0
    reasons = [f"its name is like {logical.words[0]!r}"] if likeness else []
    if values:
        reasons.append(f"filled in {len(filled)} of {len(values)} issues")
    if filled:
        reasons.append(f"{readable} of {len(filled)} values are of the kind {logical.kind}")
    confidence = (likeness / 2 + fill / 4 + fit / 4) if likeness else 0.0
    return Proposal(field_id, title, round(confidence, 3), tuple(reasons))


def _likeness(logical: LogicalField, title: str) -> float:
    """Return 1 for a usual name, less for one that holds a usual name, 0 for a strange one."""
    name = fold(title)
    if name in logical.words:
        return 1.0
    return 0.6 if any(words in name for words in logical.words) else 0.0


def _fits(logical: LogicalField, field: Mapping[str, Any]) -> bool:
    return _schema_type(field) in _SCHEMA_TYPES[logical.kind]


def _schema_type(field: Mapping[str, Any]) -> str:
    schema = field.get("schema")
    return str(schema.get("type") or "unknown") if isinstance(schema, Mapping) else "unknown"


def _is_of_kind(kind: str, value: object) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "date":
        day = f"{value}T00:00:00Z" if isinstance(value, str) and len(value) == len("2026-03-02") else value
        return isinstance(day, str) and parse_jira_date(day) is not None
    return True
