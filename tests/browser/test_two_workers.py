"""Two processes behind one address, in a browser: what is told, stopped and saved is the same in both."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.persistence import load_profile, save_profile, save_token
from data.simulator.server import JiraSimulator
from tests.browser.conftest import Visits
from tests.support.calls import job
from tests.support.commands import hosted

# Connections of their own, which either process takes.
LOOKS = 8


@pytest.fixture(scope="module")
def slow() -> Iterator[JiraSimulator]:
    """Return a Jira that may be told to take its time."""
    with JiraSimulator(issues=300) as jira:
        yield jira


@pytest.fixture(scope="module")
def visits(
    browser: Browser, slow: JiraSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Visits, Home]]:
    """Open pages of two workers over the home of a team that reads that Jira."""
    home = Home(tmp_path_factory.mktemp("two"))
    jira = JiraSettings(url=slow.url, email=slow.email, jql="created is not EMPTY", dialect="cloud")
    save_profile(home, "default", Profile(jira=jira))
    save_token(home, "default", slow.url, Secret(slow.token))
    with hosted(home.root) as server:
        opened = Visits(browser, server.url)
        yield opened, home
        opened.close()


def own_numbers(page: Page) -> None:
    expect(page.locator(".heading:visible .about")).to_contain_text(
        re.compile(r"of 300 issues in scope"), timeout=60_000
    )


def working_days(page: Page):  # Playwright's locator
    return page.locator("section[aria-labelledby=settings-rules]").get_by_role("textbox", name="Working days")


def test_two_processes_are_one_dashboard(visits: tuple[Visits, Home], slow: JiraSimulator) -> None:
    """A sync is told steadily and stopped; settings saved in one window are seen in the other."""
    visit, home = visits
    one, two = visit().page, visit().page
    one.goto(visit.url)
    own_numbers(one)
    slow.latency_s = 20.0
    one.get_by_role("button", name="Sync now").click()
    expect(one.locator("#job")).to_contain_text("Reading Jira")
    two.goto(visit.url)
    expect(two.locator("#job")).to_contain_text("Reading Jira")
    looks = [job(visit.url) for _ in range(LOOKS)]
    two.get_by_role("button", name="Cancel").dispatch_event("click")  # the line is drawn anew every second
    for page in (one, two):
        expect(page.locator("#job")).to_contain_text(re.compile("was stopped|was cancelled"))
    stopped = [job(visit.url) for _ in range(LOOKS)]
    slow.latency_s = 0.0
    one.get_by_role("button", name="Sync now").click()
    expect(one.locator("#job")).to_be_empty()
    one.goto(f"{visit.url}/settings")
    working_days(one).click()
    one.get_by_role("option", name="yes", exact=True).click()
    one.get_by_role("region", name="Changes that are not saved").get_by_role("button", name="Save").click()
    expect(one.locator("#live")).to_contain_text("Saved")
    for _ in range(2):
        two.goto(f"{visit.url}/settings")
        expect(working_days(two)).to_have_value("yes")

    assert [look["poll"]["disabled"] for look in looks] == [False] * LOOKS
    assert all("Reading Jira" in json.dumps(look["job"]["children"]) for look in looks)
    assert [look["poll"]["disabled"] for look in stopped] == [True] * LOOKS
    assert len({json.dumps(look["job"]["children"]) for look in stopped}) == 1
    profile = load_profile(home, "default")
    assert profile is not None
    assert profile.business_days


def test_the_sample_data_are_the_same_in_both(visits: tuple[Visits, Home]) -> None:
    """They come by themselves, are read again by Sync now, and are whole in every answer."""
    visit, _ = visits
    page = visit().page
    page.goto(f"{visit.url}/?src=demo")
    expect(page.locator(".heading:visible .about")).to_contain_text(
        re.compile(r"of 2\s?\d{3} issues in scope"), timeout=60_000
    )
    expect(page.locator("#job .job")).to_have_count(0)
    before = page.locator("#status [data-instant]").get_attribute("data-instant")
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator("#status [data-instant]")).not_to_have_attribute("data-instant", before or "")
    expect(page.locator("#job .job")).to_have_count(0)
    told = []
    for _ in range(2):
        page.reload()
        page.locator("article.card .figure:visible").first.wait_for()
        told.append(page.locator("article.card .figure:visible").all_inner_texts())

    assert len({str(each) for each in told}) == 1
    assert len(told[0]) > 5
