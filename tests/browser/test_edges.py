"""What a person sees when the store is damaged, the program is gone, or a token has no address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from data.simulator.server import JiraSimulator
from tests.browser.holding import HOLDING, hold
from tests.support.calls import EVERYTHING
from tests.support.commands import run, served

NUMBERS = "article.card .figure:visible"


@pytest.mark.parametrize("path", ["/", "/diagnostics"])
def test_a_damaged_store_is_mended_by_a_click(browser: Browser, tmp_path: Path, path: str) -> None:
    """On a page that has no numbers, the button brings them back."""
    with JiraSimulator(issues=150) as jira:
        known = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token}
        known["JIRA_JQL"] = EVERYTHING
        assert run(tmp_path, "sync", **known).returncode == 0
        store = next((tmp_path / "cache").glob("*.sqlite"))
        store.write_bytes(bytes(store.stat().st_size))
        for url in served(tmp_path, **known):
            page = browser.new_page()
            page.goto(url + path)
            expect(page.locator("#banner")).to_contain_text("damaged")
            page.get_by_role("button", name="Fetch everything again").first.click()
            expect(page.locator("#banner")).not_to_contain_text("damaged")
            page.goto(url)
            page.locator(NUMBERS).first.wait_for()
            page.close()


def test_a_program_that_is_gone_is_told_and_found_again(browser: Browser, tmp_path: Path) -> None:
    """Two answers that do not come are told; when it is there again the page goes on by itself."""
    server = served(tmp_path, "--demo")
    url = next(server)
    page = browser.new_page()
    page.goto(url)
    page.locator(NUMBERS).first.wait_for(timeout=60_000)
    page.locator("#job .job").wait_for(state="detached", timeout=60_000)
    page.route("**/*", lambda route: route.abort())
    for days in ("30", "180"):
        page.evaluate(f"window.dash_clientside.set_props('filter-period', {{ value: '{days}' }})")
        page.wait_for_timeout(300)
    expect(page.locator("#silence")).to_be_visible()
    page.unroute("**/*")
    expect(page.locator("#silence")).to_be_hidden()
    expect(page.locator("#heading-overview")).to_contain_text("180 days")
    page.close()
    server.close()


@contextmanager
def reading(browser: Browser, home: Path, script: str = "") -> Iterator[tuple[JiraSimulator, str, Page]]:
    """Serve a profile that has read a Jira; yield that Jira, the address, and a page with its numbers.

    Args:
        browser: opens the page.
        home: of the profile.
        script: what the page runs before anything of its own.
    """
    with JiraSimulator(issues=150) as jira:
        known = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token}
        known["JIRA_JQL"] = EVERYTHING
        assert run(home, "sync", **known).returncode == 0
        for url in served(home, **known):
            page = browser.new_page()
            page.add_init_script(script)
            page.goto(url)
            page.locator(NUMBERS).first.wait_for()
            yield jira, url, page
            page.close()


def test_pages_change_while_the_server_is_slow_to_tell_of_a_sync(browser: Browser, tmp_path: Path) -> None:
    """One question at a time is under way, pages wait for none of them, and the end of the sync is seen."""
    with reading(browser, tmp_path) as (jira, _url, page):
        jira.latency_s = 12.0
        page.get_by_role("button", name="Sync now").click()
        page.locator("#job .job").wait_for()
        polls = Polls(page)
        network = page.context.new_cdp_session(page)
        slow = {"offline": False, "latency": 2_000, "downloadThroughput": -1, "uploadThroughput": -1}
        network.send("Network.emulateNetworkConditions", slow)
        with page.expect_request(Polls.asks):
            pass
        page.get_by_role("link", name="Flow", exact=True).click()
        expect(page.locator("#page-flow")).to_be_visible(timeout=1_000)
        jira.latency_s = 0.0
        expect(page.locator("#job .job")).to_have_count(0, timeout=60_000)
        assert polls.most == 1
        assert polls.commands == []


def test_a_late_answer_about_another_profile_hides_no_sync(browser: Browser, tmp_path: Path) -> None:
    """Who turns to a profile that is being read sees that, whatever was asked of the one before."""
    with reading(browser, tmp_path, HOLDING) as (jira, url, page):
        jira.latency_s = 60.0
        page.get_by_role("button", name="Sync now").click()
        page.locator("#job .job").wait_for()
        page.goto(f"{url}/?src=demo")
        page.locator(NUMBERS).first.wait_for(timeout=60_000)
        page.locator("#job .job").wait_for(state="detached", timeout=60_000)
        hold(page, "job.children", "dash_clientside.shell.catchUp()")
        page.evaluate("""() => {
            window.holding = "";
            dash_clientside.set_props("filter-src", { value: "default" });
        }""")
        page.locator("#job .job").wait_for()
        page.evaluate("() => window.release()")
        page.wait_for_timeout(2_500)
        expect(page.locator("#job .job")).to_have_count(1)
        jira.latency_s = 0.0


class Polls:
    """How many questions about a job were under way at once; and what was asked of it meanwhile."""

    def __init__(self, page: Page) -> None:
        self.most = 0
        self.commands: list[Request] = []
        self._flying: set[Request] = set()
        page.on("request", self._asked)
        page.on("requestfinished", self._answered)

    @staticmethod
    def asks(request: Request) -> bool:
        """Tell whether a request asks how a job stands."""
        return '"output":"..job.children' in (request.post_data or "")

    def _asked(self, request: Request) -> None:
        if '"output":"poll.n_intervals"' in (request.post_data or ""):
            self.commands.append(request)
        if self.asks(request):
            self._flying.add(request)
            self.most = max(self.most, len(self._flying))

    def _answered(self, request: Request) -> None:
        self._flying.discard(request)


def test_a_token_that_runs_out_is_told_and_nothing_is_lost(browser: Browser, tmp_path: Path) -> None:
    """The sentence says what to do and where; the numbers stay, marked as not refreshed."""
    with JiraSimulator(issues=150) as jira:
        known = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_TOKEN": jira.token}
        assert run(tmp_path, "sync", JIRA_JQL=EVERYTHING, **known).returncode == 0
        for url in served(tmp_path, JIRA_JQL=EVERYTHING, **known):
            page = browser.new_page()
            page.goto(f"{url}/flow?days=180")
            page.locator(NUMBERS).first.wait_for()
            before = page.locator(NUMBERS).first.inner_text()
            jira.token = f"{jira.token}-of-yesterday"
            page.get_by_role("button", name="Sync now").click()
            told = page.locator("#job .error")
            expect(told).to_contain_text("Jira refused the token")
            expect(page.locator("#cards-flow .stale").first).to_have_text("not refreshed")
            assert "JIRA_" not in told.inner_text()
            assert page.locator(NUMBERS).first.inner_text() == before
            told.get_by_role("link", name="Open the settings").click()
            expect(page.locator("#settings-token")).to_be_visible()
            page.close()


def test_a_token_without_an_address_waits_for_a_click(browser: Browser, tmp_path: Path) -> None:
    """Settings offers the token of the environment for the typed address, and sends nothing before."""
    with JiraSimulator(issues=60) as jira:
        for url in served(tmp_path, "--demo", JIRA_TOKEN=jira.token):
            page = browser.new_page()
            page.goto(f"{url}/settings")
            page.locator("#settings-url").fill(jira.url)
            page.locator("#settings-url").press("Tab")
            page.locator("#settings-email").fill(jira.email)
            page.locator("#settings-email").press("Tab")
            offer = page.get_by_role("button", name=f"Use it for {jira.url}")
            expect(offer).to_be_visible()
            anonymous = [entry for entry in jira.request_log if entry.path.endswith("/myself")]
            offer.click()
            expect(page.locator("#settings-verdict")).to_contain_text("The account can see")
            page.close()

    assert anonymous == []
