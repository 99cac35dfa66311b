"""A lead's Monday: an event marked, the period cut at it, the view kept, all profiles seen."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import axe_source, findings
from tests.browser.conftest import Visitor
from tests.support.commands import printed, served, written
from tests.support.examples import example_a

PERIOD = "from=2026-02-02&to=2026-03-15"


@pytest.fixture
def visitor(browser: Browser, tmp_path) -> Iterator[Visitor]:
    """Return a visitor of a home with two profiles, who may see no error and no foreign request."""
    axe_source()
    for name in ("shop", "search"):
        printed(tmp_path, "import", written(tmp_path / "a.ndjson", example_a().issues), "--profile", name)
    for url in served(tmp_path, "--profile", "shop"):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        one = Visitor(context, url)
        yield one
        context.close()
        assert one.complaints == []
        assert one.foreign() == []


def test_from_an_event_to_the_screen_on_the_wall(visitor: Visitor) -> None:
    page = visitor.open(f"/flow?{PERIOD}")
    page.get_by_role("button", name="Edit events").click()
    dialog = page.get_by_role("dialog")
    told = dialog.locator("#events-told")

    dialog.get_by_label("Day", exact=True).fill(str(dt.date.today() + dt.timedelta(days=2)))
    dialog.get_by_label("What happened").fill("Second <b>team</b>")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(told).to_contain_text("has not come yet")
    dialog.get_by_label("Day", exact=True).fill("2026-03-04")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(told).to_have_text("Added: 2026-03-04 Second <b>team</b>.")
    assert findings(page) == []
    page.keyboard.press("Escape")

    expect(page.locator("#velocity .annotation-text", has_text="Second <b>team</b>").first).to_be_visible()
    page.locator('#velocity [data-action="menu"]').click()
    page.locator("#velocity").get_by_text("Table", exact=True).click()
    expect(page.locator("#velocity .table-box")).to_contain_text("2026-03-04 Event: Second <b>team</b>")
    page.get_by_text("Before and after", exact=True).click()
    page.get_by_role("link", name="2026-03-04 Second <b>team</b>").click()
    expect(page.locator(".cut")).to_contain_text("evidence and not a cause")
    expect(page).to_have_url(re.compile("cut=2026-03-04"))
    assert findings(page) == []

    page.locator(".page-tools summary", has_text="Views").click()
    page.get_by_role("button", name="Save or edit views").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("The move")
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("button", name="Opens first: The move").click()
    expect(page.get_by_role("button", name="Opens first: The move")).to_have_attribute("aria-pressed", "true")
    visitor.open("/")
    expect(page).to_have_url(re.compile(rf"/flow\?{PERIOD}&cut=2026-03-04$"))

    page.get_by_role("link", name="All profiles").click()
    expect(page.locator(".glance-number").nth(1)).to_be_visible()
    expect(page.locator(".glance")).to_have_count(2)
    assert findings(page) == []

    visitor.open(f"/?{PERIOD}&present=1")
    expect(page.locator("#present")).to_contain_text("Paused. Arrows turn the pages.")
    page.keyboard.press("Escape")
    expect(page.locator("#present")).to_be_hidden()
