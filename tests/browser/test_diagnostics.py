"""The Diagnostics page in a browser: what was asked, whether the store is whole, and its own log."""

import io
import json
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

PANELS = (
    "Connection",
    "Store",
    "Requests",
    "Cache",
    "Timings",
    "Data quality",
    "Log",
    "Support bundle",
)


def opened(visit: Visits, size: str = "desktop", scheme: str = "light") -> Page:
    visitor = visit(size, scheme)
    visitor.page.goto(f"{visitor.url}/diagnostics")
    visitor.page.get_by_role("heading", name="Requests").wait_for(timeout=30_000)
    return visitor.page


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_every_panel_is_there_and_fits(visit: Visits, size: str, scheme: str) -> None:
    """No panel is wider than the window, whatever a log line holds."""
    page = opened(visit, size, scheme)
    names = page.locator("#main h2:visible").all_inner_texts()
    page.locator("#diagnostics-log .log-line").first.wait_for(timeout=15_000)

    assert [name for name in PANELS if name not in names] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator(".diagnostics-table").first).to_contain_text("full")


def test_the_store_is_looked_after(visit: Visits) -> None:
    page = opened(visit)
    page.get_by_role("button", name="Verify every row").click()
    expect(page.locator("#diagnostics-verified")).to_contain_text("is what was written", timeout=15_000)
    page.get_by_role("button", name="Make derived columns again").click()

    expect(page.locator("#diagnostics-verified")).to_contain_text("made again", timeout=15_000)


def test_fetching_everything_asks_first(visit: Visits) -> None:
    """The question tells the price; Escape leaves everything as it is."""
    page = opened(visit)
    page.get_by_role("button", name="Fetch everything again").click()
    dialog = page.get_by_role("dialog", name="Fetch everything again?")
    expect(dialog).to_contain_text("The last time it took")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    assert page.locator("#diagnostics-done").inner_text() == ""


def test_the_log_is_filtered_and_paused(visit: Visits) -> None:
    page = opened(visit)
    lines = page.locator("#diagnostics-log .log-line")
    lines.first.wait_for(timeout=15_000)
    page.get_by_label("Search", exact=True).fill("serve.started")
    expect(lines).to_have_count(1, timeout=10_000)
    page.get_by_label("Search", exact=True).fill("no such event anywhere")
    expect(page.locator("#diagnostics-log")).to_contain_text("No line matches.", timeout=10_000)
    page.get_by_role("button", name="Pause").click()

    expect(page.get_by_role("button", name="Go on")).to_be_visible()


def test_a_bundle_is_seen_before_it_is_saved(visit: Visits) -> None:
    """What is saved is what was shown; it names no issue."""
    page = opened(visit)
    page.get_by_role("button", name="Show what would be in it").click()
    link = page.get_by_role("link", name="Save the bundle")
    link.wait_for(timeout=15_000)
    shown = page.locator("#diagnostics-bundle pre").nth(2).text_content()
    with page.expect_download() as download:
        link.click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))

    assert json.loads(archive.read("cache.json"))["syncs"] == json.loads(shown or "{}")["syncs"]
    assert "WEB-1 " not in "".join(archive.read(name).decode() for name in archive.namelist())
