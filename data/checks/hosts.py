"""The part of ``check`` that looks at GitHub and GitLab: each repository, and what a sync reads of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from configuration.errors import AuthenticationError, DashboardError, NotFoundError
from configuration.settings import Home
from data.checks.draft import DEADLINE_S, in_page_words
from data.checks.findings import CheckFinding
from data.hosts.access import Access, Kind, accesses_of
from data.hosts.port import Host
from data.intake.hosts import client_of, host_of
from data.jira.stamps import latest_of
from data.model.clock import now_ms
from data.profiles.sources import Source

HostField = Literal["url", "token", "repositories"]
# Somebody waits in front of the page; ``check`` looks at all of them.
MOST_TRIED = 10


@dataclass(frozen=True, slots=True)
class HostFault:
    """What is wrong, with which field, and what helps."""

    field: HostField
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class HostVerdict:
    """What a try of a host found: a line for each repository, and the first thing that does not work."""

    findings: tuple[CheckFinding, ...] = ()
    fault: HostFault | None = None


def try_host(access: Access, home: Home, environment: Mapping[str, str]) -> HostVerdict:
    """Look at the first repositories of a host as the page has it, with little patience.

    What is wrong with the host or the token as a whole ends it: each repository would say the same.

    Args:
        access: a token is there, and a repository.
        home: the shared limits.
        environment: of the process.
    """
    try:
        client = client_of(access, home, {**environment, "JIRA_DEADLINE": str(DEADLINE_S)})
    except DashboardError as error:
        return HostVerdict(fault=_fault_of(access.kind, error))
    host, found, fault = host_of(access, client), [], None
    for repository in access.repositories[:MOST_TRIED]:
        try:
            found.append(_look_at(host, access, repository))
        except DashboardError as error:
            if not isinstance(error, NotFoundError):
                return HostVerdict(tuple(found), _fault_of(access.kind, error))
            fault = fault or HostFault("repositories", f"{repository} cannot be read.", error.hint)
            found.append(_in_page_words(access.kind, _failed(_name(access, repository), error)))
    if (more := len(access.repositories) - MOST_TRIED) > 0:
        found.append(CheckFinding("others", "note", f"{more} more wait.", "The command check looks at all."))
    return HostVerdict(tuple(found), fault)


def _fault_of(kind: Kind, error: DashboardError) -> HostFault:
    field: HostField = "url"
    if kind.setting in error.message:
        field = "repositories"
    elif isinstance(error, AuthenticationError):
        field = "token"
    return HostFault(field, _page_words(kind, error.message), _page_words(kind, error.hint))


def _in_page_words(kind: Kind, found: CheckFinding) -> CheckFinding:
    return replace(found, message=_page_words(kind, found.message), hint=_page_words(kind, found.hint))


def _page_words(kind: Kind, sentence: str) -> str:
    """Return a sentence with the names of fields in place of those of variables and settings."""
    for pattern, words in (
        (
            rf"Set {kind.url_variable}=\S+ beside it, or save a token for it on the Settings page",
            "Enter one for it",
        ),
        (rf"set {kind.token_variable}", "enter it here"),
        (rf"(?<!in ){kind.token_variable}", "the token"),
        (re.escape(kind.setting), "the repositories"),
        (re.escape(f"{kind.name}.url"), "the field"),
    ):
        sentence = re.sub(pattern, words, sentence)
    return in_page_words(sentence)


def host_findings(source: Source, home: Home, environment: Mapping[str, str]) -> Iterator[CheckFinding]:
    """Yield a line for each repository that a profile names, with what a token lacks for it.

    Args:
        source: the profile.
        home: where its tokens are.
        environment: of the process.

    Raises:
        ConfigurationError: the saved tokens cannot be read.
    """
    for access in accesses_of(source.profile, source.name, home, environment):
        try:
            client = client_of(access, home, environment)
        except DashboardError as error:
            yield _failed(access.kind.title, error)
            continue
        host = host_of(access, client)
        for repository in access.repositories:
            try:
                yield _look_at(host, access, repository)
            except DashboardError as error:
                yield _failed(_name(access, repository), error)
            if client.is_refused:
                break  # once more would be refused as well


def _name(access: Access, repository: str) -> str:
    return f"{access.kind.title} {repository}"


def _look_at(host: Host, access: Access, repository: str) -> CheckFinding:
    """Ask for a page of each list that a sync reads.

    Raises:
        SourceError: one of them cannot be read.
    """
    name, nothing_since = _name(access, repository), latest_of(now_ms())
    about = host.about(repository)
    host.deployments(repository, nothing_since, "")
    host.merged(repository, about.branch, nothing_since, "")
    next(iter(host.commits(repository, about.branch, nothing_since)), None)
    message = f"It can be read; its default branch is {about.branch}."
    if about.name.casefold() == repository.casefold():
        return CheckFinding(name, "ok", message)
    return CheckFinding(name, "note", f"{message} It is called {about.name} now.", "Correct the profile.")


def _failed(name: str, error: DashboardError) -> CheckFinding:
    return CheckFinding(name, "failed", error.message, error.hint, error.exit_code)
