"""``check`` explains what it finds to somebody who has never seen the tool."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from configuration.profile import Profile, profile_from
from configuration.settings import Secret
from data.checks.connection import CheckFinding, check, estimate, first_failure
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.simulator.messages import ok
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import (
    Exchange,
    Fault,
    FaultServer,
    Plan,
    always,
    login_page,
    redirect,
    status,
    too_many,
)

JQL = "project in (WEB, PAY, MOB)"


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=120) as simulator:
        yield simulator


def looked_at(
    jira: JiraSimulator,
    plan: Plan | None = None,
    *,
    jql: str = JQL,
    profile: Profile | None = None,
    token: str = "",
    now: float | None = None,
) -> dict[str, CheckFinding]:
    with FaultServer(jira.handle, plan) as server:
        connection = Connection(server.url, jira.email, Secret(token or jira.token))
        client = JiraClient(connection, TokenBucket(), sleep=lambda _s: None)
        clock = time.time if now is None else lambda: now
        return {finding.name: finding for finding in check(client, jql, profile or Profile(), clock)}


def code_of(findings: dict[str, CheckFinding]) -> int:
    failure = first_failure(findings.values())
    return failure.exit_code if failure else 0


def test_a_healthy_connection_is_ok_line_by_line(jira: JiraSimulator) -> None:
    findings = looked_at(jira)

    assert list(findings) == [
        "connection",
        "clock",
        "account",
        "time zone",
        "permissions",
        "query",
        "mapping of statuses",
        "workflow",
        "mapping of issue types",
        "mapping of fields",
        "proposed fields",
        "rate limit",
    ]
    assert {name for name, finding in findings.items() if finding.state != "ok"} <= {"proposed fields"}
    assert first_failure(findings.values()) is None
    assert "Jira Cloud" in findings["connection"].message
    assert "about 120 issues" in findings["query"].message
    assert "9 requests" in findings["query"].message
    assert "MOB, PAY, WEB" in findings["permissions"].message


@pytest.mark.parametrize(
    ("fault", "name", "exit_code", "says"),
    [
        (status(503), "connection", 5, "503"),
        (login_page, "connection", 3, "login form"),
        (redirect("https://sso.example.com/"), "connection", 3, "sso.example.com"),
        (status(404), "connection", 2, "404"),
        (too_many("500"), "connection", 5, "wait 500 s"),
    ],
)
def test_a_lost_connection_is_the_only_line(
    jira: JiraSimulator, fault: Fault, name: str, exit_code: int, says: str
) -> None:
    findings = looked_at(jira, always(fault))

    assert list(findings) == [name]
    assert findings[name].state == "failed"
    assert says in findings[name].message
    assert findings[name].hint
    assert code_of(findings) == exit_code


def test_a_refused_token_stops_after_the_account(jira: JiraSimulator) -> None:
    findings = looked_at(jira, token="an-old-one")

    assert list(findings) == ["connection", "clock", "account"]
    assert "expired" in findings["account"].message
    assert code_of(findings) == 3


def test_a_wrong_query_is_told_in_jiras_words_and_the_rest_goes_on(jira: JiraSimulator) -> None:
    findings = looked_at(jira, jql="project = NOPE")

    assert "NOPE" in findings["query"].message
    assert findings["mapping of fields"].state == "ok"
    assert code_of(findings) == 4


def test_an_empty_query_is_a_note(jira: JiraSimulator) -> None:
    findings = looked_at(jira, jql="project = WEB AND created < 0")

    assert findings["query"].state == "note"
    assert first_failure(findings.values()) is None


def test_an_account_without_projects(jira: JiraSimulator) -> None:
    def empty(exchange: Any) -> None:
        exchange.pass_on(ok({"values": [], "total": 0, "isLast": True}))

    findings = looked_at(jira, always(empty, "project/search"))

    assert "no project" in findings["permissions"].message
    assert code_of(findings) == 3


@pytest.mark.parametrize(("ahead_s", "state", "says"), [(7200, "note", "2.0 h"), (-600, "note", "10 min")])
def test_a_clock_that_is_off(jira: JiraSimulator, ahead_s: float, state: str, says: str) -> None:
    findings = looked_at(jira, now=time.time() - ahead_s)

    assert findings["clock"].state == state
    assert says in findings["clock"].message
    assert ("ahead of" in findings["clock"].message) == (ahead_s > 0)


@pytest.mark.parametrize(
    "case",
    [
        ({"timezone": "Europe/Berlin"}, "time zone", "note", 0, "the account lives in UTC"),
        ({"timezone": "Mars/Base"}, "time zone", "failed", 2, "Mars/Base"),
        ({"workflow": {"active": ["In Progres"]}}, "mapping of statuses", "note", 0, "In Progres"),
        ({"workflow": {"active": ["in progress"]}}, "mapping of statuses", "ok", 0, "all statuses"),
        ({"flow_types": {"Defect": ["Bugg"]}}, "mapping of issue types", "note", 0, "Bugg"),
        ({"deployments": {"type": "Deployment!"}}, "mapping of issue types", "note", 0, "Deployment!"),
        (
            {"fields": {"points": "customfield_99"}},
            "mapping of fields",
            "failed",
            4,
            "fields.points names the field customfield_99, which this Jira does not have.",
        ),
        (
            {"fields": {"points": "customfield_10021"}},
            "mapping of fields",
            "note",
            0,
            "not a name that a metric",
        ),
        (
            {"fields": {"sev": "customfield_10021"}, "incidents": {"fields": ["sev = 1"]}},
            "mapping of fields",
            "ok",
            0,
            "fields",
        ),
        (
            {"fields": {"commit_date": "customfield_10040"}},
            "mapping of fields",
            "failed",
            4,
            "fields.commit_date needs a date field, and customfield_10040 (Commit date) is of type string.",
        ),
        (
            {"fields": {"deployed_at": "customfield_10037"}},
            "mapping of fields",
            "note",
            0,
            "deployments.type names no type",
        ),
        (
            {"workflow": {"active": ["10003"], "waiting": ["In Review"]}},
            "workflow",
            "failed",
            2,
            "The status 'In Review' stands in workflow.active and in workflow.waiting.",
        ),
        (
            {
                "workflow": {
                    "done": ["In Progress", "In Review", "In Test", "Blocked"],
                    "not_started": ["Ready for Release", "Waiting for Approval"],
                }
            },
            "workflow",
            "failed",
            4,
            "no status in progress",
        ),
        ({}, "workflow", "ok", 0, "4 not started, 2 active, 4 waiting, 2 done; 12 of 12 as proposed."),
    ],
)
def test_what_the_profile_says_is_compared_with_jira(
    jira: JiraSimulator, case: tuple[dict[str, Any], str, str, int, str]
) -> None:
    settings, name, state, exit_code, says = case

    findings = looked_at(jira, profile=profile_from(settings))

    assert findings[name].state == state
    assert says in findings[name].message
    assert code_of(findings) == exit_code


def test_fields_that_are_not_mapped_are_proposed(jira: JiraSimulator) -> None:
    """Those that are mapped are not; what is in doubt says so."""
    mapped = {"fields": {"commit_date": "customfield_10032"}}

    finding = looked_at(jira, profile=profile_from(mapped))["proposed fields"]

    assert finding.state == "note"
    assert "environment, best customfield_10031 (Affected environment, confidence 1.00)" in finding.message
    assert "failed, best customfield_10042 (Deployment failed, confidence 0.40, in doubt)" in finding.message
    assert "commit_date" not in finding.message
    assert finding.hint


def test_with_everything_mapped_nothing_is_proposed(jira: JiraSimulator) -> None:
    """And no sample is read."""
    names = (
        "commit_date",
        "deployed_at",
        "detected_at",
        "restored_at",
        "environment",
        "failed",
        "impediment",
        "story_points",
    )
    fields = {name: f"customfield_{n}" for n, name in enumerate(names)}

    finding = looked_at(jira, profile=profile_from({"fields": fields}))["proposed fields"]

    assert (finding.state, finding.message) == ("ok", "Every field that a metric can use is mapped.")


def test_without_a_working_query_nothing_is_proposed(jira: JiraSimulator) -> None:
    """The query has its own line, which fails; this one only notes."""
    finding = looked_at(jira, jql="project = NOPE")["proposed fields"]

    assert finding.state == "note"
    assert finding.message.startswith("No fields are proposed: ")


def test_a_list_that_fails_costs_its_line_only(jira: JiraSimulator) -> None:
    findings = looked_at(jira, always(status(403), "/field"))

    assert findings["mapping"].state == "failed"
    assert findings["rate limit"].state == "ok"


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({}, "Jira's answers tell nothing of a rate limit."),
        (
            {"X-RateLimit-Remaining": "39", "X-RateLimit-Limit": "40", "X-Other": "1"},
            "Jira's answers tell of a rate limit (X-RateLimit-Limit: 40, X-RateLimit-Remaining: 39).",
        ),
    ],
)
def test_rate_limit_headers_are_shown(jira: JiraSimulator, headers: dict[str, str], says: str) -> None:
    """By name, in order; or that there are none."""

    def limit(exchange: Exchange) -> None:
        answer = exchange.genuine()
        answer.headers = {k: v for k, v in answer.headers.items() if "RateLimit" not in k} | headers
        exchange.pass_on(answer)

    assert looked_at(jira, always(limit))["rate limit"].message == says


@pytest.mark.parametrize(
    ("count", "dialect", "page_size", "calls"),
    [(120, "cloud", 100, 9), (5000, "cloud", 100, 61), (5000, "dc", 200, 29)],
)
def test_the_estimate_counts_pages_sweeps_and_bulk_calls(
    count: int, dialect: str, page_size: int, calls: int
) -> None:
    assert estimate(count, page_size, dialect, 0.3)[0] == calls


def test_a_long_fetch_is_bound_by_the_rate() -> None:
    assert estimate(100_000, 100, "cloud", 0.3)[1] == pytest.approx(104.4, abs=2)


@pytest.mark.parametrize(
    ("count", "page_size", "page_s", "seconds"),
    [
        (0, 100, 0.0, 0.0),
        (100, 100, 0.0, 0.07),  # nothing but decoding
        (1200, 100, 1.0, 7.8),  # six rounds, twelve pages at once
        (1300, 100, 1.0, 8.9),  # the thirteenth page waits
        (200, 200, 2.0, 14.1),
    ],
)
def test_a_fetch_takes_as_long_as_jira_answers(
    count: int, page_size: int, page_s: float, seconds: float
) -> None:
    assert estimate(count, page_size, "dc", page_s)[1] == pytest.approx(seconds, abs=0.05)


def test_a_finding_is_a_document() -> None:
    finding = CheckFinding("query", "note", "Empty.", "Look.")

    assert finding.as_document() == {"name": "query", "state": "note", "message": "Empty.", "hint": "Look."}
