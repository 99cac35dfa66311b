"""What a click can do about a finding: settings that repair what the data cannot say. Pure.

A repair is a choice between two readings of the same histories, never a correction of the data. What it
does to each number is computed by ``preview``, like any other change of settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from configuration.profile import Profile, setting_of, with_settings
from data.meaning.quality_rules import NO_SPRINTS

_FROM_CREATION = ("Measure from the creation of each item", {"start_source": "created"})
_BY_RESOLUTION = ("Take the resolution date as the end of the work", {"completion_source": "resolution"})


@dataclass(frozen=True, slots=True)
class Repair:
    """A change of settings that a finding asks for.

    Attributes:
        title: what it does, as a button says it.
        settings: values by dotted name, as a profile's file has them.
    """

    title: str
    settings: Mapping[str, Any]

    def applied_to(self, profile: Profile) -> Profile:
        """Return the profile with these settings."""
        return with_settings(profile, self.settings)


_REPAIRS: Mapping[str, tuple[Repair, ...]] = {
    "history_mismatch": (Repair(*_BY_RESOLUTION),),
    "history_clamped": (Repair(*_FROM_CREATION),),
    "history_broken_chain": (
        Repair(
            "Measure from creation to resolution date",
            {"start_source": "created", "completion_source": "resolution"},
        ),
    ),
    "history_missing": (Repair(*_FROM_CREATION),),
    "history_truncated": (Repair(*_FROM_CREATION),),
    "bulk_edit": (Repair(*_BY_RESOLUTION),),
    "bulk_day": (Repair(*_BY_RESOLUTION),),
    "skipped_status": (Repair(*_FROM_CREATION),),
    "resolution_without_done": (Repair(*_BY_RESOLUTION),),
    "sprint_like_versions": (
        Repair("Leave versions that look like sprints out", {"deployments.version_pattern": NO_SPRINTS}),
    ),
}


def repairs_of(code: str, profile: Profile, *, histories: bool = True) -> tuple[Repair, ...]:
    """Return the repairs of a finding that would change something; most findings have none.

    Args:
        code: of the finding.
        profile: that they would change.
        histories: some issue has a change history; without any, resolution dates are the ends already.
    """
    offered = (repair for repair in _REPAIRS.get(code, ()) if _changes(repair, profile))
    return tuple(one for one in offered if histories or one.settings != _BY_RESOLUTION[1])


def _changes(repair: Repair, profile: Profile) -> bool:
    return any(setting_of(profile, name) != value for name, value in repair.settings.items())
