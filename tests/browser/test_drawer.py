"""The drawer as a bench: rows are searched, sorted, grouped, and taken to a Jira; the address has it all."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

FIRST = '.ag-center-cols-container .ag-row[row-index="0"] .ag-cell[col-id="{}"]'
KEYS = ".ag-pinned-left-cols-container .ag-row .key"


def count_of(page: Page, found: int, of: int) -> None:
    """Wait until the drawer says how many of its rows it shows, and shows so many."""
    words = f"{of} rows" if found == of else f"{found} of {of} rows"
    expect(page.locator(".bench-count")).to_have_text(words)
    page.wait_for_function(
        f"() => document.querySelector('.ag-root')?.getAttribute('aria-rowcount') === '{found + 1}'"
    )


def opened(visits: Visits, query: str, width: int = 1440) -> tuple[Page, int]:
    """Open a drawer; return its page, and how many rows its chip promises."""
    visitor = visits()
    visitor.page.set_viewport_size({"width": width, "height": 844})
    page = visitor.open(f"/flow?panel=flow_time{query}")
    page.locator(KEYS).first.wait_for(timeout=30_000)
    return page, int(re.match(r"\d+", page.locator(".chip.chosen").first.inner_text())[0])


def test_the_longest_stand_first_and_weigh_most(visit: Visits) -> None:
    """The few that are named as half of the time above P85 are the first rows."""
    page, n = opened(visit, "")
    count_of(page, n, n)
    weight = page.locator(".drawer-head dd", has_text="above P85").inner_text()
    named = weight.rsplit(": ", 1)[1].removesuffix(", ...").split(", ")

    assert re.search(r"\d+ of the \d+ issues above P85 \([\d.]+ days\) (is|are) \d+ %", weight)
    assert page.locator(KEYS).all_inner_texts()[: len(named)] == named
    expect(page.locator('.ag-header-cell[col-id="days"]')).to_have_attribute("aria-sort", "descending")


def test_search_sort_and_address(visit: Visits) -> None:
    """What is typed narrows the rows, a head sorts them, and the address brings both back."""
    page, n = opened(visit, "")
    before = page.evaluate("history.length")
    for part in ("inv", "invoice"):
        page.locator("#drawer-find").fill(part)
        expect(page).to_have_url(re.compile(f"find={part}$"))
    assert page.evaluate("history.length") == before
    expect(page).to_have_url(re.compile("find=invoice"))
    expect(page.locator(".bench-count")).to_have_text(re.compile(rf"^\d+ of {n} rows$"))
    found = int(page.locator(".bench-count").inner_text().split()[0])
    count_of(page, found, n)
    page.locator(".ag-header-cell-text", has_text="Summary").click()
    expect(page).to_have_url(re.compile("find=invoice&sort=summary"))
    first = page.locator(FIRST.format("summary"))
    expect(first).to_contain_text(re.compile("invoice", re.IGNORECASE))
    shown = first.inner_text()
    with page.expect_download() as taken:
        page.get_by_role("dialog").get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text(encoding="utf-8"), newline="")))
    page.reload()

    assert 0 < found < n
    assert (len(rows), rows[0]["summary"]) == (found, shown)
    count_of(page, found, n)
    expect(page.locator("#drawer-find")).to_have_value("invoice")
    expect(first).to_have_text(shown)
    page.locator("#drawer-find").fill("")
    count_of(page, n, n)


def test_groups_add_up_and_show_their_rows(visit: Visits) -> None:
    """Every issue has one type: the counts add up to the number, and a group has as many rows as it says."""
    page, n = opened(visit, "")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="type", exact=True).click()
    rows = page.locator(".group-table tbody tr")
    rows.first.wait_for()
    counts = [int(text) for text in rows.locator("td:nth-of-type(2)").all_inner_texts()]
    rows.first.get_by_role("button").click()

    assert sum(counts) == n
    assert counts == sorted(counts, reverse=True)
    count_of(page, counts[0], n)
    expect(page).to_have_url(re.compile("by=type&group="))
    dialog.get_by_role("button", name="type", exact=True).click()
    count_of(page, n, n)
    expect(page.locator(".group-table")).to_have_count(0)


def test_keys_are_copied_as_a_query(visit: Visits) -> None:
    """In the order of the table; sample data have no Jira to be opened in."""
    page, n = opened(visit, "&find=invoice")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keys = page.locator(KEYS).all_inner_texts()
    page.get_by_role("button", name="Copy as JQL").click()
    expect(page.locator("#live")).to_have_text(re.compile(r"The query for \d+ issues? is copied\."))
    query = page.evaluate("navigator.clipboard.readText()")

    assert n > len(keys) > 1
    assert query.startswith(f"key in ({', '.join(keys[:5])}")
    expect(page.get_by_role("link", name="Open in Jira")).to_have_count(0)


def test_columns_are_chosen_by_keyboard_and_kept(visit: Visits) -> None:
    """The list stays within the drawer; what was chosen is there after a reload."""
    page, _ = opened(visit, "")
    expect(page.locator('.ag-header-cell[col-id="type"]')).to_be_visible()
    summary = page.locator("summary", has_text="Columns")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Type", exact=True).press("Enter")
    expect(page.locator('.ag-header-cell[col-id="type"]')).to_have_count(0)
    page.reload()
    page.locator(KEYS).first.wait_for(timeout=30_000)

    expect(page.locator('.ag-header-cell[col-id="status"]')).to_be_visible()
    expect(page.locator('.ag-header-cell[col-id="type"]')).to_have_count(0)


@pytest.mark.parametrize(("width", "most"), [(390, 3), (1366, 9), (1440, 9), (1920, 9)])
def test_columns_fit(visit: Visits, width: int, most: int) -> None:
    """The table does not scroll sideways, the summary has room, and keys are whole."""
    page, _ = opened(visit, "", width)
    page.locator('[data-action="column"][aria-pressed="true"]').first.wait_for(state="attached")
    page.wait_for_timeout(300)
    inner, outer = page.evaluate(
        "() => { const box = document.querySelector('.ag-center-cols-viewport');"
        " return [box.scrollWidth, box.clientWidth]; }"
    )
    summary = page.locator(FIRST.format("summary")).bounding_box()
    clipped = page.evaluate(
        "() => [...document.querySelectorAll('.ag-row .key')]"
        ".filter((key) => key.scrollWidth > key.clientWidth + 1).length"
    )

    assert inner <= outer
    assert summary["width"] >= min(110, 0.25 * width)
    assert page.locator(".ag-header-cell").count() <= most
    assert clipped == 0
