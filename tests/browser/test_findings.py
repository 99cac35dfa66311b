"""A finding leads to its repair: what it would change is told first, then a click saves it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SIZES, Visitor
from tests.support.builders import issue
from tests.support.commands import run, served

NAME = "Measure from the creation of each item"


def imported(home: Path) -> None:
    """Two stories without a history: created ten and twenty days before their resolution."""
    stories = [
        issue(
            f"A-{n}", created=start, now="Done", resolutiondate=end, updated="2026-03-05", has_changelog=False
        )
        for n, start, end in ((1, "2026-02-20", "2026-03-02"), (2, "2026-02-12", "2026-03-04"))
    ]
    (home / "issues.json").write_text(json.dumps(stories))
    assert run(home, "import", str(home / "issues.json")).returncode == 0


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_a_click_repairs_what_a_finding_names(
    browser: Browser, tmp_path: Path, size: str, scheme: str
) -> None:
    """Flow time is empty without histories; from creation it is 15 days, on the command line too."""
    imported(tmp_path)
    for url in served(tmp_path):
        visitor = Visitor(browser.new_context(viewport=SIZES[size], color_scheme=scheme), url)
        page = visitor.page
        page.goto(f"{url}/diagnostics")
        entry = page.locator(".finding:visible", has_text="no change history")
        entry.locator("summary").click()
        entry.get_by_role("button", name=NAME).click()
        expect(entry).to_contain_text("Flow time has no data; then it is 15 days from 2.")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        entry.get_by_role("button", name="Save this setting").click()
        expect(page.get_by_role("button", name=NAME)).to_have_count(0)
        assert visitor.complaints == []
        visitor.page.context.close()
    told = json.loads(run(tmp_path, "metrics", "--json").stdout)

    assert told["metrics"]["flow_time"]["value"] == 15
