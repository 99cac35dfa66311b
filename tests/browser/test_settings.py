"""Settings as somebody uses them who has a Jira address, a token and a minute."""

import contextlib
import datetime as dt
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from playwright.sync_api import Error as Gone

from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.persistence import load_profile, save_profile, save_token
from data.simulator.server import JiraSimulator
from tests.browser.conftest import Visitor, Visits
from tests.servers.code_hosts import FakeGitHub, Repo, serving
from tests.servers.fault_server import FaultServer, status, too_many
from tests.support.commands import served

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
def slow() -> Iterator[JiraSimulator]:
    """A Jira that takes its time."""
    with JiraSimulator(issues=50, today=TODAY, latency_s=1.0) as simulator:
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
        body = b""
        with contextlib.suppress(Gone):  # the page may be closed before the last answer is read
            body = response.body() if response.ok else b""
        if token in response.url or token.encode() in body:
            found.append(response.url)

    visitor.page.on("response", search)
    return found


def see_own_numbers(page: Page) -> None:
    """Wait until the sample data are gone, the sync has ended, and a card has its number."""
    expect(page.locator(".status .tag")).to_have_count(0, timeout=60_000)
    expect(page.locator(".status")).to_contain_text("synced", timeout=60_000)
    figure = page.locator('article[data-metric="flow_velocity"] .figure:visible').first
    expect(figure).to_have_text(re.compile(r"\d"), timeout=30_000)


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
    see_own_numbers(page)
    assert click.n <= 3
    assert page.evaluate("window.scrollY") == 0
    review = page.get_by_role("link", name=re.compile(r"Review mapping: \d+ sure, \d+ to check"))
    expect(review).to_be_visible()
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.documentElement.outerHTML])")
    assert jira.token not in kept
    assert leaked == []
    holders = [
        path for path in home.rglob("*") if path.is_file() and jira.token.encode() in path.read_bytes()
    ]
    assert [str(path.relative_to(home)) for path in holders] == ["secrets/default.json"]
    assert holders[0].stat().st_mode & 0o777 == 0o600
    review.click()
    expect(page.locator("details.map-line[open] input:focus")).to_be_in_viewport()


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


def test_the_form_takes_the_focus_however_late_it_comes(browser: Browser, calm: str) -> None:
    """Who follows the banner can type at once, also where a busy server sends the form after five seconds."""
    visits = Visits(browser, calm)
    page = visits().open()

    def late(route: Route) -> None:
        if "settings-source" in (route.request.post_data or ""):
            time.sleep(5)
        route.continue_()

    page.route(re.compile("_dash-update-component"), late)
    page.get_by_role("link", name="Connect your Jira").first.click()

    expect(page.locator("#settings-url")).to_be_focused()
    visits.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_section_has_an_address(browser: Browser, calm: str, size: str) -> None:
    """A link of the list leads there, is marked, stands in the address and gives the focus to a control."""
    visits = Visits(browser, calm)
    page = visits(size).page
    page.goto(calm + "/settings")
    expect(page.locator("#settings-url")).to_be_visible(timeout=30_000)
    entries = page.get_by_role("navigation", name="Sections of the settings")
    expect(entries.locator("[aria-current]")).to_have_text("Connection")
    entries.get_by_role("link", name="Workflow").click()
    expect(entries.locator("[aria-current]")).to_have_text("Workflow")
    expect(page).to_have_url(re.compile("#settings-workflow$"))
    inside = "document.activeElement.closest('section')?.getAttribute('aria-labelledby')"
    assert page.evaluate(inside) == "settings-workflow"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("nav.pages a[href^='/flow']").click()
    expect(page).to_have_url(re.compile(r"/flow[^#]*$"))
    visits.close()


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


def change_address(page: Page, cloud: JiraSimulator) -> None:
    """Type the address of another server, which hears nothing of the token; its field is cleared."""
    with FaultServer(cloud.handle) as other:
        page.locator("#settings-url").fill(other.url)
        page.keyboard.press("Enter")
        expect(page.locator("#settings-verdict")).to_contain_text("Enter an API token")

        assert other.seen
        assert not [request for request in other.seen if "authorization" in request.headers]
    expect(page.locator("#settings-token")).to_have_value("")


def test_a_typed_token_does_not_follow_a_changed_address(page: Page, cloud: JiraSimulator) -> None:
    """The other server hears nothing of it, and the field asks for it again."""
    page.locator("#settings-url").focus()
    type_credentials(page, cloud)
    expect(page.locator(".check-lines")).to_be_visible()
    change_address(page, cloud)


