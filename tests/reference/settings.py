"""The profile with the defaults of specs/metrics.md, and folded comparison."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tests.reference.usual import usual_names

QUOTES = "'\"`‘’“”"  # noqa: RUF001 - the curly ones are the point
NOT_DELIVERED = [
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
]
FLOW_TYPES = ("Feature", "Defect", "Debt", "Risk")
HOTFIX_PATTERN = "(?i)hot[-_ ]?fix|roll[-_ ]?back|revert|emergency"
WORKFLOW_CATEGORY = {
    "active": "in_progress",
    "waiting": "in_progress",
    "done": "done",
    "not_started": "todo",
}


def fold(text: object) -> str:
    """Case, quote marks and runs of white space never tell two names apart."""
    return _folded(text) if isinstance(text, str) else ""


@cache
def _folded(text: str) -> str:
    folded = text.casefold()
    for quote in QUOTES:
        folded = folded.replace(quote, "")
    return " ".join(folded.split())


def names(setting: object) -> list[str]:
    """A setting that may be one text or a list of texts."""
    if setting is None or setting == "":
        return []
    return [setting] if isinstance(setting, str) else [str(entry) for entry in setting]


def folded(listed: Iterable[str]) -> set[str]:
    return {fold(name) for name in listed}


@cache
def usual(kind: str) -> frozenset[str]:
    """The folded usual names of one kind, in all languages."""
    return frozenset(folded(usual_names(kind)))


@dataclass(frozen=True)
class Settings:
    """A profile as plain nested dictionaries, read with defaults."""

    raw: dict

    def section(self, name: str) -> dict:
        return self.raw.get(name) or {}

    def choice(self, name: str, default: str) -> str:
        return self.raw.get(name) or default

    def flag(self, name: str) -> bool:
        return bool(self.raw.get(name))

    @property
    def not_delivered(self) -> set[str]:
        """Folded resolutions; those of all languages while nobody wrote a list of their own."""
        listed = self.raw.get("not_delivered")
        if listed is None or listed == NOT_DELIVERED:
            return folded(NOT_DELIVERED) | usual("not_delivered_resolutions")
        return folded(listed)

    def workflow(self, part: str) -> list[str]:
        return names(self.section("workflow").get(part))

    def flow_type_names(self) -> dict[str, str]:
        """Folded name -> flow type; what the profile says beats a default name."""
        table = {name: flow_type for flow_type in FLOW_TYPES for name in usual(flow_type)}
        table.update({fold(name): flow_type for name, flow_type in self.flow_type_ids().items()})
        return table

    def flow_type_ids(self) -> dict[str, str]:
        """Ids and names as the profile lists them -> flow type."""
        own = self.section("flow_types")
        return {name: flow_type for flow_type in FLOW_TYPES for name in names(own.get(flow_type))}
