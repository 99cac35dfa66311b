"""``check``: what works between here and Jira, one line each, with what to do about the rest.

A failure does not end the list unless nothing after it can be asked.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from configuration.errors import DashboardError, InputError
from configuration.profile import Profile
from data.checks.findings import CheckFinding, counted
from data.checks.mapping import mapping_findings, proposal_findings
from data.jira_simple import JiraClient, ServerInfo
from data.model.periods import zone_named

__all__ = ["CheckFinding", "check", "estimate", "first_failure", "time_page"]

_CLOCK_TOLERANCE_S = 60.0
_BURST = 100
_PER_SECOND = 10.0
_ROUNDS_BEFORE = 6  # what is asked one after the other before and after the pages: fields, statuses, releases
_SIDE_BY_SIDE = 12  # pages that travel together
_STORED_PER_SECOND = 1500.0  # issues that are decoded and stored


def check(
    client: JiraClient, jql: str, profile: Profile, now: Callable[[], float] = time.time
) -> list[CheckFinding]:
    """Look at everything that a sync will need, with a handful of requests.

    Args:
        client: asks the Jira.
        jql: the query of the profile.
        profile: whose zone and mapping are compared with what Jira has.
        now: this machine's wall clock, in epoch seconds.
    """
    findings: list[CheckFinding] = []
    try:
        server = client.server()
    except DashboardError as error:
        return [_tell_failure("connection", error)]
    findings += [_check_connection(client, server), _check_clock(client, now)]
    try:
        account = client.myself()
    except DashboardError as error:
        return [*findings, _tell_failure("account", error)]
    findings.append(CheckFinding("account", "ok", f"Asking as {account.display_name or account.account_id}."))
    findings.append(_check_zone(account.time_zone, profile.timezone))
    for name, look in _LOOKS.items():
        try:
            findings += look(client, jql, profile)
        except DashboardError as error:
            findings.append(_tell_failure(name, error))
    return [*findings, _check_limits(client)]


def connection_findings(
    client: JiraClient, profile: Profile, now: Callable[[], float] = time.time, *, is_new: bool = False
) -> list[CheckFinding]:
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
    clock = _check_clock(client, now)
    began = time.monotonic()
    account = client.myself()
    latency_ms = 1000 * (time.monotonic() - began)
    zone = first_zone(account.time_zone, profile.timezone) if is_new else profile.timezone
    return [
        _check_connection(client, server),
        CheckFinding("latency", "ok", f"An answer takes {max(latency_ms, 1):.0f} ms."),
        clock,
        CheckFinding("account", "ok", f"Asking as {account.display_name or account.account_id}."),
        _check_zone(account.time_zone, zone),
    ]


def first_zone(account_zone: str, usual: str) -> str:
    """Return the zone in which a new profile counts days: the account's, else the usual one."""
    try:
        return zone_named(account_zone).key if account_zone else usual
    except InputError:
        return usual


def first_failure(findings: Iterable[CheckFinding]) -> CheckFinding | None:
    """Return the first finding that a sync would fail at, None where there is none."""
    return next((finding for finding in findings if finding.state == "failed"), None)


def _tell_failure(name: str, error: DashboardError) -> CheckFinding:
    return CheckFinding(name, "failed", error.message, error.hint, error.exit_code)


def _check_connection(client: JiraClient, server: ServerInfo) -> CheckFinding:
    kind = "Jira Cloud" if server.dialect == "cloud" else "Jira Data Center or Server"
    title = f" ({server.title})" if server.title else ""
    version = f" {server.version}" if server.version and server.dialect == "dc" else ""
    message = f"{kind}{version} answers at {server.base_url}{title}."
    wanted = client.connection.dialect
    if wanted not in ("auto", server.dialect):
        return CheckFinding(
            "connection",
            "note",
            f"{message} It is asked as {wanted}, as JIRA_DIALECT says.",
            "Set JIRA_DIALECT to auto unless you know better.",
        )
    return CheckFinding("connection", "ok", message)


def _check_clock(client: JiraClient, now: Callable[[], float]) -> CheckFinding:
    ahead_s = client.clock_difference_s(now())
    if ahead_s is None:
        return CheckFinding("clock", "note", "Jira does not tell the time, so this machine's clock is used.")
    if abs(ahead_s) <= _CLOCK_TOLERANCE_S:
        return CheckFinding(
            "clock", "ok", f"Jira's clock differs from this machine's by {abs(ahead_s):.0f} s."
        )
    side = "ahead of" if ahead_s > 0 else "behind"
    return CheckFinding(
        "clock",
        "note",
        f"Jira's clock is {_word_duration(abs(ahead_s))} {side} this machine's; syncs go by Jira's clock.",
        "Set this machine's clock by a time server.",
    )


