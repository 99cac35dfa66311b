"""Which fields a Jira is asked for: those that each issue is read from, and those that a profile maps."""

from configuration.profile import Profile

# What normalize reads of every issue. Everything else, above all the authors of comments, stays in Jira.
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


def mapped_fields(profile: Profile) -> tuple[str, ...]:
    """Return the ids of the fields that a profile maps, sorted and distinct; empty ids are not mapped."""
    return tuple(sorted({field for field in profile.fields.values() if field}))


def requested_fields(profile: Profile) -> tuple[str, ...]:
    """Return what to ask a Jira for under a profile, sorted and distinct.

    Args:
        profile: its ``fields`` map logical names to field ids.

    Returns:
        The standard fields and every mapped one: what a scope's cache key is made of.
    """
    return tuple(sorted({*STANDARD_FIELDS, *mapped_fields(profile)}))
