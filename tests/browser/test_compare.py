"""The Compare page: rows beside each other, and the way from every number to its issues."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visits


def test_a_lead_compares_and_opens_what_is_behind(visit: Visits) -> None:
    """From projects to types, sorted, into a drawer and the history of the oldest; and on a phone."""
    page = visit().page
    page.goto(visit.url + "/compare")
    table = page.locator(".compare-table")
    expect(table.locator("tbody tr")).to_have_count(3, timeout=30_000)
    page.get_by_role("button", name="Types", exact=True).click()
    expect(page).to_have_url(re.compile("rows=type"))
    expect(table.get_by_role("columnheader", name="Request lead time")).to_be_visible()
    table.get_by_role("button", name=re.compile("^Flow time")).click()
    expect(table.locator("th[aria-sort=descending]")).to_contain_text("Flow time")
    first = table.locator("tbody tr").first
    name, cell = first.locator(".row-name").inner_text(), first.locator(".compare-cell[data-name=flow_time]")
    value = cell.locator(".num").inner_text()
    cell.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"type {name}")
    expect(dialog.locator(".drawer-value")).to_contain_text(re.compile(f"^{re.escape(value)} days"))
    expect(page.locator(".multiples figure")).not_to_have_count(0)
    page.keyboard.press("Escape")

    oldest = page.locator(".compare-cell[data-issue]:not([data-issue=''])").first
    key = oldest.get_attribute("data-issue") or ""
    expect(oldest).to_contain_text(key)
    oldest.click()
    expect(page).to_have_url(re.compile(f"panel=flow_load.*issue={key}"))
    expect(page.locator("#drawer-issue")).to_contain_text(key)

    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
