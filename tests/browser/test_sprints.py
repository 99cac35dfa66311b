"""From the Sprints page to the issues behind a number, and to the history of one of them."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visits


def test_a_lead_sees_what_became_of_a_sprint(visit: Visits) -> None:
    """The drawer has as many issues as the number says; an address restores it; the filters go along."""
    visitor = visit()
    page = visitor.open("/?project=PAY")
    page.get_by_role("link", name="Sprints", exact=True).click()
    expect(page.locator("h1:visible")).to_have_text("Sprints")
    row = page.locator(".sprint-table tbody tr").first
    expect(row.locator("th")).to_contain_text("PAY Sprint")
    done = row.locator("td").nth(3).get_by_role("button")
    n = int(done.inner_text())
    done.click()
    dialog = page.get_by_role("dialog")
    rows = dialog.locator("#drawer-issue tbody tr")

    expect(rows).to_have_count(n)
    expect(page).to_have_url(re.compile(r"project=PAY.*panel=sprints-\d+-done"))
    rows.first.get_by_role("button").click()
    expect(dialog.locator(".ribbon")).to_be_visible()
    page.reload()
    expect(dialog.locator("#drawer-issue > section table").last.locator("tbody tr")).to_have_count(n)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile("sprints.csv"))
    assert not visitor.complaints
