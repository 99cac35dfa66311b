"""Take the pictures of the README anew: ``python -m tools.take_pictures``. All of it is simulated."""

import datetime as dt
import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from data.simulator.server import JiraSimulator
from tests.browser.conftest import FLAGS, SIZES
from tests.support.commands import ROOT, served

IMAGES = ROOT / "docs" / "images"
SCALE = 0.62


def main() -> None:
    """Write every picture into ``docs/images``."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for url in served(Path(home), "--demo"):
            dashboard(browser, url)
        browser.close()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for url in served(Path(home)):
            tour(browser, url)
        browser.close()


def dashboard(browser: Browser, url: str) -> None:
    """Overview, Flow, drawer, Forecast and the Overview on a phone, over the sample data."""
    page = opened(browser, url, "/")
    save(page, "overview")
    save(opened(browser, url, "/flow", scheme="dark", scroll=640), "flow-dark")
    page = opened(browser, url, "/flow?panel=flow_time")
    page.get_by_role("dialog").get_by_text("Formula").wait_for(timeout=30_000)
    page.locator(".ag-row").first.wait_for(timeout=30_000)
    save(page, "drawer")
    save(opened(browser, url, "/", size="phone"), "phone")
    save(opened(browser, url, "/forecast"), "forecast")


def tour(browser: Browser, url: str) -> None:
    """From the sample data to the own numbers, in three pictures."""
    with JiraSimulator(issues=900, today=dt.datetime.now(dt.UTC).date()) as jira:
        page = opened(browser, url, "/settings")
        page.locator("#settings-url").fill("https://your-site.atlassian.net")
        page.locator("#settings-url").fill(jira.url)
        page.keyboard.press("Tab")
        page.locator("#settings-email").wait_for(timeout=20_000)
        page.locator("#settings-email").fill(jira.email)
        page.keyboard.press("Tab")
        page.locator("#settings-token").fill(jira.token)
        page.keyboard.press("Tab")
        expect(page.locator(".check-lines")).to_contain_text("projects", timeout=20_000)
        page.locator("#settings-projects").click()
        page.get_by_role("option", name=re.compile("WEB")).click()
        page.keyboard.press("Escape")
        expect(page.locator("#settings-price")).to_contain_text("calls", timeout=20_000)
        save(page, "tour-connect")
        page.locator("#settings-connect").click()
        expect(page.locator(".status")).to_contain_text("synced", timeout=60_000)
        page.get_by_role("link", name=re.compile("Review mapping")).wait_for(timeout=30_000)
        page.locator("article.card .figure:visible").first.wait_for(timeout=60_000)
        page.wait_for_timeout(2500)
        save(page, "tour-numbers")


def opened(
    browser: Browser, url: str, path: str, *, size: str = "desktop", scheme: str = "light", scroll: int = 0
) -> Page:
    """Open a page and wait until nothing moves any more."""
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, device_scale_factor=SCALE)
    page = context.new_page()
    page.goto(url + path)
    page.wait_for_timeout(6000)
    page.evaluate(f"window.scrollTo(0, {scroll})")
    page.wait_for_timeout(2500)
    return page


def save(page: Page, name: str) -> None:
    """Write what the window shows."""
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
