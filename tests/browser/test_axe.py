"""No finding of axe-core on any page, in both themes, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe_source, findings
from tests.browser.conftest import SIZES, Visits

pytestmark = pytest.mark.usefixtures("axe")
SCHEMES = ("light", "dark")
# The page of an address that does not exist is drawn by its style sheet alone.
FOLLOWS = "scheme => [undefined, scheme].includes(document.documentElement.dataset.mantineColorScheme)"
every_look = pytest.mark.parametrize("size", SIZES)
VIEWS = {
    "overview": "/",
    "dora": "/dora",
    "flow": "/flow",
    "forecast": "/forecast",
    "sprints": "/sprints",
    "compare": "/compare?rows=label",
    "settings": "/settings",
    "diagnostics": "/diagnostics",
    "drawer": "/flow?panel=flow_time",
    "drawer with groups": "/flow?panel=flow_time&by=type&group=Bug&find=a",
    "drawer with a history": "/flow?panel=flow_time&issue=WEB-12",
    "error": "/flow?src=nobody",
    "nowhere": "/no-such-page",
}


@pytest.fixture(scope="module")
def axe() -> str:
    """Skip where the library is missing."""
    return axe_source()


def settled(page: Page) -> None:
    """Wait until nothing is loaded or moved any more, with every chart in sight once."""
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(250)


def both_schemes(page: Page) -> list[str]:
    """Return the findings in light and in dark; the page follows the system."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(FOLLOWS, arg=scheme)
        page.wait_for_timeout(400)  # colours fade from one scheme to the other
        found += [f"{scheme}: {line}" for line in findings(page)]
    return found


@every_look
@pytest.mark.parametrize("view", VIEWS)
def test_no_finding_on_a_page(visit: Visits, size: str, view: str) -> None:
    """Each page, the drawer and what stands in place of failed panels."""
    visitor = visit(size)
    page = visitor.page
    page.goto(visit.url + VIEWS[view])
    settled(page)
    page.evaluate(
        "() => document.querySelectorAll('.settings-panel details').forEach((one) => { one.open = true; })"
    )
    if view.startswith("drawer"):
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    found = both_schemes(page)
    if view == "nowhere":
        visitor.complaints.clear()  # the browser tells of the 404

    assert found == []
