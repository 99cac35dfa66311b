"""Settings as somebody uses them who has a Jira address, a token and a minute."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.simulator.server import JiraSimulator
from tests.browser.conftest import Visitor, Visits
from tests.commands import served
from tests.fault_server import FaultServer, status, too_many

TODAY = dt.datetime.now(dt.UTC).date()
FAULT = "#settings-verdict .fault"


@pytest.fixture(scope="module", params=["cloud", "dc"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=200, dialect=request.param, today=TODAY) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def cloud() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=200, today=TODAY) as simulator:
        yield simulator


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def fresh(browser: Browser, home: Path) -> Iterator[Visits]:
    """A server over an empty home, which shows sample data."""
    server = served(home)
    visits = Visits(browser, next(server))
    yield visits
    visits.close()
    server.close()


@pytest.fixture(scope="module")
def calm(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for those who save nothing."""
    yield from served(tmp_path_factory.mktemp("home"))


@pytest.fixture
def page(browser: Browser, calm: str) -> Iterator[Page]:
    """The Settings page of that server."""
    visits = Visits(browser, calm)
    page = visits().page
    page.goto(calm + "/settings")
    expect(page.locator("#settings-url")).to_be_visible(timeout=30_000)
    yield page
    visits.close()


class Clicks:
    """Clicks with the mouse, counted."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, locator) -> None:  # Playwright's locator
        locator.click()
        self.n += 1


def type_credentials(page: Page, jira: JiraSimulator, *, url: str = "", token: str = "") -> None:
    """Type address, e-mail if it is asked for, and token, with the Tab key between them."""
    expect(page.locator("#settings-url")).to_be_focused()
    page.keyboard.type(url or jira.url)
    page.keyboard.press("Tab")
    expect(page.locator("#settings-verdict")).not_to_be_empty(timeout=15_000)
    if page.locator("#settings-email").is_visible():
        page.locator("#settings-email").focus()
        page.keyboard.type(jira.email)
        page.keyboard.press("Tab")
    page.locator("#settings-token").focus()
    page.keyboard.type(token or jira.token)
    page.keyboard.press("Tab")


def secrets_of(visitor: Visitor, token: str) -> list[str]:
    """Collect, from now on, every answer that holds the token and every address that does."""
    found: list[str] = []

    def search(response) -> None:
        if token in response.url or (response.ok and token.encode() in response.body()):
            found.append(response.url)

    visitor.page.on("response", search)
    return found


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_sample_data_to_own_numbers(fresh: Visits, home: Path, jira: JiraSimulator, size: str) -> None:
    """Three clicks, four fields; afterwards the token is in its one file and nowhere else."""
    visitor, click = fresh(size), Clicks()
    leaked = secrets_of(visitor, jira.token)
    page = visitor.open()
    click(page.get_by_role("link", name="Connect your Jira").first)
    type_credentials(page, jira)
    expect(page.locator(".check-lines")).to_contain_text("can see 3 projects")
    page.locator("#settings-projects").focus()
    click(page.get_by_role("option", name=re.compile("WEB")))
    expect(page.locator("#settings-price")).to_contain_text(re.compile(r"\d+ issues, about \d+ calls, \d+ s"))
    page.keyboard.press("Escape")
    click(page.locator("#settings-connect"))

    expect(page).to_have_url(re.compile(r"/\?src=default$"), timeout=15_000)
    expect(page.locator(".status")).to_contain_text("synced", timeout=30_000)
    expect(page.locator('article[data-metric="flow_velocity"] .figure:visible').first).to_have_text(
        re.compile(r"\d")
    )
    assert click.n <= 3
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.documentElement.outerHTML])")
    assert jira.token not in kept
    assert leaked == []
    holders = [
        path for path in home.rglob("*") if path.is_file() and jira.token.encode() in path.read_bytes()
    ]
    assert [str(path.relative_to(home)) for path in holders] == ["secrets/default.json"]
    assert holders[0].stat().st_mode & 0o777 == 0o600


def test_connecting_by_keyboard_alone(fresh: Visits, cloud: JiraSimulator) -> None:
    """From the banner to the numbers without a mouse."""
    page = fresh().open()
    page.get_by_role("link", name="Connect your Jira").first.focus()
    page.keyboard.press("Enter")
    type_credentials(page, cloud)
    expect(page.locator(".check-lines")).to_contain_text("can see 3 projects")
    expect(page.locator("#settings-verify")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#settings-projects")).to_be_focused()
    page.keyboard.type("MOB")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#settings-price")).to_contain_text("issues")
    page.keyboard.press("Escape")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "settings-connect":
            break
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/\?src=default$"), timeout=15_000)


def test_a_wrong_token(page: Page, cloud: JiraSimulator) -> None:
    """Named beside the field with a way to another token; the right one mends it."""
    page.locator("#settings-url").focus()
    type_credentials(page, cloud, token="no" + "pe")

    expect(
        page.locator("#settings-token-error, .settings-panel [class*=InputWrapper-error]")
    ).to_contain_text("wrong, expired or revoked")
    expect(page.locator(FAULT)).to_contain_text("Create a new API token")
    expect(page.locator(FAULT).get_by_role("link")).to_have_attribute("href", re.compile("api-tokens"))
    expect(page.locator(FAULT).get_by_role("button", name="Use the gateway address")).to_be_visible()
    page.locator("#settings-token").fill(cloud.token)
    page.keyboard.press("Enter")
    expect(page.locator(".check-lines")).to_contain_text("Asking as")
    expect(page.locator("[class*=InputWrapper-error]")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("jira", "name service|no web address|not known|reach"),
        ("http://jira.example.org", "not encrypted"),
        ("http://127.0.0.1:9", "connection|reach|refused"),
    ],
)
def test_a_wrong_address(page: Page, typed: str, says: str) -> None:
    """The sentence stands beside the address, and the remedy below."""
    page.locator("#settings-url").fill(typed)
    page.keyboard.press("Tab")

    expect(page.locator("[class*=InputWrapper-error]").first).to_contain_text(
        re.compile(says, re.IGNORECASE), timeout=25_000
    )
    expect(page.locator(FAULT)).to_be_visible()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (status(403, b"{}"), "Browse Projects"),
        (too_many("50"), "Try again"),
        (status(403, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE"), "Log in to Jira"),
    ],
    ids=["no permission", "429", "captcha"],
)
def test_a_jira_that_refuses(page: Page, cloud: JiraSimulator, fault, says: str) -> None:
    """What the account may not do, and what Jira asks to wait for, is told with its remedy."""
    with FaultServer(
        cloud.handle, lambda _n, request: None if "serverInfo" in request.path else fault
    ) as server:
        page.locator("#settings-url").focus()
        type_credentials(page, cloud, url=server.url)

        expect(page.locator(FAULT)).to_contain_text(says, timeout=20_000)


def test_a_query_is_judged_by_jira(page: Page, cloud: JiraSimulator) -> None:
    """Its own words stand beside the query."""
    page.locator("#settings-url").focus()
    type_credentials(page, cloud)
    expect(page.locator(".check-lines")).to_be_visible()
    page.get_by_text("Advanced: the query itself").click()
    page.locator("#settings-jql").fill("projekt = WEB")
    page.keyboard.press("Tab")

    expect(page.locator("[class*=InputWrapper-error]").last).to_contain_text("projekt")
