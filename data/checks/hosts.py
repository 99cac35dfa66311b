"""The part of ``check`` that looks at GitHub and GitLab: each repository, and what a sync reads of it."""

from collections.abc import Iterator, Mapping

from configuration.errors import DashboardError
from configuration.settings import Home
from data.checks.findings import CheckFinding
from data.hosts.access import Access, accesses_of
from data.hosts.port import Host
from data.intake.hosts import client_of, host_of
from data.jira.stamps import latest_of
from data.model.clock import now_ms
from data.profiles.sources import Source


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
            yield _look_at(host, access, repository)
            if client.is_refused:
                break  # once more would be refused as well


def _look_at(host: Host, access: Access, repository: str) -> CheckFinding:
    """Ask for a page of each list that a sync reads."""
    name, nothing_since = f"{access.kind.title} {repository}", latest_of(now_ms())
    try:
        about = host.about(repository)
        host.deployments(repository, nothing_since, "")
        host.merged(repository, about.branch, nothing_since, "")
        next(iter(host.commits(repository, about.branch, nothing_since)), None)
    except DashboardError as error:
        return _failed(name, error)
    message = f"It can be read; its default branch is {about.branch}."
    if about.name.casefold() == repository.casefold():
        return CheckFinding(name, "ok", message)
    return CheckFinding(name, "note", f"{message} It is called {about.name} now.", "Correct the profile.")


def _failed(name: str, error: DashboardError) -> CheckFinding:
    return CheckFinding(name, "failed", error.message, error.hint, error.exit_code)
