"""What is asked for is what is read: the standard fields and the mapped ones."""

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import IncidentSettings, Profile
from data.jira.dialects import FIELDS
from data.jira.requested_fields import (
    STANDARD_FIELDS,
    FoundFields,
    incident_rules,
    mapped_fields,
    requested_fields,
)


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


class TestFoundFields:
    FOUND = FoundFields(("customfield_1", "customfield_10"), ("customfield_2",), ("customfield_4",))

    def test_they_are_kept_as_text(self) -> None:
        assert FoundFields.from_text(self.FOUND.as_text()) == self.FOUND
        assert FoundFields.from_text(FoundFields().as_text()) == FoundFields()

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"sprint": 3}', "null"])
    def test_what_cannot_be_read_was_never_kept(self, text: str) -> None:
        assert FoundFields.from_text(text) is None

    def test_a_refusal_names_ids_as_a_whole(self) -> None:
        """customfield_10 is not customfield_1."""
        words = "Field 'customfield_10' does not exist or you do not have permission to view it."

        assert self.FOUND.named_in(words) == ("customfield_10",)
        assert self.FOUND.without(["customfield_10"]) == FoundFields(
            ("customfield_1",), ("customfield_2",), ("customfield_4",)
        )
        assert self.FOUND.without(self.FOUND.ids).ids == ()

    def test_others_join_once(self) -> None:
        more = FoundFields(("customfield_10", "customfield_3"))

        assert self.FOUND.with_others(more).ids == (
            "customfield_1",
            "customfield_10",
            "customfield_3",
            "customfield_2",
            "customfield_4",
        )
