"""``check``: what works between here and Jira, one line each, with what to do about the rest.

A failure does not end the list unless nothing after it can be asked.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from configuration.errors import DashboardError, InputError
from configuration.profile import Profile
from data.check_findings import Finding, counted
from data.jira_simple import JiraClient, ServerInfo
from data.mapping_check import mapping_findings, proposal_findings
from data.periods import zone_named

__all__ = ["Finding", "check", "estimate", "exit_code_of"]

_CLOCK_TOLERANCE_S = 60.0
_BURST = 100
_PER_SECOND = 10.0


def check(
    client: JiraClient, jql: str, profile: Profile, now: Callable[[], float] = time.time
) -> list[Finding]:
    """Look at everything that a sync will need, with a handful of requests.

    Args:
        client: asks the Jira.
        jql: the query of the profile.
        profile: whose zone and mapping are compared with what Jira has.
        now: this machine's wall clock, in epoch seconds.
    """
    findings: list[Finding] = []
    try:
        server = client.server()
    except DashboardError as error:
        return [_failed("connection", error)]
    findings += [_connection(client, server), _clock(client, now)]
    try:
        account = client.myself()
    except DashboardError as error:
        return [*findings, _failed("account", error)]
    findings.append(Finding("account", "ok", f"Asking as {account.display_name or account.account_id}."))
    findings.append(_zone(account.time_zone, profile.timezone))
    for name, look in _LOOKS.items():
        try:
            findings += look(client, jql, profile)
        except DashboardError as error:
            findings.append(_failed(name, error))
    return [*findings, _limits(client)]


def connection_findings(
    client: JiraClient, profile: Profile, now: Callable[[], float] = time.time, *, is_new: bool = False
) -> list[Finding]:
    """Return what works of a connection: server, time it takes to answer, clock, account, time zone.

    Args:
        client: asks the Jira.
        profile: whose zone is compared with the account's.
        now: this machine's wall clock, in epoch seconds.
        is_new: the profile is about to be made, and takes the account's zone.

    Raises:
        SourceError: the first thing that does not work.
    """
    server = client.server()
    clock = _clock(client, now)
    began = time.monotonic()
    account = client.myself()
    latency_ms = 1000 * (time.monotonic() - began)
    zone = first_zone(account.time_zone, profile.timezone) if is_new else profile.timezone
    return [
        _connection(client, server),
        Finding("latency", "ok", f"An answer takes {max(latency_ms, 1):.0f} ms."),
        clock,
        Finding("account", "ok", f"Asking as {account.display_name or account.account_id}."),
        _zone(account.time_zone, zone),
    ]


def first_zone(account_zone: str, usual: str) -> str:
    """Return the zone in which a new profile counts days: the account's, else the usual one."""
    try:
        return zone_named(account_zone).key if account_zone else usual
    except InputError:
        return usual


def exit_code_of(findings: Iterable[Finding]) -> int:
    """Return the exit code of the first failure, 0 where there is none."""
    return next((finding.exit_code for finding in findings if finding.state == "failed"), 0)


def _failed(name: str, error: DashboardError) -> Finding:
    return Finding(name, "failed", error.message, error.hint, error.exit_code)


def _connection(client: JiraClient, server: ServerInfo) -> Finding:
    kind = "Jira Cloud" if server.dialect == "cloud" else "Jira Data Center or Server"
    title = f" ({server.title})" if server.title else ""
    version = f" {server.version}" if server.version and server.dialect == "dc" else ""
    message = f"{kind}{version} answers at {server.base_url}{title}."
    wanted = client.connection.dialect
    if wanted not in ("auto", server.dialect):
        return Finding(
            "connection",
            "note",
            f"{message} It is asked as {wanted}, as JIRA_DIALECT says.",
            "Set JIRA_DIALECT to auto unless you know better.",
        )
    return Finding("connection", "ok", message)


