"""A sample of issues with the values of every field that may be proposed, for a handful of requests."""

from contextlib import closing

from configuration.profile import Profile
from data.jira.dialects import narrowed
from data.jira.reading import IssueReader
from data.jira.requested_fields import STANDARD_FIELDS
from data.jira_simple import JiraClient
from data.mapping.field_proposals import FieldSample, candidate_fields
from data.model.tables import IssueRow
from data.model.words import fold

# One page each: new work, work that is done by now, and how things were done before.
_WINDOWS = ("created >= -30d", "created >= -120d AND created < -30d", "created >= -540d AND created < -120d")


def read_sample(client: JiraClient, jql: str, profile: Profile) -> FieldSample:
    """Read a page of issues of each of three ages, and of incidents and deployments, with their histories.

    Args:
        client: asks the Jira; its rate limit holds.
        jql: the query of the profile.
        profile: which types are incidents and deployments: rare, and the only ones with some fields.

    Returns:
        Some hundred rows at most, for seven requests or so; of any age where nothing is recent.

    Raises:
        SourceError: the query is wrong, or something could not be had.
    """
    reader = client.reading((*STANDARD_FIELDS, *candidate_fields(client.fields())))
    clauses = [*_WINDOWS, *_of_rare_types(client, profile)]
    rows = {row.id: row for clause in clauses for row in _first_page(reader, narrowed(jql, clause))}
    found = tuple(rows.values()) or tuple(_first_page(reader, jql))
    return FieldSample(found, tuple(client.statuses()))


def _of_rare_types(client: JiraClient, profile: Profile) -> list[str]:
    """Return a clause for the types of incidents and deployments that Jira has, by their ids."""
    wanted = {fold(name) for name in (*profile.incidents.types, profile.deployments.type) if name}
    ids = [
        str(kind["id"])
        for kind in client.issue_types()
        if str(kind.get("id") or "").isdigit() and wanted & {fold(str(kind.get("name"))), str(kind["id"])}
    ]
    return [f"issuetype in ({', '.join(ids)})"] if ids else []


def _first_page(reader: IssueReader, jql: str) -> list[IssueRow]:
    with closing(reader.pages(jql)) as pages:  # type: ignore[type-var]  # a generator, which can be closed
        return next(pages, [])
