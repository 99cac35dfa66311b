"""What a Jira has to say about its fields: their list, and a page of issues with the values that matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from configuration.profile import Profile
from configuration.settings import Home
from data.jira.dialects import narrowed
from data.jira_simple import JiraClient
from data.mapping.field_proposals import FieldProposals, FieldSample, candidate_fields, propose_all
from data.model.clock import now_ms
from data.model.instants import DAY_MS
from data.model.tables import IssueRow
from data.profiles.notes import Notes
from data.profiles.provenance import by_hand, proposed, with_field
from data.profiles.sources import Source

# Old issues do not have the fields that a team fills in today.
RECENT = "updated >= -180d"


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The fields of a Jira as it describes them, and the candidates for each logical name."""

    fields: Sequence[Mapping[str, Any]]
    proposals: Mapping[str, FieldProposals]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reading, and when it was read, in epoch milliseconds."""

    at: int
    reading: FieldReading


class Readings:
    """What was last read of the fields of each profile's Jira, for a day; all processes of a home share it.

    Args:
        home: where it is kept.
    """

    def __init__(self, home: Home) -> None:
        self._notes = Notes(home)

    def keep(self, name: str, reading: FieldReading) -> None:
        """Remember a reading."""
        self._notes.write(_note_of(name), msgspec.json.encode(_Kept(now_ms(), reading)))

    def of(self, name: str) -> FieldReading | None:
        """Return the last reading of a profile, None if nobody has asked since yesterday."""
        try:
            kept = msgspec.json.decode(self._notes.read(_note_of(name)) or b"", type=_Kept)
        except (msgspec.DecodeError, RecursionError):
            return None
        return kept.reading if 0 <= now_ms() - kept.at < DAY_MS else None


def _note_of(name: str) -> str:
    return f"{name}.fields.json"


def read_fields(source: Source, client_for: Callable[[Source], JiraClient]) -> FieldReading:
    """Ask for the list of fields and one page of issues, and propose what stands for what.

    Args:
        source: its query is where the sample comes from.
        client_for: makes a client that asks as the source says.

    Raises:
        SourceError: Jira refuses or does not answer.
    """
    fields = client_for(source).fields()
    wanted = {f"candidate_{n}": field for n, field in enumerate(candidate_fields(fields))}
    client = client_for(replace(source, profile=replace(source.profile, fields=wanted)))
    rows = _first_page(client, narrowed(source.jql, RECENT)) or _first_page(client, source.jql)
    return FieldReading(fields, propose_all(fields, FieldSample(rows, client.statuses())))


def sure_fields(reading: FieldReading) -> dict[str, str]:
    """Return what may be mapped without anybody looking: field id by logical name."""
    return {name: found.chosen.field for name, found in reading.proposals.items() if found.chosen is not None}


def mapped(profile: Profile, chosen: Mapping[str, str], reading: FieldReading | None, at_ms: int) -> Profile:
    """Return the profile with the chosen fields, each with who chose it.

    Args:
        profile: as it is saved now.
        chosen: field id by logical name, "" for none.
        reading: tells which of them were proposed, and how sure that was.
        at_ms: now, in epoch milliseconds.
    """
    for name, field_id in chosen.items():
        if profile.fields.get(name, "") != field_id:
            profile = with_field(profile, name, field_id, _word_origin(name, field_id, reading, at_ms))
    return profile


def _word_origin(name: str, field_id: str, reading: FieldReading | None, at_ms: int) -> str:
    found = reading.proposals[name].chosen if reading else None
    if found is not None and found.field == field_id:
        return proposed(found.confidence, at_ms)
    return by_hand(at_ms)


def _first_page(client: JiraClient, jql: str) -> list[IssueRow]:
    pages = client.pages(jql)
    try:
        return next(pages, [])
    finally:
        close = getattr(pages, "close", None)  # a generator holds threads until it is closed
        if close is not None:
            close()