def test_a_token_does_not_follow_while_its_own_jira_thinks(
    page: Page, cloud: JiraSimulator, slow: JiraSimulator
) -> None:
    """Whose a token is does not wait for an answer: the other server hears nothing of it."""
    page.locator("#settings-url").focus()
    page.keyboard.type(slow.url)
    page.keyboard.press("Tab")
    expect(page.locator("#settings-email")).to_be_visible()
    page.locator("#settings-email").fill(slow.email)
    page.locator("#settings-token").fill(slow.token)
    change_address(page, cloud)


def test_projects_that_jira_still_counts_are_those_that_are_read(
    fresh: Visits, home: Path, slow: JiraSimulator
) -> None:
    """Whoever is quicker than a slow Jira gets what stands in the fields, and no sentence from before."""
    visitor = fresh()
    page = visitor.page
    page.goto(visitor.url + "/settings")
    expect(page.locator("#settings-url")).to_be_visible(timeout=30_000)
    page.locator("#settings-url").focus()
    type_credentials(page, slow)
    expect(page.locator(".check-lines")).to_contain_text("can see 3 projects")
    page.locator("#settings-connect").click()
    expect(page.locator("#settings-saved")).to_contain_text("No issues are chosen yet")
    page.locator("#settings-projects").focus()
    page.get_by_role("option", name=re.compile("WEB")).click()
    expect(page.locator("#settings-saved")).to_be_empty()
    page.keyboard.press("Escape")
    page.locator("#settings-connect").click()

    expect(page).to_have_url(re.compile(r"/\?src=default$"), timeout=60_000)
    profile = load_profile(Home(home), "default")
    assert profile is not None
    assert profile.jira.jql == 'project in ("WEB")'


def test_a_query_is_judged_by_jira(page: Page, cloud: JiraSimulator) -> None:
    """Its own words stand beside the query."""
    page.locator("#settings-url").focus()
    type_credentials(page, cloud)
    expect(page.locator(".check-lines")).to_be_visible()
    page.get_by_text("Advanced: the query itself").click()
    page.locator("#settings-jql").fill("projekt = WEB")
    page.keyboard.press("Tab")

    expect(page.locator("[class*=InputWrapper-error]").last).to_contain_text("projekt")


@pytest.fixture
def connected(browser: Browser, home: Path, cloud: JiraSimulator) -> Iterator[Visits]:
    """A server over a home whose default profile reads a Jira."""
    jira = JiraSettings(url=cloud.url, email=cloud.email, jql='project in ("WEB", "PAY")')
    save_profile(Home(home), "default", Profile(jira=jira))
    save_token(Home(home), "default", cloud.url, Secret(cloud.token))
    server = served(home)
    visits = Visits(browser, next(server))
    yield visits
    visits.close()
    server.close()


def settings_of(visits: Visits, size: str = "desktop") -> Page:
    """Return the Settings page once the first issues are there."""
    page = visits(size).open()
    expect(page.locator(".status")).to_contain_text("synced", timeout=30_000)
    page.locator("nav.pages a[href^='/settings']").click()
    expect(page.locator(".status-card").first).to_be_visible(timeout=15_000)
    return page


def bar_of(page: Page):  # Playwright's locator
    """The bar that has what was changed and is not saved."""
    return page.get_by_role("region", name="Changes that are not saved")


def save(page: Page) -> None:
    """Save what the bar has, and wait until it says so and is gone."""
    bar_of(page).get_by_role("button", name=re.compile("^Save")).click()
    expect(page.locator("#live")).to_contain_text("Saved")
    expect(bar_of(page)).to_have_count(0)


def efficiency(page: Page) -> str:
    page.locator("nav.pages a[href^='/flow']").click()
    figure = page.locator('article[data-metric="flow_efficiency"] .figure:visible').first
    expect(figure).to_have_text(re.compile(r"\d"))
    return figure.inner_text()


def test_a_status_is_dragged_to_another_stage(connected: Visits, home: Path) -> None:
    """The effect is told before it is saved, nothing is left behind unasked, and the other pages follow."""
    page = settings_of(connected)
    before = efficiency(page)
    page.locator("nav.pages a[href^='/settings']").click()
    card = page.locator(".status-card", has=page.get_by_text("In Review", exact=True))
    expect(card).to_have_class(re.compile("stage-waiting"))
    card.drag_to(page.locator(".board-head.stage-active"))

    expect(card).to_have_class(re.compile("stage-active"))
    expect(bar_of(page)).to_contain_text("1 change not saved: In Review: Active")
    expect(bar_of(page)).to_contain_text("Flow efficiency is")
    page.locator("nav.pages a[href^='/flow']").click()
    expect(page.get_by_role("dialog")).to_contain_text("One change is not saved.")
    page.get_by_role("button", name="Discard and go on").click()
    expect(page).to_have_url(re.compile(r"/flow[^#]*$"))
    page.locator("nav.pages a[href^='/settings']").click()
    expect(card).to_have_class(re.compile("stage-waiting"))
    expect(bar_of(page)).to_have_count(0)
    card.drag_to(page.locator(".board-head.stage-active"))
    expect(bar_of(page)).to_contain_text("Flow efficiency is")
    save(page)
    profile = load_profile(Home(home), "default")
    assert profile is not None
    assert profile.workflow.active == ("In Review",)
    page.locator("nav.pages a[href^='/flow']").click()
    expect(page.locator('article[data-metric="flow_efficiency"] .figure:visible').first).not_to_have_text(
        before
    )