def _check_zone(account_zone: str, profile_zone: str) -> CheckFinding:
    try:
        ZoneInfo(profile_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return CheckFinding(
            "time zone",
            "failed",
            f"The profile's time zone {profile_zone!r} does not exist.",
            "Set timezone to a name such as Europe/Berlin.",
            exit_code=2,
        )
    if not account_zone or account_zone == profile_zone:
        return CheckFinding("time zone", "ok", f"Days and weeks begin in {profile_zone}.")
    return CheckFinding(
        "time zone",
        "note",
        f"Days and weeks begin in {profile_zone}; the account lives in {account_zone}.",
        f"Set timezone to {account_zone} in the profile if the team works there.",
    )


def _check_permissions(client: JiraClient, _jql: str, _profile: Profile) -> Iterator[CheckFinding]:
    projects = client.projects()
    if not projects:
        yield CheckFinding(
            "permissions",
            "failed",
            "The account can see no project.",
            "Ask an administrator of Jira for the Browse Projects permission.",
            exit_code=3,
        )
        return
    some = ", ".join(project.key for project in projects[:5])
    more = f" and {len(projects) - 5} more" if len(projects) > 5 else ""
    yield CheckFinding(
        "permissions", "ok", f"The account can see {counted(len(projects), 'project')}: {some}{more}."
    )


def _check_query(client: JiraClient, jql: str, _profile: Profile) -> Iterator[CheckFinding]:
    count = client.count(jql)
    for words in client.warnings:
        yield CheckFinding(
            "query", "note", f"Jira says about the query: {words}", "Correct JIRA_JQL if you can."
        )
    if count is None:
        yield CheckFinding(
            "query", "note", "The query is valid; Jira does not tell how many issues it selects."
        )
    elif not count:
        yield CheckFinding(
            "query",
            "note",
            "The query is valid and selects no issue.",
            "Check JIRA_JQL, and whether the account may see the projects that it names.",
        )
    else:
        page_s = time_page(client, jql)
        calls, seconds = estimate(count, client.dialect.page_size, client.dialect.name, page_s)
        about = "about " if client.dialect.name == "cloud" else ""
        yield CheckFinding(
            "query",
            "ok",
            f"The query selects {about}{counted(count, 'issue')}; "
            f"a first sync takes about {counted(calls, 'request')} and {_word_duration(seconds)}.",
        )


def estimate(count: int, page_size: int, dialect: str, page_s: float) -> tuple[int, float]:
    """Return the requests and seconds of a full fetch.

    Args:
        count: issues.
        page_size: issues per page.
        dialect: ``cloud`` adds the sweep of ids and the bulk changelogs.
        page_s: seconds that Jira takes for a page, as ``time_page`` measures it.
    """
    pages = -(-count // page_size)
    calls = 4 + pages
    if dialect == "cloud":
        calls += 2 * -(-count // 5000) + -(-count // 1000)
    waits_s = page_s * (_ROUNDS_BEFORE + -(-pages // _SIDE_BY_SIDE))
    return calls, max(waits_s + count / _STORED_PER_SECOND, (calls - _BURST) / _PER_SECOND)


def time_page(client: JiraClient, jql: str) -> float:
    """Return the seconds that Jira takes for the first page of a query, with its histories.

    Raises:
        SourceError: Jira refuses the search, or does not answer.
    """
    began = time.monotonic()
    with closing(client.pages(jql, may_be_empty=True)) as pages:  # type: ignore[type-var]  # a generator
        next(pages, None)
    return time.monotonic() - began


def _check_limits(client: JiraClient) -> CheckFinding:
    seen = client.rate_headers()
    if not seen:
        return CheckFinding("rate limit", "ok", "Jira's answers tell nothing of a rate limit.")
    told = ", ".join(f"{name}: {value}" for name, value in sorted(seen.items()))
    return CheckFinding("rate limit", "ok", f"Jira's answers tell of a rate limit ({told}).")


_LOOKS: dict[str, Callable[[JiraClient, str, Profile], Iterator[CheckFinding]]] = {
    "permissions": _check_permissions,
    "query": _check_query,
    "mapping": mapping_findings,
    "proposed fields": proposal_findings,
}


def _word_duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
