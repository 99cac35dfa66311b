"""The pages on a phone: one hand, one direction."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from ui.pages.registry import PAGES

SCREEN = 844


@pytest.mark.parametrize("path", ["/", "/dora", "/flow", "/settings", "/diagnostics"])
def test_no_page_is_wider_than_the_phone(visit: Visits, path: str) -> None:
    """No sideways scroll, and the navigation is at the bottom with targets for a thumb."""
    visitor = visit("phone")
    page = visitor.page
    page.goto(visit.url + path)
    page.locator("#main h1:visible").wait_for()
    visitor.settled()
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        links = page.locator("nav.pages a:visible")
        boxes = [links.nth(place).bounding_box() for place in range(links.count())]

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert len(boxes) == len([spec for spec in PAGES if spec.in_navigation])
        assert all(box and box["height"] >= 44 and box["y"] > 700 for box in boxes)


def test_the_overview_is_three_screens(visit: Visits) -> None:
    """Everything of the Overview within three screens of a phone."""
    visitor = visit("phone")
    page = visitor.open()
    visitor.settled()

    assert page.evaluate("document.documentElement.scrollHeight") <= 3 * SCREEN


def test_filters_are_a_sheet(visit: Visits) -> None:
    """One button says what is filtered and opens the sheet; Escape closes it and focus returns."""
    page = visit("phone").open("/flow?project=WEB")
    button = page.locator("#filters-button")
    expect(button).to_contain_text("last 90 days, WEB")
    expect(page.locator(".filters")).to_be_hidden()
    button.click()
    expect(page.locator(".filters")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.locator("#filter-period").click()
    page.get_by_role("option", name="Last 30 days").click()
    expect(page.locator("#heading-flow")).to_contain_text("30 days")
    page.get_by_role("button", name="Done").click()

    expect(page.locator(".filters")).to_be_hidden()
    expect(button).to_contain_text("last 30 days, WEB")
    button.click()
    page.keyboard.press("Escape")
    expect(page.locator(".filters")).to_be_hidden()
    expect(button).to_be_focused()


def test_the_bottom_bar_changes_the_page(visit: Visits) -> None:
    """A tap leads to the next page, and the drawer fills the screen there."""
    page = visit("phone").open()
    page.locator("nav.pages").get_by_role("link", name="Flow").click()
    expect(page.locator("h1:visible")).to_have_text("Flow")
    page.locator("#cards-flow button.more").first.click()
    dialog = page.get_by_role("dialog")

    expect(dialog).to_be_visible()
    expect(page).to_have_url(re.compile("panel=flow_velocity"))
    page.wait_for_function(
        "() => Math.round(document.querySelector('.mantine-Drawer-content').getBoundingClientRect().width)"
        " === window.innerWidth"
    )
