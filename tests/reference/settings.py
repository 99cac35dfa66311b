"""The profile with the defaults of METRICS.md section 7, and folded comparison."""

from dataclasses import dataclass

QUOTES = "'\"`‘’“”"  # noqa: RUF001 - the curly ones are the point
NOT_DELIVERED = [
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
]
NOT_AN_INCIDENT = ["Duplicate", "Invalid", "Not a Bug", "Not Our Bug", "Cannot Reproduce", "Incomplete"]
FLOW_TYPES = {
    "Feature": ["story", "user story", "feature", "new feature", "improvement", "enhancement"],
    "Defect": ["bug", "defect", "incident"],
    "Debt": [
        "technical task",
        "debt",
        "technical debt",
        "tech debt",
        "refactoring",
        "chore",
        "maintenance",
    ],
    "Risk": ["risk", "security", "vulnerability", "compliance"],
}
HOTFIX_PATTERN = "(?i)hot[-_ ]?fix|roll[-_ ]?back|revert|emergency"
WORKFLOW_CATEGORY = {
    "active": "in_progress",
    "waiting": "in_progress",
    "done": "done",
    "not_started": "todo",
}


def fold(text: object) -> str:
    """Case, quote marks and runs of white space never tell two names apart."""
    if not isinstance(text, str):
        return ""
    folded = text.casefold()
    for quote in QUOTES:
        folded = folded.replace(quote, "")
    return " ".join(folded.split())


def names(setting: object) -> list[str]:
    """A setting that may be one text or a list of texts."""
    if setting is None or setting == "":
        return []
    return [setting] if isinstance(setting, str) else [str(entry) for entry in setting]


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
        listed = self.raw.get("not_delivered")
        return {fold(name) for name in (NOT_DELIVERED if listed is None else listed)}

    def workflow(self, part: str) -> list[str]:
        return names(self.section("workflow").get(part))

    def flow_type_names(self) -> dict[str, str]:
        """Folded name -> flow type; what the profile says beats a default name."""
        table = {fold(name): flow_type for flow_type in FLOW_TYPES for name in FLOW_TYPES[flow_type]}
        table.update({fold(name): flow_type for name, flow_type in self.flow_type_ids().items()})
        return table

    def flow_type_ids(self) -> dict[str, str]:
        """Ids and names as the profile lists them -> flow type."""
        own = self.section("flow_types")
        return {name: flow_type for flow_type in FLOW_TYPES for name in names(own.get(flow_type))}
