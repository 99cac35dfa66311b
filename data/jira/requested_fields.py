"""Which fields a Jira is asked for: those that each issue is read from, and those that a profile maps."""

import re
from collections.abc import Collection

import msgspec

from configuration.errors import ConfigurationError
from configuration.profile import Profile

# What issue_rows reads of every issue. Everything else, above all the authors of comments, stays in Jira.
STANDARD_FIELDS = (
    "components",
    "created",
    "fixVersions",
    "issuelinks",
    "issuetype",
    "labels",
    "parent",
    "priority",
    "project",
    "resolution",
    "resolutiondate",
    "status",
    "summary",
    "updated",
    "versions",
)


class FoundFields(msgspec.Struct, frozen=True):
    """Ids of fields that parts of Jira made: each Jira numbers them as it likes, so their schema tells."""

    sprint: tuple[str, ...] = ()
    development: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.sprint, *self.development, *self.parent)

    def without(self, ids: Collection[str]) -> "FoundFields":
        """Return those that are not among ``ids``."""
        return FoundFields(
            _without(self.sprint, ids), _without(self.development, ids), _without(self.parent, ids)
        )

    def with_others(self, others: "FoundFields") -> "FoundFields":
        """Return these and the others, each once."""
        return FoundFields(
            tuple(dict.fromkeys((*self.sprint, *others.sprint))),
            tuple(dict.fromkeys((*self.development, *others.development))),
            tuple(dict.fromkeys((*self.parent, *others.parent))),
        )

    def named_in(self, words: str) -> tuple[str, ...]:
        """Return those that a text names by their ids."""
        return tuple(each for each in self.ids if re.search(rf"\b{re.escape(each)}\b", words))

    def as_text(self) -> str:
        """Return the JSON that a store keeps."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_text(cls, text: str) -> "FoundFields | None":
        """Return what a store kept; None where it kept nothing that can be read."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError:
            return None


NO_FIELDS = FoundFields()


def _without(names: tuple[str, ...], left_out: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in left_out)


def mapped_fields(profile: Profile) -> tuple[str, ...]:
    """Return the ids of the fields that a profile maps or has an incident rule for, sorted and distinct.

    Raises:
        ConfigurationError: an incident rule has no field or no value.
    """
    ruled = (field for field, _ in incident_rules(profile))
    return tuple(sorted({field for field in (*profile.fields.values(), *ruled) if field}))


def incident_rules(profile: Profile) -> tuple[tuple[str, str], ...]:
    """Return field id and value of each entry of ``incidents.fields``; empty where there are none.

    Raises:
        ConfigurationError: an entry is not of the form "field = value".
    """
    rules = []
    for entry in profile.incidents.fields:
        name, _, value = (part.strip() for part in entry.partition("="))
        if not name or not value:
            raise ConfigurationError(
                f"The setting incidents.fields has the entry {entry!r}, which names no field and value.",
                hint='Write it as "field = value", the field by its logical name or id.',
            )
        rules.append((profile.fields.get(name) or name, value))
    return tuple(rules)


def requested_fields(profile: Profile) -> tuple[str, ...]:
    """Return what to ask a Jira for under a profile, sorted and distinct.

    Args:
        profile: its ``fields`` map logical names to field ids.

    Returns:
        The standard fields and every mapped one: what a scope's cache key is made of.

    Raises:
        ConfigurationError: an incident rule has no field or no value.
    """
    return tuple(sorted({*STANDARD_FIELDS, *mapped_fields(profile)}))
