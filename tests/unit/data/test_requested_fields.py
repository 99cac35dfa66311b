"""What is asked for is what is read: the standard fields and the mapped ones."""

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import IncidentSettings, Profile
from data.jira_dialects import FIELDS
from data.requested_fields import STANDARD_FIELDS, incident_rules, mapped_fields, requested_fields


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


def test_the_field_of_an_incident_rule_is_asked_for():
    """A rule names a field by its logical name or by its id; the value is what follows the first sign."""
    rules = ("environment = Live = EU", "customfield_9=Sev 1")
    profile = Profile(fields={"environment": "customfield_1"}, incidents=IncidentSettings(fields=rules))

    assert incident_rules(profile) == (("customfield_1", "Live = EU"), ("customfield_9", "Sev 1"))
    assert mapped_fields(profile) == ("customfield_1", "customfield_9")


@pytest.mark.parametrize("entry", ["", "severity", "= 1", "severity ="])
def test_a_rule_without_field_or_value_is_refused(entry: str):
    """A rule that can never hold is a mistake, and says how to write it."""
    with pytest.raises(ConfigurationError, match="names no field and value"):
        incident_rules(Profile(incidents=IncidentSettings(fields=(entry,))))
