"""axe-core from npm, put into a page over the debugging port, where the page's own policy has no say."""

import os
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const result = await axe.run(document, { resultTypes: ["violations"] });
  return result.violations.map((rule) => [
    rule.impact, rule.id,
    rule.nodes.map((node) => `${node.target.join(" ")} (${node.any.map((one) => one.message).join("; ")})`),
  ]);
}"""


@cache
def axe_source() -> str:
    """Return the library as text; without it the test is skipped, unless that is forbidden."""
    if not SCRIPT.exists():
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("axe-core is missing and REQUIRE_BROWSER=1")
        pytest.skip("axe-core is not installed (npm install --no-save axe-core)")
    return SCRIPT.read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, of any impact, one line for each rule."""
    source = axe_source()
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(source)
    return [f"{impact}: {rule}: {nodes[:4]}" for impact, rule, nodes in page.evaluate(RUN)]
