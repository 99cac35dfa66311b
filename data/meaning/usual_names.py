"""The names that statuses, resolutions and types usually bear, in the languages with a public source.

They are data, one file per language in ``names/``, each with the addresses of its sources. The program goes
by them only where neither the profile nor Jira says what a name means, and calls the result *inferred*.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from configuration.profile import FLOW_TYPES
from data.model.words import fold


@dataclass(frozen=True, slots=True)
class UsualNames:
    """Folded names, of all languages together.

    Attributes:
        todo: statuses before the work begins.
        in_progress: statuses in which work is done.
        done: statuses that end the work, delivered or not.
        not_delivered_resolutions: resolutions of what was closed without being delivered.
        not_delivered_statuses: done statuses that say the same.
        not_an_incident: resolutions that say that there was no incident.
        epics: types above the level of flow items.
        flow_types: by flow item, the types that are one.
    """

    todo: frozenset[str]
    in_progress: frozenset[str]
    done: frozenset[str]
    not_delivered_resolutions: frozenset[str]
    not_delivered_statuses: frozenset[str]
    not_an_incident: frozenset[str]
    epics: frozenset[str]
    flow_types: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def usual_names() -> UsualNames:
    """Read the files of all languages, once per process."""
    languages = [tomllib.loads(path.read_text("utf-8")) for path in _language_files()]

    def collect(part: str) -> frozenset[str]:
        return frozenset(fold(name) for language in languages for name in language[part])

    return UsualNames(
        todo=collect("todo"),
        in_progress=collect("in_progress"),
        done=collect("done"),
        not_delivered_resolutions=collect("not_delivered_resolutions"),
        not_delivered_statuses=collect("not_delivered_statuses"),
        not_an_incident=collect("not_an_incident"),
        epics=collect("epics"),
        flow_types={flow: collect(flow) for flow in FLOW_TYPES},
    )


def _language_files() -> Iterable[Traversable]:
    """Return the files of the languages, by name."""
    return sorted(
        (path for path in files(__package__).joinpath("names").iterdir() if path.name.endswith(".toml")),
        key=lambda path: path.name,
    )
