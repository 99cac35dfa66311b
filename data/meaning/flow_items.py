"""Which issue is which flow item: feature, defect, debt, risk, or unclassified. Pure."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from configuration.profile import FLOW_TYPES, Profile
from data.meaning.usual_names import usual_names
from data.model.tables import IssueTable
from data.model.words import fold

FLOW_ITEMS = (*FLOW_TYPES, "Unclassified")


def classify(issues: IssueTable, profile: Profile) -> NDArray[np.int8]:
    """Return the place in ``FLOW_ITEMS`` of every issue: by type id, then type, label, component.

    What the profile does not name goes by the usual names of all languages.
    """
    by_id: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for place, flow in enumerate(FLOW_TYPES):
        by_name.update(dict.fromkeys(usual_names().flow_types[flow], place))
    for place, flow in enumerate(FLOW_TYPES):
        named: tuple[str, ...] = getattr(profile.flow_types, flow)
        by_id.update(dict.fromkeys(named, place))
        by_name.update({fold(name): place for name in named})
    types = np.array(
        [by_id.get(kind.id, by_name.get(fold(kind.name), -1)) for kind in issues.types] or [-1], np.int8
    )
    labels, components = (
        _first_named(issues.label_sets, by_name),
        _first_named(issues.component_sets, by_name),
    )
    found = types[issues.type]
    found = np.where(found < 0, labels[issues.labels], found)
    found = np.where(found < 0, components[issues.components], found)
    return np.where(found < 0, len(FLOW_TYPES), found).astype(np.int8)


def _first_named(sets: tuple[tuple[str, ...], ...], by_name: Mapping[str, int]) -> NDArray[np.int8]:
    """Return for each set of names the flow item of its first name that stands for one, else -1."""
    found = [next((by_name[key] for key in map(fold, names) if key in by_name), -1) for names in sets]
    return np.array(found or [-1], np.int8)
