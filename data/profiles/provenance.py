"""Who set a mapping or the stage of a status, and when: sentences kept in the profile's ``provenance``. Pure.

A sentence ends with what was set. Where the file says something else today,
it was changed by hand since, and that is told instead of an outdated claim.
"""

from collections.abc import Mapping
from dataclasses import replace

from configuration.profile import Profile
from data.model.instants import iso_instant

_WORKFLOW = "workflow."


def proposed(confidence: float, at: int) -> str:
    """Return the words for a mapping taken over from a proposal at an instant (epoch milliseconds)."""
    return f"proposed, confidence {confidence:.2f}, {iso_instant(at)}"


def by_hand(at: int) -> str:
    """Return the words for what somebody set at an instant (epoch milliseconds)."""
    return f"set by hand {iso_instant(at)}"


def with_field(profile: Profile, logical_name: str, field_id: str, words: str) -> Profile:
    """Return the profile with one more mapped field and who set it; an empty id takes both away."""
    fields = {name: value for name, value in profile.fields.items() if name != logical_name}
    if field_id:
        fields = {**profile.fields, logical_name: field_id}
    return replace(profile, fields=fields, provenance=_note_value(profile, logical_name, field_id, words))


def with_stage_note(profile: Profile, status: str, stage: str, words: str) -> Profile:
    """Return the profile with a note of who gave a status, by id, its stage; an empty stage takes it away."""
    return replace(profile, provenance=_note_value(profile, _WORKFLOW + status, stage, words))


def origin_of_field(profile: Profile, logical_name: str) -> str:
    """Return who mapped a logical name, and when; "" where it is not mapped."""
    return _read_note(profile.provenance.get(logical_name, ""), profile.fields.get(logical_name, ""))


def origin_of_stage(profile: Profile, status: str, stage: str) -> str:
    """Return who gave a status, by id, the stage that it has now, and when."""
    return _read_note(profile.provenance.get(_WORKFLOW + status, ""), stage)


def _note_value(profile: Profile, name: str, value: str, words: str) -> Mapping[str, str]:
    kept = {key: text for key, text in profile.provenance.items() if key != name}
    return {**kept, name: f"{words}: {value}"} if value else kept


def _read_note(note: str, value: str) -> str:
    if not value:
        return ""
    words, _, noted = note.rpartition(": ")
    return words if noted == value and words else "written in the profile's file"
