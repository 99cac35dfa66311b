"""Addresses within the Settings page: of a section, of a setting, of a field. ``links.js`` follows them."""

CONNECTION = "settings-connection"
DATA = "settings-data"
CODE = "settings-code"
MAPPING = "settings-mapping-title"
WORKFLOW = "settings-workflow"
RULES = "settings-rules"
PROFILES = "settings-profiles-title"


def section(heading: str) -> str:
    """Return the address of a section, by the id of its heading."""
    return f"/settings#{heading}"


def rule(name: str) -> str:
    """Return the address of the control of a setting, by its dotted name in the profile."""
    return section(f"rule={name}")


def stage(status: str) -> str:
    """Return the address of the control of a status, by what the board names it by."""
    return section(f"stage={status}")


def field(name: str) -> str:
    """Return the address of the control that maps a field, by its logical name in the profile."""
    return section(f"field={name}")
