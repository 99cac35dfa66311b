"""Files taken from the page with a mouse: under the page's filters, and as many rows as the number says."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visits


def test_the_drawer_gives_its_rows(visit: Visits) -> None:
    """Number on the card = rows in the drawer = rows in the CSV, for one project."""
    page = visit().open("/?project=WEB&panel=flow_time")
    chosen = page.locator(".chip.chosen")
    expect(chosen).to_have_text(re.compile(r"^[1-9]\d* issues counted"), timeout=30_000)
    expect(page.locator("#job")).to_be_empty(timeout=30_000)  # the sample Jira has been read
    n = int(re.match(r"\d+", chosen.inner_text())[0])
    with page.expect_download() as taken:
        page.get_by_role("dialog").get_by_role("link", name=re.compile("CSV")).first.click()
    text = Path(taken.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert taken.value.suggested_filename.startswith("throughline-demo-flow_time-")
    assert len(rows) == n > 0
    assert {row["key"].partition("-")[0] for row in rows} == {"WEB"}


def test_the_menu_gives_the_report(visit: Visits) -> None:
    """The report of the page has the page's filters and opens where it was saved."""
    page = visit().open("/?project=WEB&days=30")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name=re.compile("Report")).click()
    text = Path(taken.value.path()).read_text(encoding="utf-8")

    assert taken.value.suggested_filename.endswith(".html")
    assert '<dt>Project</dt><dd dir="auto">WEB</dd>' in text
    assert ", 30 days, UTC" in text
    assert "These are sample data of a simulated Jira." in text
