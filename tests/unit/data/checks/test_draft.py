"""Connecting a Jira: every refusal stands beside its field, with the remedy in the words of the page."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import (
    AnonymousError,
    CaptchaError,
    ConfigurationError,
    ForeignRedirectError,
    LoginPageError,
    NameResolutionError,
    NotFoundError,
    PermissionDeniedError,
    QueryError,
    RateLimitedError,
    RetiredEndpointError,
    SourceError,
    TlsError,
    TokenRefusedError,
    WrongSchemeError,
)
from configuration.settings import Home, Secret
from data.checks.draft import (
    Draft,
    client_for,
    fault_of,
    in_page_words,
    is_cloud_address,
    price_of,
    projects_of,
    verify,
    wants_email,
)
from data.jira_simple import Connection
from data.profiles.sources import Source, resolve
from data.simulator.messages import Request
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Fault, FaultServer, status

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module", params=["cloud", "dc"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=120, dialect=request.param, today=TODAY) as simulator:
        yield simulator


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def source(home: Home) -> Source:
    return resolve(home, "default", {})


def draft_of(jira: JiraSimulator, token: str | None = None) -> Draft:
    email = jira.email if "/3" in jira.api else ""
    return Draft(jira.url, email, Secret(token or jira.token), 'project in ("WEB")')


def test_the_server_says_whether_it_wants_an_email(jira: JiraSimulator, home: Home, source: Source) -> None:
    """Asked as a stranger: no credentials leave before somebody typed them for this address."""
    before = len(jira.request_log)
    client = client_for(draft_of(jira), source, home, {}, anonymous=True)

    assert wants_email(client) == ("/3" in jira.api)
    assert all("authorization" not in str(entry).casefold() for entry in jira.request_log[before:])


def test_what_works_is_told(jira: JiraSimulator, home: Home, source: Source) -> None:
    verdict = verify(client_for(draft_of(jira), source, home, {}), source)

    assert verdict.fault is None
    assert [finding.name for finding in verdict.findings] == [
        "connection",
        "latency",
        "clock",
        "account",
        "time zone",
    ]
    assert [project.key for project in verdict.projects] == ["MOB", "PAY", "WEB"]


def test_a_wrong_token_is_the_fault_of_the_token(jira: JiraSimulator, home: Home, source: Source) -> None:
    before = len(jira.request_log)
    verdict = verify(client_for(draft_of(jira, "no" + "pe"), source, home, {}), source)

    assert verdict.fault is not None
    assert verdict.fault.field == "token"
    assert "expired" in verdict.fault.cause
    assert "JIRA_" not in verdict.fault.remedy
    refused = [entry for entry in jira.request_log[before:] if entry.status == 401]
    assert len(refused) <= 1  # Data Center answers a bad token as it does a stranger


def test_an_account_that_may_log_in_and_not_search(jira: JiraSimulator, home: Home, source: Source) -> None:
    """The try of a connection meets it, and not the sync an hour later."""

    def refuse(_n: int, request: Request) -> Fault | None:
        asked = "/search" in request.path and "/project" not in request.path
        return status(403, b"{}") if asked else None

    with FaultServer(jira.handle, refuse) as server:
        draft = replace(draft_of(jira), url=server.url)
        verdict = verify(client_for(draft, source, home, {}), source)

    assert verdict.fault is not None
    assert "403" in verdict.fault.cause or "may not" in verdict.fault.cause
    assert verdict.projects == ()


def test_a_query_has_its_price(jira: JiraSimulator, home: Home, source: Source) -> None:
    client = client_for(draft_of(jira), source, home, {})
    price = price_of(client, 'project in ("MOB", "PAY", "WEB")')

    assert price.issues == 120
    assert price.calls == (9 if price.about else 5)


def test_a_wrong_query_is_told_in_the_words_of_jira(jira: JiraSimulator, home: Home, source: Source) -> None:
    client = client_for(draft_of(jira), source, home, {})
    with pytest.raises(QueryError) as met:
        price_of(client, "projekt = WEB")

    assert "projekt" in fault_of(met.value).cause
    assert fault_of(met.value).field == "jql"


@pytest.mark.parametrize(
    ("url", "cloud"),
    [
        ("https://team.atlassian.net", True),
        (" https://team.atlassian.net/jira/software", True),
        ("https://api.atlassian.com/ex/jira/abc", True),
        ("https://jira.example.org", False),
        ("https://atlassian.net.example.org", False),
        ("", False),
        ("atlassian.net", False),
    ],
)
def test_cloud_addresses(url: str, cloud: bool) -> None:
    assert is_cloud_address(url) is cloud


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (TokenRefusedError, "token"),
        (AnonymousError, "token"),
        (CaptchaError, "token"),
        (PermissionDeniedError, "token"),
        (WrongSchemeError, "email"),
        (LoginPageError, "url"),
        (ForeignRedirectError, "url"),
        (NotFoundError, "url"),
        (RetiredEndpointError, "url"),
        (TlsError, "url"),
        (NameResolutionError, "url"),
        (RateLimitedError, "url"),
        (QueryError, "jql"),
    ],
)
def test_every_error_has_its_field(kind: type[SourceError], field: str) -> None:
    assert fault_of(kind("What.", hint="How.")).field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [("jira", "url"), ("http://jira.example.org", "url"), ("https://169.254.169.254", "url")],
)
def test_addresses_that_no_token_is_sent_to(given: str, field: str) -> None:
    with pytest.raises(ConfigurationError) as met:
        Connection(given, "", Secret("x"))

    assert fault_of(met.value).field == field
    assert "JIRA_" not in fault_of(met.value).cause + fault_of(met.value).remedy


def test_a_scoped_token_leads_to_the_gateway() -> None:
    """The address that takes it is found in the remedy, ready to be put into the field."""
    gateway = "https://api.atlassian.com/ex/jira/0000-1"
    hint = f"Create a new API token and set JIRA_TOKEN; a scoped token works only with JIRA_URL={gateway}."
    fault = fault_of(
        TokenRefusedError("Refused.", hint=hint),
        Connection("https://a.atlassian.net", "me@example.org", Secret("x")),
    )

    assert fault.gateway == gateway
    assert fault.remedy == (
        f"Create a new API token and enter it here; a scoped token works only with the address {gateway}."
    )
    assert fault.link.startswith("https://id.atlassian.com/")


def test_page_words() -> None:
    assert in_page_words("JIRA_URL is not a web address.") == "The address is not a web address."
    assert in_page_words("Set JIRA_TOKEN.") == "Enter the token."
    assert (
        in_page_words("Put them into HTTPS_PROXY.") == "Put them into the environment variable HTTPS_PROXY."
    )


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("", ()),
        ('project in ("ABC")', ("ABC",)),
        ('project in ("AND", "WEB", "X_1")', ("AND", "WEB", "X_1")),
        (' Project IN ( "A" ,"B" ) ', ("A", "B")),
    ],
)
def test_a_query_made_of_projects_can_be_read_back(jql: str, keys: tuple[str, ...]) -> None:
    assert projects_of(jql) == keys


@pytest.mark.parametrize(
    "jql", ["project = ABC", 'project in ("A") AND type = Bug', 'project in ("A") ORDER BY key']
)
def test_any_other_query_is_nobody_s_choice_of_projects(jql: str) -> None:
    assert projects_of(jql) == ()
