"""The names under which a profile maps custom fields: what each stands for, and how it is looked up. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from data.model.metric import FROM_DEPLOYMENTS, FROM_INCIDENTS

Kind = Literal["date", "number", "text", "flag"]


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
        optional=FROM_DEPLOYMENTS,
    ),
    LogicalField(
        "environment",
        "text",
        ("environment", "target environment", "affected environment", "deployment environment"),
        "where something was deployed, or where it broke",
        optional=(*FROM_DEPLOYMENTS, "time_to_restore"),
    ),
    LogicalField(
        "detected_at",
        "date",
        ("incident detected", "detected at", "incident start", "outage start"),
        "when an incident was noticed",
        optional=FROM_INCIDENTS,
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
        "impediment",
        "flag",
        ("impediment", "blocked", "blocker", "is blocked", "blocked reason"),
        "what is in the way of an item, as the flag of a board says it",
        optional=("blocked_time", "flow_efficiency"),
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


class FieldMappingIndex:
    """Looks field mappings up in both directions, in the same time however many there are.

    Args:
        mapping: Jira field id by logical name. Empty ids map nothing; of several
            names for one field the first is its name.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._field = {name: field for name, field in mapping.items() if field}
        self._name: dict[str, str] = {}
        for name, field in self._field.items():
            self._name.setdefault(field, name)

    def __len__(self) -> int:
        return len(self._field)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield logical name and field id of every mapping."""
        return iter(self._field.items())

    def get_jira_field(self, logical_name: str) -> str | None:
        """Return the field id of a logical name, None where it is not mapped."""
        return self._field.get(logical_name)

    def get_logical_name(self, jira_field: str) -> str | None:
        """Return the logical name of a field id, None where none is mapped to it."""
        return self._name.get(jira_field)
