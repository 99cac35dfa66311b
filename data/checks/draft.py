"""Connecting a Jira from the page: look at the address, try the token, price the query, name the field.

Nothing here is saved. The errors of the client carry cause and remedy; here
they get the field they belong to, the words of a page, and a link where the
remedy lies somewhere else.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from configuration.errors import (
    AuthenticationError,
    CaptchaError,
    DashboardError,
    ForeignRedirectError,
    LoginPageError,
    QueryError,
    WrongSchemeError,
)
from configuration.origins import GATEWAY_HOST
from configuration.settings import Home, Secret
from data.checks.connection import CheckFinding, connection_findings, estimate, time_page
from data.intake.connect import client_of
from data.jira.connection import CLOUD_SUFFIXES, Connection
from data.jira_simple import JiraClient, ProjectRef
from data.profiles.sources import Source

Field = Literal["url", "email", "token", "jql"]

# Somebody waits in front of the page: no retry goes on for a minute.
DEADLINE_S = 6.0
NO_PROJECTS = "The account can see no project."
_JUST_NOW = "updated >= -1m"  # selects next to nothing
_GATEWAY = re.compile(r"https?://\S+/ex/jira/[\w-]+")
_TOKEN_PAGE = "https://id.atlassian.com/manage-profile/security/api-tokens"  # noqa: S105  # where tokens are made
_QUOTED_KEYS = re.compile(r'\s*project\s+in\s*\(\s*("[^"]+"(?:\s*,\s*"[^"]+")*)\s*\)\s*\Z', re.IGNORECASE)
# The client speaks to people who set variables; on the page there are fields.
_PAGE_WORDS = (
    (r"JIRA_URL=", "the address "),
    (r"JIRA_URL", "the address"),
    (r"JIRA_EMAIL", "the e-mail"),
    (r"Set JIRA_TOKEN", "Enter the token"),
    (r"set JIRA_TOKEN", "enter it here"),
    (r"JIRA_TOKEN", "the token"),
    (r"JIRA_JQL", "the query"),
    (r"JIRA_DIALECT", "the kind of Jira"),
    (r"(?=JIRA_DEADLINE|HTTPS_PROXY|REQUESTS_CA_BUNDLE)", "the environment variable "),
    (r" \(sync --full\)", ""),
    (r"sync --full", "Fetch everything again"),
    (r"sync --ignore-hold asks now, on your word", "or ask now, on your word"),
    (r"--as-of", "as-of"),
    (r"Run sync, or import --git with its folder", "Saving it reads it"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the fields of the page.

    Attributes:
        url: address of the Jira.
        email: of the account.
        token: the typed one, else one that belongs to the address, else None.
        jql: the query.
        offered: origin to which the environment's token may go if somebody says so, "" for no offer.
    """

    url: str
    email: str = ""
    token: Secret | None = None
    jql: str = ""
    offered: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and what helps.

    Attributes:
        field: the one it belongs to.
        cause: one sentence.
        remedy: one sentence.
        link: address of a page on which the remedy lies, "" for none.
        gateway: address that takes the token if it is a scoped one, "" if that cannot be it.
    """

    field: Field
    cause: str
    remedy: str
    link: str = ""
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try of the connection found: lines of what works, the projects, and what does not work."""

    findings: tuple[CheckFinding, ...] = ()
    projects: tuple[ProjectRef, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a query costs: issues (None where Jira does not tell), requests and seconds of a full fetch."""

    issues: int | None
    calls: int
    seconds: float
    about: bool


def client_for(
    draft: Draft, source: Source, home: Home, environment: Mapping[str, str], *, anonymous: bool = False
) -> JiraClient:
    """Return a client that asks as the draft says, under the limiter of the home and with little patience.

    Raises:
        ConfigurationError: the address is not one, or is not safe.
    """
    asked = replace(
        source,
        url=draft.url,
        email="" if anonymous else draft.email,
        token=None if anonymous else draft.token,
        jql=draft.jql,
    )
    return client_of(asked, home, {**environment, "JIRA_DEADLINE": str(DEADLINE_S)})


def is_cloud_address(url: str) -> bool:
    """Tell whether an address alone says that it is a Cloud site."""
    host = urlsplit(url.strip()).hostname or ""
    return host.endswith(CLOUD_SUFFIXES) or host == GATEWAY_HOST


def wants_email(client: JiraClient) -> bool:
    """Tell whether the Jira at the client's address is a Cloud, which takes e-mail and token.

    Raises:
        SourceError: there is no Jira, or it tells nothing to strangers.
    """
    connection = client.connection
    if connection.on_cloud_site or connection.on_gateway:
        return True
    return client.server().dialect == "cloud"


def verify(
    client: JiraClient, source: Source, now: Callable[[], float] = time.time, *, is_new: bool = False
) -> Verdict:
    """Ask who we are and what we may see, and try the search: an account may log in and not be let search.

    Args:
        client: of the draft.
        source: whose time zone is compared with the account's.
        now: this machine's wall clock, in epoch seconds.
        is_new: the profile is about to be made.
    """
    try:
        findings = connection_findings(client, source.profile, now, is_new=is_new)
        projects = client.projects()
        time_page(client, _JUST_NOW)
    except DashboardError as error:
        return Verdict(fault=fault_of(error, client.connection))
    if not projects:
        remedy = "Ask an administrator of Jira for the Browse Projects permission, or use another account."
        return Verdict(tuple(findings), fault=Fault("token", NO_PROJECTS, remedy))
    return Verdict(tuple(findings), tuple(sorted(projects, key=lambda project: project.key)))


def price_of(client: JiraClient, jql: str) -> Price:
    """Return what a first sync of a query takes.

    Raises:
        SourceError: Jira refuses the query, in its own words, or does not answer.
    """
    count = client.count(jql)
    dialect = client.dialect
    page_s = time_page(client, jql) if count else 0.0
    calls, seconds = estimate(count or 0, dialect.page_size, dialect.name, page_s)
    return Price(count, calls, seconds, dialect.name == "cloud")


def fault_of(error: DashboardError, connection: Connection | None = None) -> Fault:
    """Return an error in the words of the page, beside the field it belongs to."""
    gateway = _GATEWAY.search(error.hint)
    return Fault(
        _find_field(error),
        in_page_words(error.message),
        in_page_words(error.hint),
        _find_link(error, connection) if connection else "",
        gateway.group().rstrip(".") if gateway else "",
    )


def in_page_words(sentence: str) -> str:
    """Return a sentence with the names of fields in place of those of environment variables."""
    for pattern, words in _PAGE_WORDS:
        sentence = re.sub(pattern, words, sentence)
    return sentence[:1].upper() + sentence[1:]


def projects_of(jql: str) -> tuple[str, ...]:
    """Return the projects of a query that the page made of them; none for any other query."""
    match = _QUOTED_KEYS.match(jql)
    return tuple(re.findall(r'"([^"]+)"', match.group(1))) if match else ()


def _find_field(error: DashboardError) -> Field:
    if isinstance(error, QueryError):
        return "jql"
    if isinstance(error, WrongSchemeError) or "JIRA_EMAIL" in error.message:
        return "email"
    if isinstance(error, ForeignRedirectError | LoginPageError):
        return "url"
    if isinstance(error, AuthenticationError) or "JIRA_TOKEN" in error.message:
        return "token"
    return "jql" if "JIRA_JQL" in error.message else "url"


def _find_link(error: DashboardError, connection: Connection) -> str:
    """Return where the remedy lies, if it is a page of this Jira."""
    if isinstance(error, CaptchaError | LoginPageError):
        return f"{connection.url}/login.jsp" if not connection.on_cloud_site else connection.url
    if not isinstance(error, AuthenticationError) or isinstance(error, ForeignRedirectError):
        return ""
    cloud = connection.on_cloud_site or connection.on_gateway or bool(connection.email)
    return _TOKEN_PAGE if cloud else f"{connection.url}/secure/ViewProfile.jspa"