def test_a_status_is_moved_and_a_field_is_looked_for_on_a_phone(connected: Visits) -> None:
    """By keyboard in the list of the status; no sideways scroll anywhere on the page."""
    page = settings_of(connected, "phone")
    stage = page.get_by_role("textbox", name="Stage of In Review")
    stage.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-combobox-selected]")).to_have_text("Waiting")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-combobox-selected]")).to_have_text("Active")
    page.keyboard.press("Enter")
    expect(stage).to_have_value("Active")
    expect(bar_of(page)).to_contain_text("Flow efficiency is")
    foot, top = stage.bounding_box(), bar_of(page).bounding_box()
    assert foot["y"] + foot["height"] <= top["y"], "the bar covers what is edited"
    page.locator("#settings-mapping-load").click()

    expect(page.locator("p.told")).to_contain_text("sure", timeout=20_000)
    expect(page.locator("details.map-line[open]")).to_have_count(page.locator(".standing.to-check").count())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def rule(page: Page, name: str):  # Playwright's locator
    return page.locator("section[aria-labelledby=settings-rules]").get_by_role("textbox", name=name)


def test_rules_are_told_before_they_are_saved(connected: Visits, home: Path) -> None:
    """A wrong date is named and nothing saved; working days and another zone change numbers and heading."""
    page = settings_of(connected)
    holidays = rule(page, "Holidays")
    holidays.focus()
    page.keyboard.type("25.12.2026")
    page.keyboard.press("Enter")
    expect(bar_of(page)).to_contain_text("'25.12.2026', which is not a date")
    page.keyboard.press("Control+s")
    expect(bar_of(page)).to_contain_text("which is not a date")
    assert "25.12.2026" not in (home / "profiles" / "default.toml").read_text()
    holidays.focus()
    page.keyboard.press("Backspace")
    rule(page, "Working days").click()
    page.get_by_role("option", name="yes", exact=True).click()
    # On some days of the week the median stays what it was, and only what it is made of changes.
    told = re.compile(r"Request lead time (is|keeps its value; what stands behind it changes)")
    expect(bar_of(page)).to_contain_text(told)
    zone = rule(page, "Time zone")
    zone.fill("Tokyo")
    page.get_by_role("option", name="Asia/Tokyo").click()
    expect(bar_of(page)).to_contain_text("2 changes not saved: Time zone Working days")
    expect(bar_of(page)).to_contain_text("Jira is not asked")
    page.go_back()
    expect(page.get_by_role("dialog")).to_contain_text("2 changes are not saved.")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/settings"))
    expect(zone).to_have_value("Asia/Tokyo")
    save(page)

    profile = load_profile(Home(home), "default")
    assert profile is not None
    assert (profile.timezone, profile.business_days, profile.holidays) == ("Asia/Tokyo", True, ())
    page.locator("nav.pages a[href^='/flow']").click()
    expect(page.locator("#heading-flow")).to_contain_text("Asia/Tokyo")


def test_a_mapping_is_saved_and_its_fields_are_fetched(connected: Visits, home: Path) -> None:
    """An address leads to the very field; what is sure waits for one click; then points exist as a metric."""
    page = settings_of(connected)
    page.goto(connected.url + "/settings#field=story_points")
    expect(page.locator("details.map-line[open] input:focus")).to_be_in_viewport()
    assert '"name":"story_points"' in page.evaluate("document.activeElement.id")
    page.locator("#settings-mapping-load").click()
    expect(bar_of(page)).to_contain_text("fetched again", timeout=20_000)
    expect(bar_of(page).get_by_role("button", name="Save & sync")).to_be_visible()
    save(page)

    profile = load_profile(Home(home), "default")
    assert profile is not None
    assert profile.fields["story_points"].startswith("customfield_")
    assert profile.provenance["story_points"].startswith("proposed, confidence 0.")


