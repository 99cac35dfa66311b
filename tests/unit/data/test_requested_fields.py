"""What is asked for is what is read: the standard fields and the mapped ones."""

from configuration.profile import Profile
from data.jira_dialects import FIELDS
from data.requested_fields import STANDARD_FIELDS, mapped_fields, requested_fields


def test_a_profile_without_a_mapping_asks_for_the_standard_fields():
    """Nothing mapped, nothing more is asked for; and the dialects ask for the same list."""
    assert requested_fields(Profile()) == STANDARD_FIELDS == FIELDS
    assert mapped_fields(Profile()) == ()


def test_mapped_fields_are_asked_for_once_and_sorted():
    """Two names for one field, an empty id and a standard field add nothing of their own."""
    fields = {
        "story_points": "customfield_20",
        "commit_date": "customfield_10",
        "detected_at": "customfield_10",
        "failed": "",
        "restored_at": "resolutiondate",
    }

    asked = requested_fields(Profile(fields=fields))

    assert set(asked) - set(STANDARD_FIELDS) == {"customfield_10", "customfield_20"}
    assert list(asked) == sorted(asked)
    assert mapped_fields(Profile(fields=fields)) == ("customfield_10", "customfield_20", "resolutiondate")
