"""A first sync with somebody in its way: a second tab, a server that stops in the middle, a cancel."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.persistence import save_profile, save_token
from data.simulator.server import JiraSimulator
from tests.browser.conftest import Visits
from tests.support.commands import served

LATENCY_S = 0.6
ISSUES = 1_500


@pytest.fixture
def slow() -> Iterator[JiraSimulator]:
    """A Jira that takes its time: a first sync of it lasts some seconds."""
    today = dt.datetime.now(dt.UTC).date()
    with JiraSimulator(issues=ISSUES, today=today, latency_s=LATENCY_S) as simulator:
        yield simulator


@pytest.fixture
def home(tmp_path: Path, slow: JiraSimulator) -> Path:
    """A home whose profile reads that Jira."""
    jira = JiraSettings(url=slow.url, email=slow.email, jql="created is not EMPTY", dialect="cloud")
    save_profile(Home(tmp_path), "default", Profile(jira=jira))
    save_token(Home(tmp_path), "default", slow.url, Secret(slow.token))
    return tmp_path


def progress(page: Page) -> None:
    """Wait until the page tells how far the sync is."""
    expect(page.locator("#job")).to_contain_text(re.compile(r"Reading Jira"), timeout=20_000)


def own_numbers(page: Page) -> None:
    figure = page.locator('article[data-metric="flow_velocity"] .figure:visible').first
    expect(figure).to_have_text(re.compile(r"\d"), timeout=60_000)
    expect(page.locator(".heading:visible .about")).to_contain_text(
        re.compile(r"of 1\s?500 issues in scope"), timeout=60_000
    )


def test_a_second_tab_sees_the_same_sync(browser: Browser, home: Path) -> None:
    """Both tell how far it is, and both have the numbers in the end."""
    server = served(home)
    visits = Visits(browser, next(server))
    tabs = [visits().page, visits("phone").page]
    for tab in tabs:
        tab.goto(visits.url)
    for tab in tabs:
        progress(tab)
    for tab in tabs:
        own_numbers(tab)
    visits.close()
    server.close()


def test_a_server_that_stops_in_the_middle_goes_on_later(browser: Browser, home: Path) -> None:
    """The second start does not fetch again what the first one had."""
    first = served(home)
    visits = Visits(browser, next(first))
    page = visits().page
    page.goto(visits.url)
    progress(page)
    expect(page.locator("#job")).to_contain_text(re.compile(r"\d00"), timeout=20_000)
    page.close()
    first.close()
    second = served(home)
    later = Visits(browser, next(second))
    page = later().page
    page.goto(later.url)
    own_numbers(page)
    later.close()
    second.close()
    events = [json.loads(line) for line in (home / "logs" / "app.log").read_text().splitlines()]
    resumed = [event for event in events if event["message"] == "sync.resumed"]
    fetched = [event["fetched"] for event in events if event["message"] == "sync.finished"]

    assert [event["staged"] > 0 for event in resumed] == [True]
    assert fetched == [ISSUES - resumed[0]["staged"]]


def test_a_cancelled_sync_says_so_and_keeps_what_it_has(browser: Browser, home: Path) -> None:
    """The line is gone soon (the page asks once a second); Sync now goes on."""
    server = served(home)
    visits = Visits(browser, next(server))
    page = visits().page
    page.goto(visits.url)
    progress(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#job")).to_contain_text("The work was stopped", timeout=8_000)
    page.get_by_role("button", name="Sync now").click()
    own_numbers(page)
    visits.close()
    server.close()