def test_repositories_from_their_fields_to_their_numbers(browser: Browser, home: Path) -> None:
    """A profile without a Jira: what is missing is asked for, one Save has it all, the token stays inside."""
    save_profile(Home(home), "team", Profile())
    shop, token = Repo("acme/shop"), "for" + "-the-browser"
    day = (TODAY - dt.timedelta(days=9)).isoformat()
    merge = shop.pull(1, "pay", first=day, opened=day, merged=day)
    shop.deploy(7, merge, day, ("success", day))
    server = served(home, "--profile", "team")
    with serving(FakeGitHub([shop])) as github:
        visits = Visits(browser, next(server))
        visitor = visits()
        page, leaked = visitor.page, secrets_of(visitor, token)
        page.goto(visits.url + "/settings?src=team")
        page.locator("summary", has_text="GitHub").click()
        group = page.locator("details", has=page.locator("summary", has_text="GitHub"))
        group.get_by_label("Address of the API").fill(github.url)
        group.get_by_label("Repositories").fill("acme/shop")
        page.keyboard.press("Enter")
        expect(group.locator(".verdict")).to_contain_text("Enter a token of GitHub")
        group.get_by_role("textbox", name="Token").fill(token)
        page.keyboard.press("Tab")
        expect(group.locator(".check-lines")).to_contain_text("GitHub acme/shop: It can be read")
        expect(bar_of(page)).to_contain_text("3 changes not saved")
        save(page)
        expect(group.get_by_role("textbox", name="Token")).to_have_value("")
        expect(group).to_contain_text("saved; type a new one to replace it")
        page.locator("nav.pages a[href^='/dora']").click()
        figure = page.locator('article[data-metric="change_lead_time"] .figure:visible').first
        expect(figure).to_have_text(re.compile(r"\d"), timeout=30_000)
        visits.close()
        server.close()

    assert leaked == []
    assert [
        path.name for path in home.rglob("*") if path.is_file() and token.encode() in path.read_bytes()
    ] == ["team.json"]


def test_profiles_from_copy_to_undo(connected: Visits, home: Path, cloud: JiraSimulator) -> None:
    """Copy, export, delete, take back, import: no step holds the token, and each says what it did."""
    page = settings_of(connected)
    told = page.locator("#settings-profile-told")
    page.locator("#settings-profile-name").fill("team-blue")
    page.get_by_role("button", name="Copy to").click()
    expect(told).to_contain_text("without its token")
    expect(page.locator("#settings-profile")).to_have_value("team-blue")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export without secrets").click()
    exported = Path(download.value.path()).read_text()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(told).to_contain_text("team-blue was deleted.")
    page.get_by_role("button", name="Take the deletion of team-blue back").click()
    expect(told).to_contain_text("team-blue is back.")
    page.locator("#settings-profiles input[type=file]").set_input_files(
        files=[{"name": "theirs.toml", "mimeType": "application/toml", "buffer": exported.encode()}]
    )
    expect(page).to_have_url(re.compile("src=theirs"))
    expect(told).to_contain_text("theirs was imported; enter its token above.")
    expect(page.locator("#settings-profile")).to_have_value("theirs")
    expect(page.locator("#settings-url")).to_have_value(cloud.url)
    expect(page.get_by_text("not set", exact=True)).to_be_visible()

    assert cloud.token not in exported
    assert cloud.email not in exported
    assert {path.name for path in (home / "secrets").iterdir() if path.is_file()} == {"default.json"}


def test_a_name_that_cannot_be_one(connected: Visits, home: Path) -> None:
    """The sentence stands beside the field, and no file is made."""
    page = settings_of(connected)
    page.locator("#settings-profile-name").fill("../x")
    page.get_by_role("button", name="Create", exact=True).click()

    expect(page.locator("[class*=InputWrapper-error]")).to_contain_text("cannot be the name of a profile")
    assert [path.name for path in (home / "profiles").iterdir()] == ["default.toml"]


def test_a_file_that_was_broken_by_hand(connected: Visits, home: Path) -> None:
    """The page says what is wrong with it, keeps the last good numbers, and begins again when asked to."""
    page = settings_of(connected)
    file = home / "profiles" / "default.toml"
    file.write_text("timezone = \n")
    page.locator("nav.pages a[href^='/flow']").click()
    expect(page.locator('article[data-metric="flow_velocity"] .figure:visible')).to_be_visible()
    page.goto(connected.url + "/settings")
    expect(page.locator("#settings-source")).to_contain_text("The profile default cannot be read")
    assert file.read_text() == "timezone = \n"
    page.get_by_role("button", name="Set it aside and start afresh").click()

    expect(page.locator("#settings-url")).to_have_value("", timeout=15_000)
    aside = {path.suffix: path.read_text() for path in (home / "profiles" / "aside").iterdir()}
    assert aside[".broken"] == "timezone = \n"
    assert "cannot be read" in aside[".txt"]
