"""What a Jira has to say about its fields: their list, and a page of issues with the values that matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.field_proposals import FieldProposals, FieldSample, candidate_fields, propose_all
from data.jira_dialects import narrowed
from data.jira_simple import JiraClient
from data.sources import Source
from data.tables import IssueRow

# Old issues do not have the fields that a team fills in today.
RECENT = "updated >= -180d"


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The fields of a Jira as it describes them, and the candidates for each logical name."""

    fields: Sequence[Mapping[str, Any]]
    proposals: Mapping[str, FieldProposals]


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


def _first_page(client: JiraClient, jql: str) -> list[IssueRow]:
    pages = client.pages(jql)
    try:
        return next(pages, [])
    finally:
        close = getattr(pages, "close", None)  # a generator holds threads until it is closed
        if close is not None:
            close()
