"""A sample over real HTTP, and what is proposed from it, in both dialects."""

from collections.abc import Iterator

import pytest

from configuration.profile import IncidentSettings, Profile
from configuration.settings import Secret
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.mapping.field_proposals import FieldProposals, FieldSample, propose_all
from data.mapping.field_sample import read_sample
from data.simulator import catalogue as c
from data.simulator.server import JiraSimulator

JQL = "project in (WEB, PAY, MOB)"


pytestmark = pytest.mark.slow  # two whole Jiras are asked


@pytest.fixture(scope="module", params=["cloud", "dc"])
def client(request: pytest.FixtureRequest) -> Iterator[JiraClient]:
    with JiraSimulator(issues=2_000, dialect=request.param) as jira:
        email = jira.email if request.param == "cloud" else ""
        yield JiraClient(Connection(jira.url, email, Secret(jira.token)), TokenBucket())


@pytest.fixture(scope="module")
def sample(client: JiraClient) -> FieldSample:
    return read_sample(client, JQL, Profile())


@pytest.fixture(scope="module")
def proposals(client: JiraClient, sample: FieldSample) -> dict[str, FieldProposals]:
    return propose_all(client.fields(), sample)


def test_a_sample_holds_issues_of_all_ages_and_incidents(sample: FieldSample) -> None:
    """Each once, with its history; no prose is asked for."""
    assert len(sample.rows) >= 250
    assert len({row.id for row in sample.rows}) == len(sample.rows)
    assert sum(row.type.name == "Incident" for row in sample.rows) >= 20
    assert all(row.has_changelog for row in sample.rows)
    assert "description" not in {field for row in sample.rows for field, _ in row.mapped}
    assert {status.name for status in sample.statuses} >= {"In Review", "Done"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("commit_date", c.FIRST_COMMIT),
        ("deployed_at", c.DEPLOYED),
        ("environment", c.ENVIRONMENT),
        ("detected_at", c.DETECTED),
        ("restored_at", c.RESTORED),
        ("story_points", c.POINTS),
    ],
)
def test_the_right_field_is_found_among_look_alikes(
    proposals: dict[str, FieldProposals], name: str, field: str
) -> None:
    """Empty ones, plans, and fields of the wrong type do not come near."""
    found = proposals[name]

    assert found.chosen is not None
    assert found.chosen.field == field
    assert found.chosen.confidence > 0.9
    assert found.chosen.example
    assert found.chosen.samples
    assert len(found.candidates) <= 3


def test_a_usual_name_without_any_value_stays_in_doubt(proposals: dict[str, FieldProposals]) -> None:
    """Nobody has ever filled in whether a deployment failed."""
    found = proposals["failed"]

    assert found.best is not None
    assert (found.best.title, found.best.confidence) == ("Deployment failed", 0.4)
    assert found.chosen is None


def test_fields_of_the_wrong_type_are_never_proposed(proposals: dict[str, FieldProposals]) -> None:
    """A text called Commit date holds no date."""
    assert "Commit date" not in {one.title for one in proposals["commit_date"].candidates}


def test_a_sample_costs_a_handful_of_requests(client: JiraClient, sample: FieldSample) -> None:
    """Four pages and three lists, of which a client that read one before knows one already."""
    assert sample.rows
    before = client.requests.total

    read_sample(client, JQL, Profile(incidents=IncidentSettings(types=("incident", "No such type"))))

    assert client.requests.total - before <= 7


def test_a_query_that_selects_nothing_gives_an_empty_sample(client: JiraClient) -> None:
    """Names alone are left to go by."""
    sample = read_sample(client, "project = WEB AND created < 0", Profile())

    assert sample.rows == ()
    assert all(found.chosen is None for found in propose_all(client.fields(), sample).values())


def test_another_choice_of_fields_leaves_the_client_as_it_is(client: JiraClient) -> None:
    """It shares the connection and the rate limit, not the list of fields."""
    other = client.reading(["summary", c.POINTS])

    before = client.requests.total
    page = next(other.pages("project = WEB"))
    after = client.requests.total

    assert {field for row in page for field, _ in row.mapped} == {c.POINTS}
    assert next(client.pages("project = WEB"))[0].mapped == ()
    assert after > before