def _clock(client: JiraClient, now: Callable[[], float]) -> Finding:
    ahead_s = client.clock_difference_s(now())
    if ahead_s is None:
        return Finding("clock", "note", "Jira does not tell the time, so this machine's clock is used.")
    if abs(ahead_s) <= _CLOCK_TOLERANCE_S:
        return Finding("clock", "ok", f"Jira's clock differs from this machine's by {abs(ahead_s):.0f} s.")
    side = "ahead of" if ahead_s > 0 else "behind"
    return Finding(
        "clock",
        "note",
        f"Jira's clock is {_duration(abs(ahead_s))} {side} this machine's; syncs go by Jira's clock.",
        "Set this machine's clock by a time server.",
    )


def _zone(account_zone: str, profile_zone: str) -> Finding:
    try:
        ZoneInfo(profile_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(
            "time zone",
            "failed",
            f"The profile's time zone {profile_zone!r} does not exist.",
            "Set timezone to a name such as Europe/Berlin.",
            exit_code=2,
        )
    if not account_zone or account_zone == profile_zone:
        return Finding("time zone", "ok", f"Days and weeks begin in {profile_zone}.")
    return Finding(
        "time zone",
        "note",
        f"Days and weeks begin in {profile_zone}; the account lives in {account_zone}.",
        f"Set timezone to {account_zone} in the profile if the team works there.",
    )


def _permissions(client: JiraClient, _jql: str, _profile: Profile) -> Iterator[Finding]:
    projects = client.projects()
    if not projects:
        yield Finding(
            "permissions",
            "failed",
            "The account can see no project.",
            "Ask an administrator of Jira for the Browse Projects permission.",
            exit_code=3,
        )
        return
    some = ", ".join(project.key for project in projects[:5])
    more = f" and {len(projects) - 5} more" if len(projects) > 5 else ""
    yield Finding(
        "permissions", "ok", f"The account can see {counted(len(projects), 'project')}: {some}{more}."
    )


def _query(client: JiraClient, jql: str, _profile: Profile) -> Iterator[Finding]:
    count = client.count(jql)
    if count is None:
        yield Finding("query", "note", "The query is valid; Jira does not tell how many issues it selects.")
    elif not count:
        yield Finding(
            "query",
            "note",
            "The query is valid and selects no issue.",
            "Check JIRA_JQL, and whether the account may see the projects that it names.",
        )
    else:
        calls, seconds = estimate(count, client.dialect.page_size, client.dialect.name)
        about = "about " if client.dialect.name == "cloud" else ""
        yield Finding(
            "query",
            "ok",
            f"The query selects {about}{counted(count, 'issue')}; "
            f"a first sync takes about {counted(calls, 'request')} and {_duration(seconds)}.",
        )


def estimate(count: int, page_size: int, dialect: str) -> tuple[int, float]:
    """Return the requests and seconds of a full fetch, without the time that Jira itself needs.

    Args:
        count: issues.
        page_size: issues per page.
        dialect: ``cloud`` adds the sweep of ids and the bulk changelogs.
    """
    calls = 4 + -(-count // page_size)
    if dialect == "cloud":
        calls += 2 * -(-count // 5000) + -(-count // 1000)
    return calls, max(0.1 * calls / 8, (calls - _BURST) / _PER_SECOND)


def _limits(client: JiraClient) -> Finding:
    seen = client.rate_headers()
    if not seen:
        return Finding("rate limit", "ok", "Jira's answers tell nothing of a rate limit.")
    told = ", ".join(f"{name}: {value}" for name, value in sorted(seen.items()))
    return Finding("rate limit", "ok", f"Jira's answers tell of a rate limit ({told}).")


_LOOKS: dict[str, Callable[[JiraClient, str, Profile], Iterator[Finding]]] = {
    "permissions": _permissions,
    "query": _query,
    "mapping": mapping_findings,
    "proposed fields": proposal_findings,
}


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
