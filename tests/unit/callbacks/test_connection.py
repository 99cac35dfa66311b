"""Connecting from the page: what is wrong stands beside its field, and what does not work is not saved."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.connection import (
    Typed,
    bound,
    connect,
    draft_of,
    form_of,
    look_at,
    price_words,
    target_of,
    token_words,
)
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.checks.connection import first_zone
from data.checks.draft import Price
from data.mapping.field_reading import Readings
from data.persistence import (
    load_profile,
    load_token,
    save_profile,
    save_profile_text,
    save_token,
    token_origin,
)
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.workspace import Workspace
from tests.servers.fault_server import Fault, FaultServer, login_page, redirect, status, too_many

TODAY = dt.datetime.now(dt.UTC).date()
JQL = 'project in ("WEB")'


@pytest.fixture(scope="module")
def cloud() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=80, today=TODAY) as simulator:
        yield simulator


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    home = Home(tmp_path)
    workspace = Workspace(home, {}, resolve(home, "demo", {}))
    yield workspace
    workspace.close()
    workspace.jobs.join("default", 10)


def filled(jira: JiraSimulator, **changes: str) -> Typed:
    given = {"url": jira.url, "email": jira.email, "token": jira.token, "jql": JQL}
    return Typed.from_fields({**given, **changes})


def saved(workspace: Workspace, jira: JiraSimulator, **changes: str) -> object:
    typed = filled(jira, **changes)
    draft = draft_of(workspace, "default", typed)
    return connect(workspace, Readings(workspace.home), "default", draft, new_token=bool(typed.token))


def test_a_connection_is_saved_and_its_sync_begins(workspace: Workspace, cloud: JiraSimulator) -> None:
    """Profile, token and sure fields on disk; the dashboard shows the new profile and reads it."""
    assert saved(workspace, cloud) is None
    workspace.jobs.join("default", 60)

    profile = load_profile(workspace.home, "default")
    assert profile is not None
    assert profile.jira == JiraSettings(url=cloud.url, email=cloud.email, jql=JQL)
    assert profile.fields["story_points"].startswith("customfield_")
    assert "proposed" in profile.provenance["story_points"]
    assert load_token(workspace.home, "default", cloud.url) == Secret(cloud.token)
    assert workspace.shown == "default"
    assert workspace.jobs.state("default").error is None
    assert workspace.pipeline().status().stored > 0


def test_a_new_profile_lives_where_its_account_lives(workspace: Workspace) -> None:
    """Days begin in the account's zone, which the check says before; a profile that exists keeps its own."""
    with JiraSimulator(issues=80, today=TODAY, time_zone="Europe/Berlin") as jira:
        told = [one.message for one in look_at(workspace, "default", filled(jira)).verdict.findings]
        saved(workspace, jira)
        workspace.jobs.join("default", 60)
        first = load_profile(workspace.home, "default")
        save_profile(workspace.home, "default", Profile(timezone="Asia/Tokyo"))
        workspace.reload("default")
        saved(workspace, jira)
        workspace.jobs.join("default", 60)
        second = load_profile(workspace.home, "default")

    assert "Days and weeks begin in Europe/Berlin." in told
    assert [profile.timezone for profile in (first, second) if profile] == ["Europe/Berlin", "Asia/Tokyo"]


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd"])
def test_a_zone_that_is_none_is_not_taken(zone: str) -> None:
    assert first_zone(zone, "UTC") == "UTC"


def test_a_personal_access_token_is_sent_without_an_email(workspace: Workspace) -> None:
    """What stood in the e-mail field before the address became one of a Data Center is not used."""
    with JiraSimulator(issues=40, dialect="dc", today=TODAY) as jira:
        assert saved(workspace, jira) is None
        workspace.jobs.join("default", 60)

    profile = load_profile(workspace.home, "default")
    assert profile is not None
    assert profile.jira.email == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "ftp://jira.example.org"}, "url"),
        ({"url": "http://jira.example.org"}, "url"),
        ({"token": ""}, "token"),
        ({"token": "no" + "pe"}, "token"),
        ({"email": ""}, "email"),
        ({"jql": ""}, "jql"),
        ({"jql": "projekt = WEB"}, "jql"),
        ({"jql": 'project in ("NOPE")'}, "jql"),
    ],
)
def test_what_does_not_work_is_not_saved(
    workspace: Workspace, cloud: JiraSimulator, changes: dict[str, str], field: str
) -> None:
    """The last good configuration stays in force, byte for byte."""
    save_profile_text(workspace.home, "default", '# mine\ntimezone = "Asia/Tokyo"\n')
    fault = saved(workspace, cloud, **changes)

    assert fault is not None
    assert fault.field == field
    assert fault.cause
    assert fault.remedy
    assert (workspace.home.profiles / "default.toml").read_text() == '# mine\ntimezone = "Asia/Tokyo"\n'
    assert not workspace.home.secrets.exists()
    assert workspace.shown == "demo"


def only(fault: Fault, *, spare: str = "") -> object:
    return lambda _number, request: None if spare and spare in request.path else fault


# Every answer of what is not a Jira: fault, field, words of the cause, words of the remedy.
ODD_ANSWERS = [
    (status(401), "token", "expired", "token"),
    (status(403, b"{}"), "token", "403", "Browse Projects"),
    (status(403, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE"), "token", "CAPTCHA", "Log in to Jira"),
    (status(404, b"{}"), "url", "404", "Check the address"),
    (status(410, b"{}"), "url", "410", "CHANGE-2046"),
    (too_many("50"), "url", "50 s", "Try again"),
    (login_page, "url", "login form", "single sign-on"),
    (redirect("https://sso.example.com/"), "url", "sso.example.com", ""),
]


@pytest.mark.parametrize("place", range(len(ODD_ANSWERS)))
def test_every_odd_answer_leads_to_its_remedy(workspace: Workspace, cloud: JiraSimulator, place: int) -> None:
    """Named beside the field, in words of the page, after one attempt with credentials."""
    fault, field, cause, remedy = ODD_ANSWERS[place]
    with FaultServer(cloud.handle, only(fault, spare="serverInfo")) as server:
        seen = look_at(workspace, "default", filled(cloud, url=server.url))
        attempts = sum("authorization" in request.headers for request in server.seen)

    found = seen.verdict.fault
    assert found is not None
    assert found.field == field
    assert cause in found.cause
    assert remedy in found.remedy
    assert "JIRA_URL" not in found.cause + found.remedy
    assert attempts <= 2  # the server says what it is, then one try of the account


def test_an_account_that_sees_nothing(workspace: Workspace, cloud: JiraSimulator) -> None:
    empty = status(200, b'{"values": [], "isLast": true, "total": 0}')
    with FaultServer(
        cloud.handle, lambda _n, request: empty if "project/search" in request.path else None
    ) as server:
        seen = look_at(workspace, "default", filled(cloud, url=server.url))

    assert seen.verdict.fault is not None
    assert seen.verdict.fault.cause == "The account can see no project."
    assert "Browse Projects" in seen.verdict.fault.remedy


def test_a_scoped_token_is_offered_the_gateway(workspace: Workspace) -> None:
    with JiraSimulator(issues=20, scoped_token=True, today=TODAY) as jira:
        refused = look_at(workspace, "default", filled(jira))
        accepted = look_at(workspace, "default", filled(jira, url=jira.gateway_url))

    assert refused.verdict.fault is not None
    assert refused.verdict.fault.gateway.endswith(f"/ex/jira/{jira.cloud_id}")
    assert accepted.verdict.fault is None


def test_nobody_is_at_the_address(workspace: Workspace, cloud: JiraSimulator) -> None:
    with JiraSimulator(issues=1, today=TODAY) as gone:
        url = gone.url
    seen = look_at(workspace, "default", filled(cloud, url=url))

    assert seen.verdict.fault is not None
    assert seen.verdict.fault.field == "url"


@pytest.mark.parametrize(
    ("email", "token", "says"),
    [("", "x", "Enter the e-mail"), ("a@example.org", "", "Enter an API token")],
)
def test_credentials_are_asked_for_one_by_one(
    workspace: Workspace, cloud: JiraSimulator, email: str, token: str, says: str
) -> None:
    """Nothing is sent with half of them."""
    before = len(cloud.request_log)
    seen = look_at(workspace, "default", filled(cloud, email=email, token=token))

    assert says in seen.prompt
    assert seen.needs_email
    assert {entry.path for entry in cloud.request_log[before:]} <= {
        "/rest/api/2/serverInfo",
        "/rest/api/3/serverInfo",
    }


def test_a_token_belongs_to_its_address(workspace: Workspace, cloud: JiraSimulator) -> None:
    """With another address in the field the saved one is not sent, and the page says whose it is."""
    save_token(workspace.home, "default", "https://old.example.org", Secret("x"))
    with FaultServer(cloud.handle) as server:
        seen = look_at(workspace, "default", filled(cloud, url=server.url, token=""))
        sent = [request for request in server.seen if "authorization" in request.headers]

    assert "belongs to https://old.example.org" in seen.token
    assert "Enter an API token" in seen.prompt
    assert sent == []
    assert token_origin(workspace.home, "default") == "https://old.example.org"


@pytest.mark.parametrize(
    ("url", "typed_for", "kept"),
    [
        ("https://a.example.org/jira", "https://a.example.org", True),
        ("a.example.org", "https://a.example.org", True),
        ("https://A.example.org", "https://a.example.org", True),
        ("https://b.example.org", "https://a.example.org", False),
        ("https://a.example.org:8443", "https://a.example.org", False),
        ("http://a.example.org", "https://a.example.org", False),
        ("https://a.example.org", "a.example.org/jira", True),
        ("https://b.example.org", "a.example.org", False),
        ("https://b.example.org", "", True),  # typed before there was an address
        ("https://b.example.org", None, True),
        ("", "https://a.example.org", True),  # nothing is sent anywhere
    ],
)
def test_a_typed_token_does_not_follow_a_changed_address(url: str, typed_for: str | None, kept: bool) -> None:
    assert bool(bound(Typed(url=url, token="x"), typed_for).token) is kept


def test_the_environment_wins_and_is_not_written_down(tmp_path: Path, cloud: JiraSimulator) -> None:
    home = Home(tmp_path)
    given = {"JIRA_URL": cloud.url, "JIRA_EMAIL": cloud.email, "JIRA_TOKEN": cloud.token}
    workspace = Workspace(home, given, resolve(home, "demo", given))
    form = form_of(workspace, "demo")
    typed = Typed(jql=JQL)
    fault = connect(
        workspace,
        Readings(workspace.home),
        form.target,
        draft_of(workspace, form.target, typed),
        new_token=False,
    )
    workspace.jobs.join("default", 60)

    assert set(form.fixed) == {"url", "email", "token"}
    assert fault is None
    profile = load_profile(home, form.target)
    assert profile is not None
    assert profile.jira == JiraSettings(jql=JQL)
    assert not home.secrets.exists()


def test_which_profile_is_edited(workspace: Workspace) -> None:
    """Not the sample data; the default one if it can be, else a new one."""
    assert target_of(workspace, "demo") == "default"

    save_profile(workspace.home, "team", Profile(jira=JiraSettings(url="https://jira.example.org")))
    assert target_of(workspace, "team") == "team"


def test_words_about_the_token_hold_no_token(workspace: Workspace) -> None:
    secret = "-".join(("quite", "secret"))
    save_token(workspace.home, "default", "https://jira.example.org", Secret(secret))
    told = [
        token_words(workspace, "default", url)
        for url in ("", "https://jira.example.org/x", "https://b.example")
    ]

    assert told[0] == told[1] == "set; type a new one to replace it"
    assert told[2].startswith("not set for this address")
    assert secret not in repr(Typed(token=secret)) + "".join(told)


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (Price(4812, 50, 20.0, True), "About 4\u202f812 issues, about 50 calls, 20 s."),
        (Price(1, 1, 0.1, False), "1 issue, about 1 call, 1 s."),
        (Price(90_000, 900, 120.0, False), "90\u202f000 issues, about 900 calls, 2 min."),
        (Price(0, 4, 0.0, False), "The query is valid and selects no issue."),
        (Price(None, 4, 0.0, False), "The query is valid; Jira does not tell how many issues it selects."),
    ],
)
def test_prices(price: Price, words: str) -> None:
    assert price_words(price) == words
